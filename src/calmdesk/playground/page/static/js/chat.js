// A chat as one person sees it: what was said, and the field below it.

import { bubble, inWords } from "./bubble.js";
import { Composer } from "./composer.js";
import { el, icon, iconButton } from "./dom.js";
import { act } from "./link.js";
import { box, menu, toast } from "./popups.js";
import { firstUnread, key, messagesIn, on, read, world } from "./state.js";
import { copy } from "./text.js";
import { day, onLanguage, say } from "./words.js";

const NEAR = 80;
const GAP = 300;
const TYPING = 5000;
const SOON = 5000;

/** One chat, shown in a pane. */
export class Chat {
  /** `use.link` opens an address, `use.copied` is told what was copied, `use.emptied` returns what an empty chat shows, `use.placeholder` what the field says. */
  constructor(use) {
    this.use = use;
    this.chat = null;
    this.topic = null;
    this.me = null;
    this.header = el("header", { class: "chat-head" });
    this.log = el("div", { class: "log", role: "log", "aria-live": "polite", tabIndex: 0 });
    this.empty = el("div", { class: "empty" });
    this.above = el("button", { type: "button", class: "changed-above", hidden: true, onclick: () => this.jump(Number(this.above.dataset.id)) });
    this.newest = iconButton("down", "newest", () => this.end(true), { class: "round newest", hidden: true });
    this.keys = el("div", { class: "reply-keys", hidden: true });
    this.pins = el("button", { type: "button", class: "pinned", hidden: true, onclick: () => this.jump(Number(this.pins.dataset.id)) });
    this.composer = new Composer(this);
    this.toasts = el("div", { class: "toasts", role: "status", "aria-live": "polite" });
    const over = el("div", { class: "over" }, this.above, this.toasts);
    const field = el("div", { class: "wall" }, this.log, this.empty, over, this.newest);
    this.element = el("div", { class: "chat" }, this.header, this.pins, field, this.keys, this.composer.element);
    this.log.addEventListener("scroll", () => this.scrolled());
    this.log.addEventListener("keydown", (event) => this.walks(event));
    on("message", (message, before) => this.holds(message.chat, message.topic) && this.take(message, before));
    on("deleted", (chat, id, topic) => this.holds(chat, topic) && this.drop(id));
    on("action", (event) => this.holds(event.chat, event.topic ?? this.topic) && this.types());
    on("pinned", (chat) => chat === this.chat && this.showPinned());
    on("menu", () => this.composer.menuMayChange());
    onLanguage(() => this.draw());
    document.addEventListener("visibilitychange", () => this.scrolled());
    new ResizeObserver(() => this.resized()).observe(this.log);
  }

  get place() {
    return this.chat === null ? null : key(this.chat, this.topic);
  }

  get visible() {
    return this.element.checkVisibility() && document.visibilityState === "visible";
  }

  get atEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR;
  }

  get group() {
    return this.topic !== null;
  }

  holds(chat, topic) {
    return chat === this.chat && (this.topic === null || topic === this.topic);
  }

  /** Show a chat as somebody sees it. */
  show(chat, topic, me) {
    if (chat === this.chat && topic === this.topic && me === this.me) return;
    this.composer.leave();
    [this.chat, this.topic, this.me] = [chat, topic, me];
    this.draw();
    this.composer.enter();
  }

  /** Forget what is shown, but for what is being written. */
  reset() {
    this.composer.leave();
    this.chat = null;
  }

  /** Show what is there after the line was broken: where somebody was, with what they are writing. */
  resume() {
    const [at, atEnd] = [this.log.scrollTop, this.wasAtEnd];
    this.composer.resume();
    this.draw();
    if (!atEnd) this.log.scrollTop = at;
  }

  /** Draw everything anew. */
  draw() {
    this.above.hidden = true;
    this.log.replaceChildren(...(this.chat === null ? [] : messagesIn(this.chat, this.topic).map((message) => this.make(message))));
    this.arrange();
    this.composer.draw();
    this.begin();
  }

  /** Begin to look: at the first message that nobody has seen, else at the newest. */
  begin() {
    this.unseen = !this.visible;
    if (this.unseen) return;
    const first = this.chat === null ? null : this.find(firstUnread(this.chat, this.topic));
    this.end();
    if (first) this.log.scrollTop += first.getBoundingClientRect().top - this.log.getBoundingClientRect().top - 60;
    this.scrolled();
  }

  make(message) {
    return bubble(message, {
      me: this.me,
      group: this.group,
      link: this.use.link,
      copied: this.use.copied,
      command: (text) => this.say(text),
      jump: (id) => this.jump(id),
      tap: (tapped, row, place) => this.tap(tapped, row, place),
      menu: (about, beside) => this.menu(about, beside),
      context: (event, about, beside) => {
        if (getSelection().toString()) return;
        event.preventDefault();
        this.menu(about, beside);
      },
    });
  }

  find(id) {
    return this.log.querySelector(`[data-id="${id}"]`);
  }

  take(message, before) {
    const atEnd = this.atEnd;
    const made = this.make(message);
    const old = this.find(message.id);
    if (old) old.replaceWith(made);
    else this.log.append(made);
    this.arrange();
    if (before && !(before.buttons?.length && !message.buttons.length)) this.changed(message, made); // a card that was put away is no news
    else made.classList.add("fresh");
    const mine = message.from?.id === this.me;
    const asks = this.composer.takes(message, before);
    if (!this.visible) this.unseen = true;
    else if (atEnd || asks || (mine && !before)) this.end();
    this.scrolled();
  }

  /** Let a message that was changed be seen: it lights up, and where it is out of sight a line leads to it. */
  changed(message, made) {
    made.classList.add("changed");
    const top = made.getBoundingClientRect().top - this.log.getBoundingClientRect().top;
    if (top < -40 && message.from?.bot) {
      this.above.dataset.id = message.id;
      this.above.replaceChildren("↑ ", say(message.buttons.length > 0 ? "card_changed" : "changed_above"));
      this.above.hidden = false;
    }
  }

  drop(id) {
    const gone = this.find(id);
    if (!gone) return;
    gone.classList.add("gone");
    const away = () => {
      gone.remove();
      this.arrange();
    };
    setTimeout(away, matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 180);
    this.composer.vanished(id);
  }

  /** Put the days between the messages, and see which of them belong together. */
  arrange() {
    for (const old of this.log.querySelectorAll(".day")) old.remove();
    let before = null;
    for (const one of [...this.log.children]) {
      const shown = day(Number(one.dataset.date));
      if (!before || before.day !== shown) one.before(el("div", { class: "day" }, el("span", {}, shown)));
      const same = before && before.from === one.dataset.from && before.day === shown && Number(one.dataset.date) - before.date < GAP;
      const follows = Boolean(same && one.classList.contains("message"));
      one.classList.toggle("follows", follows);
      before?.element.classList.toggle("followed", follows);
      one.classList.remove("followed");
      const from = one.classList.contains("message") ? one.dataset.from : null;
      before = { from, day: shown, date: Number(one.dataset.date), element: one };
    }
    const nothing = this.chat === null || this.log.childElementCount === 0;
    this.empty.hidden = !nothing;
    this.empty.replaceChildren(...(nothing ? this.use.emptied(this) : []));
    this.showKeys();
    this.showPinned();
  }

  /** Show the newest of the pinned messages over the others. */
  showPinned() {
    const pinned = world.pinned.get(this.chat) ?? [];
    const last = this.chat === null ? null : messagesIn(this.chat, this.topic).findLast((message) => pinned.includes(message.id));
    this.pins.hidden = !last;
    if (!last) return;
    this.pins.dataset.id = last.id;
    this.pins.replaceChildren(icon("pin"), el("span", {}, el("b", {}, say("pinned")), el("span", {}, inWords(last))));
  }

  /** Show the keys that the bot put in the place of the keyboard. */
  showKeys() {
    const last = this.chat === null ? null : messagesIn(this.chat, this.topic).findLast((message) => message.keys);
    this.keys.hidden = !last;
    const row = (labels) => el("div", { class: "keys" }, labels.map((label) => el("button", { type: "button", class: "key", onclick: () => this.say(label) }, label)));
    this.keys.replaceChildren(...(last ? last.keys.map(row) : []));
  }

  get size() {
    return `${this.log.clientWidth} ${this.log.clientHeight}`;
  }

  /** Stay at the end where somebody was there: another size has moved everything. */
  resized() {
    this.shownAt = this.size;
    if (this.unseen) this.begin();
    else if (this.wasAtEnd) this.end();
    this.scrolled();
  }

  scrolled() {
    if (!this.visible || this.size !== this.shownAt) return;
    this.wasAtEnd = this.atEnd;
    this.newest.hidden = this.atEnd;
    if (this.place) this.looked();
    const changed = this.above.hidden ? null : this.find(this.above.dataset.id);
    if (changed && changed.getBoundingClientRect().bottom > this.log.getBoundingClientRect().top + 60) this.above.hidden = true;
  }

  /** Take for read what has been in sight: all down to the last message that begins above the lower edge. */
  looked() {
    const edge = this.log.getBoundingClientRect().bottom;
    const last = [...this.log.querySelectorAll("article")].findLast((one) => one.getBoundingClientRect().top < edge);
    if (last) read(this.chat, this.topic, Number(last.dataset.id));
  }

  /** Go from message to message with the arrows; Enter opens a message's menu. */
  walks(event) {
    const at = document.activeElement;
    if (at === this.log ? event.key !== "ArrowUp" : !at.matches("article")) return;
    const all = [...this.log.querySelectorAll("article.message")];
    const next = { ArrowUp: at === this.log ? all.length - 1 : all.indexOf(at) - 1, ArrowDown: all.indexOf(at) + 1 }[event.key];
    if (event.key === "Enter") at.querySelector(".more").click();
    else if (event.key === "Escape") this.log.focus();
    else if (next !== undefined) all[next]?.focus();
    else return;
    event.preventDefault();
  }

  end(smoothly = false) {
    this.log.scrollTo({ top: this.log.scrollHeight, behavior: smoothly ? "smooth" : "instant" });
  }

  jump(id) {
    const found = this.find(id);
    if (!found) return;
    this.above.hidden = true;
    const tall = found.offsetHeight > this.log.clientHeight;
    found.scrollIntoView({ block: tall ? "start" : "nearest", behavior: "instant" });
    found.classList.remove("changed");
    requestAnimationFrame(() => found.classList.add("changed"));
  }

  types() {
    this.use.typing?.(true);
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.use.typing?.(false), TYPING);
  }

  // What the person does

  say(text, replyTo = null) {
    return act("say", { by: this.me, topic: this.topic, text, reply_to: replyTo });
  }

  async tap(message, row, place) {
    this.tapped = Date.now();
    this.composer.tapped(message);
    const answer = await act("tap", { by: this.me, topic: this.topic, id: message.id, row, place });
    if (!answer) return;
    if (answer.url) this.use.link(answer.url);
    if (!answer.text) return;
    if (answer.alert) box(answer.text);
    else toast(answer.text, "", this.toasts);
  }

  menu(message, beside) {
    const own = message.from?.id === this.me;
    const about = { by: this.me, topic: this.topic, id: message.id };
    const forward = async () => (await act("forward", about)) && toast(say("forwarded"), "", this.toasts);
    const role = world.people.get(this.me)?.role;
    menu(beside, [
      { label: say("reply"), icon: "reply", run: () => this.composer.answer(message) },
      message.text ? { label: say("copy"), icon: "copy", run: () => copy(message.text) } : null,
      own && message.text ? { label: say("edit"), icon: "edit", run: () => this.composer.edit(message) } : null,
      role && !own ? { label: say("forward"), icon: "forward", run: forward } : null,
      own || !this.group || role === "admin" ? { label: say("delete"), icon: "delete", bad: true, run: () => act("delete", about) } : null,
    ]);
  }

  /** Say whether a button was tapped a moment ago: what is asked now is asked because of it. */
  get justTapped() {
    return Date.now() - (this.tapped ?? 0) < SOON;
  }

  /** Return a message in a few words. */
  words(message) {
    return inWords(message);
  }
}

/** Make the head of a chat: a picture, a name, a line below it, and buttons; while nothing can be heard, the line says so. */
export function head(picture, title, line, ...buttons) {
  return [picture, el("div", { class: "who" }, el("b", {}, title), el("small", {}, world.connected ? line : say("connecting"))), ...buttons];
}

