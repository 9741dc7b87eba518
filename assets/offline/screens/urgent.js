/**
 * 紧急: the numbers come from the county's settings and are on the phone. The note opens once somebody has dialled:
 * about a child it is a report (强制报告), about a grown-up an urgent issue of a home.
 */
import { tell } from "../errors.js";
import { enqueue } from "../outbox.js";
import { navigate } from "../route.js";
import { household, households, search, setting } from "../rows.js";
import { patch, show, shown } from "../state.js";
import {
  calledOf, callsOf, childrenOf, initial, missingIn, noteText, reportOf, situationsOf, whosOf,
} from "../views/urgent.js";
import { placeWords, whenWords } from "../views/words.js";
import { now } from "./moment.js";
import { toast } from "./toast.js";

/** @typedef {{home: {id: string, name: string, line: string} | null, people: any[]}} Found a home, and who lives there */

/** @type {Found} */
const NO_HOME = { home: null, people: [] };

const empty = () => ({ text: "", time: "", where: "", unit: "", number: "" });

let who = "child";
let chosen = new Set();
let dialled = new Set();
let words = empty();
let { home, people } = NO_HOME;
let child = "";
/** What was looked up last: an answer to what was asked before it comes too late. */
let asked = 0;

const lists = () => ({
  situations: situationsOf(who, chosen), called: calledOf(shown("urgent").calls, dialled), whos: whosOf(who), who,
  children: who === "child" ? childrenOf(people, now().slice(0, 10), child) : [],
});

/** The home that was open when 紧急 was tapped. @param {string} path */
const homeIn = (path) => /^\/(?:households|visit)\/([^/]+)$/.exec(path)?.[1];

/** @param {any} one */
const lineOf = (one) => [one.village, placeWords(one.plaque)].filter(Boolean).join(" ");

/** @param {string | undefined} id @returns {Promise<Found>} */
async function findHome(id) {
  const found = id ? (await households()).find((one) => one.id === id) : null;
  if (!found) return NO_HOME;
  return {
    home: { id: found.id, name: found.head || found.name, line: lineOf(found) },
    people: (await household(found.id))?.people ?? [],
  };
}

/** @param {Found} found */
function take(found) {
  ({ home, people } = found);
  child = "";
  patch("urgent", { home, ...lists() });
}

/**
 * What somebody in a hurry has tapped before the phone was read stays as it is.
 * @param {{query: Record<string, string>}} route @param {(done: () => void) => void} settle
 */
export async function loadUrgent(route, settle) {
  words.time ||= whenWords(now(), now());
  patch("urgent", { time: words.time, ...lists() });
  const settings = await Promise.all([setting("hotline_child"), setting("hotline")]).catch(() => []);
  const found = await findHome(route.query.home ?? homeIn(shown("came"))).catch(() => NO_HOME);
  settle(() => {
    patch("urgent", { calls: callsOf(settings) });
    if (home) patch("urgent", lists());
    else take(found);
  });
}

/** The page is left: the next time it begins anew. */
export function endUrgent() {
  [who, chosen, dialled, child, words] = ["child", new Set(), new Set(), "", empty()];
  ({ home, people } = NO_HOME);
  asked += 1;
  show("urgent", initial);
}

/** What is sent: a report about a child, or an urgent issue of the home. */
function order() {
  const said = { ...words, chosen: [...chosen], home, child, called: [...dialled] };
  if (who === "child") return { type: "case.report", payload: reportOf(said) };
  return { type: "issue.add", payload: { household_id: home.id, text: noteText(said), urgent: true } };
}

export const actions = {
  /** A number was dialled: from now on it can be written down. @param {string} number */
  dialUrgent(number) {
    dialled.add(number);
    patch("urgent", { open: true, ...lists() });
  },

  openUrgent() {
    patch("urgent", { open: true, ...lists() });
  },

  /** @param {string} number */
  toggleCalled(number) {
    if (!dialled.delete(number)) dialled.add(number);
    patch("urgent", lists());
  },

  /** @param {string} value */
  whoUrgent(value) {
    [who, chosen, child] = [value, new Set(), ""];
    patch("urgent", { ...lists(), problem: "", unlisted: false });
  },

  /** @param {string} value */
  toggleSituation(value) {
    if (!chosen.delete(value)) chosen.add(value);
    patch("urgent", { ...lists(), problem: "" });
  },

  /** @param {string} id */
  childUrgent(id) {
    child = child === id ? "" : id;
    patch("urgent", lists());
  },

  /** @param {string} typed */
  async searchUrgent(typed) {
    const query = typed.trim();
    const turn = (asked += 1);
    const found = query ? await search(query) : [];
    if (turn !== asked) return;
    patch("urgent", {
      found: found.slice(0, 5).map((one) => ({ id: one.id, name: one.head || one.name, line: lineOf(one) })),
    });
  },

  /** @param {string} id */
  async pickUrgent(id) {
    const turn = (asked += 1);
    const found = await findHome(id);
    if (turn !== asked) return;
    take(found);
    patch("urgent", { found: [], problem: "", unlisted: false });
  },

  dropUrgent() {
    asked += 1;
    take(NO_HOME);
    patch("urgent", { unlisted: false });
  },

  /** A child that the phone does not know: where it is, in words. */
  unlistedUrgent() {
    patch("urgent", { unlisted: true, found: [], problem: "" });
  },

  /** @param {"text" | "time" | "where" | "unit" | "number"} field @param {string} said */
  writeUrgent(field, said) {
    words[field] = said;
  },

  async saveUrgent() {
    if (shown("urgent").saving) return;
    const problem = missingIn({ ...words, who, chosen: [...chosen], home, unlisted: shown("urgent").unlisted });
    if (problem) return patch("urgent", { problem });
    patch("urgent", { saving: true, problem: "" });
    try {
      await enqueue(order());
      navigate(shown("came"), { replace: true });
      toast("已存在手机");
    } catch (error) {
      patch("urgent", { problem: tell(error).message });
    } finally {
      patch("urgent", { saving: false });
    }
  },
};
