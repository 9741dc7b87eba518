/**
 * What the sender is doing, known to every tab: one of them sends, all of them show it.
 */
import { emit, on } from "./bus.js";
import { now } from "./clock.js";

/** @typedef {import("./types.js").SyncStatus} SyncStatus */

/** @type {SyncStatus} */
const QUIET = { state: "idle", n: 0, of: 0, bytes: 0, bytes_of: 0, at: null, sentence: "", item: null };

let present = QUIET;

/** When another tab has last said anything. */
let heard = 0;

export const lastHeard = () => heard;

/** @type {(() => void) | null} */
let stopListening = null;

/** @returns {SyncStatus} */
export function status() {
  stopListening ??= on("status", (news) => {
    if (!news.elsewhere) return;
    present = news.status;
    heard = now();
  });
  return present;
}

/** @param {Partial<SyncStatus>} change */
export function setStatus(change) {
  present = { ...status(), ...change };
  emit("status", { status: present });
}

/**
 * Another person has come: what was shown was about somebody else's work.
 * @param {string | null} at when theirs was last complete
 */
export const resetStatus = (at) => setStatus({ ...QUIET, at });

/**
 * Calls at once and at every change.
 * @param {(status: SyncStatus) => void} listener
 * @returns {() => void} stops it
 */
export function subscribe(listener) {
  listener(status());
  return on("status", () => listener(status()));
}

/** @type {Record<string, string>} */
export const SENTENCES = {
  offline: "没有信号，有信号自己传",
  offlineKept: "没有信号·存着 {n} 条",
  idle: "都传完了",
  kept: "还有 {n} 条没传完，过一会儿自己再传",
  sending: "正在上传 {n}/{of}",
  receiving: "正在更新资料",
  expired: "请重新登录，存着的都还在",
  busy: "县里一时忙不过来，过一会儿自己再传",
  error: "刚才没有传成，过一会儿自己再传",
};

/** @param {string} name @param {Record<string, any>} [values] */
export const sentence = (name, values = {}) =>
  SENTENCES[name].replace(/\{(\w+)\}/g, (_, key) => String(values[key]));
