// The way to the server and back: acts are posted, what happens comes as server-sent events.

import { takeAll, takeLine, takeNow } from "./state.js";
import { say } from "./words.js";
import { toast } from "./popups.js";

/** For whom this page acted last: only what they caused may change what is open here. */
export const acted = { by: null };

const [SHORT, LONG, AGAIN] = [500, 6000, 1000];
const lost = document.getElementById("lost");
let source = null;
let waiting = [];

/** Listen to the world, again and again until it can be heard. */
export function listen() {
  source = new EventSource("live");
  source.addEventListener("all", (event) => takeAll(JSON.parse(event.data)));
  source.addEventListener("now", (event) => takeNow(JSON.parse(event.data)));
  source.addEventListener("open", () => heard(true));
  source.addEventListener("error", () => {
    heard(false);
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, AGAIN); // the browser tries again by itself only where nobody answers
  });
}
addEventListener("pagehide", () => source.close());

/** Say so while the world can't be heard: soon in the chats' heads, and after a while what to do. A desk that starts anew is back before. */
function heard(whether) {
  if (whether) {
    waiting.forEach(clearTimeout);
    waiting = [];
    takeLine(true);
    lost.hidden = true;
  } else if (waiting.length === 0) {
    waiting = [setTimeout(() => takeLine(false), SHORT), setTimeout(() => (lost.hidden = false), LONG)];
  }
}

async function answerOf(request) {
  let answer;
  try {
    const response = await request;
    answer = await response.json();
  } catch {
    answer = { error: say("offline") };
  }
  if (answer.error) {
    toast(say("failed", { why: answer.error }), "bad");
    return null;
  }
  return answer;
}

/** Have somebody do something; return the answer, or null where it wasn't done (the reason is shown). */
export function act(name, asked) {
  acted.by = asked.by ?? acted.by;
  const body = JSON.stringify(asked);
  return answerOf(fetch(`do/${name}`, { method: "POST", headers: { "Content-Type": "application/json" }, body }));
}

/** Send a picture or a file. */
export function upload(file, { by, topic, as, caption, seconds }) {
  acted.by = by;
  const form = new FormData();
  form.append("by", by);
  if (topic !== null && topic !== undefined) form.append("topic", topic);
  form.append("as", as);
  form.append("caption", caption);
  form.append("seconds", seconds);
  form.append("file", file, file.name);
  return answerOf(fetch("do/upload", { method: "POST", body: form }));
}
