/**
 * What the phone keeps. One small database belongs to the phone (who has worked here), and each person
 * has one of their own: a shared phone never shows or sends one person's work as another's.
 *
 * All that is personal lies sealed (sealing.js): without the person's key only ids, states and counters can be read.
 *
 * Schema versions only ever add. Every write is on the disk before its promise is kept ("strict").
 */
import Dexie from "dexie";
import { isLostConnection, OfflineError, tell } from "./errors.js";
import { moveHouse } from "./legacy.js";
import { sealing } from "./sealing.js";

/** @typedef {import("dexie").Dexie & Record<string, import("dexie").Table<any, any>>} Store */

const OPTIONS = /** @type {any} */ ({ chromeTransactionDurability: "strict" });

/**
 * The person's tables.
 * - rows: what was pulled, one row per (type, id); `gen` is the full pull in which it last came
 * - drafts; photos (a picture's place in a draft or command), blobs (its bytes), thumbs, raws (as
 *   taken, until made smaller), uploads (how much of it the county has)
 * - commands (frozen bodies), outbox (what has become of them; `open` is 1 until wholly received)
 * - returned: pictures that came back, for as long as their author has not settled them
 * - sealed: copies of what is not sent yet, closed to all but the county; read without any key, carried by anybody
 * - keys: the phone's own key pair
 * - meta: cursor, heads of the command chains; leases: where the browser has no locks
 * - snapshots: the rows that every start needs, sealed as one
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

/** @type {WeakMap<Store, string>} */
const owners = new WeakMap();

/** Whose store it is. @param {Store} store @returns {string} */
export const ownerOf = (store) => /** @type {string} */ (owners.get(store));

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

/** The phone's own store: users with the wraps of their keys, and the session of the moment. */
export const phoneStore = () =>
  openStore("ruhutong_phone", (store) => {
    store.version(1).stores({ users: "id, username", state: "key" });
    store.on("ready", (opened) => moveHouse(/** @type {any} */ (opened)), true);
  });

/** @param {string} userId */
export const personStore = (userId) =>
  openStore(`ruhutong-of-${userId}`, (store) => {
    store.version(1).stores(PERSON);
    store.version(2).stores({ outbox: `${PERSON.outbox}, asked`, returned: "sha256" });
    store.version(3).stores({ sealed: "id, kind, state", keys: "name" });
    store.version(4).stores({ snapshots: "key" });
    store.use(sealing(userId));
    owners.set(store, userId);
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

/**
 * Rows as they lie, sealed: only their plain fields say anything.
 * @param {Store} store @param {string} table @param {(kept: any) => boolean} wanted
 * @returns {Promise<any[]>}
 */
export async function peek(store, table, wanted) {
  const db = await keep(store, async () => (await store.open()).backendDB());
  return new Promise((done, failed) => {
    const request = db.transaction(table).objectStore(table).getAll();
    request.onsuccess = () => done(request.result.filter(wanted));
    request.onerror = () => failed(tell(request.error));
  });
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
