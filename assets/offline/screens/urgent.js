/** 紧急: the numbers come from the county's settings and are on the phone; the note is an urgent issue of a home. */
import { tell } from "../errors.js";
import { enqueue } from "../outbox.js";
import { navigate } from "../route.js";
import { households, search, setting } from "../rows.js";
import { patch, show, shown } from "../state.js";
import { SITUATIONS, callsOf, initial, noteText } from "../views/urgent.js";
import { placeWords, whenWords } from "../views/words.js";
import { now } from "./moment.js";
import { toast } from "./toast.js";

let chosen = new Set();
let words = { text: "", time: "" };
let home = null;

const situations = () => SITUATIONS.map((label) => ({ value: label, label, on: chosen.has(label) }));

/** The home that was open when 紧急 was tapped. @param {string} path */
const homeIn = (path) => /^\/(?:households|visit)\/([^/]+)$/.exec(path)?.[1];

/** @param {string | undefined} id */
async function findHome(id) {
  const found = id ? (await households()).find((one) => one.id === id) : null;
  return found ? { id: found.id, name: found.head || found.name, line: [found.village, placeWords(found.plaque)].filter(Boolean).join(" ") } : null;
}

/** @param {{query: Record<string, string>}} route @param {(done: () => void) => void} settle */
export async function loadUrgent(route, settle) {
  const settings = await Promise.all([setting("hotline_child"), setting("hotline")]).catch(() => []);
  const found = await findHome(route.query.home ?? homeIn(shown("came"))).catch(() => null);
  settle(() => {
    chosen = new Set();
    home = found;
    words = { text: "", time: whenWords(now(), now()) };
    show("urgent", { ...initial, calls: callsOf(settings), situations: situations(), time: words.time, home });
  });
}

export const actions = {
  /** @param {string} label */
  toggleSituation(label) {
    if (!chosen.delete(label)) chosen.add(label);
    patch("urgent", { situations: situations(), problem: "" });
  },

  /** @param {string} typed */
  async searchUrgent(typed) {
    const query = typed.trim();
    const found = query ? await search(query) : [];
    patch("urgent", {
      query,
      found: found.slice(0, 5).map((one) => ({
        id: one.id, name: one.head || one.name, line: [one.village, placeWords(one.plaque)].filter(Boolean).join(" "),
      })),
    });
  },

  /** @param {string} id */
  async pickUrgent(id) {
    home = await findHome(id);
    patch("urgent", { home, found: [], query: "", problem: "" });
  },

  dropUrgent() {
    home = null;
    patch("urgent", { home });
  },

  /** @param {string} text */
  writeUrgent(text) {
    words.text = text;
  },

  /** @param {string} time */
  timeUrgent(time) {
    words.time = time;
  },

  async saveUrgent() {
    if (!home) return patch("urgent", { problem: "选一下是哪一家，好接着办。" });
    if (chosen.size === 0 && !words.text.trim()) return patch("urgent", { problem: "点一下是什么情况，或者写一句。" });
    patch("urgent", { saving: true, problem: "" });
    try {
      const text = noteText({ chosen: [...chosen], ...words });
      await enqueue({ type: "issue.add", payload: { household_id: home.id, text, urgent: true } });
      navigate(shown("came"), { replace: true });
      toast("已存在手机");
    } catch (error) {
      patch("urgent", { problem: tell(error).message });
    } finally {
      patch("urgent", { saving: false });
    }
  },
};
