/**
 * A form's rules on the phone: which sections a home gets, which questions show, what is not right yet,
 * and the few words that say what was found last time. Pure: no clock, no storage, no page.
 *
 * `app/forms/rules.py` says the same on the server; `tests/forms/test_both_engines.py` proves that they agree.
 * Expressions are CEL in the subset that `app/forms/expressions.py` checks on publishing. What holds on both sides:
 *  - an answer, person's or household's fact that is not known is null; `has(answers.x)` means "is answered";
 *  - a section or a question shows only where its condition is exactly true, a constraint is broken only where it
 *    is exactly false, so that an error (ordering null, say) neither shows nor blames anything;
 *  - the answer of a question that does not show counts as not given.
 *
 * @typedef {{code: string, label: string, said?: string, tone?: "ok"|"bad"|"na"}} Option
 * @typedef {{when: string, text: string, programme?: string, urgent?: boolean}} IssueRule
 * @typedef {{code: string, label: string, hint?: string, type: string, options?: Option[], required?: boolean,
 *   visible_when?: string, constraint?: string, message?: string, photo?: "none"|"optional"|"asked",
 *   photo_why?: string, fills?: string, basis?: string, opens_issue?: IssueRule, under?: string, group?: string,
 *   said?: string, carry?: boolean, max_length?: number}} Question
 * @typedef {{code: string, title: string, about: "household"|"person", filter?: string, hint?: string,
 *   notice?: {title: string, text: string}, never_face?: boolean, questions: Question[],
 *   summary?: {ask: string[], all_ok?: string, at_most?: number}}} Section
 * @typedef {{code: string, version: number, title: string, modes?: string[], sections: Section[]}} Form
 * @typedef {Record<string, any>} Row
 * @typedef {Record<string, any>} Answers one section's answers: question code → value as it goes over the wire
 *   (choice, text, phone, person, date 'YYYY-MM-DD': string; choices: strings; integer, decimal: number; yesno: boolean)
 * @typedef {{at: string, visit_id: string, answers: Answers}} Last what was found last about one section
 * @typedef {{question: string, code: string, message: string}} Problem code: required | wrong_type |
 *   unknown_option | too_long | date_far | constraint; it never stops saving
 * @typedef {{text: string, programme: string|null, urgent: boolean, question: string, section: string,
 *   person_id: string|null}} FoundIssue
 * @typedef {{code: string, person_id: string|null, person_name: string|null, title: string,
 *   state: "empty"|"unchanged"|"changed", visible_questions: string[], problems: Problem[], answered: number,
 *   of: number, summary: string, last: {at: string, visit_id: string, summary: string}|null,
 *   issues: FoundIssue[], questions: Question[], section: Section}} SectionState
 *   `answered`/`of` count visible questions (photo-only ones apart); `questions` are the visible ones, in order
 * @typedef {{household: Row, people: Row[], answers?: Row, unchanged?: any[], last?: Row, on: string}} VisitInput
 *   rows as pulled; `answers` and `unchanged` as in a visit; `last` as `mergeLast` makes it; `on` the day
 *   ('YYYY-MM-DD', see `dayOf`) or the moment as of which ages and dates are judged
 * @typedef {{program: SectionProgram, person: Row|null, who: Row}} Place
 * @typedef {{form: Form, run: (input: VisitInput) => {sections: SectionState[], done: number, of: number},
 *   section: (input: VisitInput, code: string, personId?: string|null) => SectionState|null}} Program
 */
import {parse} from "./cel.js";
import {blank, celValue, dayOf, householdFacts, personFacts} from "./facts.js";

export {ageOn, celValue, dayOf, householdFacts, personFacts} from "./facts.js";

/** A form that cannot be used; `message` is for the person who reads it. */
export class FormError extends Error {
  /** @param {string} code @param {string} message @param {ErrorOptions} [options] */
  constructor(code, message, options = {}) {
    super(message, options);
    this.name = "FormError";
    this.code = code;
  }
}

const HAS = /("[^"]*"|'[^']*')|\bhas[ \t\n]*\([ \t\n]*([a-z_]+)[ \t\n]*\.[ \t\n]*([a-z0-9_]+)[ \t\n]*\)/g;
const MAX_TEXT = 500;
const YESNO = [{code: "yes", label: "是"}, {code: "no", label: "不是"}];

/** @type {Record<string, string>} */
const SENTENCES = {
  required: "这一项还没填。",
  unknown_option: "这个选项这张表里没有，请重新选。",
  too_long: "写得太长了，请短一些。",
  date_far: "日期离得太远，请看一下年份。",
  constraint: "这一项好像不对，请看一下。",
  integer: "这里要填整数。",
  decimal: "这里要填数字。",
  date: "日期没有写对，请重新选。",
  other: "这一项没有读懂，请重新填。",
};

/** `has(answers.x)` becomes `(answers.x != null)`: every key is present, unknown ones as null. @param {string} source */
const known = (source) => source.replace(HAS, (all, literal, of, name) => (literal === undefined ? `(${of}.${name} != null)` : all));

/** Parsed once: a list of conditions answered together, one by one only where one of them stumbles. */
export class Conditions {
  /** @param {string[]} sources */
  constructor(sources) {
    try {
      this.each = sources.map((source) => parse(known(source)));
      this.all = parse(`[${sources.map((source) => `(${known(source)})`).join(",")}]`);
    } catch (cause) {
      throw new FormError("form_bad", "这张表的条件读不懂，请先更新资料。", {cause});
    }
  }

  /** true, false, or null where it could not be told. @param {Row} facts @returns {Array<boolean|null>} */
  run(facts) {
    try {
      return this.all(facts).map((/** @type {unknown} */ v) => (typeof v === "boolean" ? v : null));
    } catch {
      return this.each.map((one) => {
        try {
          const value = one(facts);
          return typeof value === "boolean" ? value : null;
        } catch {
          return null;
        }
      });
    }
  }
}

/** The condition under which an answer opens an issue: an option's code, or CEL. @param {Question} question @param {string} when */
export function issueCondition(question, when) {
  if (!(question.options ?? []).some((option) => option.code === when)) return when;
  if (question.type === "choices") return `has(answers.${question.code}) && "${when}" in answers.${question.code}`;
  if (question.type === "yesno") return `answers.${question.code} == ${when === "yes"}`;
  return `answers.${question.code} == "${when}"`;
}

/** One section's questions with their conditions in one program. */
class SectionProgram {
  /** @param {Section} section */
  constructor(section) {
    this.section = section;
    this.questions = section.questions;
    /** @type {Record<"visible"|"constraint"|"issue", Record<string, number>>} */
    this.slots = {visible: {}, constraint: {}, issue: {}};
    /** @type {string[]} */
    const sources = [];
    for (const q of section.questions) {
      if (q.visible_when) this.slots.visible[q.code] = sources.push(q.visible_when) - 1;
      // Not asked of an answer that is not there: most broken lists would come from ordering null.
      if (q.constraint) this.slots.constraint[q.code] = sources.push(`answers.${q.code} == null || (${q.constraint})`) - 1;
      if (q.opens_issue) this.slots.issue[q.code] = sources.push(issueCondition(q, q.opens_issue.when)) - 1;
    }
    this.conditions = new Conditions(sources);
  }

  /** @param {any} answers @returns {Row} */
  facts(answers) {
    const given = answers && typeof answers === "object" && !Array.isArray(answers) ? answers : {};
    return Object.fromEntries(this.questions.map((q) => [q.code, celValue(q, given[q.code])]));
  }

  /**
   * Which questions show, on what they say, with the answers of hidden ones taken away until nothing changes.
   * @param {Row} who @param {Answers|undefined} answers
   * @param {Answers|undefined} last
   */
  judge(who, answers, last) {
    const facts = {...who, answers: this.facts(answers), last: this.facts(last)};
    for (;;) {
      const results = this.conditions.run(facts);
      const shown = this.questions.filter((q) => !q.visible_when || results[this.slots.visible[q.code]] === true);
      const codes = new Set(shown.map((q) => q.code));
      const stale = this.questions.filter((q) => !codes.has(q.code) && facts.answers[q.code] !== null);
      if (stale.length === 0) return {results, shown, values: facts.answers};
      for (const q of stale) facts.answers[q.code] = null;
    }
  }
}

/** @param {Question} q @param {unknown} raw @param {any} value @param {string} on @returns {Problem["code"]|null} */
function fault(q, raw, value, on) {
  if (value === null) return blank(raw) ? (q.required ? "required" : null) : q.type === "photo" ? null : "wrong_type";
  const codes = q.options?.map((o) => o.code);
  if (q.type === "choice" && codes && !codes.includes(value)) return "unknown_option";
  if (q.type === "choices" && codes && !value.every((/** @type {string} */ v) => codes.includes(v))) return "unknown_option";
  if (["text", "phone"].includes(q.type) && [...value].length > (q.max_length ?? MAX_TEXT)) return "too_long";
  if (q.type === "date" && (value < "1900-01-01" || Number(value.slice(0, 4)) > Number(on.slice(0, 4)) + 3)) return "date_far";
  return null;
}

/** @param {string} code @param {Question} q */
const sentence = (code, q) =>
  code === "constraint" ? q.message ?? SENTENCES.constraint : code === "wrong_type" ? SENTENCES[q.type] ?? SENTENCES.other : SENTENCES[code];

/** @param {Question} q @returns {Option[]} */
export const optionsOf = (q) => (q.type === "yesno" ? q.options ?? YESNO : q.options ?? []);

/** The chosen options of a value. @param {Question} q @param {any} value @returns {Option[]} */
function chosen(q, value) {
  const codes = q.type === "yesno" ? [value ? "yes" : "no"] : q.type === "choices" ? value : [value];
  return optionsOf(q).filter((option) => codes.includes(option.code));
}

/**
 * An answer in a few words (能自理), '' where there is none. @param {Question} q @param {unknown} raw
 * @param {Row[]} [people] to name a person who was chosen
 */
export function answerWords(q, raw, people = []) {
  const value = celValue(q, raw);
  if (value === null) return "";
  let words = typeof value === "number" ? value.toFixed(6).replace(/\.?0+$/, "").replace(/^-0$/, "0") : String(value);
  if (["choice", "choices", "yesno"].includes(q.type)) words = chosen(q, value).map((o) => o.said ?? o.label).join("、");
  else if (q.type === "person") words = people.find((p) => p.id === value)?.name ?? "";
  else if (q.type === "date") words = `${Number(value.slice(5, 7))} 月 ${Number(value.slice(8, 10))} 日`;
  return words !== "" && q.said ? q.said.replaceAll("{}", () => words) : words;
}

/**
 * A section's answers in a few words (能自理，药够吃到月底). With `all_ok` only what is bad is told.
 * @param {Section} section @param {Answers|undefined} answers @param {Row[]} [people]
 */
export function summary(section, answers, people = []) {
  const rule = section.summary;
  if (!rule || !answers) return "";
  const byCode = questionsByCode(section);
  const asked = rule.ask.flatMap((code) => byCode[code] ?? []).filter((q) => celValue(q, answers[q.code]) !== null);
  if (asked.length === 0) return "";
  let said = asked.map((q) => answerWords(q, answers[q.code], people));
  if (rule.all_ok) {
    const bad = asked.filter((q) => chosen(q, celValue(q, answers[q.code])).some((o) => o.tone === "bad"));
    said = bad.length === 0 ? [rule.all_ok] : bad.map((q) => q.label + answerWords(q, answers[q.code], people));
  }
  return said.filter((words) => words !== "").slice(0, rule.at_most ?? 3).join("，");
}

/** @param {Section} section @returns {Record<string, Question|undefined>} */
const questionsByCode = (section) => Object.fromEntries(section.questions.map((q) => [q.code, q]));

/**
 * `{code}` in an issue's text becomes that answer's words; an unanswered one leaves nothing, nor a colon before it.
 * @param {IssueRule} rule @param {Section} section @param {Answers|undefined} answers @param {Row} values @param {Row[]} people
 */
function issueText(rule, section, answers, values, people) {
  const byCode = questionsByCode(section);
  const filled = rule.text.replace(/\{([a-z][a-z0-9_]*)\}/g, (_, code) => (byCode[code] && values[code] !== null ? answerWords(byCode[code], answers?.[code], people) : ""));
  return filled.replace(/[：，、]+$/, "");
}

/** @param {any[]|undefined} unchanged @param {string} code @param {string|null} personId */
export const isUnchanged = (unchanged, code, personId) =>
  (unchanged ?? []).some((u) => u === code || (u && u.section === code && (!u.person_id || u.person_id === personId)));

/**
 * The answers of one section of a visit, or its part of `last`.
 * @param {Row|undefined} answers @param {string} code @param {string|null} personId @returns {Row|undefined}
 */
export function answersOf(answers, code, personId) {
  const section = answers?.[code];
  const found = personId === null || section === undefined || section === null ? section : section[personId];
  return found !== null && typeof found === "object" && !Array.isArray(found) ? found : undefined;
}

/**
 * Compile a form once, after `await loadCel()`; running it takes about a millisecond for a home.
 * @param {Form} form @returns {Program} @throws {FormError}
 */
export function compile(form) {
  const programs = form.sections.map((section) => new SectionProgram(section));
  // Apart by what they are about: asked of nobody, filters about people would break the whole list.
  const filters = Object.fromEntries(["household", "person"].map((about) => [
    about, new Conditions(form.sections.filter((s) => s.about === about).map((s) => s.filter ?? "true")),
  ]));

  /** @param {VisitInput} input @returns {Place[]} */
  const places = (input) => {
    const on = dayOf(input.on);
    const base = {household: householdFacts(input.household, input.people), answers: null, last: null, on};
    const everybody = [null, ...input.people].map((/** @type {Row|null} */ person) => {
      const who = {...base, person: person && personFacts(person, on)};
      return {person, who, holds: filters[person ? "person" : "household"].run(who)[Symbol.iterator]()};
    });
    /** @type {Place[]} */
    const found = [];
    for (const program of programs) {
      for (const {person, who, holds} of everybody) {
        if ((program.section.about === "person") === (person === null)) continue;
        // What was answered stays in sight even where the person no longer fits (a tag that ended during the draft).
        const answered = Object.keys(answersOf(input.answers, program.section.code, person?.id ?? null) ?? {}).length > 0;
        if (holds.next().value === true || answered) found.push({program, person, who});
      }
    }
    return found;
  };

  /** @param {VisitInput} input */
  const run = (input) => {
    const sections = places(input).map((place) => sectionState(place, input));
    return {sections, done: sections.filter((s) => s.state !== "empty").length, of: sections.length};
  };
  /** @param {VisitInput} input @param {string} code @param {string|null} [personId] */
  const section = (input, code, personId = null) => {
    const place = places(input).find((p) => p.program.section.code === code && (p.person?.id ?? null) === personId);
    return place ? sectionState(place, input) : null;
  };
  return {form, run, section};
}

/** @param {Place} place @param {VisitInput} input @returns {SectionState} */
function sectionState({program, person, who}, input) {
  const {section} = program;
  const id = person?.id ?? null;
  const answers = answersOf(input.answers, section.code, id);
  const last = /** @type {Last|null} */ (answersOf(input.last, section.code, id) ?? null);
  const {results, shown, values} = program.judge(who, answers, last?.answers);
  const given = shown.filter((q) => !blank(answers?.[q.code]));
  /** @type {"empty"|"unchanged"|"changed"} */
  const state = given.length > 0 ? "changed" : isUnchanged(input.unchanged, section.code, id) ? "unchanged" : "empty";
  /** @type {Problem[]} */
  const problems = [];
  /** @type {FoundIssue[]} */
  const issues = [];
  for (const q of state === "unchanged" ? [] : shown) {
    const code = fault(q, answers?.[q.code], values[q.code], who.on)
      ?? (q.constraint && values[q.code] !== null && results[program.slots.constraint[q.code]] === false ? "constraint" : null);
    if (code) problems.push({question: q.code, code, message: sentence(code, q)});
    if (q.opens_issue && values[q.code] !== null && results[program.slots.issue[q.code]] === true) {
      issues.push({
        text: issueText(q.opens_issue, section, answers, values, input.people),
        programme: q.opens_issue.programme ?? null,
        urgent: q.opens_issue.urgent === true,
        question: q.code,
        section: section.code,
        person_id: id,
      });
    }
  }
  return {
    code: section.code,
    person_id: id,
    person_name: person?.name ?? null,
    title: section.title,
    state,
    visible_questions: shown.map((q) => q.code),
    questions: shown,
    problems,
    issues,
    answered: shown.filter((q) => values[q.code] !== null).length,
    of: shown.filter((q) => q.type !== "photo").length,
    summary: state === "unchanged" ? "无变化" : summary(section, answers, input.people),
    last: last && {at: last.at, visit_id: last.visit_id, summary: summary(section, last.answers, input.people)},
    section,
  };
}

/**
 * The answers to begin with after 「有变化」: last time's, apart from what must be asked anew (`carry = false`).
 * The draft then holds the whole section, so that a visit can be read by itself.
 * @param {Section} section @param {Last|null} last @returns {Answers}
 */
export function startAnswers(section, last) {
  /** @type {Answers} */
  const begun = {};
  for (const q of section.questions) {
    const value = last?.answers?.[q.code];
    if (q.carry !== false && celValue(q, value) !== null) begun[q.code] = value;
  }
  return begun;
}

/**
 * What is sent: only visible, given answers of sections that this home has, texts well formed; and an `unchanged` list
 * with the visit it refers to, without the sections that have answers.
 * @param {Program} program @param {VisitInput} input @returns {{answers: Row, unchanged: Row[]}}
 */
export function toSend(program, input) {
  /** @type {Row} */
  const answers = {};
  /** @type {Row[]} */
  const unchanged = [];
  for (const state of program.run(input).sections) {
    if (state.state === "unchanged") {
      const since = state.last?.visit_id ?? null;
      unchanged.push(state.person_id === null ? {section: state.code, since} : {section: state.code, person_id: state.person_id, since});
    }
    if (state.state !== "changed") continue;
    const given = answersOf(input.answers, state.code, state.person_id) ?? {};
    /** @type {Answers} */
    const kept = {};
    for (const q of state.questions) {
      if (q.type === "photo" || blank(given[q.code])) continue;
      kept[q.code] = typeof given[q.code] === "string" ? given[q.code].toWellFormed() : given[q.code];
    }
    if (state.person_id === null) answers[state.code] = kept;
    else (answers[state.code] ??= {})[state.person_id] = kept;
  }
  for (const section of program.form.sections.filter((s) => s.about === "person")) {
    for (const [id, given] of Object.entries(input.answers?.[section.code] ?? {})) {
      // Somebody who left the household meanwhile: what was written about them is sent as it stands.
      if (!input.people.some((p) => p.id === id)) (answers[section.code] ??= {})[id] = given;
    }
  }
  return {answers, unchanged};
}

/**
 * What was found last, out of a home's visits in any order. Section by section: each question that the visit's form
 * asks in it is replaced (or taken away) by that visit; questions of another form stay; 「无变化」 moves the date on.
 * @param {Row[]} visits rows as pulled: `id`, `started_at`, `form`, `answers`, `unchanged`
 * @param {(code: string, version: number) => Form|null|undefined} formOf
 * @returns {Record<string, any>} section → Last, or section → person → Last
 */
export function mergeLast(visits, formOf) {
  /** @type {Record<string, any>} */
  const last = {};
  const inOrder = [...visits].sort((a, b) => Date.parse(a.started_at) - Date.parse(b.started_at) || (a.id < b.id ? -1 : 1));
  const lay = (/** @type {Last|undefined} */ before, /** @type {Row} */ given, /** @type {string[]} */ asked, /** @type {Row} */ visit) => {
    /** @type {Answers} */
    const kept = {...before?.answers};
    for (const code of asked) delete kept[code];
    return {at: visit.started_at, visit_id: visit.id, answers: {...kept, ...given}};
  };
  for (const visit of inOrder) {
    const form = formOf(visit.form.code, visit.form.version);
    for (const section of form?.sections ?? []) {
      for (const [id, place] of Object.entries(section.about === "person" ? (last[section.code] ?? {}) : {[section.code]: last[section.code]})) {
        if (!place || !isUnchanged(visit.unchanged, section.code, section.about === "person" ? id : null)) continue;
        Object.assign(place, {at: visit.started_at, visit_id: visit.id});
      }
      const given = answersOf(visit.answers, section.code, null);
      if (!given || Object.keys(given).length === 0) continue;
      const asked = section.questions.map((q) => q.code);
      if (section.about === "household") {
        last[section.code] = lay(last[section.code], given, asked, visit);
        continue;
      }
      const people = (last[section.code] ??= {});
      for (const id of Object.keys(given)) people[id] = lay(people[id], answersOf(given, id, null) ?? {}, asked, visit);
    }
  }
  return last;
}
