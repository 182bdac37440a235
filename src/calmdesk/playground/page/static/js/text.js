// Texts with what is marked in them. Only the kinds named here become elements; everything else stays text.

import { el } from "./dom.js";
import { say } from "./words.js";
import { toast } from "./popups.js";

/** Copy something, and say so. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = el("textarea", { value: text, class: "aside" });
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  toast(say("copied"));
}

const plain = (tag) => (inside) => el(tag, {}, inside);

function link(address) {
  return (inside, use) => el("button", { type: "button", class: "link", title: address, onclick: () => use.link(address) }, inside);
}

function code(tag) {
  return (inside, use, text) => el(tag, { class: "copies", title: say("copy"), onclick: () => copy(text).then(() => use.copied(text)) }, inside);
}

const KINDS = {
  bold: plain("b"),
  italic: plain("i"),
  underline: plain("u"),
  strikethrough: plain("s"),
  blockquote: plain("blockquote"),
  expandable_blockquote(inside) {
    const quote = el("blockquote", { class: "folded", onclick: () => quote.classList.toggle("folded") }, inside);
    return quote;
  },
  code: code("code"),
  pre: code("pre"),
  spoiler(inside) {
    const hidden = el("span", { class: "spoiler", role: "button", tabIndex: 0, title: say("spoiler") }, inside);
    const show = () => hidden.classList.add("shown");
    hidden.addEventListener("click", show);
    hidden.addEventListener("keydown", (event) => event.key === "Enter" && show());
    return hidden;
  },
  text_link: (inside, use, text, entity) => link(entity.url)(inside, use),
  url: (inside, use, text) => link(text)(inside, use),
  text_mention: (inside) => el("span", { class: "mention" }, inside),
  mention: (inside) => el("span", { class: "mention" }, inside),
  hashtag: (inside) => el("span", { class: "mention" }, inside),
  bot_command: (inside, use, text) => el("button", { type: "button", class: "link", onclick: () => use.command(text) }, inside),
};

/** Return a text as nodes; offsets count UTF-16 units, as strings do here. `use` says what links and commands do. */
export function marked(text, entities, use) {
  return between(text, 0, text.length, [...entities], use);
}

function between(text, start, end, entities, use) {
  const nodes = [];
  let at = start;
  while (entities.length > 0) {
    const entity = entities.shift();
    const last = Math.min(entity.offset + entity.length, end);
    if (entity.offset < at || entity.offset >= end) continue;
    if (entity.offset > at) nodes.push(text.slice(at, entity.offset));
    const within = [];
    while (entities.length > 0 && entities[0].offset < last) within.push(entities.shift());
    const inside = between(text, entity.offset, last, within, use);
    const make = Object.hasOwn(KINDS, entity.type) ? KINDS[entity.type] : null;
    if (make) nodes.push(make(inside, use, text.slice(entity.offset, last), entity));
    else nodes.push(...inside);
    at = last;
    // The line break after a block belongs to the block.
    if (["blockquote", "expandable_blockquote", "pre"].includes(entity.type) && text[at] === "\n") at += 1;
  }
  if (at < end) nodes.push(text.slice(at, end));
  return nodes;
}
