// The page's words, by language; elements with data-word follow when the language changes.

const ALL = JSON.parse(document.getElementById("words").textContent);
const LANGUAGES = Object.keys(ALL);
const listeners = [];
let current = LANGUAGES[0];

/** Return a word or a sentence, names put in. */
export function say(key, values = {}) {
  const text = ALL[current][key] ?? ALL[LANGUAGES[0]][key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
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

/** Return the language that was chosen, or the first of the browser's that there is. */
export function firstLanguage() {
  const kept = localStorage.getItem("calmdesk.language");
  if (LANGUAGES.includes(kept)) return kept;
  for (const wanted of navigator.languages ?? []) {
    const found = LANGUAGES.find((one) => ALL[one].tags.split(" ").some((tag) => wanted.toLowerCase().startsWith(tag)));
    if (found) return found;
  }
  return LANGUAGES[0];
}

/** Speak another language. */
export function speak(language) {
  current = language;
  localStorage.setItem("calmdesk.language", language);
  document.documentElement.lang = language;
  document.title = say("title");
  for (const one of document.querySelectorAll("[data-word]")) one.textContent = say(one.dataset.word);
  for (const one of document.querySelectorAll("[data-word-label]")) one.setAttribute("aria-label", say(one.dataset.wordLabel));
  for (const listener of listeners) listener();
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
