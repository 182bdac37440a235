// What comes up over the page: toasts, boxes, menus, pictures, and the form for somebody new.

import { el, icon } from "./dom.js";
import { say } from "./words.js";

const [STAYS, TO_READ] = [1400, 60];

/** Show a line for as long as it takes to read it, in a chat's place for such lines or over the page; the next one takes its place. */
export function toast(text, kind = "", place = document.getElementById("toasts")) {
  const shown = el("p", { class: `toast ${kind}` }, text);
  place.replaceChildren(shown);
  const stays = STAYS + TO_READ * text.length;
  setTimeout(() => shown.classList.add("gone"), stays);
  setTimeout(() => shown.remove(), stays + 300);
}

function open(dialog) {
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.showModal();
  return dialog;
}

/** Show a box that has to be closed. */
export function box(text) {
  open(
    el(
      "dialog",
      { class: "box", "aria-label": "calmdesk" },
      el("p", {}, text),
      el("form", { method: "dialog", class: "answers" }, el("button", { class: "plain strong" }, say("ok"))),
    ),
  );
}


/** Show a picture as large as it fits. */
export function picture(address, label) {
  const dialog = el(
    "dialog",
    { class: "picture", "aria-label": label },
    el("form", { method: "dialog" }, el("button", { class: "round", "aria-label": say("close"), title: say("close") }, icon("close"))),
    el("img", { src: address, alt: label }),
  );
  open(dialog);
}

/** Open a menu beside an element; items are {label, icon, run, bad} or null. */
export function menu(beside, items, label = say("more"), shape = "") {
  const list = el("div", { class: `menu ${shape}`, role: "menu", popover: "auto", "aria-label": label });
  for (const item of items.filter(Boolean)) {
    const choose = () => {
      list.hidePopover();
      item.run();
    };
    const shown = item.node ?? (item.icon ? icon(item.icon) : null);
    list.append(
      el("button", { type: "button", role: "menuitem", class: item.bad ? "bad" : "", title: item.title, onclick: choose }, shown, el("span", {}, item.label)),
    );
  }
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...list.children];
    all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
  });
  list.addEventListener("toggle", (event) => {
    if (event.newState === "closed") {
      list.remove();
      beside.setAttribute("aria-expanded", "false");
    }
  });
  document.body.append(list);
  list.showPopover();
  beside.setAttribute("aria-expanded", "true");
  near(list, beside);
  list.querySelector("button")?.focus({ preventScroll: true });
}

function near(list, beside) {
  const at = beside.getBoundingClientRect();
  const size = list.getBoundingClientRect();
  const left = Math.max(8, Math.min(at.left, innerWidth - size.width - 8));
  const below = at.bottom + 4 + size.height < innerHeight;
  list.style.left = `${left}px`;
  list.style.top = `${Math.max(8, below ? at.bottom + 4 : at.top - size.height - 4)}px`;
}

const CAPTION = 1024;

/** Show a file before it goes out, and ask what is to stand below it; return {caption, seconds}, or null where it isn't sent. */
export function askCaption(file, as, begun) {
  return new Promise((answer) => {
    const address = URL.createObjectURL(file);
    let given = null;
    const shown = {
      photo: () => el("img", { class: "preview", src: address, alt: file.name }),
      voice: () => el("audio", { class: "preview", src: address, controls: true }),
      file: () => el("p", { class: "preview-file" }, icon("file"), file.name),
    }[as]();
    const caption = el("textarea", {
      rows: 2, value: begun, placeholder: say("caption"), "aria-label": say("caption"),
      oninput: () => caption.setCustomValidity(caption.value.length > CAPTION ? say("caption_long", { count: CAPTION }) : ""),
      onkeydown: (event) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        form.requestSubmit();
      },
    });
    const form = el(
      "form",
      { method: "dialog", onsubmit: () => (given = { caption: as === "voice" ? "" : caption.value.trim(), seconds: Math.round(shown.duration || 1) }) },
      shown,
      as === "voice" ? null : caption,
      el(
        "div",
        { class: "answers" },
        el("button", { type: "button", class: "plain", onclick: () => dialog.close() }, say("cancel")),
        el("button", { class: "plain strong", id: "send-file" }, say("send")),
      ),
    );
    const dialog = el("dialog", { class: "box", "aria-label": say({ photo: "photo", voice: "voice_word", file: "file" }[as]) }, form);
    dialog.addEventListener("close", () => {
      URL.revokeObjectURL(address);
      answer(given);
    });
    open(dialog);
    caption.dispatchEvent(new Event("input"));
    (caption.isConnected ? caption : form.querySelector(".strong")).focus();
  });
}

const LANGUAGES = ["zh-hans", "zh-hant", "en"];

/** Ask who comes in; return {name, language}, or null. */
export function askPerson(title, hint, suggested) {
  return new Promise((answer) => {
    const name = el("input", { name: "name", required: true, maxLength: 60, value: suggested, autocomplete: "off", id: "new-name" });
    const language = el(
      "select",
      { name: "language", id: "new-language" },
      LANGUAGES.map((one) => el("option", { value: one, selected: one === say("new_language") }, say(one))),
    );
    let given = null;
    const form = el(
      "form",
      {
        method: "dialog",
        onsubmit: () => (given = name.value.trim() ? { name: name.value.trim(), language: language.value } : null),
      },
      el("h2", {}, title),
      hint ? el("p", { class: "hint" }, hint) : null,
      el("label", { htmlFor: "new-name" }, say("name"), name),
      el("label", { htmlFor: "new-language" }, say("their_language"), language),
      el(
        "div",
        { class: "answers" },
        el("button", { type: "button", class: "plain", onclick: () => dialog.close() }, say("cancel")),
        el("button", { class: "plain strong", id: "new-come" }, say("come")),
      ),
    );
    const dialog = el("dialog", { class: "box", "aria-label": title }, form);
    dialog.addEventListener("close", () => answer(given));
    open(dialog);
    name.select();
  });
}
