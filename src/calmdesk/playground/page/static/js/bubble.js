// One message as an element.

import { avatar, colorOf, el, icon } from "./dom.js";
import { picture, toast } from "./popups.js";
import { copy, marked } from "./text.js";
import { clock, has, say } from "./words.js";

const file = (id) => `file/${encodeURIComponent(id)}`;

/** Return what stands for a file where there is no room to show it. */
export function inWords(message) {
  const kind = message.media?.kind;
  const word = kind ? `[${say(has(`${kind}_word`) ? `${kind}_word` : "document_word")}]` : "";
  if (message.service) return service(message);
  return [kind === "sticker" ? message.media.emoji : word, message.text.replaceAll("\n", " ")].filter(Boolean).join(" ");
}

function service(message) {
  const { kind, name } = message.service;
  if (kind === "forum_topic_edited" && !name) return say("service_forum_topic_edited_icon");
  return say(has(`service_${kind}`) ? `service_${kind}` : "service_other", { name });
}

function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

const seconds = (count) => `${Math.floor((count ?? 0) / 60)}:${String((count ?? 0) % 60).padStart(2, "0")}`;

function photo(media, message) {
  const address = file(media.file);
  const image = el("img", { src: address, alt: message.text || say("photo_word"), width: media.width, height: media.height, loading: "lazy" });
  return el("button", { type: "button", class: "photo", "aria-label": say("see_photo"), onclick: () => picture(address, image.alt) }, image);
}

function document_(media) {
  const name = media.file_name ?? say("document_word");
  return el(
    "a",
    { class: "file", href: file(media.file), download: name, title: say("save_file") },
    el("span", { class: "disc" }, icon("file")),
    el("span", {}, el("b", {}, name), el("small", {}, size(media.file_size ?? 0))),
  );
}

function sound(media) {
  const player = el("audio", { src: file(media.file), preload: "none" });
  const bars = Array.from({ length: 28 }, (_, place) => el("i", { data: { height: (place * 7 + (media.file_size ?? 3)) % 5 } }));
  const play = () => (player.paused ? player.play().catch(() => toast(say("cannot_play"))) : player.pause());
  const button = el("button", { type: "button", class: "disc", onclick: play });
  const draw = () => {
    button.replaceChildren(icon(player.paused ? "play" : "pause"));
    button.setAttribute("aria-label", say(player.paused ? "play" : "pause"));
  };
  for (const change of ["play", "pause", "ended"]) player.addEventListener(change, draw);
  draw();
  return el(
    "div",
    { class: "sound" },
    button,
    el("span", {}, el("span", { class: "wave", "aria-hidden": "true" }, bars), el("small", {}, seconds(media.duration))),
    player,
  );
}

const film = (media) => el("video", { src: file(media.file), controls: true, preload: "none", width: 240, height: 180 });

function card(mark, title, line) {
  return el("div", { class: "file" }, el("span", { class: "disc" }, mark), el("span", {}, el("b", {}, title), el("small", {}, line)));
}

const MEDIA = {
  photo,
  document: document_,
  voice: sound,
  audio: sound,
  video: film,
  animation: film,
  video_note: film,
  sticker: (media) => el("div", { class: "sticker" }, media.emoji ?? "🏷"),
  location: (media) => card("📍", say("location_word"), `${media.latitude}, ${media.longitude}`),
  venue: (media) => card("📍", media.title, media.address),
  contact: (media) => card("👤", media.first_name ?? say("contact_word"), media.phone_number),
};

function quote(reply, use) {
  const text = reply.text || `[${say(has(`${reply.kind}_word`) ? `${reply.kind}_word` : "document_word")}]`;
  return el("button", { type: "button", class: "quote", onclick: () => use.jump(reply.id) }, el("b", {}, reply.name), el("span", {}, text));
}

function keyboard(message, use) {
  const rows = message.buttons.map((row, line) =>
    el(
      "div",
      { class: "keys" },
      row.map((button, place) => {
        const tap = async (event) => {
          const tapped = event.currentTarget;
          if (button.kind === "copy") {
            await copy(button.value);
            use.copied(button.value);
          } else if (button.kind === "url") use.link(button.value);
          else if (button.kind === "ask" && !tapped.classList.contains("busy")) {
            tapped.classList.add("busy");
            await use.tap(message, line, place);
            tapped.classList.remove("busy");
          }
        };
        const sign = { copy: icon("copy"), url: icon("link") }[button.kind];
        return el("button", { type: "button", class: "key", data: { line, place }, onclick: tap }, el("span", {}, button.text), sign);
      }),
    ),
  );
  return rows.length > 0 ? el("div", { class: "keyboard" }, rows) : null;
}

function text(message, use) {
  const jumbo = /^\p{Extended_Pictographic}{1,3}$/u.test(message.text) && message.entities.length === 0;
  return el("div", { class: jumbo ? "text jumbo" : "text" }, marked(message.text, message.entities, use));
}

/** Make a message's element. `use` says who looks (me, group) and what links, buttons and the menu do. */
export function bubble(message, use) {
  const data = { id: message.id, from: message.from?.id ?? 0, date: message.date };
  if (message.service) return el("article", { class: "service", data }, el("span", {}, service(message)));
  const own = message.from?.id === use.me;
  const others = use.group && !own && message.from;
  const media = message.media ? (MEDIA[message.media.kind] ?? document_)(message.media, message) : null;
  const meta = el(
    "span",
    { class: "meta" },
    message.edited ? el("span", { class: "edited" }, say("edited")) : null,
    el("time", {}, clock(message.date)),
    own ? icon("check") : null,
  );
  const open = (event) => {
    event.preventDefault();
    use.menu(message, event.currentTarget);
  };
  const more = el("button", { type: "button", class: "more", tabIndex: -1, "aria-label": say("more"), title: say("more"), "aria-haspopup": "menu", onclick: open }, icon("down"));
  const bare = media && !message.text && ["photo", "sticker"].includes(message.media.kind);
  return el(
    "article",
    { class: `message ${own ? "own" : "theirs"}`, data, tabIndex: -1 },
    others ? avatar(message.from) : null,
    el(
      "div",
      { class: "stack" },
      el(
        "div",
        { class: `bubble ${bare ? `bare ${message.media.kind}-only` : ""} ${media ? `with-${message.media.kind}` : ""}`, oncontextmenu: (event) => use.context(event, message, more) },
        others ? el("div", { class: "author", color: colorOf(message.from.id) }, message.from.name) : null,
        message.origin ? el("div", { class: "origin" }, say("forwarded_from", { name: message.origin })) : null,
        message.via ? el("div", { class: "origin" }, say("via", { name: message.via })) : null,
        message.reply ? quote(message.reply, use) : null,
        media,
        message.text ? text(message, use) : null,
        meta,
        more,
      ),
      message.reactions.length > 0 ? el("div", { class: "reactions" }, message.reactions.map((one) => el("span", {}, one))) : null,
      keyboard(message, use),
    ),
  );
}
