/** 投诉建议: one tap away on every page; without a name where one likes, without signal too. */
import { tell } from "../errors.js";
import { enqueue } from "../outbox.js";
import { patch, shown } from "../state.js";
import { toast } from "./toast.js";

const ABOUT = [["app", "这个应用"], ["work", "工作安排"], ["person", "某个人"], ["other", "别的"]];
let words = "";
let from = "";

/** @param {string} chosen */
const abouts = (chosen) => ABOUT.map(([value, label]) => ({ value, label, on: value === chosen }));

/** @param {{query: Record<string, string>}} route @param {(done: () => void) => void} settle */
export async function loadFeedback(route, settle) {
  // What was written and not sent left the screen with its page: it must not go out unseen.
  words = "";
  from = route.query.from ?? "";
  settle(() => patch("feedback", { about: "app", abouts: abouts("app"), anonymous: false, saved: false, saving: false, problem: "" }));
}

export const actions = {
  /** @param {string} about */
  aboutFeedback: (about) => patch("feedback", { about, abouts: abouts(about) }),

  /** @param {boolean} anonymous */
  hideName: (anonymous) => patch("feedback", { anonymous }),

  /** @param {string} text */
  writeFeedback(text) {
    words = text;
    if (shown("feedback").problem) patch("feedback", { problem: "" });
  },

  async sendFeedback() {
    const text = words.trim();
    if (!text) return patch("feedback", { problem: "写一句想说的话。" });
    const { about, anonymous } = shown("feedback");
    patch("feedback", { saving: true, problem: "" });
    try {
      await enqueue({ type: "feedback.add", payload: { about, text, anonymous, ...(from ? { page: from } : {}) } });
      words = "";
      patch("feedback", { saving: false, saved: true });
      toast("已存在手机");
    } catch (error) {
      patch("feedback", { saving: false, problem: tell(error).message });
    }
  },

  moreFeedback: () => patch("feedback", { saved: false }),
};
