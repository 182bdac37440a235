// The guided stories: the list, the bar that plays one, and the line that says where to look.

import { avatar, el, icon, iconButton, rove } from "./dom.js";
import { act, acted } from "./link.js";
import { remember, remembered } from "./place.js";
import { on, world } from "./state.js";
import { mine, onLanguage, say, speaks } from "./words.js";

const listeners = [];

function changed() {
  for (const listener of listeners) listener();
}

/** Return the story that a customer is in, unless it was put away. */
function storyOf(customer) {
  const story = customer && [...world.stories.values()].find((one) => one.customer === customer);
  return story && !remembered("away", []).includes(customer) ? story : null;
}

function putAway(customer, away) {
  const others = remembered("away", []).filter((one) => one !== customer);
  remember("away", away ? [...others, customer] : others);
  changed();
}

async function next(id, choose) {
  const played = await act("story", { story: id });
  if (!played) return;
  acted.by = played.customer;
  putAway(played.customer, false);
  choose(played.customer);
}

on("all", changed);
on("story", changed);
onLanguage(changed);

/** Fill the list that comes up over the page. */
export function storyList(choose) {
  const list = document.getElementById("stories");
  const begin = (story) => () => {
    list.hidePopover();
    next(story.id, choose);
  };
  const entry = (story) =>
    el(
      "button",
      { type: "button", class: "story", data: { story: story.id }, onclick: begin(story) },
      avatar({ id: story.title.length * 3 + story.id.length, name: story.name }),
      el("span", {}, el("b", {}, story.title), el("small", {}, story.about)),
      el("em", {}, say(story.language)),
    );
  listeners.push(() => {
    const familiarFirst = [...world.stories.values()].sort((one, other) => speaks(other.language) - speaks(one.language));
    const entries = el("div", { class: "story-list" }, familiarFirst.map(entry));
    list.replaceChildren(
      el("div", { class: "sheet-head" }, el("h2", {}, say("stories_title")), iconButton("close", "close", () => list.hidePopover())),
      el("p", { class: "hint" }, say("stories_hint")),
      entries,
    );
    rove(entries, ".story");
  });
  list.addEventListener("toggle", (event) => event.newState === "open" && list.querySelector(".story")?.focus({ focusVisible: false }));
}

/** The bar over the customer's chat that plays a story. */
export class StoryBar {
  /** `person` returns whose telephone it is. */
  constructor(choose, person) {
    [this.choose, this.person] = [choose, person];
    this.element = el("div", { class: "story-bar", hidden: true });
    listeners.push(() => this.draw());
  }

  draw() {
    const story = storyOf(this.person());
    this.element.hidden = !story;
    if (!story) return;
    const over = story.played === story.turns.length;
    const coming = over ? null : story.turns[story.played];
    const dots = story.turns.map((_, place) => el("i", { class: place < story.played ? "done" : "" }));
    const go = el(
      "button",
      { type: "button", class: "chip strong", id: "next-turn", onclick: () => next(story.id, this.choose) },
      icon("play"),
      say(over ? "again" : story.played ? "next_turn" : "begin_story"),
    );
    this.element.replaceChildren(
      el(
        "div",
        { class: "story-head" },
        el("b", {}, story.title),
        el("span", { class: "dots", role: "img", "aria-label": say("turn", { number: story.played, count: story.turns.length }) }, dots),
        iconButton("close", "stop_story", () => putAway(story.customer, true)),
      ),
      over
        ? el("div", { class: "story-next ended" }, el("p", {}, say("story_over", { close: world.desk.close })), go)
        : el("div", { class: "story-next" }, el("p", {}, `${coming.photo ? "🖼 " : ""}${coming.text}`), go),
    );
  }
}

/** The line over the topic that says what to look at. */
export class StoryHint {
  /** `look` brings the card into sight; `person` returns whose topic is open. */
  constructor(look, person) {
    [this.look, this.person] = [look, person];
    this.element = el("div", { class: "story-hint", hidden: true });
    listeners.push(() => this.draw());
  }

  draw() {
    const story = storyOf(this.person());
    const turn = story?.turns[story.played - 1];
    this.element.hidden = !turn;
    if (!turn) return;
    this.element.replaceChildren(
      icon("eye"),
      el("p", {}, mine(turn.hint)),
      el("button", { type: "button", class: "plain", onclick: () => this.look() }, say("look")),
    );
  }
}
