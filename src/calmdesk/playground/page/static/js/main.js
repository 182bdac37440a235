// The page put together.

import { ColleaguePane } from "./colleague.js";
import { CustomerPane } from "./customer.js";
import { DeskPane } from "./desk.js";
import { el } from "./dom.js";
import { act, listen } from "./link.js";
import { askPerson, toast } from "./popups.js";
import { remember, remembered } from "./place.js";
import { customers, on, staff, unreadIn, world } from "./state.js";
import { storyList } from "./stories.js";
import { matchTongues } from "./tongue.js";
import { choose, firstLanguage, onLanguage, say, speak } from "./words.js";

const PANES = ["customer", "desk", "colleague"];
const panes = document.querySelector("main");
const tabs = document.getElementById("tabs");

const desk = new DeskPane({ link, copied });
const customer = new CustomerPane({ link, copied, chosen: (id) => desk.follow(world.people.get(id)) });
const colleague = new ColleaguePane({ link, copied });

/** Go where a link leads within this Telegram; other addresses aren't opened. */
function link(address) {
  const url = URL.canParse(address) ? new URL(address) : null;
  const [first, , topic] = url?.hostname === "t.me" ? url.pathname.slice(1).split("/") : [];
  if (first === "c" && world.topics.has(Number(topic))) {
    desk.open(Number(topic));
    show("desk");
  } else if (!copied(address)) {
    toast(say("link_outside"));
  }
}

/** Ask who uses an invitation that was copied or tapped; return whether it was one. */
function copied(text) {
  const url = URL.canParse(text) ? new URL(text) : null;
  const payload = url?.hostname === "t.me" && url.pathname === `/${world.bot.username}` ? url.searchParams.get("start") : null;
  if (payload) invited(payload);
  return Boolean(payload);
}

async function invited(payload) {
  const asked = await askPerson(say("invited_title"), say("invited_hint"), say("new_colleague"));
  const come = asked && (await act("come", { ...asked, payload }));
  if (come) colleague.choose(come.id);
}

// Narrow screens show one pane at a time.

function show(name) {
  panes.dataset.shown = name;
  remember("shown", name);
  drawTabs();
  for (const pane of [customer, desk, colleague]) pane.chat.scrolled();
}

function unreadOf(name) {
  const people = { customer: customers(), colleague: staff() }[name];
  const counts = people ? people.map((one) => unreadIn(one.id, null)) : [...world.topics.keys()].map((topic) => unreadIn(world.group.id, topic));
  return counts.reduce((sum, count) => sum + count, 0);
}

function drawTabs() {
  const tab = (name) => {
    const unread = unreadOf(name);
    return el(
      "button",
      { type: "button", "aria-pressed": String(panes.dataset.shown === name), data: { tab: name }, onclick: () => show(name) },
      say(name),
      unread ? el("i", { class: "badge", "aria-label": say("unread", { count: unread }) }, String(unread)) : null,
    );
  };
  tabs.replaceChildren(...PANES.map(tab));
}

// Language and theme

const language = document.getElementById("language");
const theme = document.getElementById("theme");
language.value = firstLanguage();
language.addEventListener("change", () => choose(language.value));
theme.value = localStorage.getItem("calmdesk.theme") ?? "auto";
theme.addEventListener("change", () => {
  localStorage.setItem("calmdesk.theme", theme.value);
  document.documentElement.dataset.theme = theme.value;
});
document.documentElement.dataset.theme = theme.value;

onLanguage(drawTabs);
on("all", () => {
  panes.dataset.shown = remembered("shown", panes.dataset.shown);
  drawTabs();
});
on("unread", drawTabs);
on("person", drawTabs);
on("all", () => (document.documentElement.dataset.ready = "true"));
storyList((id) => customer.choose(id));
matchTongues((spoken) => (language.value = spoken));
speak(language.value);
listen();
