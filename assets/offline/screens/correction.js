/**
 * 改一次走访: its words as they were sent, from the command on this phone or from what the county has told of it, laid
 * into a draft of its own. What is saved is a new command; the county keeps both versions.
 */
import { command, item } from "../outbox.js";
import { visit } from "../rows.js";
import { freshUi, keyOf } from "../views/visit.js";

/** @typedef {{type: string, corrects: string, form: {code: string, version: number}, words: object, questions: object[], sentences: string[]}} Sent */

/** Bare codes are another program's way to say it. @param {any[]} unchanged */
const sections = (unchanged) => (unchanged ?? []).map((one) => (typeof one === "string" ? { section: one } : one));

/** @param {object} photo as the county tells of it, or as it was named */
const photoOf = ({ state: _state, question, ...photo }) => ({ ...photo, ...(question && { question }) });

/** @param {object} told a visit's words */
function wordsOf({ answers, unchanged, mode, met, issues, next_on, location, photos, started_at, finished_at }) {
  return {
    answers: answers ?? {}, unchanged: sections(unchanged), mode, met: met ?? [], next_on: next_on ?? null,
    issues: issues ?? [], started_at, finished_at, sent_photos: (photos ?? []).map(photoOf), ...(location && { location }),
  };
}

/** The troubles in somebody's own words; those that an answer opens come of the answer again. @param {object} row */
const ownIssues = ({ issues }) =>
  (issues ?? []).filter((one) => !one.question).map(({ text, programme }) => ({ text, ...(programme && { programme }) }));

/**
 * What was sent, and how a correction of it is sent: a visit that the county has is corrected by name; one that it has
 * not taken in is said anew.
 * @param {string} id of the command, which is the visit's too
 * @returns {Promise<Sent | null>} null where this phone does not know it
 */
export async function sentVisit(id) {
  const [sent, known, row] = await Promise.all([command(id), item(id).catch(() => null), visit(id)]);
  const told = sent?.payload ?? (row && { ...row, issues: ownIssues(row) });
  if (!told) return null;
  const refused = known?.receipt?.status === "rejected";
  const questions = refused || known?.as_is ? [] : known ? known.questions : (row?.questions ?? []);
  return {
    type: refused ? sent.type : "visit.correct",
    // A refused correction has no name in the county: what it was to correct is named again.
    corrects: refused && sent.type === "visit.correct" ? sent.corrects : id,
    form: told.form,
    words: wordsOf(told),
    questions,
    sentences: refused ? [known.sentence] : questions.map((one) => one.message).filter(Boolean),
  };
}

const TIMES = ["started_at", "finished_at", "sent_at", "captured_at"];

/** What stands open at first: the places that the county asks about. @param {object[]} questions @param {object[]} states sections of the draft */
export function opened(questions, states) {
  const ui = { ...freshUi(), problems: true, contact: false };
  for (const { path = "" } of questions) {
    if (TIMES.includes(path)) ui.times = true;
    else if (path === "next_on") ui.next = true;
    const [root, ...rest] = path.split(".");
    const state = root === "answers" && states.find((one) => [one.code, one.person_id].filter(Boolean).every((part, at) => rest[at] === part));
    if (!state) continue;
    ui.opened[keyOf(state)] = true;
    const code = rest.at(-1);
    if (state.questions.some((one) => one.code === code)) ui.lines[keyOf(state)] = { [code]: true };
  }
  return ui;
}
