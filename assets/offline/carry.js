/**
 * Carries sealed work to the county, whoever has opened the app, signed in or not: of everybody on this phone whose
 * own sending cannot. Small containers go together, large ones in pieces like photos; each goes until the county has
 * said that it has it. What it does not take now stays.
 */
import { emit } from "./bus.js";
import { backoff, now } from "./clock.js";
import { keep, personStore, phoneStore } from "./db.js";
import { joined } from "./envelope.js";
import { ifFree } from "./locks.js";
import { readyCopies } from "./sealed.js";
import { NoAnswer, patience, request } from "./wire.js";

/** @typedef {import("./db.js").Store} Store */
/** @typedef {import("./sealed.js").Copy} Copy */
/** @typedef {import("./wire.js").Answer} Answer */
/** @typedef {{store: Store, signal: AbortSignal}} Way */

const SMALL = 48_000;
const MOST = 200_000;
/** The first piece holds the header, by which the county knows whose it is; more might be in vain. */
const FIRST = 4_096;
const PIECE = 65_536;
const MOST_STALLS = 5;
const MONTH = 30 * 24 * 3600_000;
const TAKEN = ["stored", "duplicate", "held", "orphaned", "conflict"];
const URL = "/api/sync/sealed";
const WAITING = ["ready", "draft"];

/** @param {Copy} copy @param {any} receipt */
const isOf = (copy, receipt) => receipt?.id === copy.name && receipt.kind === copy.kind && receipt.sealed === copy.digest;

/** @param {Store} store @param {Copy} copy @param {Partial<Copy>} change */
const note = (store, copy, change) => keep(store, () => store.sealed.update(copy.id, change));

/** @param {Store} store @param {Copy} copy */
const putOff = (store, copy) => note(store, copy, { tries: copy.tries + 1, next_at: now() + 1 + backoff(copy.tries + 1) });

/**
 * A sealed copy whose seal broke on the way is not the command itself: it is tried again, then left to its owner.
 * @param {Store} store @param {Copy} copy @param {any} receipt
 */
async function heard(store, copy, receipt) {
  if (receipt && TAKEN.includes(receipt.status)) await note(store, copy, { state: "stored", receipt });
  else if (receipt?.status === "rejected" && !isSealFault(receipt)) await note(store, copy, { state: "rejected", receipt });
  else await putOff(store, copy);
}

/** @param {any} receipt */
const isSealFault = (receipt) =>
  receipt.errors?.some((/** @type {any} */ one) => ["malformed", "seal_broken", "wrong_signature", "wrong_content"].includes(one.code));

/** @param {Store} store @param {Copy[]} copies @param {Answer} answer */
async function answered(store, copies, answer) {
  const receipts = Array.isArray(answer.json?.receipts) ? answer.json.receipts : null;
  if (answer.json === null || (answer.status === 200 && !receipts)) throw new NoAnswer("stranger");
  for (const copy of copies) await heard(store, copy, receipts?.find((/** @type {any} */ one) => isOf(copy, one)));
  // Too fast, or not now: the rest of this round would only hear the same.
  if (answer.status === 429 || answer.status >= 500) throw new NoAnswer("stopped");
}

/** @param {Way} way @param {Copy[]} copies */
async function post({ store, signal }, copies) {
  const body = joined(...copies.map((one) => one.bytes));
  const headers = { "content-type": "application/octet-stream" };
  await answered(store, copies, await request("POST", URL, { body, headers, signal, timeout: patience(body.length) }));
}

/** @param {Answer} answer */
const offsetIn = (answer) => Number(answer.headers.get("upload-offset") ?? NaN);

/** @param {Way} way @param {Copy} copy */
async function sendPieces({ store, signal }, copy) {
  const path = `${URL}/${copy.sum}`;
  const length = copy.bytes.length;
  let at = offsetIn(await request("HEAD", path, { signal }));
  if (!Number.isInteger(at)) throw new NoAnswer("stranger");
  for (let stalls = 0; stalls < MOST_STALLS; ) {
    const body = copy.bytes.slice(at, at + (at ? PIECE : FIRST));
    const headers = { "content-type": "application/offset+octet-stream", "upload-offset": String(at), "upload-length": String(length) };
    const answer = await request("PATCH", path, { body, headers, signal, timeout: patience(body.length) });
    const reached = offsetIn(answer);
    if (answer.status === 200 || (answer.status !== 409 && answer.status >= 300)) return answered(store, [copy], answer);
    if (!Number.isInteger(reached)) throw new NoAnswer("stranger");
    stalls = reached > at ? 0 : stalls + 1;
    at = reached;
  }
  return putOff(store, copy);
}

/** @param {Store} store @param {boolean} own its owner is at work here and sends by the ordinary way */
async function toCarry(store, own) {
  const ids = await readyCopies(store);
  const known = own ? await knownHere(store) : new Set();
  return ids.filter((/** @type {string} */ id) => !known.has(id)).sort();
}

/** What its owner's own outbox still knows of. @param {Store} store */
async function knownHere(store) {
  const rows = await keep(store, () => store.outbox.toCollection().primaryKeys());
  const photos = await keep(store, () => store.uploads.toCollection().primaryKeys());
  return new Set([...rows.map((id) => `command:${id}`), ...photos.map((sum) => `photo:${sum}`)]);
}

/** Words before pictures; a few at a time, so that a phone with much on it does not hold it all in memory. @param {Way} way @param {string[]} ids */
async function carryAll(way, ids) {
  const { store } = way;
  let batch = /** @type {Copy[]} */ ([]);
  let size = 0;
  const flush = async () => {
    if (batch.length) await post(way, batch);
    batch = [];
    size = 0;
  };
  for (const id of ids) {
    const copy = await keep(store, () => store.sealed.get(id));
    if (!copy || !WAITING.includes(copy.state) || copy.next_at > now()) continue;
    if (copy.bytes.length > SMALL) {
      await flush();
      await sendPieces(way, copy);
      continue;
    }
    if (size + copy.bytes.length > MOST) await flush();
    batch.push(copy);
    size += copy.bytes.length;
  }
  await flush();
}

/** What the county has, of somebody who does not come back to this phone. @param {Store} store */
async function forgetOld(store) {
  const old = await keep(store, () => store.sealed.where("state").anyOf("stored", "rejected").and((one) => one.made_at < now() - MONTH).primaryKeys());
  if (old.length) await keep(store, () => store.sealed.bulkDelete(old));
}

/** Everybody who has worked on this phone. @returns {Promise<string[]>} */
export const people = () => keep(phoneStore(), () => phoneStore().users.toCollection().primaryKeys());

/**
 * @param {AbortSignal} signal
 * @param {string | null} owner who is at work, in whose round this is
 * @param {boolean} [shutOut] whose own sending cannot: the county wants another sign-in
 * @returns {Promise<boolean>} whether anything was carried
 */
export async function carry(signal, owner, shutOut = false) {
  let any = false;
  for (const id of await people()) {
    const store = personStore(id);
    const ids = await toCarry(store, id === owner && !shutOut);
    if (!ids.length) continue;
    const carryThese = () => carryAll({ store, signal }, ids);
    // The owner's own round holds this lock already; nobody else may send beside it.
    await (id === owner ? carryThese() : ifFree(store, "send", carryThese));
    await forgetOld(store);
    any = true;
  }
  if (any) emit("outbox");
  return any;
}

/** How many sealed items of everybody on this phone wait to be carried. */
export async function waitingCopies() {
  let count = 0;
  for (const id of await people()) count += (await readyCopies(personStore(id))).length;
  return count;
}

/**
 * All that waits, of everybody on this phone, as one sealed file.
 * @returns {Promise<{name: string, blob: Blob, items: number} | null>} null where nothing waits
 */
export async function rescueFile() {
  const parts = [];
  for (const id of await people()) {
    const store = personStore(id);
    const all = await keep(store, async () => store.sealed.bulkGet(await readyCopies(store)));
    parts.push(...all.sort((/** @type {Copy} */ a, /** @type {Copy} */ b) => (a.id < b.id ? -1 : 1)).map((/** @type {Copy} */ one) => one.bytes));
  }
  if (!parts.length) return null;
  const day = new Date(now() + 8 * 3600_000).toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 13);
  return { name: `ruhutong-${day}.rht`, blob: new Blob(parts, { type: "application/octet-stream" }), items: parts.length };
}
