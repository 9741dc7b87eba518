/**
 * What has been written on this phone and is not yet among the pulled rows: it is shown as if the county
 * knew it already, and makes room as soon as the county's own row is here.
 */
import { keep } from "./db.js";
import { VISITS } from "./item.js";

/** @typedef {import("./db.js").Store} Store */
/** @typedef {{type: string, id: string, version?: any, data: any, household_id: string, at?: number, find?: import("./search.js").Find}} Row */

/** @param {any} row */
const stands = (row) => row.text !== "corrected" && row.text !== "rejected";

/** What has been written here, the oldest first. @param {Store} store @returns {Promise<any[]>} */
export const writtenHere = (store) => keep(store, () => store.outbox.orderBy("n").toArray());

/** Commands of these types. @param {any[]} all @param {string[]} types */
const ofTypes = (all, types) => all.filter((row) => types.includes(row.type) && row.text !== "corrected");

/** @param {Store} store @param {string[]} types */
const written = async (store, types) => ofTypes(await writtenHere(store), types);

/** @param {Store} store @param {any[]} rows @returns {Promise<any[]>} the commands as they were saved */
async function bodies(store, rows) {
  const commands = await keep(store, () => store.commands.bulkGet(rows.map((row) => row.id)));
  return commands.map((command) => command && JSON.parse(command.body)).filter(Boolean);
}

/**
 * Visits of which the county has not told yet: their home is not due any more.
 * @param {Store} store @param {any[]} all as `writtenHere` gives it
 * @returns {Promise<any[]>} outbox rows
 */
export async function visitsHere(store, all) {
  const visits = ofTypes(all, ["visit"]);
  if (!visits.length) return [];
  const known = await keep(store, () => store.rows.bulkGet(visits.map((row) => /** @type {any} */ (["visit", row.id]))));
  return visits.filter((_, at) => !known[at]);
}

/**
 * What a home's visits and corrections say of which the county has not told yet. A correction that it has not taken
 * corrects nothing.
 * @param {Store} store @param {string} householdId
 */
export async function visitsOf(store, householdId) {
  const rows = (await written(store, VISITS)).filter((row) => row.household_id === householdId);
  const known = await keep(store, () => store.rows.bulkGet(rows.map((row) => /** @type {any} */ (["visit", row.id]))));
  const fresh = rows.filter((row, at) => !known[at] && (row.type === "visit" || stands(row)));
  return (await bodies(store, fresh)).map(({ id, type, corrects, payload }) => ({
    ...payload, id, local: true, ...(type === "visit.correct" && { corrects }),
  }));
}

/** Troubles noted on their own, until the county tells of them. @param {Store} store @param {string} householdId */
export async function issuesOf(store, householdId) {
  const rows = (await written(store, ["issue.add"])).filter((row) => row.household_id === householdId);
  const known = await keep(store, () => store.rows.bulkGet(rows.map((row) => /** @type {any} */ (["issue", row.id]))));
  const fresh = await bodies(store, rows.filter((_, at) => !known[at]));
  return fresh.map(({ id, captured_at, payload }) => ({ ...payload, id, at: captured_at, state: "open", local: true }));
}

/** A photo came back, or the county asks its author something about it. @param {any} review */
export const waitsForAuthor = (review) =>
  review.state === "returned" || (review.questions ?? []).some((/** @type {any} */ one) => !one.answer);

/**
 * Returned photos that have not been answered here. One that came back once more after the answer counts again.
 * @param {any[]} all as `writtenHere` gives it
 * @param {Row[]} reviews
 * @returns {Row[]}
 */
export function unanswered(all, reviews) {
  const answers = ofTypes(all, ["photo.answer"]);
  const since = new Map(answers.map((row) => [row.about, row.open ? Infinity : row.saved_at]));
  return reviews.filter((row) => waitsForAuthor(row.data) && !((since.get(row.id) ?? -1) >= (row.at ?? 0)));
}

/**
 * Findings that were not settled on this phone since the county told of them.
 * @param {any[]} all as `writtenHere` gives it
 * @param {Row[]} findings
 * @returns {Row[]}
 */
export function unsettled(all, findings) {
  const since = new Map(ofTypes(all, ["finding.settle"]).map((row) => [row.about, row.open ? Infinity : row.saved_at]));
  return findings.filter((row) => !((since.get(row.id) ?? -1) >= (row.at ?? 0)));
}

/** @type {Record<string, string>} */
const ADDS = { "household.add": "household", "person.add": "person" };
/** @type {Record<string, string>} */
const CHANGES = { "household.change": "household", "person.change": "person" };

/** @param {any} command @param {string} type @returns {string} */
const subject = ({ id, payload }, type) => payload[`${type}_id`] ?? payload.id ?? id;

/** What a change says, apart from whom it is about. @param {any} payload @param {string} type */
function fieldsOf(payload, type) {
  const { [`${type}_id`]: _subject, id: _id, ...fields } = payload.changes ?? payload;
  return fields;
}

/**
 * Lays homes and people added or changed here over the pulled rows.
 * @param {Store} store
 * @param {Row[]} rows of homes and people
 * @param {any[]} all as `writtenHere` gives it
 * @returns {Promise<Row[]>}
 */
export async function withChanges(store, rows, all) {
  const open = ofTypes(all, [...Object.keys(ADDS), ...Object.keys(CHANGES)]).filter((row) => row.open && stands(row));
  if (!open.length) return rows;
  const found = new Map(rows.map((row) => [`${row.type} ${row.id}`, row]));
  for (const command of await bodies(store, open)) {
    const added = ADDS[command.type];
    const type = added ?? CHANGES[command.type];
    const id = added ? (command.payload.id ?? command.id) : subject(command, type);
    const key = `${type} ${id}`;
    const before = found.get(key);
    if (!before && !added) continue;
    const data = { ...before?.data, ...(added ? command.payload : fieldsOf(command.payload, type)) };
    const household_id = type === "person" ? (data.household_id ?? "") : "";
    // What it was found by is of before the change.
    found.set(key, { type, id, household_id, ...before, data, find: undefined });
  }
  return [...found.values()];
}
