// The desk's language beside the page's: on the first visit they become one, later a line offers to start the desk in the page's.

import { el, iconButton } from "./dom.js";
import { act } from "./link.js";
import { remember, remembered } from "./place.js";
import { customers, messagesIn, on, world } from "./state.js";
import { languageFor, onLanguage, say, speak, wasChosen } from "./words.js";

const line = document.getElementById("tongue");

const restart = () => act("restart", { language: say("desk_language") });
const same = () => languageFor([world.desk.language]) === languageFor([say("desk_language")]);
const untouched = () => !world.desk.lasts && customers().every((person) => messagesIn(person.id, null).length === 0);

function draw() {
  line.hidden = !world.desk.language || same() || remembered("tongue_away", "") === say("desk_language");
  if (line.hidden) return;
  line.replaceChildren(
    el("span", {}, say("tongue", { language: say(`in_${languageFor([world.desk.language])}`) })),
    el("button", { type: "button", class: "chip strong", id: "restart", onclick: restart }, say(world.desk.lasts ? "restart" : "restart_fresh")),
    iconButton("close", "close", () => {
      remember("tongue_away", say("desk_language"));
      draw();
    }),
  );
}

/** Keep the line as it should be; `follow` shows in which language the page has begun to speak. */
export function matchTongues(follow) {
  on("all", () => {
    if (!wasChosen() && !same()) {
      if (world.desk.chosen) follow(speak(languageFor([world.desk.language])));
      else if (untouched()) restart();
    }
    draw();
  });
  onLanguage(draw);
}
