// The left pane: the customers' telephones.

import { Chat, head } from "./chat.js";
import { avatar, el, icon, iconButton, rove } from "./dom.js";
import { act } from "./link.js";
import { askPerson, menu } from "./popups.js";
import { remember, remembered } from "./place.js";
import { called, customers, on, unreadIn, world } from "./state.js";
import { StoryBar } from "./stories.js";
import { onLanguage, say } from "./words.js";

/** The pane of the customers. */
export class CustomerPane {
  constructor(use) {
    this.use = use;
    this.current = null;
    this.isTyping = false;
    this.chat = new Chat({
      link: use.link,
      copied: use.copied,
      placeholder: () => say("write_customer", { name: this.person ? called(this.person) : "" }),
      emptied: () => this.emptied(),
      typing: (typing) => {
        this.isTyping = typing;
        this.drawHead();
      },
    });
    this.people = el("div", { class: "people", role: "group" });
    this.story = new StoryBar(
      (person) => this.choose(person),
      () => this.current,
    );
    this.element = document.getElementById("customer");
    this.element.append(this.people, this.story.element, this.chat.element);
    on("all", (same) => this.all(same));
    on("line", () => this.drawHead());
    on("person", () => this.draw());
    on("unread", () => this.draw());
    onLanguage(() => this.draw());
  }

  get person() {
    return world.people.get(this.current);
  }

  all(same) {
    if (!this.person) this.current = remembered("customer", null);
    if (!this.person) this.current = customers()[0]?.id ?? null;
    if (same) this.chat.resume();
    else this.chat.reset();
    this.draw();
    if (this.current !== null) this.chat.show(this.current, null, this.current);
  }

  choose(id) {
    this.current = id;
    remember("customer", id);
    this.chat.show(id, null, id);
    this.draw();
    this.use.chosen?.(id);
  }

  draw() {
    const chip = (person) => {
      const unread = unreadIn(person.id, null);
      const chosen = person.id === this.current;
      return el(
        "button",
        { type: "button", class: "person", "aria-pressed": String(chosen), data: { person: person.id }, onclick: () => this.choose(person.id) },
        avatar(person, person.blocked ? "off" : ""),
        el("span", { title: called(person) }, called(person)),
        unread ? el("i", { class: "badge", "aria-label": say("unread", { count: unread }) }, String(unread)) : null,
      );
    };
    const fresh = el(
      "button",
      { type: "button", class: "person new", id: "new-customer", onclick: () => this.invite() },
      el("span", { class: "avatar plus" }, icon("plus")),
      el("span", {}, say("new_customer")),
    );
    this.people.replaceChildren(...customers().reverse().map(chip), fresh);
    this.people.setAttribute("aria-label", say("customer"));
    rove(this.people, '[aria-pressed="true"]');
    this.people.querySelector('[aria-pressed="true"]')?.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.drawHead();
    this.chat.composer.draw();
    this.story.draw();
  }

  drawHead() {
    const person = this.person;
    if (!person) {
      this.chat.header.replaceChildren();
      return;
    }
    const line = person.blocked ? say("blocked") : `${world.bot.name} · ${say("bot")} · ${say(person.language || "en")}`;
    const more = iconButton("more", "more", () =>
      menu(more, [{ label: say(person.blocked ? "unblock" : "block"), icon: person.blocked ? "plus" : "close", bad: !person.blocked, run: () => act("block", { by: person.id }) }]),
    );
    this.chat.header.replaceChildren(...head(avatar(world.bot, "bot"), say("phone_of", { name: called(person) }), this.isTyping ? say("typing") : line, more));
  }

  emptied() {
    if (!this.person) return [];
    return [
      el("p", {}, say("empty_customer")),
      el("button", { type: "button", class: "chip strong", id: "start", onclick: () => this.chat.say("/start") }, say("start")),
      el("button", { type: "button", class: "chip", popoverTargetElement: document.getElementById("stories") }, icon("book"), say("empty_customer_2")),
    ];
  }

  async invite() {
    const taken = new Set([...world.people.values()].map((person) => person.name));
    const asked = await askPerson(say("new_customer"), "", say("new_names").split("|").find((name) => !taken.has(name)) ?? "");
    const come = asked && (await act("come", asked));
    if (come) this.choose(come.id);
  }
}
