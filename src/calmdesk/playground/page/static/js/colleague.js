// The right pane: the private chat of one of the staff with the bot.

import { Chat, head } from "./chat.js";
import { avatar, el, rove } from "./dom.js";
import { remember, remembered } from "./place.js";
import { on, staff, unreadIn, world } from "./state.js";
import { onLanguage, say } from "./words.js";

/** The pane of one of the staff. */
export class ColleaguePane {
  constructor(use) {
    this.current = null;
    this.isTyping = false;
    this.chat = new Chat({
      link: use.link,
      copied: use.copied,
      placeholder: () => say("write_private", { name: world.people.get(this.current)?.name ?? "" }),
      emptied: () => [
        el("p", {}, say("empty_private")),
        el("button", { type: "button", class: "chip strong", onclick: () => this.chat.say("/start") }, say("start")),
      ],
      typing: (typing) => {
        this.isTyping = typing;
        this.drawHead();
      },
    });
    this.people = el("div", { class: "people", role: "group" });
    this.element = document.getElementById("colleague");
    this.element.append(this.people, this.chat.element);
    on("all", (same) => this.all(same));
    on("line", () => this.drawHead());
    on("person", () => this.draw());
    on("unread", () => this.draw());
    onLanguage(() => this.draw());
  }

  all(same) {
    if (!world.people.has(this.current)) this.current = remembered("colleague", null);
    if (!world.people.has(this.current)) this.current = (staff().find((person) => person.role === "admin") ?? staff()[0])?.id ?? null;
    if (same) this.chat.resume();
    else this.chat.reset();
    if (this.current !== null) this.chat.show(this.current, null, this.current);
    this.draw();
  }

  choose(id) {
    this.current = id;
    remember("colleague", id);
    this.chat.show(id, null, id);
    this.draw();
  }

  draw() {
    const chip = (person) => {
      const unread = unreadIn(person.id, null);
      return el(
        "button",
        { type: "button", class: "person", "aria-pressed": String(person.id === this.current), data: { person: person.id }, onclick: () => this.choose(person.id) },
        avatar(person),
        el("span", {}, person.name),
        unread ? el("i", { class: "badge", "aria-label": say("unread", { count: unread }) }, String(unread)) : null,
      );
    };
    this.people.replaceChildren(...staff().map(chip));
    this.people.setAttribute("aria-label", say("whose_chat"));
    rove(this.people, '[aria-pressed="true"]');
    this.drawHead();
  }

  drawHead() {
    const person = world.people.get(this.current);
    if (!person) return;
    const role = say(`role_${person.role}`);
    const line = person.role === "admin" ? say("colleague_admin", { role }) : `${role} · ${world.bot.name}`;
    this.chat.header.replaceChildren(...head(avatar(world.bot, "bot"), say("chat_of", { name: person.name }), this.isTyping ? say("typing") : line));
  }
}

