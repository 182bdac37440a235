// The way to the server and back: acts are posted, what happens comes as server-sent events.

import { takeAll, takeNow } from "./state.js";
import { say } from "./words.js";
import { toast } from "./popups.js";

/** For whom this page acted last: only what they caused may change what is open here. */
export const acted = { by: null };

/** Listen to the world; say so while it can't be heard. */
export function listen() {
  const source = new EventSource("live");
  const lost = document.getElementById("lost");
  let waiting = 0;
  source.addEventListener("all", (event) => takeAll(JSON.parse(event.data)));
  source.addEventListener("now", (event) => takeNow(JSON.parse(event.data)));
  source.addEventListener("open", () => {
    clearTimeout(waiting);
    lost.hidden = true;
  });
  source.addEventListener("error", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => (lost.hidden = false), 1500);
  });
  addEventListener("pagehide", () => source.close());
}

async function answerOf(request) {
  let answer;
  try {
    const response = await request;
    answer = await response.json();
  } catch {
    answer = { error: say("lost") };
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
