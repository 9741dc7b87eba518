/**
 * The rows that every start needs, sealed as one: the browser opens two megabytes of one piece many times quicker than
 * three thousand pieces one by one. It holds for as long as the rows are what they were (their stamp).
 */
import { utf8 } from "./canonical.js";
import { after, uuid7 } from "./clock.js";
import { ownerOf, read, write } from "./db.js";
import { isQuota } from "./errors.js";
import { keyOf } from "./keyring.js";
import { openBytes, sealBytes } from "./seal.js";
import { placeOf } from "./sealing.js";

/** @typedef {import("./db.js").Store} Store */

const KEY = "rows";
/** Writing it must not hold up what somebody is waiting for. */
const SOON = 3_000;

/** Inside a transaction over rows and meta: what was put together of the rows holds no more. @param {Store} store */
export const rowsChanged = (store) => store.meta.put({ key: KEY, value: uuid7() });

/** Inside a transaction over meta: which rows these are. @param {Store} store @returns {Promise<string | null>} */
export const rowsStamp = async (store) => (await store.meta.get(KEY))?.value ?? null;

/** @param {string} stamp */
const placeAt = (stamp) => placeOf("snapshots", `${KEY}:${stamp}`, 0);

/**
 * The rows as they were put together, when that still holds.
 * @param {Store} store
 * @returns {Promise<any | null>}
 */
export async function readSnapshot(store) {
  const [stamp, kept] = await read(store, ["meta", "snapshots"], () => Promise.all([rowsStamp(store), store.snapshots.get(KEY)]));
  if (!kept || !stamp || kept.stamp !== stamp) return null;
  try {
    const bytes = await openBytes(keyOf(ownerOf(store)), placeAt(stamp), kept.data);
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    console.warn("the rows are read one by one:", String(error));
    return null;
  }
}

/** @param {Store} store @param {string | null} known @param {any} rows */
async function put(store, known, rows) {
  const stamp = known ?? uuid7();
  const data = await sealBytes(keyOf(ownerOf(store)), placeAt(stamp), utf8(JSON.stringify(rows)));
  await write(store, ["meta", "snapshots"], async () => {
    if ((await rowsStamp(store)) !== known) return;
    if (!known) await store.meta.put({ key: KEY, value: stamp });
    await store.snapshots.put({ key: KEY, stamp, data });
  });
}

let forget = () => {};

/** Puts the rows together for the next start, in a while; only the last that were read. @param {Store} store @param {string | null} stamp @param {any} rows */
export function keepSnapshot(store, stamp, rows) {
  forget();
  forget = after(SOON, () => {
    put(store, stamp, rows).catch((error) => {
      // Only a quicker start is lost: where room is short it is not worth a word.
      if (!isQuota(error)) console.debug("no snapshot:", String(error));
    });
  });
}
