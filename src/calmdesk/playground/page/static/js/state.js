// What the page knows of the world, kept up to date by the server's events.

export const world = {
  bot: { id: 0, name: "", username: "" },
  group: { id: 0, title: "" },
  people: new Map(),
  topics: new Map(),
  chats: new Map(),
  pinned: new Map(),
  stories: new Map(),
  unread: new Map(),
};
const listeners = new Map();
const viewers = [];

/** Call something when the world changes: all, message, deleted, topic, person, pinned, action, story, menu, unread. */
export function on(kind, listener) {
  listeners.set(kind, [...(listeners.get(kind) ?? []), listener]);
}

function tell(kind, ...detail) {
  for (const listener of listeners.get(kind) ?? []) listener(...detail);
}

/** Tell the state how to ask whether somebody looks at a place now. */
export function viewer(looksAt) {
  viewers.push(looksAt);
}

/** Return the key of a place: a chat, or a topic in it. */
export function key(chat, topic) {
  return `${chat}/${topic ?? 0}`;
}

/** Return the messages of a place, the oldest first. */
export function messagesIn(chat, topic) {
  const all = [...(world.chats.get(chat)?.values() ?? [])];
  return topic === null || topic === undefined ? all : all.filter((message) => message.topic === topic);
}

/** Return the newest message that somebody wrote in a place. */
export function lastIn(chat, topic) {
  return messagesIn(chat, topic).findLast((message) => !message.service);
}

/** Return the customers, or the staff. */
export function customers() {
  return [...world.people.values()].filter((person) => person.role === null);
}

/** Return the staff. */
export function staff() {
  return [...world.people.values()].filter((person) => person.role !== null);
}

/** Return a customer's topic: the newest that bears the name. */
export function topicOf(person) {
  return [...world.topics.values()].findLast((topic) => bears(topic, person));
}

/** Return the customer whose topic this is: the newest who is called so. */
export function customerOf(topic) {
  return topic && customers().findLast((person) => bears(topic, person));
}

function bears(topic, person) {
  return topic.name.split(" · ")[0].endsWith(` ${person.name}`);
}

/** Return how many messages of a place nobody has looked at. */
export function unreadIn(chat, topic) {
  return world.unread.get(key(chat, topic))?.count ?? 0;
}

/** Note that a place has been looked at. */
export function read(place) {
  if (world.unread.delete(place)) tell("unread");
}

function keep(message) {
  if (!world.chats.has(message.chat)) world.chats.set(message.chat, new Map());
  const chat = world.chats.get(message.chat);
  const before = chat.get(message.id);
  chat.set(message.id, message);
  return before;
}

/** Take over everything that there is. */
export function takeAll(all) {
  Object.assign(world.bot, all.bot);
  Object.assign(world.group, all.group);
  for (const map of [world.people, world.topics, world.chats, world.pinned, world.stories]) map.clear();
  for (const person of all.people) world.people.set(person.id, person);
  for (const topic of all.topics) world.topics.set(topic.id, topic);
  for (const message of all.messages) keep(message);
  for (const { chat, ids } of all.pinned) world.pinned.set(chat, ids);
  for (const story of all.stories) world.stories.set(story.id, story);
  tell("all");
}

const TAKES = {
  message({ message }) {
    const before = keep(message);
    const place = key(message.chat, message.topic);
    tell("message", message, before);
    if (!before && message.from?.bot && !message.service && !viewers.some((looksAt) => looksAt(place))) {
      const unread = world.unread.get(place) ?? { count: 0, first: message.id };
      world.unread.set(place, { ...unread, count: unread.count + 1 });
      tell("unread");
    }
  },
  deleted({ chat, id, topic }) {
    world.chats.get(chat)?.delete(id);
    tell("deleted", chat, id, topic);
  },
  topic({ topic }) {
    const before = world.topics.get(topic.id);
    if (topic.deleted) world.topics.delete(topic.id);
    else world.topics.set(topic.id, topic);
    tell("topic", topic, before);
  },
  person({ person }) {
    world.people.set(person.id, person);
    tell("person", person);
  },
  pinned({ chat, ids }) {
    world.pinned.set(chat, ids);
    tell("pinned", chat);
  },
  action(event) {
    tell("action", event);
  },
  story({ story }) {
    world.stories.set(story.id, story);
    tell("story", story);
  },
  menu() {
    tell("menu");
  },
};

/** Take in something that happened. */
export function takeNow(event) {
  TAKES[event.kind]?.(event);
}
