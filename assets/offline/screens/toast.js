/** What was just done, said for six seconds, with a way back where there is one. */
import { patch } from "../state.js";

const SECONDS = 6;

let timer = null;
/** @type {(() => unknown) | null} */
let undo = null;

/** @param {string} text @param {{word?: string, action?: () => unknown}} [back] */
export function toast(text, back = {}) {
  clearTimeout(timer);
  undo = back.action ?? null;
  patch("toast", { shown: true, text, word: back.action ? (back.word ?? "撤回") : "" });
  timer = setTimeout(hideToast, SECONDS * 1000);
}

export function hideToast() {
  clearTimeout(timer);
  undo = null;
  patch("toast", { shown: false });
}

export function toastBack() {
  const back = undo;
  hideToast();
  return back?.();
}
