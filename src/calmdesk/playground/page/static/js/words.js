// The page's words, by language; elements with data-word follow when the language changes.

const ALL = JSON.parse(document.getElementById("words").textContent);
const LANGUAGES = Object.keys(ALL);
const KEY = "calmdesk.language";
const listeners = [];
let current = LANGUAGES[0];

/** Return a word or a sentence, names put in; between a name in Latin letters and Han characters there is a space. */
export function say(key, values = {}) {
  const text = ALL[current][key] ?? ALL[LANGUAGES[0]][key] ?? key;
  return text.replace(/(\p{Script=Han})?\{(\w+)\}(?=(\p{Script=Han})?)/gu, (whole, before, name, after) => {
    if (!(name in values)) return whole;
    const value = String(values[name]);
    const [left, right] = [before && /^[\p{Script=Latin}\d]/u.test(value), after && /[\p{Script=Latin}\d]$/u.test(value)];
    return `${before ?? ""}${left ? " " : ""}${value}${right ? " " : ""}`;
  });
}

/** Say whether there is such a word. */
export function has(key) {
  return key in ALL[LANGUAGES[0]];
}

/** Return what is written for the page's language, of texts by language. */
export function mine(texts) {
  return texts[current] ?? texts[LANGUAGES[0]] ?? Object.values(texts)[0] ?? "";
}

/** Call something whenever the language changes. */
export function onLanguage(listener) {
  listeners.push(listener);
}

/** Return the page's language for the first of these that it speaks: the one with the longest tag that fits, so zh-TW isn't taken for zh. */
export function languageFor(wanted) {
  for (const one of wanted) {
    const fits = (language) => Math.max(0, ...ALL[language].tags.split(" ").map((tag) => (one.toLowerCase().startsWith(tag) ? tag.length : 0)));
    const best = LANGUAGES.reduce((first, other) => (fits(other) > fits(first) ? other : first));
    if (fits(best)) return best;
  }
  return LANGUAGES[0];
}

/** Say whether a language is the one that the page speaks. */
export function speaks(tag) {
  return languageFor([tag]) === current;
}

/** Say whether somebody chose the page's language. */
export function wasChosen() {
  return LANGUAGES.includes(localStorage.getItem(KEY));
}

/** Return the language that was chosen, or the first of the browser's that there is. */
export function firstLanguage() {
  return wasChosen() ? localStorage.getItem(KEY) : languageFor(navigator.languages ?? []);
}

/** Note that somebody chose a language. */
export function choose(language) {
  localStorage.setItem(KEY, language);
  speak(language);
}

/** Speak another language, and return it. */
export function speak(language) {
  current = language;
  document.documentElement.lang = language;
  document.title = say("title");
  for (const one of document.querySelectorAll("[data-word]")) one.textContent = say(one.dataset.word);
  for (const one of document.querySelectorAll("[data-word-label]")) {
    one.setAttribute("aria-label", say(one.dataset.wordLabel));
    if (one.title) one.title = say(one.dataset.wordLabel);
  }
  for (const listener of listeners) listener();
  return language;
}

/** Return the time of day. */
export function clock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString(current, { hour: "2-digit", minute: "2-digit", hour12: false });
}

/** Return a day as people say it. */
export function day(seconds) {
  const then = new Date(seconds * 1000);
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(then).setHours(0, 0, 0, 0)) / 86400000);
  if (days === 0) return say("today");
  if (days === 1) return say("yesterday");
  return then.toLocaleDateString(current, { month: "long", day: "numeric" });
}
