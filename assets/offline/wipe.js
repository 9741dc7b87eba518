/**
 * Takes what a person has on this phone away: the wraps of their key first, so that what is left could not be read
 * in any case, then the rows themselves. What is sealed for the county stays, and is sent by whoever opens the app.
 */
import { emit } from "./bus.js";
import { sha256, utf8 } from "./canonical.js";
import { keep, personStore, phoneStore, write } from "./db.js";
import { letGo } from "./keyring.js";
import { forgetOld } from "./legacy.js";
import { copyId } from "./sealed.js";

/** What can be read without the person's key, and holds nothing that they could be known by. */
const STAYS = ["sealed", "leases"];

/**
 * Whether all that the county does not have yet is sealed for it, so that nothing of it is lost without the key.
 * @param {import("./db.js").Store} store
 */
export async function allSealed(store) {
  const sealed = new Set(await keep(store, () => store.sealed.toCollection().primaryKeys()));
  const open = await keep(store, () => store.outbox.where("open").equals(1).toArray());
  const uploads = new Map((await keep(store, () => store.uploads.toArray())).map((one) => [one.sha256, one.state]));
  const texts = open.filter((row) => row.text === "phone").map((row) => row.id);
  const photos = open.flatMap((row) => row.photos).filter((sha256) => uploads.get(sha256) === "phone");
  const wanted = [...texts.map((id) => copyId("command", id)), ...photos.map((sha256) => copyId("photo", sha256))];
  return wanted.every((id) => sealed.has(id));
}

/**
 * Why a phone was emptied: its owner left, too many wrong passwords, too long without the county, or the county said so.
 * @typedef {"left" | "tries" | "days" | "revoked"} Why
 */

/** @param {string} userId @param {Why} why */
async function destroyWraps(userId, why) {
  const phone = phoneStore();
  const { username, named: before } = (await keep(phone, () => phone.users.get(userId))) ?? {};
  const named = username ? await sha256(utf8(username)) : before;
  await keep(phone, () =>
    phone.transaction("rw", ["users", "state"], async () => {
      const row = await phone.users.get(userId);
      // The device keeps its number for its owner, whose name is not kept: only what it is recognised by.
      if (row) await phone.users.put({ id: userId, username: "", named, device_id: row.device_id });
      if ((await phone.state.get("current"))?.value === userId) await phone.state.delete("current");
      await phone.state.put({ key: "wiped", value: { why } });
    }),
  );
}

/** Why this phone was emptied, until somebody comes in again. @returns {Promise<Why | null>} */
export const wiped = async () => (await keep(phoneStore(), () => phoneStore().state.get("wiped")))?.value.why ?? null;

/** @param {string} userId @param {Why} why */
export async function wipe(userId, why) {
  await destroyWraps(userId, why);
  await letGo(userId);
  const store = personStore(userId);
  await keep(store, () => store.open());
  // Whoever only leaves comes back with the same phone; in other hands it can sign nothing any more.
  const stays = why === "left" ? [...STAYS, "keys"] : STAYS;
  const tables = store.tables.map((table) => table.name).filter((name) => !stays.includes(name));
  await write(store, tables, () => Promise.all(tables.map((name) => store[name].clear())));
  await forgetOld(userId);
  emit("session");
}
