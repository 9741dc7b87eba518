/** 今日: what came back, the next home on the plate, and the others that are due. */
import { dayWords, daysBetween, doorWords, groupWords, weekday } from "./words.js";

/** How many days ahead a home is already shown. */
export const AHEAD = 3;
const SHOWN = 50;

export const initial = {
  phase: "loading", date: "", stale: "", reviews: [], unfinished: 0, to_fix: 0, title: "", next: null, rest: [], soon: [], more: 0, coming: false,
};

/**
 * One home with everything that is due there.
 * @typedef {{household: import("../types.js").HouseholdItem, due_on: string, why: string[], calls: number, urgent: boolean,
 *   every: number}} Due `calls`: how many of the first `why` ask for something by today
 */

/**
 * What calls somebody there, the most pressing first: what has just happened, a visit that is due, other work that is.
 * A visit of a home that was seen in time calls nobody.
 * @param {import("../types.js").Task} task @param {string} today
 */
const rank = (task, today) => (task.urgent ? 0 : (task.due_on > today ? 2 : 0) + (task.kind === "visit" ? 1 : 2));

/** Tasks gathered by home. @param {import("../types.js").Task[]} tasks @param {string} today @returns {Due[]} */
function byHome(tasks, today) {
  /** @type {Map<string, Due>} */
  const homes = new Map();
  for (const task of [...tasks].sort((a, b) => rank(a, today) - rank(b, today))) {
    if (!task.household || task.kind === "photo") continue;
    const near = task.kind === "visit" && daysBetween(today, task.due_on) <= AHEAD;
    const fresh = { household: task.household, due_on: task.due_on, why: [], calls: 0, urgent: false, every: Infinity };
    const known = homes.get(task.household.id) ?? fresh;
    homes.set(task.household.id, known);
    if (task.due_on < known.due_on) known.due_on = task.due_on;
    if (task.urgent) known.urgent = true;
    if (near && task.every_days) known.every = Math.min(known.every, task.every_days);
    if (known.why.includes(task.why)) continue;
    known.why.push(task.why);
    if (task.urgent || task.due_on <= today) known.calls += 1;
  }
  return [...homes.values()];
}

/**
 * Who needs somebody most: what has just happened, then who is overdue and is to be seen most often, then what is due.
 * @param {string} today @returns {(a: Due, b: Due) => number}
 */
const byNeed = (today) => (a, b) =>
  Number(b.urgent) - Number(a.urgent) || Number(b.due_on < today) - Number(a.due_on < today) || a.every - b.every ||
  (a.due_on < b.due_on ? -1 : a.due_on > b.due_on ? 1 : 0);

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
    line: due.why[0] ?? "",
    why: due.urgent ? "要紧，今天去" : dueWords(due.due_on, today),
    late: due.urgent || due.due_on <= today,
  };
}

/** @param {string} why */
const ended = (why) => (!why || /[。！？]$/.test(why) ? why : `${why}。`);

/** @param {Due} due @param {string} today */
function plate(due, today) {
  const { household } = due;
  const last = household.last_visit?.on ? `上次 ${dayWords(household.last_visit.on, today)}。` : "还没走访过。";
  const door = doorWords(household.plaque?.door);
  return {
    ...row(due, today),
    where: [household.village, groupWords(household.plaque?.group)].filter(Boolean).join(" "),
    door: door ? `${door} 号` : "",
    lines: [ended(due.why[0] ?? ""), due.calls > 1 ? `还有 ${due.calls - 1} 件要办，在这一户里看。` : "", last].filter(Boolean),
    visit: `/visit/${household.id}`,
    started: (household.filters ?? []).includes("draft"),
  };
}

/**
 * @param {{tasks: import("../types.js").Task[], reviews: object[], visited: Set<string>, today: string,
 *   stale: string, whole: boolean}} facts `visited`: homes whose visit of today waits on this phone; `reviews` as
 *   `returnedRow` made them; `whole`: all that is for this phone has come once
 */
export function todayOf({ tasks, reviews, visited, today, stale, whole }) {
  const homes = byHome(tasks, today).filter((due) => due.urgent || !visited.has(due.household.id)).sort(byNeed(today));
  const due = homes.filter((home) => home.urgent || home.due_on <= today);
  const soon = homes.filter((home) => !due.includes(home) && daysBetween(today, home.due_on) <= AHEAD);
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
    coming: !whole,
  };
}
