/**
 * A picture's bytes as they lie on the phone: sealed before they enter a transaction, opened after they have left it.
 */
import { ownerOf } from "./db.js";
import { keyOf } from "./keyring.js";
import { openBytes, sealBytes } from "./seal.js";
import { placeOf } from "./sealing.js";

/** @typedef {import("./db.js").Store} Store */
/** @typedef {"blobs" | "thumbs" | "returned" | "raws"} Table */

/** A picture is named by what it is, so there is only one version of it. */
const ONLY = 0;

/** @param {Store} store @param {Table} table @param {string} id @param {ArrayBuffer} bytes */
export const sealPicture = (store, table, id, bytes) => sealBytes(keyOf(ownerOf(store)), placeOf(table, id, ONLY), bytes);

/** @param {Store} store @param {Table} table @param {string} id @param {ArrayBuffer} sealed */
export const openPicture = (store, table, id, sealed) => openBytes(keyOf(ownerOf(store)), placeOf(table, id, ONLY), sealed);

/** @type {Record<string, ["sha256" | "id", "data" | "bytes"]>} */
const BYTES = { blobs: ["sha256", "data"], thumbs: ["sha256", "data"], returned: ["sha256", "data"], raws: ["id", "bytes"] };

/** Any row with its picture sealed. @param {Store} store @param {string} table @param {any} row */
export async function sealRow(store, table, row) {
  const [id, bytes] = BYTES[table] ?? [];
  if (!id || !row[bytes]) return row;
  return { ...row, [bytes]: await sealPicture(store, /** @type {Table} */ (table), row[id], row[bytes]) };
}
