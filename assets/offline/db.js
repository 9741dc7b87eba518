/**
 * What the phone keeps. One small database belongs to the phone (who has worked here), and each person
 * has one of their own: a shared phone never shows or sends one person's work as another's.
 *
 * Schema versions only ever add. Every write is on the disk before its promise is kept ("strict").
 */
import Dexie from "dexie";
import { isLostConnection, OfflineError, tell } from "./errors.js";

/** @typedef {import("dexie").Dexie & Record<string, import("dexie").Table<any, any>>} Store */

const OPTIONS = /** @type {any} */ ({ chromeTransactionDurability: "strict" });

/**
 * The person's tables.
 * - rows: what was pulled, one row per (type, id); `gen` is the full pull in which it last came
 * - drafts; photos (a picture's place in a draft or command), blobs (its bytes), thumbs, raws (as
 *   taken, until made smaller), uploads (how much of it the county has)
 * - commands (frozen bodies), outbox (what has become of them; `open` is 1 until wholly received)
 * - returned: pictures that came back, for as long as their author has not settled them
 * - meta: cursor, heads of the command chains; leases: where the browser has no locks
 */
const PERSON = {
  rows: "[type+id], [type+household_id], gen",
  drafts: "id, household_id, state",
  photos: "id, draft_id, command_id, sha256",
  blobs: "sha256",
  thumbs: "sha256",
  raws: "id, draft_id",
  uploads: "sha256, state",
  commands: "id",
  outbox: "id, n, text, open, household_id",
  meta: "key",
  leases: "name",
};

/** @type {Map<string, Store>} */
const stores = new Map();

/**
 * @param {string} name
 * @param {(store: Store) => void} define
 * @returns {Store}
 */
function openStore(name, define) {
  const known = stores.get(name);
  if (known) return known;
  const store = /** @type {Store} */ (new Dexie(name, OPTIONS));
  define(store);
  // A newer version in another tab must not wait for this one; the next use opens again.
  store.on("versionchange", () => {
    store.close({ disableAutoOpen: false });
    return false;
  });
  stores.set(name, store);
  return store;
}

/** The phone's own store: users, and the session of the moment. */
export const phoneStore = () =>
  openStore("ruhutong", (store) => store.version(1).stores({ users: "id, username", state: "key" }));

/** @param {string} userId */
export const personStore = (userId) =>
  openStore(`ruhutong-${userId}`, (store) => {
    store.version(1).stores(PERSON);
    store.version(2).stores({ outbox: `${PERSON.outbox}, asked`, returned: "sha256" });
  });

/**
 * Runs work on a store, and once more when its connection was taken away in the middle. Work must
 * therefore bear being done twice: it puts by id, or looks first.
 * @template T
 * @param {Store} store
 * @param {() => PromiseLike<T>} work
 * @returns {Promise<T>}
 */
export async function keep(store, work) {
  try {
    return await work();
  } catch (error) {
    if (!isLostConnection(error)) throw tell(error);
  }
  try {
    store.close({ disableAutoOpen: false });
    await store.open();
    return await work();
  } catch (error) {
    throw tell(error);
  }
}

/**
 * One transaction over the named tables, told in sentences when it fails.
 * @template T
 * @param {Store} store
 * @param {string[]} tables
 * @param {() => PromiseLike<T>} work
 * @returns {Promise<T>}
 */
export const write = (store, tables, work) =>
  keep(store, () => /** @type {any} */ (store.transaction("rw", tables, work)));

/**
 * Several reads in one transaction: each transaction of its own costs a slow phone ten milliseconds.
 * @template T
 * @param {Store} store
 * @param {string[]} tables
 * @param {() => PromiseLike<T>} work
 * @returns {Promise<T>}
 */
export const read = (store, tables, work) => keep(store, () => /** @type {any} */ (store.transaction("r", tables, work)));

/**
 * @param {Store} store
 * @param {string} key
 * @param {any} [otherwise]
 */
export async function readMeta(store, key, otherwise = null) {
  const row = await keep(store, () => store.meta.get(key));
  return row ? row.value : otherwise;
}

/** Closes everything, for good; for tests and for a tab that ends. */
export function closeStores() {
  for (const store of stores.values()) store.close();
  stores.clear();
}

/** Fails with a sentence where the browser gives no store at all. */
export function requireStore() {
  if (typeof indexedDB === "undefined") throw new OfflineError("storage_none");
}
