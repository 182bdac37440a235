// Elements are only ever made here. Strings become text nodes, so nothing that a person wrote is read as markup.

import { say } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";

/** Make an element: properties, `on…` listeners, `class`, `data`, attributes with a dash; children are elements or text. */
export function el(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "class") made.className = value;
    else if (name === "data") Object.assign(made.dataset, value);
    else if (name === "color") made.style.setProperty("--color", value);
    else if (name in made && !name.includes("-")) made[name] = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** Make an icon of the page's own set. */
export function icon(name) {
  const made = document.createElementNS(SVG, "svg");
  made.setAttribute("class", `icon icon-${name}`);
  made.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  made.append(use);
  return made;
}

/** Make a button that shows an icon and says a word, in the page's language, to those who don't see it. */
export function iconButton(name, word, onclick, extra = {}) {
  const said = { title: say(word), "aria-label": say(word), data: { wordLabel: word } };
  return el("button", { type: "button", class: "round", ...said, onclick, ...extra }, icon(name));
}

const HUES = ["#e06c60", "#e28a3f", "#8f7ae0", "#55a84f", "#35a5b3", "#4b8fdc", "#d86595"];

/** Return the colour that a person has wherever they are shown. */
export function colorOf(id) {
  return HUES[Math.abs(id) % HUES.length];
}

/** Return the sign on a person's picture: the name's first letter. */
export function initial(name) {
  return [...name.trim()][0] ?? "?";
}

/** Make a person's picture. */
export function avatar(person, extra = "") {
  return el("span", { class: `avatar ${extra}`, color: colorOf(person.id), "aria-hidden": "true" }, initial(person.name));
}

const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

/** Let the tab key stop once in a row of buttons, at the chosen one; the arrows go on from there. */
export function rove(row, chosen) {
  const all = [...row.querySelectorAll("button")];
  const stop = all.find((one) => one.matches(chosen)) ?? all[0];
  for (const one of all) one.tabIndex = one === stop ? 0 : -1;
  row.onkeydown = (event) => {
    const step = STEPS[event.key];
    const at = all.indexOf(document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    all[(at + step + all.length) % all.length].focus();
  };
}
