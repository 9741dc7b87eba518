/**
 * What a form's conditions may know: answers by the type of their question, a person and a household as of a day.
 * Values are converted so that both engines see the same: integers as BigInt, decimals as numbers, dates as text.
 *
 * @typedef {Record<string, any>} Row
 * @typedef {import("./rules.js").Question} Question
 */
const DATE = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
const MAX_DECIMAL = 1e9;
const CHINA_MS = 8 * 3600 * 1000;

/** The day in China of a moment with its offset; a plain day stays as it is. @param {string} moment */
export function dayOf(moment) {
  if (DATE.test(moment)) return moment;
  const at = Date.parse(moment);
  return Number.isNaN(at) ? "" : new Date(at + CHINA_MS).toISOString().slice(0, 10);
}

/** Full years from a birthday to a day, or null. @param {any} born @param {string} on */
export function ageOn(born, on) {
  const [b, d] = [realDate(born), realDate(on)];
  if (!b || !d || born > on) return null;
  return d[0] - b[0] - (d[1] < b[1] || (d[1] === b[1] && d[2] < b[2]) ? 1 : 0);
}

/** @param {unknown} value @returns {[number, number, number]|null} */
function realDate(value) {
  const found = typeof value === "string" ? DATE.exec(value) : null;
  if (!found) return null;
  const [y, m, d] = found.slice(1).map(Number);
  const leap = (y % 4 === 0 && y % 100 !== 0) || y % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return y >= 1 && m >= 1 && m <= 12 && d >= 1 && d <= days[m - 1] ? [y, m, d] : null;
}

/**
 * An answer as CEL sees it, or null where it is not given or has the wrong shape.
 * @param {Question} question @param {unknown} value @returns {any}
 */
export function celValue(question, value) {
  switch (question.type) {
    case "integer":
      return typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : null;
    case "decimal":
      return typeof value === "number" && Math.abs(value) <= MAX_DECIMAL ? value : null;
    case "yesno":
      return typeof value === "boolean" ? value : null;
    case "date":
      return realDate(value) ? value : null;
    case "choices":
      return Array.isArray(value) && value.length > 0 && value.every((v) => typeof v === "string") ? value : null;
    case "photo":
      return null;
    default:
      return typeof value === "string" && value !== "" ? value : null;
  }
}

/** Whether nothing was given at all (as against something unreadable). @param {unknown} value */
export const blank = (value) => value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);

/** @param {any} value @returns {string|null} */
const text = (value) => (typeof value === "string" && value !== "" ? value : null);
/** @param {any} value @returns {string[]} */
const texts = (value) => (Array.isArray(value) ? value.filter((v) => typeof v === "string") : []);

/** What CEL may know of a person, as of a day. @param {Row} person a pulled row @param {string} on */
export function personFacts(person, on) {
  const age = ageOn(person.born_on, on);
  const living = text(person.living);
  return {
    name: text(person.name),
    age: age === null ? null : BigInt(age),
    sex: [1, 2].includes(person.sex) ? BigInt(person.sex) : null,
    relation: text(person.relation),
    tags: texts(person.tags),
    living,
    lives_alone: living === "alone" || texts(person.tags).includes("elder_alone"),
    away: text(person.works_away) !== null || living === "away",
    health: text(person.health),
    is_head: person.is_head === true,
  };
}

/** What CEL may know of a household: its tags are its own and those of its people. @param {Row} household @param {Row[]} people */
export function householdFacts(household, people) {
  const tags = new Set(texts(household.tags));
  for (const person of people) for (const tag of texts(person.tags)) tags.add(tag);
  return {
    code: text(household.code),
    division: text(household.division),
    attribute: text(household.attribute),
    group: text(household.group),
    tags: [...tags].sort(),
    size: BigInt(people.length),
  };
}
