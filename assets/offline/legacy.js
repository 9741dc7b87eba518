/**
 * Phones from before the encryption: what lies there in the clear moves, sealed, into stores of new names, and the
 * old stores are deleted, which also clears what the browser still keeps of deleted rows.
 *
 * Whose phone it is moves at once; a person's work when they next come in, since only then is there a key.
 */
import Dexie from "dexie";
import { isQuota, OfflineError } from "./errors.js";

/** @typedef {import("./db.js").Store} Store */

const PHONE = "ruhutong";
const OPTIONS = /** @type {any} */ ({ chromeTransactionDurability: "strict" });
const MOVED = "moved";

/** Pictures are large: one at a time; other rows by the hundred. @type {[string, number][]} */
const TABLES = [
  ["meta", 100], ["rows", 200], ["drafts", 20], ["commands", 50], ["outbox", 100], ["photos", 100], ["uploads", 100],
  ["raws", 1], ["blobs", 1], ["thumbs", 20], ["returned", 1], ["keys", 1], ["sealed", 1],
];

/** @param {string} userId */
const personName = (userId) => `${PHONE}-${userId}`;

/** A store of the old kind, as it is; null where there is none. @param {string} name @returns {Promise<Store | null>} */
async function oldStore(name) {
  if (!(await Dexie.exists(name))) return null;
  const store = /** @type {Store} */ (new Dexie(name, OPTIONS));
  return store.open().then(() => store);
}

/**
 * Called before the phone's own store is used for the first time. The people stay where they are until they come in:
 * their names are only known there.
 * @param {Store} phone
 */
export async function moveHouse(phone) {
  if (await phone.state.get(MOVED)) return;
  const old = await oldStore(PHONE);
  const users = old ? await old.table("users").toArray() : [];
  const state = old ? await old.table("state").toArray() : [];
  old?.close();
  const people = users.map((/** @type {any} */ { user: _user, ...rest }) => ({ ...rest, old: true }));
  await phone.transaction("rw", ["users", "state"], async () => {
    await phone.users.bulkPut(people);
    await phone.state.bulkPut([...state, { key: MOVED, value: true }]);
  });
}

/** What the phone knew of a person. @param {string} userId @returns {Promise<any>} */
export async function oldUser(userId) {
  const old = await oldStore(PHONE);
  const row = await old?.table("users").get(userId);
  old?.close();
  return row?.user ?? null;
}

/** Each batch is in the new store before it leaves the old one, so that a killed browser loses none. @param {Store} old @param {Store} store @param {string} table @param {number} size @param {(table: string, row: any) => Promise<any>} sealed */
async function moveTable(old, store, table, size, sealed) {
  for (;;) {
    const rows = await old.table(table).limit(size).toArray();
    if (!rows.length) return;
    const ready = await Promise.all(rows.map((/** @type {any} */ row) => sealed(table, row)));
    const keys = await old.table(table).limit(size).primaryKeys();
    await store[table].bulkPut(ready);
    await old.table(table).bulkDelete(keys);
  }
}

/**
 * A person's work, from the old store into theirs.
 * @param {string} userId @param {Store} store
 * @param {(table: string, row: any) => Promise<any>} sealed a row whose picture is sealed
 */
export async function movePerson(userId, store, sealed) {
  const old = await oldStore(personName(userId));
  if (old) {
    const there = new Set(old.tables.map((table) => table.name));
    try {
      for (const [table, size] of TABLES) if (there.has(table)) await moveTable(old, store, table, size, sealed);
    } catch (error) {
      throw isQuota(error) ? new OfflineError("storage_full", undefined, { cause: error }) : error;
    } finally {
      old.close();
    }
  }
  await forgetOld(userId);
}

/** Nothing of a person is left in the clear. @param {string} userId */
export async function forgetOld(userId) {
  await Dexie.delete(personName(userId));
  const old = await oldStore(PHONE);
  if (!old) return;
  await old.table("users").delete(userId);
  const left = await old.table("users").count();
  old.close();
  if (!left) await Dexie.delete(PHONE);
}
