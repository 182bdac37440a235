// The middle pane: the staff's group, its topics, and the topic that is open.

import { Chat, head } from "./chat.js";
import { inWords } from "./bubble.js";
import { avatar, el, icon, iconButton, initial, rove } from "./dom.js";
import { act, acted } from "./link.js";
import { menu } from "./popups.js";
import { remember, remembered } from "./place.js";
import { customerOf, lastIn, messagesIn, numberOf, on, staff, topicOf, unreadIn, world } from "./state.js";
import { StoryHint } from "./stories.js";
import { clock, onLanguage, say } from "./words.js";

const GENERAL = 1;
const SIGNS = { "🟢": "#7fd08a", "🟡": "#f3cf5b", "🟠": "#f4a259", "🔴": "#ee7a70", "🟣": "#bb93e6", "🆘": "#ee7a70", "✅": "#a9bdb9" };

/** The pane of the agents. */
export class DeskPane {
  constructor(use) {
    this.use = use;
    this.topic = null;
    this.acting = null;
    this.chat = new Chat({
      link: use.link,
      copied: use.copied,
      placeholder: () => say(this.topic === GENERAL ? "write_general" : "write_desk"),
      shut: () => (world.topics.get(this.topic)?.closed && !this.isAdmin ? say("topic_closed") : ""),
      emptied: () => (this.topic === null ? [icon("topic"), el("p", {}, say(this.sorted().length > 1 ? "pick_topic" : "empty_desk"))] : []),
    });
    this.list = el("div", { class: "topics", role: "group" });
    this.actors = el("div", { class: "actors", role: "radiogroup" });
    this.hint = new StoryHint(
      () => this.look(),
      () => customerOf(world.topics.get(this.topic))?.id,
    );
    this.chat.element.querySelector(".wall").before(this.hint.element);
    this.chat.composer.element.prepend(this.actors);
    this.title = el("header", { class: "chat-head group-head" });
    this.element = document.getElementById("desk");
    this.element.append(el("div", { class: "topic-column" }, this.title, this.list), this.chat.element);
    on("all", (same) => this.all(same));
    on("line", () => this.draw());
    on("message", (message) => message.chat === world.group.id && this.drawList());
    on("deleted", (chat) => chat === world.group.id && this.drawList());
    on("topic", (topic, before) => this.topicChanged(topic, before));
    on("person", () => this.draw());
    on("unread", () => this.drawList());
    onLanguage(() => this.draw());
  }

  get isWriting() {
    return Boolean(this.chat.composer.field.value || this.chat.composer.mode);
  }

  get isAdmin() {
    return world.people.get(this.acting)?.role === "admin";
  }

  all(same) {
    if (!world.people.has(this.acting)) this.acting = remembered("acting", null);
    if (!world.people.has(this.acting)) this.acting = (staff().find((person) => person.role === "agent") ?? staff()[0])?.id ?? null;
    if (!world.topics.has(this.topic)) [this.topic, this.stays] = remembered("topic", [null, false]);
    if (!world.topics.has(this.topic)) this.topic = this.sorted().find((topic) => topic.id !== GENERAL)?.id ?? null;
    if (same) this.chat.resume();
    else this.chat.reset();
    this.show();
  }

  show() {
    this.element.dataset.open = String(this.topic !== null && this.stays);
    if (this.topic === null) {
      this.chat.reset();
      this.chat.draw();
    } else {
      this.chat.show(world.group.id, this.topic, this.acting);
    }
    this.draw();
  }

  open(topic) {
    this.topic = topic;
    this.stay(true);
    this.show();
  }

  stay(stays) {
    this.stays = stays;
    remember("topic", [this.topic, stays]);
  }

  back() {
    this.stay(false);
    this.element.dataset.open = "false";
    this.list.querySelector("button")?.focus();
  }

  topicChanged(topic, before) {
    if (topic.deleted && topic.id === this.topic) {
      this.topic = null;
      this.show();
      return;
    }
    // A new customer's topic comes up by itself where that customer wrote from this page, unless somebody is writing in another.
    const caused = this.topic === null || customerOf(topic)?.id === acted.by;
    if (!before && !topic.deleted && caused && !this.isWriting) this.open(topic.id);
    else if (topic.id === this.topic) this.chat.composer.draw();
    this.draw();
  }

  /** Open a customer's topic, if there is one. */
  follow(person) {
    const topic = person && topicOf(person);
    if (topic && topic.id !== this.topic && !this.isWriting) this.open(topic.id);
  }

  /** Bring the card into sight. */
  look() {
    const card = messagesIn(world.group.id, this.topic).findLast((message) => message.from?.bot && message.buttons.length > 1);
    if (card) this.chat.jump(card.id);
  }

  sorted() {
    const at = (topic) => lastIn(world.group.id, topic.id)?.id ?? topic.id;
    return [...world.topics.values()].filter((topic) => !topic.hidden).sort((one, other) => at(other) - at(one));
  }

  draw() {
    const group = { id: world.group.id, name: world.group.title };
    this.title.replaceChildren(...head(avatar(group, "square"), group.name, say("members", { count: staff().length })));
    this.drawList();
    this.drawHead();
    this.drawActors();
    this.hint.draw();
  }

  drawList() {
    const row = (topic) => {
      const last = lastIn(world.group.id, topic.id);
      const unread = unreadIn(world.group.id, topic.id);
      return el(
        "button",
        {
          type: "button", class: "topic", data: { topic: topic.id }, "aria-current": topic.id === this.topic ? "true" : null,
          onclick: () => this.open(topic.id),
        },
        topicIcon(topic),
        el(
          "span",
          { class: "topic-text" },
          el("span", { class: "topic-line" }, el("b", {}, nameOf(topic)), nth(topic), topic.closed ? icon("lock") : null, last ? el("time", {}, clock(last.date)) : null),
          el("span", { class: "topic-line" }, el("span", { class: "topic-last" }, last ? preview(topic, last) : ""), unread ? badge(unread) : null),
        ),
      );
    };
    const rows = this.sorted().map(row);
    const focused = this.list.contains(document.activeElement) ? document.activeElement.dataset.topic : null;
    this.list.replaceChildren(...rows, ...(rows.length < 2 ? [el("p", { class: "hint" }, say("empty_topics"))] : []));
    if (focused) this.list.querySelector(`[data-topic="${focused}"]`)?.focus();
    this.list.setAttribute("aria-label", say("desk"));
    rove(this.list, "[aria-current]");
  }

  drawHead() {
    const topic = world.topics.get(this.topic);
    if (!topic) {
      this.chat.header.replaceChildren(el("div", { class: "who" }, el("b", {}, say("desk")), el("small", {}, say("desk_is"))));
      return;
    }
    const more = iconButton("more", "more", () =>
      menu(more, [
        this.isAdmin && topic.id !== GENERAL
          ? { label: say(topic.closed ? "reopen_topic" : "close_topic"), icon: "lock", run: () => act("topic", { by: this.acting, id: topic.id }) }
          : null,
      ]),
    );
    more.hidden = !this.isAdmin || topic.id === GENERAL;
    const back = iconButton("back", "back", () => this.back(), { class: "round back" });
    const line = topic.closed ? say("topic_closed") : `${world.group.title} · ${say("members", { count: staff().length })}`;
    this.chat.header.replaceChildren(back, ...head(topicIcon(topic), nameOf(topic), line, more));
  }

  drawActors() {
    const choose = (person) => {
      this.acting = person.id;
      remember("acting", person.id);
      this.show();
    };
    const chip = (person) =>
      el(
        "button",
        {
          type: "button", role: "radio", class: "actor", "aria-checked": String(person.id === this.acting), data: { person: person.id },
          title: say(`role_${person.role}`), onclick: () => choose(person),
        },
        avatar(person, "small"),
        person.name,
      );
    this.actors.replaceChildren(el("span", {}, say("acting_as")), ...staff().map(chip));
    this.actors.setAttribute("aria-label", say("acting_as"));
    rove(this.actors, '[aria-checked="true"]');
  }
}

function nameOf(topic) {
  return topic.id === GENERAL ? say("general") : topic.name;
}

/** Return the number of one of several customers with the same name, from the second on. */
function nth(topic) {
  const person = customerOf(topic);
  const number = person ? numberOf(person) : 1;
  return number > 1 ? el("i", { class: "nth" }, String(number)) : null;
}

/** Return a topic's newest message in a few words; where that is the card, which says what the topic's name says, the customer's own. */
function preview(topic, last) {
  if (!last.from?.bot) return `${last.from?.name ?? ""}: ${inWords(last)}`;
  const person = last.buttons.length > 1 ? customerOf(topic) : null;
  const own = person && messagesIn(person.id, null).findLast((message) => message.from?.id === person.id && !message.text.startsWith("/"));
  return inWords(own ?? last);
}

function badge(count) {
  return el("i", { class: "badge", "aria-label": say("unread", { count }) }, String(count));
}

function topicIcon(topic) {
  if (topic.id === GENERAL) return el("span", { class: "topic-icon general" }, icon("hash"));
  const name = topic.name.replace(/^\P{L}+/u, "");
  const sign = Object.keys(SIGNS).find((one) => topic.name.startsWith(one));
  return el("span", { class: "topic-icon", color: SIGNS[sign] ?? `#${topic.color.toString(16).padStart(6, "0")}` }, icon("topic"), el("b", {}, initial(name)));
}
