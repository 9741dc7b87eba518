/**
 * The data keys of those at work, in memory only. A tab that opens asks the other tabs, and the service
 * worker, which holds a key for the moments of a reload; none of it is ever written down.
 */
import { tellHere } from "./bus.js";
import { after } from "./clock.js";
import { OfflineError } from "./errors.js";
import { keyFrom } from "./seal.js";

/** @typedef {import("./seal.js").Key} Key */

const CHANNEL = "ruhutong-keys";
/** Who is asked answers within a moment, or is asleep. */
const PATIENCE = 1_000;

/** @type {Map<string, Key>} */
const held = new Map();
/** @type {Map<string, () => void>} ends the sign by which other tabs know that this one holds the key */
const signs = new Map();
/** @type {Map<string, Promise<Key | null>>} */
const asking = new Map();
/** @type {Map<string, (key: Key) => void>} */
const waiting = new Map();
/** @type {Set<() => void>} */
const forgetting = new Set();
/** @type {Set<() => Promise<any>>} */
const finishing = new Set();
/** Whose key is about to go: it is given to nobody any more. @type {Set<string>} */
const going = new Set();
/** The question that the other tabs were asked last. @type {Map<string, string>} */
const asked = new Map();
/** How often a key has gone from here: an answer to what was asked before comes too late. @type {Map<string, number>} */
const partings = new Map();
/** @type {BroadcastChannel | null} */
let channel = null;
let closed = false;
/** Until when the service worker may give a key away; set by the idle lock. */
let until = Infinity;

/** What a tab remembers in the clear is forgotten with the key. @param {() => void} forget */
export function onLocked(forget) {
  forgetting.add(forget);
}

/** What is under way is finished before the key goes: words that were just typed. @param {() => Promise<any>} finish */
export function beforeLock(finish) {
  finishing.add(finish);
}

function open() {
  if (closed || channel || typeof BroadcastChannel === "undefined") return;
  channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }) => void heard(data);
  // Under Node a listening channel would keep a test run alive.
  /** @type {any} */ (channel).unref?.();
}

/** @param {{want?: string, question?: string, key?: string, lock?: string, raw?: Uint8Array<ArrayBuffer>}} news */
async function heard({ want, question, key, lock, raw }) {
  if (want && held.has(want) && !going.has(want)) say({ key: want, raw: held.get(want)?.raw, question });
  if (key && raw && !held.has(key) && (!question || question === asked.get(key))) {
    const before = partings.get(key);
    const made = await keyFrom(raw);
    if (partings.get(key) === before) {
      await put(key, made);
      tellHere("session");
    }
  }
  if (lock) {
    // Also where no key is held yet: one that is on its way in comes too late.
    const open = held.has(lock);
    await part(lock);
    if (open) tellHere("session");
  }
}

const finished = () => Promise.allSettled([...finishing].map((finish) => finish()));

/** @param {Record<string, any>} news */
function say(news) {
  open();
  channel?.postMessage(news);
}

/** The service worker in charge; none on the first visit, over http and under Node. */
const worker = () => globalThis.navigator?.serviceWorker?.controller ?? null;

/** @param {string} userId */
const signOf = (userId) => `ruhutong-key:${userId}`;

/** @param {string} userId */
function showSign(userId) {
  const locks = globalThis.navigator?.locks;
  if (!locks || signs.has(userId)) return;
  /** @type {() => void} */
  let end = () => {};
  const lasting = new Promise((done) => (end = () => done(null)));
  signs.set(userId, end);
  void locks.request(signOf(userId), { mode: "shared" }, () => lasting);
}

/** @param {string} userId @returns {Promise<boolean>} whether another tab holds this key, or may */
async function heldElsewhere(userId) {
  const locks = globalThis.navigator?.locks;
  if (!locks) return channel !== null;
  return ((await locks.query()).held ?? []).some((lock) => lock.name === signOf(userId));
}

/** @param {string} userId @param {Key} key */
async function put(userId, key) {
  if (closed) return;
  held.set(userId, key);
  waiting.get(userId)?.(key);
  showSign(userId);
}

/** @param {string} userId */
function drop(userId) {
  const known = held.delete(userId);
  asking.delete(userId);
  signs.get(userId)?.();
  signs.delete(userId);
  if (known) for (const forget of forgetting) forget();
}

/** The service worker first, or a tab that has just let the key go would get it back from there. @param {string} userId */
async function part(userId) {
  going.add(userId);
  partings.set(userId, (partings.get(userId) ?? 0) + 1);
  asked.delete(userId);
  worker()?.postMessage({ type: "key-drop", user: userId });
  if (held.has(userId)) await finished();
  drop(userId);
  going.delete(userId);
}

/** Whoever has unlocked unlocks every tab. @param {string} userId @param {Key} key */
export async function hold(userId, key) {
  await put(userId, key);
  say({ key: userId, raw: key.raw });
  lend();
}

/** The keys are gone, in every tab and in the service worker. @param {string} userId */
export async function letGo(userId) {
  say({ lock: userId });
  await part(userId);
}

/** Gives the keys to the service worker's memory, for the page that comes after this one. @param {number} [limit] when it has to forget them */
export function lend(limit = until) {
  until = limit;
  for (const [user, { raw }] of held) worker()?.postMessage({ type: "key-hold", user, raw, until: Math.min(until, 8.64e15) });
}

/** @param {string} userId @returns {Promise<Key | null>} */
function askWorker(userId) {
  const found = worker();
  if (!found) return Promise.resolve(null);
  return new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    const forget = after(PATIENCE, () => done(null));
    port1.onmessage = ({ data }) => {
      forget();
      done(data?.raw ? keyFrom(data.raw) : null);
    };
    found.postMessage({ type: "key-want", user: userId }, [port2]);
  });
}

/** @param {string} userId @returns {Promise<Key | null>} */
async function askTabs(userId) {
  open();
  if (!(await heldElsewhere(userId))) return null;
  return new Promise((done) => {
    const forget = after(PATIENCE, () => done(null));
    waiting.set(userId, (key) => {
      forget();
      done(key);
    });
    const question = crypto.randomUUID();
    asked.set(userId, question);
    say({ want: userId, question });
  });
}

/** @param {string} userId */
async function ask(userId) {
  const before = partings.get(userId);
  const key = await Promise.any([askWorker(userId), askTabs(userId)].map((one) => one.then((found) => found ?? Promise.reject()))).catch(() => null);
  waiting.delete(userId);
  if (key && !held.has(userId) && partings.get(userId) === before) await put(userId, key);
  return held.get(userId) ?? null;
}

/**
 * A person's key: held here, or got from another tab or the service worker, who are asked once.
 * @param {string} userId
 * @returns {Promise<Key | null>} null: locked
 */
export async function findKey(userId) {
  const here = held.get(userId);
  if (here) return here;
  open();
  const answer = asking.get(userId) ?? ask(userId);
  asking.set(userId, answer);
  await answer;
  return held.get(userId) ?? null;
}

/** @param {string} userId @returns {Key} */
export function keyOf(userId) {
  const key = held.get(userId);
  if (!key) throw new OfflineError("locked");
  return key;
}

/** A key that does not open what is here: another tab was left over from before. @param {string} userId */
export const discardKey = (userId) => drop(userId);

/** Forgets all and hangs up, for a tab that ends. */
export function closeKeyring() {
  closed = true;
  for (const userId of [...held.keys()]) drop(userId);
  asking.clear();
  channel?.close();
  channel = null;
}
