/**
 * What the pages read: the pulled rows, and over them what has been written here and is not yet known to
 * the county.
 */
import { keep, readMeta } from "./db.js";
import { isBegun } from "./drafts.js";
import { issuesOf, unsettled, visitsOf, withChanges, writtenHere } from "./here.js";
import { atHand, register, rowsOf } from "./register.js";
import { mergeLast } from "./rules.js";
import { rank, readQuery } from "./search.js";
import { atWork } from "./session.js";

/** @typedef {import("./types.js").HouseholdItem} HouseholdItem */
/** @typedef {import("./types.js").SearchHit} SearchHit */
/** @typedef {import("./db.js").Store} Store */
/** @typedef {import("./here.js").Row} Row */

/** @param {Row} row */
const flat = ({ id, version, data }) => ({ ...data, id, version });

/** The homes in the order of their doors. @returns {Promise<HouseholdItem[]>} */
export const households = async () => (atHand() ?? (await register())).homes;

/** @typedef {{score: number, hit: SearchHit["hit"]}} Best */

/** The best answer of each home, itself or one who lives there. @param {import("./register.js").Findable[]} finds @param {string} query */
function bestOf(finds, query) {
  const wanted = readQuery(query);
  /** @type {Map<string, Best>} */
  const best = new Map();
  for (const { row, find } of finds) {
    const score = rank(find, wanted);
    const id = row.type === "household" ? row.id : row.household_id;
    if (!score || score <= (best.get(id)?.score ?? 0)) continue;
    best.set(id, { score, hit: row.type === "person" ? { person_id: row.id, name: row.data.name } : null });
  }
  return best;
}

/**
 * The homes that answer a query of one word or several (毛安 李), the best first; all of them for an empty one.
 * @param {string} query
 * @returns {Promise<SearchHit[]>}
 */
export async function search(query) {
  const { homes, finds } = atHand() ?? (await register());
  if (!query.trim()) return homes.map((home) => ({ ...home, hit: null }));
  const words = query.trim().split(/\s+/).map((word) => bestOf(finds, word));
  /** @param {{id: string}} home @returns {Best} */
  const bestAt = ({ id }) => {
    const each = words.map((best) => /** @type {Best} */ (best.get(id)));
    const score = each.reduce((sum, one) => sum + one.score, 0);
    return { score, hit: each.find((one) => one.hit)?.hit ?? null };
  };
  const found = homes.filter((home) => words.every((best) => best.has(home.id))).map((home) => ({ home, ...bestAt(home) }));
  return found.sort((a, b) => b.score - a.score).map(({ home, hit }) => ({ ...home, hit }));
}

/** @param {Store} store @param {string} type @param {string} householdId @returns {Promise<Row[]>} */
const rowsAt = (store, type, householdId) =>
  keep(store, () => store.rows.where("[type+household_id]").equals([type, householdId]).toArray());

/** @param {any} one */
const begun = (one) => String(one.started_at ?? one.on ?? "");

/**
 * A home's visits, the latest first; `replaced` are those that a later version stands for.
 * @param {Store} store @param {string} id
 */
async function visitsAt(store, id) {
  const told = (await rowsAt(store, "visit", id)).map(flat);
  const all = [...told, ...(await visitsOf(store, id))];
  const corrected = new Set(all.map((one) => one.corrects));
  const marked = all.map((one) => ({ ...one, replaced: Boolean(one.corrected_by) || corrected.has(one.id) }));
  return marked.sort((a, b) => begun(b).localeCompare(begun(a)));
}

/**
 * One visit as the county told of it; null where the phone knows none of that id.
 * @param {string} id
 */
export async function visit(id) {
  const { store } = await atWork();
  const row = await keep(store, () => store.rows.get(/** @type {any} */ (["visit", id])));
  return row ? flat(row) : null;
}

/** The visit of this home that something was written in; a correction of an earlier one is apart from it. @param {Store} store @param {string} id */
async function draftAt(store, id) {
  const drafts = await keep(store, () => store.drafts.where("household_id").equals(id).toArray());
  return drafts.find((draft) => draft.state === "open" && !draft.corrects && isBegun(draft)) ?? null;
}

/**
 * All that the phone knows of one home; null for one that it does not know (any more).
 * @param {string} id
 */
export async function household(id) {
  const { store, byId, tasks, returned } = await register();
  const item = byId.get(id);
  if (!item) return null;
  const own = await keep(store, () => store.rows.get(/** @type {any} */ (["household", id])));
  const told = [...(own ? [own] : []), ...(await rowsAt(store, "person", id))];
  const written = await writtenHere(store);
  const rows = await withChanges(store, told, written);
  const home = rows.find((row) => row.type === "household" && row.id === id);
  if (!home) return null;
  const visits = await visitsAt(store, id);
  const registers = await Promise.all(REGISTERS.map(async (type) => [type, (await rowsAt(store, type, id)).map(flat)]));
  return {
    household: { ...flat(home), village: item.village },
    people: rows.filter((row) => row.type === "person" && row.household_id === id).map(flat),
    tasks: tasks.filter((row) => row.household_id === id).map(flat),
    visits,
    registers: { ...Object.fromEntries(registers), finding: unsettled(written, await rowsAt(store, "finding", id)).map(flat) },
    issues: [...standingIssues(visits), ...(await issuesOf(store, id))],
    reviews: returned.filter((row) => row.household_id === id).map(flat),
    draft: await draftAt(store, id),
  };
}

/** Rows beside the people of a home that its page shows. */
const REGISTERS = ["elder", "child", "hardship", "disability", "pairing", "measure", "contact", "agreement"];

/** Troubles that visits told of and that are being dealt with, with who told of them and when. @param {any[]} visits */
const standingIssues = (visits) => visits.filter((one) => !one.replaced).flatMap((visit) =>
  (visit.issues ?? []).filter((/** @type {any} */ issue) => issue.id && issue.state === "open")
    .map((/** @type {any} */ issue) => ({ ...issue, created_at: visit.started_at, by: visit.author?.name ?? "" })));

/** A returned photo, or a question about one, is a task of the day on which it came back. @param {Row} row */
const reviewTask = ({ id, household_id, data }) => ({
  id,
  household_id,
  data: {
    kind: "photo",
    due_on: String(data.decided_at ?? "").slice(0, 10),
    why: data.state === "returned" ? "照片要重拍" : "有一张照片要你说一句",
  },
});

/**
 * What is due, returned photos too, the earliest first.
 * @param {string} today a date, YYYY-MM-DD
 * @returns {Promise<import("./types.js").Task[]>}
 */
export async function tasks(today) {
  const { byId, tasks: due, returned } = await register();
  const all = [...returned.map(reviewTask), ...due].map(({ id, household_id, data }) => ({
    ...data,
    id,
    household_id: household_id || null,
    person_id: data.person_id ?? null,
    overdue: data.due_on < today,
    household: byId.get(household_id) ?? null,
  }));
  return all.sort((a, b) => (a.due_on < b.due_on ? -1 : a.due_on > b.due_on ? 1 : 0));
}

/** Photos that came back and have not been answered here. @returns {Promise<any[]>} */
export const reviews = async () => (await register()).returned.map(flat);

/**
 * A form as pulled: this version, or the newest.
 * @param {string} code
 * @param {number} [version]
 * @returns {Promise<import("./rules.js").Form | null>}
 */
export async function form(code, version) {
  const { store } = await atWork();
  const all = (await rowsOf(store, "form")).map((row) => row.data).filter((one) => one.code === code);
  if (version !== undefined) return all.find((one) => one.version === version) ?? null;
  return all.sort((a, b) => b.version - a.version)[0] ?? null;
}

/**
 * What was found last in a home, section by section (see `mergeLast` of rules.js).
 * @param {string} householdId
 */
export async function lastAnswers(householdId) {
  const { store } = await atWork();
  const forms = (await rowsOf(store, "form")).map((row) => row.data);
  const visits = (await visitsAt(store, householdId)).filter((one) => !one.replaced);
  return mergeLast(visits, (code, version) => forms.find((one) => one.code === code && one.version === version));
}

/** A setting of the county, such as `hotline`. @param {string} code @returns {Promise<any>} */
export async function setting(code) {
  const { store } = await atWork();
  const found = (await rowsOf(store, "setting")).find((row) => (row.data.code ?? row.id) === code);
  return found?.data.value ?? null;
}

/** When the phone last received everything, ISO 8601; null before the first time. @returns {Promise<string | null>} */
export async function syncedAt() {
  const { store } = await atWork();
  return readMeta(store, "synced_at");
}
