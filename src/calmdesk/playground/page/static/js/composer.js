// The field that messages are written in: answers, edits, commands, inline results, files.

import { el, icon, iconButton } from "./dom.js";
import { act, upload } from "./link.js";
import { askCaption, menu } from "./popups.js";
import { remember, remembered } from "./place.js";
import { messagesIn, world } from "./state.js";
import { say } from "./words.js";

const STICKERS = ["😡", "🤬", "😤", "😭", "😱", "🙄", "💔", "👎", "🤷", "🙏", "😅", "👍", "❤️", "🎉", "🌹", "😊"];
const SEARCH_AFTER = 250;
let count = 0;

/** The field of one chat. */
export class Composer {
  constructor(chat) {
    this.chat = chat;
    this.mode = null;
    this.question = null;
    this.offers = [];
    this.chosen = -1;
    const list = `offers-${(count += 1)}`;
    this.list = el("div", { class: "offers", role: "listbox", id: list, hidden: true });
    this.banner = el("div", { class: "banner", hidden: true });
    this.field = el("textarea", {
      rows: 1, "aria-controls": list, "aria-autocomplete": "list", autocomplete: "off", enterKeyHint: "send",
      oninput: () => this.typed(), onkeydown: (event) => this.pressed(event), onpaste: (event) => this.pasted(event),
    });
    this.file = el("input", { type: "file", hidden: true, onchange: () => this.chosenFile() });
    this.attach = iconButton("clip", "attach", () => this.attachments(), { "aria-haspopup": "menu" });
    this.commands = iconButton("menu", "commands", () => this.showCommands(), { hidden: true, class: "round commands" });
    this.sends = iconButton("send", "send", () => this.send(), { class: "round send" });
    this.line = el("div", { class: "line" }, this.commands, this.attach, this.field, this.sends, this.file);
    this.element = el("div", { class: "composer" }, this.list, this.banner, this.line);
  }

  get here() {
    return { by: this.chat.me, topic: this.chat.topic };
  }

  get draft() {
    return `${this.chat.place} ${this.chat.me}`;
  }

  leave() {
    if (this.chat.chat === null) return;
    this.keepDraft();
    this.question = null;
    this.setMode(null);
    this.offer([]);
  }

  /** Keep what is being written here, until it is sent; a change of an older message isn't kept. */
  keepDraft() {
    const { [this.draft]: before = "", ...others } = remembered("drafts", {});
    const text = this.mode?.kind === "edit" ? "" : this.field.value;
    if (text !== before) remember("drafts", text ? { ...others, [this.draft]: text } : others);
  }

  enter() {
    this.field.value = remembered("drafts", {})[this.draft] ?? "";
    this.grow();
    this.menuMayChange();
    const last = messagesIn(this.chat.chat, this.chat.topic).findLast((message) => !message.service);
    if (last) this.asked(last);
    this.seekQuestion();
  }

  /** Go on after the line was broken: what is answered or edited may have changed meanwhile. */
  resume() {
    const now = this.mode && world.chats.get(this.chat.chat)?.get(this.mode.message.id);
    if (now) this.mode.message = now;
    else if (this.mode) this.setMode(null);
    this.menuMayChange();
    this.seekQuestion();
  }

  draw() {
    const shut = this.chat.use.shut?.(this.chat) ?? "";
    this.element.hidden = this.chat.chat === null;
    this.line.classList.toggle("shut", Boolean(shut));
    this.field.disabled = this.attach.disabled = this.sends.disabled = Boolean(shut);
    const asks = this.mode?.kind === "reply" && this.mode.message.asks;
    const wanted = asks?.placeholder || (asks || this.question !== null ? say("write_answer") : this.chat.use.placeholder(this.chat));
    this.field.placeholder = shut || wanted;
    this.field.setAttribute("aria-label", this.field.placeholder);
    this.sends.title = `${say("send")} (${say("keyboard_help")})`;
    if (this.mode) this.setMode(this.mode);
  }

  // Answering and editing

  setMode(mode) {
    this.mode = mode;
    this.banner.hidden = !mode;
    this.banner.replaceChildren();
    if (!mode) return;
    const title = mode.kind === "edit" ? say("edit") : mode.message.from?.name ?? "";
    this.banner.append(
      icon(mode.kind),
      el("div", {}, el("b", {}, title), el("span", {}, this.chat.words(mode.message))),
      iconButton("close", "cancel", () => this.cancel()),
    );
  }

  answer(message) {
    this.setMode({ kind: "reply", message });
    this.field.focus();
  }

  edit(message) {
    this.setMode({ kind: "edit", message });
    this.field.value = message.text;
    this.grow();
    this.field.focus();
  }

  cancel() {
    if (this.mode?.kind === "edit") this.field.value = "";
    this.setMode(null);
    this.draw();
    this.grow();
  }

  vanished(id) {
    if (this.mode?.message.id === id) this.cancel();
    this.seekQuestion();
  }

  setQuestion(id) {
    if (this.question === id) return;
    this.question = id;
    this.draw();
  }

  /** Take note of a message that has come or changed; say whether it asks for a word from whoever is here. */
  takes(message, before) {
    const asks = !before && (this.asked(message) || this.isQuestion(message));
    this.seekQuestion();
    if (asks && this.chat.justTapped) this.field.focus();
    return asks;
  }

  /** Answer by itself what asks for an answer, as the apps do. */
  asked(message) {
    if (this.mode || !message.asks || !this.isForMe(message)) return false;
    this.setMode({ kind: "reply", message });
    this.draw();
    return true;
  }

  /** Find the question that waits for a word here, if there is one; the field says then that it is for the bot. */
  seekQuestion() {
    const found = this.chat.chat === null ? null : messagesIn(this.chat.chat, this.chat.topic).findLast((message) => this.isQuestion(message));
    this.setQuestion(found?.id ?? null);
  }

  /** Say whether the bot waits for a word: it has written, with a button to give up beside those that only copy, and not too long ago. */
  isQuestion(message) {
    if (!message.from?.bot || Date.now() / 1000 - message.date > world.desk.waits) return false;
    const buttons = (message.buttons ?? []).flat().filter((button) => button.kind !== "copy");
    return buttons.length === 1 && world.desk.giveUp.includes(buttons[0].text) && this.isForMe(message);
  }

  /** In a group, one that asks one person in particular doesn't ask the others. */
  isForMe(message) {
    return !this.chat.group || message.text.includes(world.people.get(this.chat.me)?.name ?? "");
  }

  /** Note that a message's button was tapped: that of a question gives it up. */
  tapped(message) {
    if (message.id === this.question) this.setQuestion(null);
  }

  // Writing

  typed() {
    this.grow();
    const text = this.field.value;
    const search = text.match(/^@(\w+)\s([\s\S]*)$/);
    clearTimeout(this.searching);
    if (/^\/\w*$/.test(text)) this.offerCommands(text.slice(1));
    else if (search && search[1] === world.bot.username) this.searching = setTimeout(() => this.search(search[2]), SEARCH_AFTER);
    else this.offer([]);
  }

  grow() {
    this.field.style.height = "";
    this.keepDraft();
    if (this.field.value.includes("\n") || this.field.scrollHeight > this.field.clientHeight) {
      this.field.style.height = `${Math.min(this.field.scrollHeight, 168)}px`;
    }
    this.sends.classList.toggle("ready", this.field.value.trim() !== "");
  }

  pressed(event) {
    if (event.isComposing || event.keyCode === 229) return; // a word is still being put together (Chinese input)
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.offers.length > 0) {
      event.preventDefault();
      this.choose((this.chosen + step + this.offers.length) % this.offers.length);
    } else if (event.key === "ArrowUp" && this.field.value === "") {
      const own = messagesIn(this.chat.chat, this.chat.topic).findLast((message) => message.from?.id === this.chat.me && message.text && !message.service);
      if (own) {
        event.preventDefault();
        this.edit(own);
      }
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (this.chosen >= 0) this.offers[this.chosen].run();
      else this.send();
    } else if (event.key === "Tab" && this.offers.length > 0 && this.chosen < 0) {
      event.preventDefault();
      this.choose(0);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (!this.list.hidden) this.offer([]);
      else if (this.mode) this.cancel();
      else this.field.blur();
    }
  }

  async send() {
    const text = this.field.value.trim();
    if (!text) return;
    const mode = this.mode;
    if (this.question !== null) this.chat.tapped = Date.now(); // it may ask for the next word
    this.field.value = "";
    this.question = null;
    this.setMode(null);
    this.draw();
    this.offer([]);
    this.grow();
    const done = mode?.kind === "edit"
      ? mode.message.text === text || (await act("edit", { ...this.here, id: mode.message.id, text }))
      : await this.chat.say(text, mode?.message.id ?? null);
    if (!done && this.field.value === "") {
      this.setMode(mode);
      this.field.value = text;
      this.seekQuestion();
      this.draw();
      this.grow();
    }
  }

  // Offers: commands and inline results

  offer(offers, hint = "") {
    this.offers = offers;
    this.chosen = -1;
    this.list.hidden = offers.length === 0 && !hint;
    const option = (one, place) =>
      el("button", { type: "button", role: "option", class: "offer", tabIndex: -1, id: `${this.list.id}-${place}`, onclick: one.run }, el("b", {}, one.title), el("span", {}, one.text));
    this.list.replaceChildren(...offers.map(option), ...(hint ? [el("p", { class: "hint" }, hint)] : []));
    this.field.removeAttribute("aria-activedescendant");
  }

  choose(place) {
    this.chosen = place;
    [...this.list.children].forEach((one, at) => one.setAttribute("aria-selected", String(at === place)));
    this.list.children[place].scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", this.list.children[place].id);
  }

  async known() {
    if (this.chat.chat === null || !world.connected) return [];
    return (await act("menu", this.here))?.commands ?? [];
  }

  async menuMayChange() {
    this.commands.hidden = (await this.known()).length === 0;
  }

  async offerCommands(begun) {
    const found = (await this.known()).filter((one) => one.command.startsWith(begun));
    if (this.field.value !== `/${begun}`) return;
    this.offer(found.map((one) => ({ title: `/${one.command}`, text: one.description, run: () => this.command(one.command) })));
  }

  async showCommands() {
    if (!this.list.hidden) {
      this.offer([]);
      return;
    }
    const known = await this.known();
    this.offer(known.map((one) => ({ title: `/${one.command}`, text: one.description, run: () => this.command(one.command) })));
    this.field.focus();
  }

  command(name) {
    this.field.value = "";
    this.offer([]);
    this.grow();
    return this.chat.say(`/${name}`);
  }

  async search(query) {
    const typed = this.field.value;
    const found = await act("search", { ...this.here, query });
    if (!found || this.field.value !== typed) return;
    const pick = (one) => async () => {
      this.field.value = "";
      this.offer([]);
      this.grow();
      await act("pick", { ...this.here, query, result: one.id });
    };
    const hint = found.results.length === 0 ? found.hint || say("inline_none") : "";
    this.offer(found.results.map((one) => ({ title: one.title, text: one.text, run: pick(one) })), hint);
  }

  // Files

  attachments() {
    const pick = (as) => () => {
      this.file.accept = { photo: "image/*", voice: "audio/*" }[as] ?? "";
      this.file.dataset.as = as;
      this.file.click();
    };
    menu(this.attach, [
      { label: say("photo"), icon: "photo", run: pick("photo") },
      { label: say("file"), icon: "file", run: pick("file") },
      { label: say("voice_word"), icon: "play", run: pick("voice") },
      { label: say("sticker"), icon: "sticker", run: () => this.stickers() },
      world.people.get(this.chat.me)?.role ? { label: say("inline", { bot: world.bot.username }), icon: "book", run: () => this.beginSearch() } : null,
    ], say("attach"));
  }

  /** Begin to look for replies by the bot's name, as one may in any chat of Telegram's. */
  beginSearch() {
    this.field.value = `@${world.bot.username} `;
    this.field.focus();
    this.typed();
  }

  stickers() {
    const send = (emoji) => () => act("sticker", { ...this.here, emoji });
    menu(this.attach, STICKERS.map((emoji) => ({ label: "", title: emoji, node: el("span", { class: "emoji" }, emoji), run: send(emoji) })), say("sticker"), "grid");
  }

  async chosenFile() {
    const [file] = this.file.files;
    const as = this.file.dataset.as ?? "file";
    this.file.value = "";
    if (file) await this.sendFile(file, as);
  }

  async sendFile(file, as) {
    const here = this.here;
    const added = await askCaption(file, as, this.field.value.trim());
    if (!added) return;
    if (as !== "voice") this.field.value = "";
    this.grow();
    await upload(file, { ...here, as, ...added });
    this.field.focus();
  }

  pasted(event) {
    const [file] = event.clipboardData?.files ?? [];
    if (!file) return;
    event.preventDefault();
    this.sendFile(file, file.type.startsWith("image/") ? "photo" : "file");
  }
}
