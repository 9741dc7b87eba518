/**
 * Receives what has changed. A page is taken in whole or not at all; what is being written or has not
 * been sent is never touched by it.
 */
import { beat } from "./beat.js";
import { emit } from "./bus.js";
import { now } from "./clock.js";
import { readMeta, write } from "./db.js";
import { noteCorrected, noteMissing, noteReceipts, sendAllAgain } from "./ledger.js";
import { ask, Busy, forbidden } from "./round.js";
import { findOf } from "./search.js";
import { rowsChanged } from "./snapshot.js";
import { sentence, setStatus } from "./status.js";
import { NoAnswer } from "./wire.js";

/** @typedef {import("./round.js").Round} Round */
/** @typedef {import("./db.js").Store} Store */
/** @typedef {{type: string, id: string, version?: number | string, data?: any, gone?: boolean}} Change */
/** @typedef {{changes: Change[], cursor: string, more: boolean, safe_to?: string | null, reset?: boolean}} Page */
/** @typedef {{cursor: string, gen: number, full: boolean}} Place `full`: from nothing, so what does not come is gone */

const PAGE = 500;
const PATIENCE = 90_000;

/** @type {Place} */
const FROM_NOTHING = { cursor: "", gen: 1, full: true };

/** @param {Store} store @returns {Promise<Place>} */
const placeOf = (store) => readMeta(store, "pull", FROM_NOTHING);

/** @param {Place} place @returns {Place} */
const startAgain = (place) => ({ cursor: "", gen: place.gen + 1, full: true });

/** @param {Change} change @param {number} gen */
function rowOf({ type, id, version, data }, gen) {
  const found = type === "household" || type === "person" ? { find: findOf(data) } : {};
  return { type, id, version, data, gen, household_id: data.household_id ?? "", at: now(), ...found };
}

/** @param {any} page @returns {page is Page} */
const isPage = (page) =>
  page !== null && typeof page === "object" && Array.isArray(page.changes) && typeof page.cursor === "string";

/** @param {Change[]} changes @returns {import("./types.js").Receipt[]} */
const receiptsIn = (changes) =>
  changes.filter((one) => one.type === "receipt" && one.data).map((one) => ({ ...one.data, id: one.data.id ?? one.id }));

/**
 * Photos that the county misses, by the visit that names them.
 * @param {Change[]} changes
 * @returns {Map<string, string[]>}
 */
function missingIn(changes) {
  const visits = changes.filter((one) => one.type === "visit" && Array.isArray(one.data?.photos));
  /** @param {any} photo */
  const isMissing = (photo) => photo.state === "missing";
  return new Map(visits.map((one) => [one.id, one.data.photos.filter(isMissing).map((/** @type {any} */ one) => one.sha256)]));
}

/** Visits that have been corrected, and by which. @param {Change[]} changes @returns {Map<string, string>} */
const correctedIn = (changes) =>
  new Map(changes.filter((one) => one.type === "visit" && one.data?.corrected_by).map((one) => [one.id, one.data.corrected_by]));

/**
 * Inside the transaction: the rows of one page. A row that names no content is left as it is.
 * @param {Store} store @param {Change[]} changes @param {number} gen
 */
async function putRows(store, changes, gen) {
  // The same row may come twice in a page; the last word counts.
  const last = new Map(changes.map((one) => [`${one.type} ${one.id}`, one]));
  const all = [...last.values()];
  const gone = all.filter((one) => one.gone).map((one) => /** @type {any} */ ([one.type, one.id]));
  await store.rows.bulkDelete(gone);
  await store.rows.bulkPut(all.filter((one) => !one.gone && one.data).map((one) => rowOf(one, gen)));
}

/**
 * @param {Store} store @param {Place} place @param {Page} page
 * @returns {Promise<{rows: boolean, outbox: number}>} whether rows came or went; receipts that were news to the outbox
 */
async function takePage(store, place, page) {
  const full = place.full && page.more;
  const value = { cursor: page.cursor, gen: place.gen, full };
  return write(store, ["rows", "outbox", "uploads", "blobs", "meta"], async () => {
    await putRows(store, page.changes, place.gen);
    const left = place.full && !page.more ? await store.rows.where("gen").notEqual(place.gen).delete() : 0;
    const rows = page.changes.length + left > 0;
    if (rows) await rowsChanged(store);
    // A county that takes its word back (its clock was wrong, an older backup was put back) is believed, too.
    if (page.safe_to !== undefined) await store.meta.put({ key: "safe_to", value: page.safe_to });
    await store.meta.put({ key: "pull", value });
    await noteMissing(store, missingIn(page.changes));
    const outbox = await noteReceipts(store, receiptsIn(page.changes));
    await noteCorrected(store, correctedIn(page.changes));
    return { rows, outbox };
  });
}

/** @param {Round} round @param {string} cursor */
async function askPage(round, cursor) {
  const headers = await beat(round.store);
  return ask(round, "GET", `/api/sync/pull?cursor=${encodeURIComponent(cursor)}&limit=${PAGE}`, { headers, timeout: PATIENCE });
}

/** @param {Round} round @param {Place} place @returns {Promise<Page | null>} null: this role has nothing to receive */
async function nextPage(round, place) {
  const answer = await askPage(round, place.cursor);
  if (answer.status === 403 && answer.code === "no_field_data") return null;
  if (answer.json === null) throw new NoAnswer("stranger");
  if (answer.status === 403) return forbidden(round, answer);
  if (answer.status !== 200) throw new Busy(answer.retryAfter, answer.message);
  if (!isPage(answer.json)) throw new NoAnswer("stranger");
  return answer.json;
}

/**
 * The county has begun a new history (a backup was put back): the answer starts from nothing, and what
 * was sent before may be lost there.
 * @param {Store} store @param {Place} place @param {Page} page
 */
async function follow(store, place, page) {
  if (!page.reset || !place.cursor) return place;
  await sendAllAgain(store);
  return { ...startAgain(place), cursor: place.cursor };
}

/**
 * Receives until there is no more.
 * @param {Round} round
 */
export async function pullAll(round) {
  setStatus({ state: "receiving", item: null, sentence: sentence("receiving") });
  for (let more = true; more; ) {
    const before = await placeOf(round.store);
    const page = await nextPage(round, before);
    if (!page) return;
    const place = await follow(round.store, before, page);
    const news = await takePage(round.store, place, page);
    if (news.rows) emit("rows");
    if (news.outbox) emit("outbox");
    more = page.more;
  }
}

/** The next pull starts from nothing: for a phone whose lists look wrong. @param {Store} store */
export const pullFromNothing = (store) =>
  write(store, ["meta"], async () => {
    const place = (await store.meta.get("pull"))?.value ?? FROM_NOTHING;
    await store.meta.put({ key: "pull", value: startAgain(place) });
  });
