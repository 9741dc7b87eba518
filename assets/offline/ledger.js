/**
 * Writes down what the county has said: of a command by its receipt, of a photo by its upload. After
 * each, whether the items concerned are still open.
 */
import { emit } from "./bus.js";
import { countyNow } from "./wire.js";
import { isAsked, isOpen } from "./item.js";
import { write } from "./db.js";

/** @typedef {import("./db.js").Store} Store */
/** @typedef {import("./types.js").Receipt} Receipt */

/** A digest that the county finds wrong is sent again this often before a person is asked. */
const MOST_WRONG = 3;

/**
 * Inside a transaction over outbox and uploads: notes on these items whether they are finished, and whether the county
 * asks something about them.
 * @param {Store} store
 * @param {any[]} rows
 */
export async function settle(store, rows) {
  const named = [...new Set(rows.flatMap((row) => row.photos))];
  const uploads = await store.uploads.where("sha256").anyOf(named).toArray();
  const byPhoto = new Map(uploads.map((upload) => [upload.sha256, upload]));
  for (const row of rows) {
    const open = isOpen(row, byPhoto) ? 1 : 0;
    const done_at = open ? null : (row.done_at ?? countyNow());
    await store.outbox.put({ ...row, open, done_at, asked: isAsked(row) ? 1 : 0 });
  }
}

/** @param {any} row @param {Receipt} receipt */
function afterReceipt(row, receipt) {
  const mismatch = receipt.status === "rejected" && receipt.errors?.some((one) => one.code === "digest_mismatch");
  if (mismatch && row.wrong < MOST_WRONG) return { ...row, wrong: row.wrong + 1 };
  return { ...row, text: receipt.status, receipt, tries: 0, sentence: "" };
}

const FINAL = ["stored", "duplicate"];

/**
 * Whether a receipt is news of this very content. Old news does not undo newer: what is stored stays so.
 * @param {any} row @param {Receipt} receipt
 */
const isNews = (row, receipt) =>
  row !== undefined &&
  row.text !== "corrected" &&
  receipt.digest === row.digest &&
  (!FINAL.includes(row.text) || FINAL.includes(receipt.status));

/**
 * Inside a transaction over outbox and uploads: receipts, fresh or by way of the pull.
 * @param {Store} store
 * @param {Receipt[]} receipts
 */
export async function noteReceipts(store, receipts) {
  const rows = await store.outbox.bulkGet(receipts.map((receipt) => receipt.id));
  const changed = receipts.flatMap((receipt, at) => (isNews(rows[at], receipt) ? [afterReceipt(rows[at], receipt)] : []));
  await settle(store, changed);
  return changed.length;
}

const TABLES = ["outbox", "uploads"];

/** @param {Store} store @param {Receipt[]} receipts */
export async function takeReceipts(store, receipts) {
  await write(store, TABLES, () => noteReceipts(store, receipts));
  emit("outbox");
}

/**
 * What has become of a command's sending, short of a receipt.
 * @param {Store} store @param {string} id @param {Record<string, any>} change
 */
export async function noteItem(store, id, change) {
  await write(store, TABLES, async () => {
    const row = await store.outbox.get(id);
    if (row) await settle(store, [{ ...row, ...change }]);
  });
  emit("outbox", { id });
}

/**
 * What has become of a photo's sending.
 * @param {Store} store @param {string} sha256 @param {Record<string, any>} change
 */
export async function noteUpload(store, sha256, change) {
  await write(store, TABLES, async () => {
    const upload = await store.uploads.get(sha256);
    if (!upload) return;
    await store.uploads.put({ ...upload, ...change });
    if (!change.state) return;
    const open = await store.outbox.where("open").equals(1).toArray();
    await settle(store, open.filter((row) => row.photos.includes(sha256)));
  });
  emit("outbox", { sha256 });
}

/**
 * Inside a transaction over outbox and uploads: photos of visits saved here that the county misses although it
 * was said to have them are sent again, as long as they are on the phone.
 * @param {Store} store @param {Map<string, string[]>} missingOf sha256 by visit
 */
export async function noteMissing(store, missingOf) {
  const own = await store.outbox.where("id").anyOf([...missingOf.keys()]).primaryKeys();
  const missing = own.flatMap((id) => missingOf.get(id) ?? []);
  const uploads = await store.uploads.where("sha256").anyOf(missing).and((one) => one.state === "done").toArray();
  const here = await store.blobs.where("sha256").anyOf(uploads.map((one) => one.sha256)).primaryKeys();
  if (!here.length) return;
  await store.uploads.where("sha256").anyOf(here).modify({ state: "phone", offset: 0, next_at: 0 });
  const rows = await store.outbox.toArray();
  await settle(store, rows.filter((row) => row.photos.some((/** @type {string} */ one) => here.includes(one))));
}

/**
 * Inside a transaction over the outbox: visits that were corrected, on another phone perhaps, are asked about no more.
 * @param {Store} store @param {Map<string, string>} correctedBy by visit
 */
export async function noteCorrected(store, correctedBy) {
  if (!correctedBy.size) return;
  await store.outbox
    .where("id")
    .anyOf([...correctedBy.keys()])
    .modify((row) => Object.assign(row, { corrected_by: correctedBy.get(row.id), asked: 0 }));
}

/**
 * The county has gone back to a backup: what it was said to have, it may have lost. Everything that the
 * phone still keeps is sent again; whatever is there already comes back as a duplicate.
 * @param {Store} store
 */
export async function sendAllAgain(store) {
  await write(store, [...TABLES, "blobs", "commands"], async () => {
    const bodies = await store.commands.toCollection().primaryKeys();
    const here = await store.blobs.toCollection().primaryKeys();
    const again = { state: "phone", offset: 0, tries: 0, next_at: 0 };
    await store.uploads.where("sha256").anyOf(here).and((one) => one.state === "done").modify(again);
    const rows = await store.outbox.where("id").anyOf(bodies).toArray();
    const sent = rows.filter((row) => !["phone", "corrected"].includes(row.text));
    await settle(store, sent.map((row) => ({ ...row, text: "phone", tries: 0, next_at: 0, done_at: null })));
  });
  emit("outbox");
}
