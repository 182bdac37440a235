// The guided stories: the list, the bar that plays one, and the line that says where to look.

import { avatar, el, icon, iconButton } from "./dom.js";
import { act } from "./link.js";
import { on, world } from "./state.js";
import { mine, onLanguage, say } from "./words.js";

let current = null;
const listeners = [];

function changed() {
  for (const listener of listeners) listener();
}

/** Return the story that is being played. */
export function playing() {
  return current === null ? null : (world.stories.get(current) ?? null);
}

async function next(id, choose) {
  current = id;
  const played = await act("story", { story: id });
  if (played) choose(played.customer);
  changed();
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
  listeners.push(() =>
    list.replaceChildren(
      el("h2", {}, say("stories_title")),
      el("p", { class: "hint" }, say("stories_hint")),
      el("div", { class: "story-list" }, [...world.stories.values()].map(entry)),
    ),
  );
}

/** The bar over the customer's chat that plays a story. */
export class StoryBar {
  constructor(choose) {
    this.choose = choose;
    this.element = el("div", { class: "story-bar", hidden: true });
    listeners.push(() => this.draw());
  }

  draw() {
    const story = playing();
    this.element.hidden = !story;
    if (!story) return;
    const over = story.played === story.turns.length;
    const coming = over ? null : story.turns[story.played];
    const dots = story.turns.map((_, place) => el("i", { class: place < story.played ? "done" : "" }));
    const put = () => {
      current = null;
      changed();
    };
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
        iconButton("close", say("stop_story"), put),
      ),
      el("div", { class: "story-next" }, el("p", {}, over ? say("story_over") : `${coming.photo ? "🖼 " : ""}${coming.text}`), go),
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
    const story = playing();
    const turn = story && story.played > 0 ? story.turns[story.played - 1] : null;
    this.element.hidden = !turn || this.person() !== story.customer;
    if (this.element.hidden) return;
    this.element.replaceChildren(
      icon("eye"),
      el("p", {}, mine(turn.hint)),
      el("button", { type: "button", class: "plain", onclick: () => this.look() }, say("look")),
    );
  }
}
