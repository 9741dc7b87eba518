/** One home with its forms and what was found last, as several screens need it. */
import { loadCel } from "../cel.js";
import { form, household } from "../rows.js";
import { answersOf, compile, mergeLast } from "../rules.js";

/** @type {Map<string, import("../rules.js").Program>} */
const programs = new Map();

/** A form ready to run; a version is compiled once. @param {string} code @param {number} [version] */
export async function programOf(code, version) {
  const found = await form(code, version);
  if (!found) return null;
  const key = `${found.code}@${found.version}`;
  await loadCel();
  if (!programs.has(key)) programs.set(key, compile(found));
  return programs.get(key);
}

/** The forms that a home's visits were written on, by code and version. @param {object[]} visits */
async function formsOf(visits) {
  const forms = new Map();
  for (const { form: used } of visits) {
    const key = `${used.code}@${used.version}`;
    if (!forms.has(key)) forms.set(key, (await programOf(used.code, used.version).catch(() => null))?.form ?? null);
  }
  return (code, version) => forms.get(`${code}@${version}`) ?? null;
}

/** The head first, then the oldest. @param {object} a @param {object} b */
const headFirst = (a, b) =>
  Number(b.is_head === true) - Number(a.is_head === true) || ((a.born_on ?? "9") < (b.born_on ?? "9") ? -1 : 1);

/**
 * A home as the phone knows it.
 * @param {string} id
 * @returns {Promise<object | null>} the home with `last` (by section), `formOf` and `every` (days between visits)
 */
export async function homeOf(id) {
  const home = await household(id);
  if (!home) return null;
  const formOf = await formsOf(home.visits);
  const every = home.tasks.map((task) => task.every_days).filter(Boolean);
  home.people.sort(headFirst);
  return { ...home, formOf, last: mergeLast(standing(home.visits), formOf), every: every.length > 0 ? Math.min(...every) : null };
}

/** Visits without those that a correction stands for. @param {object[]} visits */
const standing = (visits) => visits.filter((visit) => !visit.replaced);

/** What was known before a visit, to correct it by. @param {object} home @param {{started_at: string}} visit */
export const lastBefore = (home, { started_at }) =>
  mergeLast(standing(home.visits).filter((one) => Date.parse(one.started_at) < Date.parse(started_at)), home.formOf);

/** A few words for each section of one visit. @param {object} visit @param {object} home @param {string} today */
export async function toldBy(visit, home, today) {
  const program = await programOf(visit.form.code, visit.form.version).catch(() => null);
  if (!program) return [];
  const input = { household: home.household, people: home.people, answers: visit.answers, unchanged: visit.unchanged, last: {}, on: visit.started_at ?? today };
  return program.run(input).sections.filter((section) => section.state !== "empty");
}

/** What was found last, section by section of the form for homes. @param {object} home @param {string} today */
export async function foundLast(home, today) {
  const program = await programOf("home").catch(() => null);
  if (!program) return [];
  const input = { household: home.household, people: home.people, answers: {}, unchanged: [], last: home.last, on: today };
  return program.run(input).sections
    .filter((section) => answersOf(home.last, section.code, section.person_id))
    .map((section) => ({ ...section, summary: section.last?.summary ?? "" }));
}
