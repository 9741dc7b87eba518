/** The questions of one open section as they are drawn: a row where last time's answer stands, open where one writes. */
import { photoRow } from "./photo.js";
import { reportedOf } from "./registers.js";

const YESNO = [{ code: "yes", label: "是" }, { code: "no", label: "不是" }];
const FEW = 6;

/** @param {object} question */
export const optionsOf = (question) => (question.type === "yesno" ? (question.options ?? YESNO) : (question.options ?? []));

/** Answers beside each other where they are short and few, one below the other where not. @param {object} question @param {number} count */
export function shapeOf(question, options) {
  const longest = Math.max(0, ...options.map((option) => [...option.label].length));
  if (question.type === "choices") return longest > 7 ? "left one" : "left two";
  if (longest > 7) return "left one";
  if (options.length > FEW || longest > 4) return "left two";
  return options.length === 2 || options.length === 4 ? "two" : "";
}

const KINDS = {
  choice: "choice", yesno: "choice", person: "choice", choices: "choices", text: "area", phone: "line",
  integer: "line", decimal: "line", date: "date", photo: "photo",
};
const SHORT = 100;

/** A name or a school fits one line; somebody's own words do not. @param {object} question */
const kindOf = (question) => (question.type === "text" && (question.max_length ?? Infinity) <= SHORT ? "line" : (KINDS[question.type] ?? "area"));

const INPUT_MODES = { phone: "tel", integer: "numeric", decimal: "decimal" };
const TONES = { bad: "bad", na: "na" };

/** Whether an option is what the answer holds. @param {object} question @param {string} code @param {unknown} value */
function isChosen(question, code, value) {
  if (question.type === "choices") return Array.isArray(value) && value.includes(code);
  if (question.type === "yesno") return value === (code === "yes");
  return value === code;
}

/** That somebody has told of the same trouble already, who and when. @param {object} question @param {object} facts */
function reportedWords(question, { reported, person, today }) {
  const same = (reported ?? []).filter((one) => one.question === question.code && (one.person_id ?? null) === person);
  return reportedOf(same, today).map((one) => `已经报过：${one.text}（${one.line}）`)[0] ?? "";
}

/** @param {object} question @param {object} facts */
function field(question, facts) {
  const { key, answers, last, people, faults, words } = facts;
  const value = answers?.[question.code];
  const options = question.type === "person" ? people.map((one) => ({ code: one.id, label: one.name })) : optionsOf(question);
  const before = words(question, last?.[question.code]);
  return {
    id: `${key}-${question.code}`,
    code: question.code,
    label: question.label,
    aside: before && question.type !== "text" ? `上次：${before}` : question.required ? "" : "可以不填",
    hint: reportedWords(question, facts) || (question.hint ?? ""),
    kind: kindOf(question),
    shape: shapeOf(question, options),
    options: options.map((option) => ({
      value: option.code, label: option.label, tone: TONES[option.tone] ?? "", on: isChosen(question, option.code, value),
    })),
    value: value === undefined || value === null ? "" : String(value),
    input_mode: INPUT_MODES[question.type] ?? "text",
    max: question.max_length ?? 500,
    problem: faults.find((fault) => fault.key === key && fault.question === question.code)?.message ?? "",
  };
}

/**
 * The pictures of a question: asked for, wanted because something is not good, or already taken.
 * @param {object} question @param {object} facts
 */
function pictures(question, { answers, photos, busy }) {
  const own = photos.filter((photo) => photo.question === question.code);
  const bad = optionsOf(question).some((option) => option.tone === "bad" && isChosen(question, option.code, answers?.[question.code]));
  const wanted = question.type === "photo" || question.photo === "asked" || (question.photo === "optional" && bad);
  if (!wanted && own.length === 0) return null;
  const title = question.type === "photo" ? question.label : "照片";
  return { code: question.code, title, why: question.photo_why ?? question.hint ?? "", photos: own.map(photoRow), busy: busy === question.code };
}

/** What a folded row shows at its end. @param {object} question @param {unknown} value @param {(q: object, v: unknown) => string} words */
function rowValue(question, value, words) {
  const chosen = optionsOf(question).find((option) => isChosen(question, option.code, value));
  const icon = { ok: "check", bad: "triangle-alert", na: "minus" }[chosen?.tone] ?? "";
  return { words: words(question, value) || "没填", icon, due: chosen?.tone === "bad" };
}

/**
 * Whether a question has a line of its own: not inside another, and not the camera that stands in the child's notice.
 * @param {object} question @param {object} section @param {Set<string>} codes
 */
const stands = (question, section, codes) =>
  (!question.under || !codes.has(question.under)) && !(section.never_face && question.type === "photo");

const blank = (value) => value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);

/**
 * Lines of an open section. A question is a row where an earlier answer stands untouched, otherwise it is open;
 * questions that stand `under` another are inside it.
 * @param {import("../rules.js").SectionState} state
 * @param {object} facts `key`, `draft`, `people`, `photos`, `faults`, `words`, `busy`
 */
export function questionLines(state, facts) {
  const given = facts.draft.answers?.[state.code];
  const answers = state.person_id ? given?.[state.person_id] : given;
  const shown = { ...facts, person: state.person_id ?? null, answers, last: facts.lastOf(state.code, state.person_id) };
  const codes = new Set(state.questions.map((question) => question.code));
  const touched = facts.draft.ui.lines[facts.key] ?? {};
  let heading = "";
  return state.questions.filter((question) => stands(question, state.section, codes)).map((question) => {
    const family = [question, ...state.questions.filter((other) => other.under === question.code)];
    const faulty = facts.faults.some((fault) => fault.key === facts.key && family.some((one) => one.code === fault.question));
    // On a first visit everything is asked; later, what may be left out and was left out waits for a tap.
    const waits = blank(answers?.[question.code]) && (question.required || !state.last);
    const open = waits ? touched[question.code] !== false : touched[question.code] === true;
    const title = question.group && question.group !== heading ? question.group : "";
    heading = question.group ?? "";
    return {
      id: `${facts.key}-${question.code}`,
      code: question.code,
      label: question.label,
      heading: title,
      open: open || faulty,
      value: rowValue(question, answers?.[question.code], facts.words),
      fields: open || faulty ? family.map((one) => field(one, shown)) : [],
      issue: state.issues.some((issue) => family.some((one) => one.code === issue.question)),
      photo: pictures(question, shown),
    };
  });
}
