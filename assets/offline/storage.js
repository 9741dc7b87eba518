/**
 * Room on the phone. What the county has, and has in its backup, may go; when room is short, photos that
 * the county has go first, and it is said. What it does not have never goes.
 */
import { emit } from "./bus.js";
import { keep, readMeta, write } from "./db.js";
import { forgetDiscarded } from "./drafts.js";
import { countyNow } from "./wire.js";

/** @typedef {import("./db.js").Store} Store */

const KEEP_FOR = 30 * 24 * 3600_000;
const SHORT_SHARE = 0.8;
const SHORT_FREE = 200_000_000;
const PHOTO = 300_000;

const SHORT = "手机空间快满了，删掉一些不用的照片或视频。";
const FREED = "手机空间不够，县里已收到的照片先从手机里拿掉了，文字都在。";

/** @param {() => Promise<any> | undefined} question */
async function maybe(question) {
  try {
    return (await question()) ?? null;
  } catch {
    return null; // not told by this browser, or refused in a private window: the same to us
  }
}

/**
 * How much room there is. Every figure is null where the browser does not tell.
 * @returns {Promise<import("./types.js").Space>}
 */
export async function space() {
  const manager = globalThis.navigator?.storage;
  const estimate = await maybe(() => manager?.estimate?.());
  const isProtected = await maybe(() => manager?.persisted?.());
  if (!estimate?.quota)
    return { used: null, free: null, photos_left: null, protected: isProtected, short: false, sentence: "" };
  const used = estimate.usage ?? 0;
  const free = Math.max(0, estimate.quota - used);
  const short = used / estimate.quota >= SHORT_SHARE || free < SHORT_FREE;
  const photos_left = Math.floor(free / PHOTO);
  return { used, free, photos_left, protected: isProtected, short, sentence: short ? SHORT : "" };
}

/** Asks the browser not to clear the store away; the answer may be no until the app is installed. @returns {Promise<boolean>} */
export async function protect() {
  const manager = globalThis.navigator?.storage;
  if (await maybe(() => manager?.persisted?.())) return true;
  return (await maybe(() => manager?.persist?.())) === true;
}

/**
 * The photos that something still needs: an unfinished item, an open draft, or a discarded one.
 * @param {Store} store
 */
async function neededPhotos(store) {
  const unfinished = new Set(await store.outbox.where("open").equals(1).primaryKeys());
  const drafts = new Set(await store.drafts.where("state").notEqual("sent").primaryKeys());
  const links = await store.photos.toArray();
  const needed = links.filter((link) =>
    link.command_id ? unfinished.has(link.command_id) : !link.removed_at && drafts.has(link.draft_id),
  );
  return new Set(needed.map((link) => link.sha256));
}

/**
 * Makes room: the bytes of photos that the county has. Their small pictures stay.
 * @param {Store} store
 * @returns {Promise<number>} how many went
 */
export async function freeSpace(store) {
  const gone = await write(store, ["outbox", "drafts", "photos", "uploads", "blobs"], async () => {
    const needed = await neededPhotos(store);
    const done = await store.uploads.where("state").equals("done").primaryKeys();
    const spare = done.filter((sha256) => !needed.has(sha256));
    const held = await store.blobs.where("sha256").anyOf(spare).primaryKeys();
    await store.blobs.bulkDelete(held);
    return held.length;
  });
  if (gone) emit("space", { sentence: FREED, photos: gone });
  return gone;
}

/** @param {any} row @param {number} safeTo */
const mayGo = (row, safeTo) => {
  if (row.open || row.done_at === null) return false;
  if (row.done_at < countyNow() - KEEP_FOR) return true;
  // What is asked about it is shown until it is answered.
  return !row.asked && row.done_at <= safeTo && ["stored", "duplicate", "corrected"].includes(row.text);
};

/** @param {Store} store @param {string[]} ids */
const dropItems = (store, ids) =>
  write(store, ["outbox", "commands", "photos", "drafts"], async () => {
    await store.outbox.bulkDelete(ids);
    await store.commands.bulkDelete(ids);
    await store.photos.where("command_id").anyOf(ids).delete();
    const sent = await store.drafts.where("state").equals("sent").toArray();
    await store.drafts.bulkDelete(sent.filter((row) => ids.includes(row.command_id)).map((row) => row.id));
  });

/** Bytes to which nothing points any more. @param {Store} store */
const dropLoosePhotos = (store) =>
  write(store, ["photos", "blobs", "thumbs", "uploads", "drafts"], async () => {
    const drafts = new Set(await store.drafts.where("state").notEqual("sent").primaryKeys());
    const links = await store.photos.toArray();
    // A photo taken out of a draft may be put back for as long as the draft is being written.
    const live = links.filter((link) => link.command_id || drafts.has(link.draft_id));
    const used = new Set(live.map((link) => link.sha256));
    const loose = (await store.uploads.toCollection().primaryKeys()).filter((sha256) => !used.has(sha256));
    const dead = links.filter((link) => !live.includes(link)).map((link) => link.id);
    await store.photos.bulkDelete(dead);
    for (const table of ["blobs", "thumbs", "uploads"]) await store[table].bulkDelete(loose);
  });

/**
 * Clears away what is safe in the county: covered by its backup (`safe_to`), or older than 30 days.
 * @param {Store} store
 */
export async function purge(store) {
  const safeTo = Date.parse((await readMeta(store, "safe_to")) ?? "") || 0;
  const closed = await keep(store, () => store.outbox.where("open").equals(0).toArray());
  const ids = closed.filter((row) => mayGo(row, safeTo)).map((row) => row.id);
  if (ids.length) await dropItems(store, ids);
  await forgetDiscarded(store);
  await dropLoosePhotos(store);
  if (ids.length) emit("outbox");
  const room = await space();
  if (room.short && !(await freeSpace(store))) emit("space", { sentence: room.sentence });
}
