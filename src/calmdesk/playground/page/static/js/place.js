// Where somebody is on this page: whose telephone, which topic, what was being written, what has been read. It stays through a reload
// of this tab, and a new tab begins where the last one was.

const KEY = "calmdesk.place";
let kept = { world: "" };

function read(store) {
  try {
    return JSON.parse(store.getItem(KEY));
  } catch {
    return null; // somebody else's
  }
}

/** Take up again what was left in this world; return whether anybody was here before. */
export function recall(world) {
  const found = [kept, read(sessionStorage), read(localStorage)].find((one) => one?.world === world);
  kept = found ?? { world };
  return Boolean(found);
}

/** Return what was kept under a name. */
export function remembered(name, otherwise) {
  return kept[name] ?? otherwise;
}

/** Keep something under a name. */
export function remember(name, value) {
  kept[name] = value;
  const text = JSON.stringify(kept);
  for (const store of [sessionStorage, localStorage]) {
    try {
      store.setItem(KEY, text);
    } catch {
      // full: then it stays only as long as the page does
    }
  }
}
