/**
 * Sends texts. Batches are as large as the way allows, and one command that cannot pass never holds up
 * its neighbours.
 */
import { backoff, iso, now } from "./clock.js";
import { utf8 } from "./canonical.js";
import { keep } from "./db.js";
import { noteItem, takeReceipts } from "./ledger.js";
import { ask, due, forbidden, progress, strike, textsToSend } from "./round.js";
import { NoAnswer, packed, patience } from "./wire.js";

/** @typedef {import("./round.js").Round} Round */
/** @typedef {import("./wire.js").Answer} Answer */
/** @typedef {{row: any, body: string, digest: string}} Letter */

const MOST_COMMANDS = 200;
const MOST_BYTES = 1_000_000;
const ENVELOPE = 200;

/** What the way has been found to allow; grows again with every success. */
const way = { commands: MOST_COMMANDS, bytes: MOST_BYTES, pack: true };

/** For tests, and when the county has changed: the way is unknown again. */
export const forgetWay = () => Object.assign(way, { commands: MOST_COMMANDS, bytes: MOST_BYTES, pack: true });

/** @param {Round} round @returns {Promise<Letter[]>} */
async function nextBatch({ store }) {
  const rows = due(await textsToSend(store)).slice(0, way.commands);
  const commands = await keep(store, () => store.commands.bulkGet(rows.map((row) => row.id)));
  const batch = [];
  let size = ENVELOPE;
  for (const [at, row] of rows.entries()) {
    const { body, digest } = commands[at];
    size += utf8(body).length + 1;
    if (batch.length && size > way.bytes) break;
    batch.push({ row, body, digest });
  }
  return batch;
}

/** @param {Round} round @param {Letter[]} batch */
async function post(round, batch) {
  const device = JSON.stringify(round.me.device.id);
  const bodies = batch.map((letter) => letter.body).join(",");
  const text = `{"device_id":${device},"sent_at":${JSON.stringify(iso())},"commands":[${bodies}]}`;
  const { body, headers } = await packed(text, way.pack);
  return ask(round, "POST", "/api/sync/push", { body, headers, timeout: patience(body.length) });
}

/** @param {Letter[]} batch */
function halve(batch) {
  way.commands = Math.max(1, Math.floor(batch.length / 2));
}

/** Not now, but later for ever. @param {Round} round @param {any} row @param {string} [sentence] */
async function putOff({ store }, row, sentence = "") {
  const tries = row.tries + 1;
  await noteItem(store, row.id, { tries, next_at: now() + 1 + backoff(tries), sentence });
}

/**
 * What the county says of each letter, matched by id and digest: nothing else is a receipt. A command
 * that it could not even read comes back without an id, in its place: as good as a wrong digest.
 * @param {Letter[]} batch @param {any[]} receipts
 */
function match(batch, receipts) {
  const good = [];
  const unread = [];
  const missing = [];
  for (const [at, letter] of batch.entries()) {
    const found = receipts.find((one) => one?.id === letter.row.id && one.digest === letter.digest);
    const inPlace = receipts.length === batch.length ? receipts[at] : null;
    if (found) good.push(found);
    else if (inPlace && inPlace.id === null && inPlace.status === "rejected") unread.push(letter);
    else missing.push(letter);
  }
  const errors = [{ code: "digest_mismatch" }];
  const wrong = unread.map(({ row, digest }) => ({ id: row.id, status: /** @type {const} */ ("rejected"), digest, errors }));
  return { receipts: [...good, ...wrong], missing };
}

/** @param {Round} round @param {Letter[]} batch @param {Answer} answer */
async function received(round, batch, answer) {
  if (!Array.isArray(answer.json?.receipts)) throw new NoAnswer("stranger");
  const { receipts, missing } = match(batch, answer.json.receipts);
  await takeReceipts(round.store, receipts);
  for (const { row } of missing) await putOff(round, row);
  round.sent += receipts.length;
  if (!receipts.length) return strike(round);
  round.strikes = 0;
  way.commands = Math.min(MOST_COMMANDS, way.commands * 2);
  way.bytes = Math.min(MOST_BYTES, way.bytes * 2);
}

/** @param {Round} round @param {Letter[]} batch @param {Answer} answer */
async function tooLarge(round, batch, answer) {
  const said = JSON.stringify(answer.json ?? "");
  const named = batch.filter((letter) => said.includes(letter.row.id));
  const guilty = answer.code === "command_too_big" ? (named.length || batch.length > 1 ? named : batch) : [];
  for (const { row, digest } of guilty) {
    const errors = [{ code: answer.code, message: answer.message }];
    await takeReceipts(round.store, [{ id: row.id, status: "rejected", digest, errors }]);
  }
  if (guilty.length) return;
  if (batch.length > 1) return halve(batch);
  await putOff(round, batch[0].row, answer.message);
}

/** The county does not take this request: one of its commands may be why. @param {Round} round @param {Letter[]} batch @param {Answer} answer */
async function refused(round, batch, answer) {
  if (answer.status < 500 && answer.json === null) throw new NoAnswer("stranger");
  if (answer.status === 403) return forbidden(round, answer);
  if (answer.status === 415 && way.pack) return void (way.pack = false);
  if (batch.length > 1) return halve(batch);
  await putOff(round, batch[0].row, answer.message);
  strike(round);
}

/** A batch that takes too long may get through in halves. @param {Round} round @param {Letter[]} batch */
async function postOrHalve(round, batch) {
  try {
    return await post(round, batch);
  } catch (error) {
    if (error instanceof NoAnswer && error.why === "timeout") halve(batch);
    throw error;
  }
}

/**
 * Sends what is due, until nothing is.
 * @param {Round} round
 */
export async function pushTexts(round) {
  for (;;) {
    const batch = await nextBatch(round);
    if (!batch.length) return;
    await progress(round, batch[0].row.id);
    const answer = await postOrHalve(round, batch);
    if (answer.status === 413) await tooLarge(round, batch, answer);
    else if (answer.status === 200) await received(round, batch, answer);
    else await refused(round, batch, answer);
  }
}
