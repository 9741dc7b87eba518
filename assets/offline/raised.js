/**
 * A visit written here that heard of something grave raises a task at once, before the county knows of it. What raises is
 * the same as in `app/visits/rules_due.py` (a test compares).
 */
import { keep } from "./db.js";

/** @typedef {import("./here.js").Row} Row */

export const RAISING = {
  died: "去世了", fall: "摔过", discharged: "刚出院", arrested: "被抓", parent_arrested: "爸妈被抓", parent_lost: "爸妈找不到了",
  parent_died: "爸妈去世",
};
const DAY_MS = 86_400_000;
const CHINA_MS = 8 * 3_600_000;

/** The events in one section's answers, in words. @param {any} answers */
const eventsIn = (answers) => Object.entries(answers ?? {})
  .filter(([code, value]) => code.endsWith("event") && Array.isArray(value))
  .flatMap(([, value]) => value.flatMap((/** @type {string} */ one) => /** @type {any} */ (RAISING)[one] ?? []));

/** The task that one visit raises; none where it heard of nothing grave. @param {any} command @returns {Row[]} */
export function raisedIn({ id, payload }) {
  const found = Object.values(payload.answers ?? {}).flatMap((section) => [
    ...eventsIn(section),
    ...Object.values(section ?? {}).filter((one) => one && typeof one === "object" && !Array.isArray(one)).flatMap(eventsIn),
  ]);
  if (!found.length) return [];
  const due_on = new Date(Date.parse(payload.started_at) + CHINA_MS + DAY_MS).toISOString().slice(0, 10);
  const why = `家里有人${[...new Set(found)].join("、")}，快去看看`;
  const data = { kind: "visit", household_id: payload.household_id, due_on, why, urgent: true };
  return [{ type: "task", id: `raised-${id}`, household_id: payload.household_id, data }];
}

/**
 * Of several visits to one home the last one counts: a later visit that heard of nothing has looked after it.
 * @param {import("./db.js").Store} store @param {any[]} visits outbox rows, the oldest first
 * @returns {Promise<Row[]>}
 */
export async function raisedBy(store, visits) {
  const last = [...new Map(visits.map((row) => [row.household_id, row])).values()];
  if (!last.length) return [];
  const commands = await keep(store, () => store.commands.bulkGet(last.map((row) => row.id)));
  return commands.flatMap((command) => (command ? raisedIn(JSON.parse(command.body)) : []));
}
