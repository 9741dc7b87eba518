/** What the pages of the field face show: one slice a screen. Constant at first, because pages are drawn at build time. */
import { create } from "zustand";
import { initial as frame } from "./views/frame.js";
import { initial as household } from "./views/household.js";
import { initial as households } from "./views/households.js";
import { initial as me } from "./views/me.js";
import { initial as outbox } from "./views/outbox.js";
import { initial as review } from "./views/review.js";
import { initial as today } from "./views/today.js";
import { initial as urgent } from "./views/urgent.js";
import { initial as visit } from "./views/visit.js";

export const useField = create(() => ({
  /** @type {{path: string, params: Record<string, string>, query: Record<string, string>}} */
  route: { path: "", params: {}, query: {} },
  /** @type {import("./update.js").UpdateState} */
  update: { state: "none" },
  /** `unknown` until the phone has been asked; `out` shows the login in place of every page, `locked` too. */
  who: { phase: "unknown", name: "", username: "", role: "", expired: false },
  frame,
  /** The page from which 紧急 or 投诉建议 was opened. */
  came: "/",
  toast: { shown: false, text: "", word: "" },
  login: { busy: false, shown: false, code: false, problem: "", gone: "", copies: 0, stranded: false, sure: false, asked: false, stage: "" },
  today,
  households,
  household,
  visits: { phase: "loading", drafts: [], query: "", found: [], none: "" },
  visit,
  outbox,
  review,
  me,
  urgent,
  feedback: { text: "", about: "app", abouts: [], anonymous: false, saved: false, saving: false, problem: "" },
}));

/** Changes some keys of one slice. @param {string} slice @param {Record<string, any>} change */
export function patch(slice, change) {
  useField.setState((state) => ({ [slice]: { ...state[slice], ...change } }));
}

/** Sets a whole slice. @param {string} slice @param {any} value */
export const show = (slice, value) => useField.setState({ [slice]: value });

/** @param {string} slice */
export const shown = (slice) => useField.getState()[slice];
