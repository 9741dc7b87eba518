/**
 * What the county knows already is not asked again: a section that nobody has answered yet opens with what ledgers and
 * registers say, by the fields that its questions fill, when all it must have is there (somebody turns sixty, and the
 * questions of an elder take the place of those before).
 */
import { blank, celValue } from "./facts.js";

/** @typedef {import("./rules.js").Question} Question */

/** Whom to call, by kind: the first of each. @param {any} person @param {Record<string, any[]>} registers */
function contactsOf(person, registers) {
  const of = (/** @type {string} */ type) => (registers[type] ?? []).filter((row) => row.person_id === person.id);
  const mine = of("contact");
  const found = new Map([["hardship", of("hardship")[0]]]);
  for (const one of [...(mine.length > 0 ? mine : (person.contacts ?? []))].sort((a, b) => (b.rank ?? 1) - (a.rank ?? 1))) found.set(one.kind, one);
  return found;
}

const SELF_CARE = ["eats", "dresses", "gets_up", "toilet", "walks", "bathes"];

/** What somebody cannot do alone, by the last assessment. @param {any} row of the register of the destitute */
function cannotOf(row) {
  if (!row || SELF_CARE.some((code) => typeof row[code] !== "boolean")) return undefined;
  const found = SELF_CARE.filter((code) => !row[code]);
  return found.length > 0 ? found : ["none"];
}

/** What is known of a field. @param {string} field @param {any} person @param {any} household @param {Map<string, any>} contacts and `hardship`: the row of that register */
function valueOf(field, person, household, contacts) {
  const [subject, kind, part] = field.split(".");
  if (subject === "contact") return part === "confirmed" ? undefined : contacts.get(kind)?.[part];
  if (field === "hardship.cannot") return person?.ledger?.[field] ?? cannotOf(contacts.get("hardship"));
  const told = (person ?? household).ledger?.[field];
  return told ?? (field === "person.living" || field === "person.health" ? person?.[kind] : undefined);
}

/** An answer as its question holds it; words of an option that a ledger keeps become its code. @param {Question} question @param {unknown} value */
function asAnswer(question, value) {
  if (question.type !== "choice") return celValue(question, value) === null ? undefined : value;
  return question.options?.find((one) => one.code === value || one.label === value)?.code;
}

/** What is known of a section; nothing where something that it must have is not. @param {import("./rules.js").Section} section @param {any} person @param {any} household @param {Map<string, any>} contacts */
function knownOf(section, person, household, contacts) {
  /** @type {Record<string, any>} */
  const answers = {};
  for (const question of section.questions) {
    if (!question.fills || question.carry === false) continue;
    const value = asAnswer(question, valueOf(question.fills, person, household, contacts));
    if (value !== undefined) answers[question.code] = value;
  }
  const whole = section.questions.filter((one) => one.required && !one.visible_when).every((one) => !blank(answers[one.code]));
  return whole ? { at: "", visit_id: null, answers } : undefined;
}

/**
 * What a section must have and the last visit did not ask (an earlier form) is laid below its answers; what may be left out
 * and was left out stays so. @param {import("./rules.js").Section} section @param {any} before @param {any} person @param {any} household @param {Map<string, any>} contacts
 */
function laidUnder(section, before, person, household, contacts) {
  const answers = { ...before.answers };
  for (const question of section.questions) {
    if (!question.required || !question.fills || question.carry === false || !blank(answers[question.code])) continue;
    const value = asAnswer(question, valueOf(question.fills, person, household, contacts));
    if (value !== undefined) answers[question.code] = value;
  }
  return { ...before, answers };
}

/**
 * @param {Record<string, any>} last as `mergeLast` gives it @param {import("./rules.js").Form} form
 * @param {{household: any, people: any[], registers?: Record<string, any[]>}} home
 * @returns {Record<string, any>}
 */
export function withKnown(last, form, { household, people, registers }) {
  const found = { ...last };
  for (const section of form.sections) {
    if (section.about === "household") {
      const known = last[section.code] ?? knownOf(section, null, household, new Map());
      if (known) found[section.code] = known;
      continue;
    }
    const of = { ...last[section.code] };
    for (const person of people) {
      const contacts = contactsOf(person, registers ?? {});
      const known = of[person.id] ? laidUnder(section, of[person.id], person, household, contacts) : knownOf(section, person, household, contacts);
      if (known) of[person.id] = known;
    }
    if (Object.keys(of).length > 0) found[section.code] = of;
  }
  return found;
}
