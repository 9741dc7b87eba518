/**
 * Sends photos, one at a time, in pieces small enough for a weak signal: what arrived of a broken piece
 * counts, and the county is asked how much it has. A photo it cannot take is kept, and that is said.
 */
import { backoff, now } from "./clock.js";
import { keep } from "./db.js";
import { noteUpload } from "./ledger.js";
import { openPicture } from "./pictures.js";
import { pushTexts } from "./push.js";
import { ask, due, photosToSend, progress, strike, textsToSend } from "./round.js";
import { NoAnswer, patience } from "./wire.js";

/** @typedef {import("./round.js").Round} Round */
/** @typedef {import("./wire.js").Answer} Answer */

const PIECE = 65_536;
const MOST_STALLS = 5;
const MOST_WRONG = 3;
const CHECKSUM = 460;
const TUS = { "tus-resumable": "1.0.0" };

/** @type {Record<number, string>} */
const KEPT = {
  413: "有一张照片太大，县里收不了。照片还在手机里，可以重拍",
  415: "有一张照片坏了，县里打不开。照片还在手机里，可以重拍",
  [CHECKSUM]: "有一张照片总是传不对。照片还在手机里，可以重拍",
  404: "有一张照片在手机里没有了，可以重拍",
};

/** @param {Round} round @param {string} sha256 @param {number} why @param {string} [message] */
const keepHere = ({ store }, sha256, why, message) =>
  noteUpload(store, sha256, { state: "kept", sentence: message || KEPT[why] });

/** @param {Round} round @param {any} upload @param {Record<string, any>} [change] */
async function putOff(round, upload, change = {}) {
  const tries = upload.tries + 1;
  await noteUpload(round.store, upload.sha256, { ...change, tries, next_at: now() + 1 + backoff(tries) });
}

/** @param {Answer} answer @param {string} name @returns {number | null} */
function number(answer, name) {
  const text = answer.headers.get(name);
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}

/** @param {string} sha256 */
const url = (sha256) => `/api/photos/${sha256}`;

/**
 * How much of it the county has.
 * @param {Round} round @param {string} sha256
 * @returns {Promise<{offset: number, length: number | null} | null>} null when it does not say
 */
async function look(round, sha256) {
  const answer = await ask(round, "HEAD", url(sha256), { headers: TUS });
  const offset = number(answer, "upload-offset");
  if (answer.status >= 300) return null;
  if (offset === null) throw new NoAnswer("stranger");
  return { offset, length: number(answer, "upload-length") };
}

/**
 * @param {Round} round @param {any} upload @param {ArrayBuffer} data @param {number} offset
 */
const sendPiece = (round, { sha256 }, data, offset) => {
  const piece = data.slice(offset, offset + PIECE);
  const headers = {
    ...TUS,
    "content-type": "application/offset+octet-stream",
    "upload-offset": String(offset),
    "upload-length": String(data.byteLength),
  };
  return ask(round, "PATCH", url(sha256), { body: piece, headers, timeout: patience(piece.byteLength) });
};

/**
 * The photo as a whole is refused, or has to begin again.
 * @param {Round} round @param {any} upload @param {Answer} answer
 */
async function refusedPhoto(round, upload, answer) {
  const ours = answer.json?.error !== undefined;
  if (ours && (answer.status === 413 || answer.status === 415))
    return keepHere(round, upload.sha256, answer.status, answer.message);
  if (answer.status === CHECKSUM) {
    const wrong = upload.wrong + 1;
    if (wrong > MOST_WRONG) return keepHere(round, upload.sha256, CHECKSUM);
    return noteUpload(round.store, upload.sha256, { wrong, offset: 0 });
  }
  await putOff(round, upload);
  strike(round);
}

/** @param {Round} round @param {any} upload @param {number} offset @param {number} before */
async function arrived(round, upload, offset, before) {
  round.bytes += Math.max(0, offset - before);
  round.strikes = 0;
  await noteUpload(round.store, upload.sha256, { offset, tries: 0 });
  await progress(round, upload.item);
}

/** @param {Round} round @param {any} upload */
async function complete(round, upload) {
  round.sent += 1;
  const rest = { offset: upload.bytes, tries: 0, sentence: "" };
  await noteUpload(round.store, upload.sha256, { state: "done", ...rest });
}

/**
 * Pieces from where the county is, until it has all, refuses, or does not move any more.
 * @param {Round} round @param {any} upload @param {ArrayBuffer} data
 */
async function sendPieces(round, upload, data) {
  let seen = await look(round, upload.sha256);
  for (let stalls = 0; seen && stalls < MOST_STALLS; ) {
    const { offset, length } = seen;
    if (offset === data.byteLength && length === data.byteLength) return complete(round, upload);
    if (offset >= data.byteLength) break;
    // Words never wait behind a picture.
    if (due(await textsToSend(round.store)).length) await pushTexts(round);
    const answer = await sendPiece(round, upload, data, offset);
    const reached = number(answer, "upload-offset");
    if (answer.status === 409) {
      stalls += 1;
      seen = await look(round, upload.sha256);
    } else if (answer.status < 300) {
      if (reached === null) throw new NoAnswer("stranger");
      stalls = reached > offset ? 0 : stalls + 1;
      await arrived(round, upload, reached, offset);
      seen = { offset: reached, length: data.byteLength };
    } else return refusedPhoto(round, upload, answer);
  }
  await putOff(round, upload);
  strike(round);
}

/** @param {Round} round @param {any} upload */
async function uploadOne(round, upload) {
  const blob = await keep(round.store, () => round.store.blobs.get(upload.sha256));
  if (!blob) return keepHere(round, upload.sha256, 404);
  await progress(round, upload.item);
  await sendPieces(round, upload, await openPicture(round.store, "blobs", upload.sha256, blob.data));
}

/**
 * Sends what is due, one photo after the other; one that fails waits by itself.
 * @param {Round} round
 */
export async function uploadPhotos(round) {
  for (;;) {
    const [next] = due(await photosToSend(round.store));
    if (!next) return;
    await uploadOne(round, next);
  }
}
