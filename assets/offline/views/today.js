/** 今日: what came back, the next home on the plate, and the others that are due. */
import { dayWords, daysBetween, doorWords, groupWords, weekday } from "./words.js";

/** How many days ahead a home is already shown. */
export const AHEAD = 3;
const SHOWN = 50;

export const initial = {
  phase: "loading", date: "", stale: "", reviews: [], unfinished: 0, to_fix: 0, title: "", next: null, rest: [], soon: [], more: 0,
};

/**
 * One home with everything that is due there.
 * @typedef {{household: import("../types.js").HouseholdItem, due_on: string, why: string[]}} Due
 */

/** Tasks gathered by home, the longest due first. @param {import("../types.js").Task[]} tasks @returns {Due[]} */
export function byHome(tasks) {
  /** @type {Map<string, Due>} */
  const homes = new Map();
  for (const task of tasks) {
    if (!task.household || task.kind === "review") continue;
    const known = homes.get(task.household.id);
    if (!known) homes.set(task.household.id, { household: task.household, due_on: task.due_on, why: [task.why] });
    else {
      known.due_on = task.due_on < known.due_on ? task.due_on : known.due_on;
      if (!known.why.includes(task.why)) known.why.push(task.why);
    }
  }
  return [...homes.values()].sort((a, b) => (a.due_on < b.due_on ? -1 : a.due_on > b.due_on ? 1 : 0));
}

/** 今天到日子, 过了 3 天, 还差 2 天. @param {string} due @param {string} today */
export function dueWords(due, today) {
  const left = daysBetween(today, due);
  if (left === 0) return "今天该去";
  return left > 0 ? `还差 ${left} 天` : `过了 ${-left} 天`;
}

/** @param {Due} due @param {string} today */
function row(due, today) {
  const { household } = due;
  return {
    id: household.id,
    href: `/households/${household.id}`,
    group: groupWords(household.plaque?.group),
    door: doorWords(household.plaque?.door) || "户",
    name: household.head || household.name,
    line: due.why.filter(Boolean).join("，"),
    why: dueWords(due.due_on, today),
    late: due.due_on <= today,
  };
}

/** @param {Due} due @param {string} today */
function plate(due, today) {
  const { household } = due;
  const last = household.last_visit?.on ? `上次 ${dayWords(household.last_visit.on, today)}。` : "还没走访过。";
  const door = doorWords(household.plaque?.door);
  return {
    ...row(due, today),
    where: [household.village, groupWords(household.plaque?.group)].filter(Boolean).join(" "),
    door: door ? `${door} 号` : "",
    lines: [...due.why.filter(Boolean).map((why) => (/[。！？]$/.test(why) ? why : `${why}。`)), last],
    visit: `/visit/${household.id}`,
    started: (household.filters ?? []).includes("draft"),
  };
}

/**
 * @param {{tasks: import("../types.js").Task[], reviews: object[], visited: Set<string>, today: string,
 *   stale: string}} facts `visited`: homes whose visit of today waits on this phone; `reviews` as `returnedRow` made them
 */
export function todayOf({ tasks, reviews, visited, today, stale }) {
  const homes = byHome(tasks).filter((due) => !visited.has(due.household.id));
  const due = homes.filter((home) => home.due_on <= today);
  const soon = homes.filter((home) => daysBetween(today, home.due_on) > 0 && daysBetween(today, home.due_on) <= AHEAD);
  const [first, ...others] = due.length > 0 ? due : soon;
  return {
    phase: "ready",
    date: `${dayWords(today, today)} ${weekday(today)}`,
    stale,
    reviews,
    title: due.length > 0 ? `今天该去 ${due.length} 户` : soon.length > 0 ? "今天没有该去的，这几天快到了" : "",
    next: first ? plate(first, today) : null,
    rest: others.slice(0, SHOWN).map((home) => row(home, today)),
    soon: due.length > 0 ? soon.slice(0, SHOWN).map((home) => row(home, today)) : [],
    more: Math.max(0, others.length - SHOWN),
  };
}
