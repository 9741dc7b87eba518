/**
 * What has become of one saved command, in a state and a sentence. Pure.
 */

import { iso } from "./clock.js";

/** @typedef {import("./types.js").OutboxItem} OutboxItem */
/** @typedef {{sha256: string, bytes: number, offset: number, state: "phone" | "done" | "kept", sentence: string}} Upload */

/** Receipts after which the text is safe in the county. */
export const RECEIVED = ["stored", "duplicate", "held", "orphaned", "conflict"];

export const VISITS = ["visit", "visit.correct"];

/** What another program has written into a visit: nothing that its author could correct on the phone. */
const NOT_THE_AUTHORS = ["unknown_section", "unknown_question", "unknown_person"];

/** @type {Record<string, import("./types.js").ItemState>} */
const STATES = { held: "held", orphaned: "orphaned", conflict: "conflict" };

/** @type {Record<string, string>} */
const SENTENCES = {
  phone: "已存在手机",
  received: "县里已收到",
  held: "县里已收到，等有关的资料到了就记上",
  orphaned: "县里已收到。这户现在不归你管，交给镇里安排",
  conflict: "县里已收到。别人也改过，两份都留着，等人来定",
};

/** @type {Record<string, string>} */
const REJECTED = {
  digest_mismatch: "传的时候内容变了，请打开看一遍，再存一次",
  id_reused: "这条和别的重了，请打开看一遍，再存一次",
  unknown_type: "县里还不认得这种记录，请先更新入户通",
  command_too_big: "写得太长了，请删掉一些文字，再存一次",
};

const TO_CORRECT = "县里没有收下，请打开改一改";
const KEPT = "有 {n} 张照片县里收不了，照片还在手机里。可以重拍";
const KEPT_AND_SEEN = "文字县里已收到，有 {n} 张照片县里没收下，还在手机里";
const PHOTOS_LEFT = "文字县里已收到，还有 {n} 张照片在手机里";
const ON_THE_WAY = "正在上传 {n}/{of}";

/** @param {string} text @param {Record<string, number>} values */
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => String(values[key]));

/** @param {any} row @param {Map<string, Upload>} uploads @returns {Upload[]} */
const uploadsOf = (row, uploads) => row.photos.map((/** @type {string} */ one) => uploads.get(one)).filter(Boolean);

/**
 * Whether it is not yet wholly received: the text, and every photo the county can take.
 * @param {any} row
 * @param {Map<string, Upload>} uploads
 */
export function isOpen(row, uploads) {
  if (row.text === "corrected") return false;
  if (!RECEIVED.includes(row.text)) return true;
  return uploadsOf(row, uploads).some((one) => one.state === "phone" || (one.state === "kept" && !row.acknowledged));
}

/**
 * What the county asks about a visit and its author can correct. What the phone has shown before saving, and was saved
 * all the same, is not asked once more.
 * @param {any} row @returns {import("./types.js").Question[]}
 */
const correctable = (row) =>
  (row.receipt?.questions ?? []).filter((/** @type {any} */ one) =>
    one.message && !NOT_THE_AUTHORS.includes(one.code) && !row.stood?.includes(one.path));

/**
 * Whether a received visit waits for its author to correct it, or to say that it is right as it stands.
 * @param {any} row
 */
export const isAsked = (row) =>
  VISITS.includes(row.type) && RECEIVED.includes(row.text) && !row.as_is && !row.corrected_by && correctable(row).length > 0;

/** Why it was refused, in the county's words; a digest that stays wrong is not sent again, as the county would say. @param {any} row */
function refusal(row) {
  const [error] = row.receipt?.errors ?? [];
  if (error?.code === "digest_mismatch") return REJECTED.digest_mismatch;
  return error?.message || REJECTED[error?.code] || row.sentence || TO_CORRECT;
}

/**
 * @param {any} row
 * @param {Upload[]} photos
 * @param {import("./types.js").SyncStatus} doing
 * @returns {{state: import("./types.js").ItemState, sentence: string}}
 */
function judge(row, photos, doing) {
  const way = doing.state === "sending" && doing.item === row.id;
  const left = photos.filter((one) => one.state === "phone").length;
  const kept = photos.filter((one) => one.state === "kept").length;
  const parts = { n: sent(row, photos), of: photos.length + 1 };
  if (row.text === "rejected") return { state: "fix", sentence: refusal(row) };
  if (row.asked) return { state: "fix", sentence: correctable(row)[0].message ?? TO_CORRECT };
  if (way) return { state: "way", sentence: fill(ON_THE_WAY, parts) };
  if (row.text === "phone") return { state: "phone", sentence: row.sentence || SENTENCES.phone };
  if (kept && !row.acknowledged) {
    const { sentence } = /** @type {Upload} */ (photos.find((one) => one.state === "kept"));
    return { state: "fix", sentence: sentence || fill(KEPT, { n: kept }) };
  }
  if (left) return { state: "phone", sentence: fill(PHOTOS_LEFT, { n: left }) };
  const state = STATES[row.text] ?? "received";
  if (kept) return { state, sentence: fill(KEPT_AND_SEEN, { n: kept }) };
  return { state, sentence: SENTENCES[state] };
}

/** @param {any} row @param {Upload[]} photos */
const sent = (row, photos) =>
  (RECEIVED.includes(row.text) ? 1 : 0) + photos.filter((one) => one.state === "done").length;

/**
 * @param {any} row
 * @param {Map<string, Upload>} uploads
 * @param {import("./types.js").SyncStatus} doing
 * @returns {OutboxItem}
 */
export function itemOf(row, uploads, doing) {
  const photos = uploadsOf(row, uploads);
  return {
    id: row.id,
    type: row.type,
    household_id: row.household_id,
    at: row.at,
    arrived_at: row.done_at ? iso(row.done_at) : null,
    mode: row.mode ?? null,
    asked: row.asked === 1,
    as_is: row.as_is === true,
    ...judge(row, photos, doing),
    parts: photos.length + 1,
    sent_parts: sent(row, photos),
    bytes: photos.reduce((sum, one) => sum + one.bytes, 0),
    sent_bytes: photos.reduce((sum, one) => sum + (one.state === "done" ? one.bytes : one.offset), 0),
    receipt: row.receipt,
    kept_photos: photos.filter((one) => one.state === "kept").map((one) => one.sha256),
    questions: row.asked ? correctable(row) : row.as_is || row.corrected_by ? [] : (row.receipt?.questions ?? []),
  };
}
