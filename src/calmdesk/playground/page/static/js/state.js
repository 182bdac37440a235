// What the page knows of the world, kept up to date by the server's events.

import { recall, remember, remembered } from "./place.js";

export const world = {
  id: "",
  connected: true,
  bot: { id: 0, name: "", username: "" },
  group: { id: 0, title: "" },
  people: new Map(),
  topics: new Map(),
  chats: new Map(),
  pinned: new Map(),
  stories: new Map(),
  desk: { language: "", chosen: true, lasts: false, close: "", giveUp: [], waits: 0 },
};
const listeners = new Map();

/** Call something when the world changes: all, message, deleted, topic, person, pinned, action, story, menu, unread, line. */
export function on(kind, listener) {
  listeners.set(kind, [...(listeners.get(kind) ?? []), listener]);
}

function tell(kind, ...detail) {
  for (const listener of listeners.get(kind) ?? []) listener(...detail);
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

/** Return which of those with the same name a customer is, from 1. */
export function numberOf(person) {
  return customers().filter((one) => one.name === person.name).indexOf(person) + 1;
}

/** Return what a customer is called here: of several with one name, the later ones have a number. */
export function called(person) {
  const number = numberOf(person);
  return number > 1 ? `${person.name} ${number}` : person.name;
}

/** Return a customer's topic. */
export function topicOf(person) {
  return topicsNamed(person.name)[writersNamed(person.name).indexOf(person)];
}

/** Return the customer whose topic this is. */
export function customerOf(topic) {
  const name = topic && customers().find((person) => bears(topic, person.name))?.name;
  return name && writersNamed(name)[topicsNamed(name).indexOf(topic)];
}

// Of customers with one name, the first who wrote has the first topic.

function topicsNamed(name) {
  return [...world.topics.values()].filter((topic) => bears(topic, name)).sort((one, other) => one.id - other.id);
}

function writersNamed(name) {
  const begun = (person) => messagesIn(person.id, null)[0]?.id;
  return customers().filter((person) => person.name === name && begun(person)).sort((one, other) => begun(one) - begun(other));
}

function bears(topic, name) {
  return topic.name.split(" · ")[0].endsWith(` ${name}`);
}

function unread(chat, topic) {
  const upTo = remembered("read", {})[key(chat, topic)] ?? 0;
  return messagesIn(chat, topic).filter((message) => message.id > upTo && message.from?.bot && !message.service);
}

/** Return how many messages of a place nobody has looked at. */
export function unreadIn(chat, topic) {
  return unread(chat, topic).length;
}

/** Return the first message of a place that nobody has looked at. */
export function firstUnread(chat, topic) {
  return unread(chat, topic)[0]?.id;
}

/** Note that a place has been looked at, down to a message. */
export function read(chat, topic, upTo) {
  const [place, all, before] = [key(chat, topic), remembered("read", {}), unreadIn(chat, topic)];
  if ((all[place] ?? 0) >= upTo) return;
  remember("read", { ...all, [place]: upTo });
  if (unreadIn(chat, topic) !== before) tell("unread");
}

/** Take all that is there for read: nobody was here before. */
function readAll() {
  const all = {};
  for (const chat of world.chats.values()) for (const message of chat.values()) all[key(message.chat, message.topic)] = message.id;
  remember("read", all);
}

function keep(message) {
  if (!world.chats.has(message.chat)) world.chats.set(message.chat, new Map());
  const chat = world.chats.get(message.chat);
  const before = chat.get(message.id);
  chat.set(message.id, message);
  return before;
}

/** Take over everything that there is; who listens is told whether it is the world that was here before, heard again. */
export function takeAll(all) {
  const [known, same] = [recall(all.id), world.id === all.id];
  world.id = all.id;
  Object.assign(world.bot, all.bot);
  Object.assign(world.desk, all.desk);
  Object.assign(world.group, all.group);
  for (const map of [world.people, world.topics, world.chats, world.pinned, world.stories]) map.clear();
  for (const person of all.people) world.people.set(person.id, person);
  for (const topic of all.topics) world.topics.set(topic.id, topic);
  for (const message of all.messages) keep(message);
  for (const { chat, ids } of all.pinned) world.pinned.set(chat, ids);
  for (const story of all.stories) world.stories.set(story.id, story);
  if (!known) readAll();
  tell("all", same);
}

/** Note whether the world can be heard. */
export function takeLine(connected) {
  if (world.connected === connected) return;
  world.connected = connected;
  tell("line");
}

const TAKES = {
  message({ message }) {
    const before = keep(message);
    tell("message", message, before);
    if (!before) tell("unread");
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
