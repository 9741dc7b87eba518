/**
 * 走访: a draft as it is drawn. Sections come closed, with what was found last time and one 「无变化」; answered they
 * fold to one line; what has changed opens into its questions. Nothing here keeps or sends anything.
 */
import { MODES, addDays, dayOf, dayWords, fieldTime, placeWords, plaqueOf, timeWords } from "./words.js";
import { photoRow } from "./photo.js";
import { questionLines } from "./questions.js";
import { reportedOf } from "./registers.js";

export const initial = {
  phase: "loading", id: "", household: "", title: "", place: "", back: "/households", modes: [], met: [],
  contact: { open: true, line: "" }, blocks: [], photos: [], photo_note: "", child: null, issues: [],
  issue_open: false, issue_text: "", met_word: "见到谁", left: "", next: { words: "", why: "", day: "", open: false }, spot: { words: "", state: "none", problem: "" },
  problem: "", saving: false, stored: false, again: false, form: { code: "", version: 0 }, busy_photo: false, stranger: null,
  correction: null, reported: [],
};

/** What the page itself remembers about a draft, kept with it. */
export const freshUi = () => ({
  contact: true, opened: {}, lines: {}, problems: false, issue: false, next: false, times: false,
});

/** More sentences at once are not read. */
const ASKED = 3;
const REPORTED = 3;

/** @param {{code: string, person_id?: string | null}} section */
export const keyOf = (section) => (section.person_id ? `${section.code}:${section.person_id}` : section.code);

/** @param {string} key @returns {{code: string, personId: string | null}} */
export function partsOf(key) {
  const [code, personId] = key.split(":");
  return { code, personId: personId ?? null };
}

/**
 * How a section is drawn: `closed` (last time's answer and 无变化), `folded` (answered), `open` (its questions).
 * @param {import("../rules.js").SectionState} state @param {object} ui
 */
export function modeOf(state, ui) {
  if (ui.opened[keyOf(state)]) return "open";
  if (state.state !== "empty") return "folded";
  return state.last ? "closed" : "open";
}

/** What is not right yet in what was really written; a section nobody touched has no fault. @param {import("../rules.js").SectionState[]} sections */
export const faultsOf = (sections) => sections
  .filter((section) => section.state === "changed")
  .flatMap((section) => section.problems.map((problem) => ({ ...problem, key: keyOf(section) })));

/** A part of which nothing is said, not even 无变化, though something in it should be. @param {import("../rules.js").SectionState} section */
const isUnsaid = (section) => section.state === "empty" && section.questions.some((question) => question.required);

/** What the county would ask about. @param {import("../rules.js").SectionState[]} sections @returns {Array<{key: string, question: string}>} */
export const leftOf = (sections) => [
  ...faultsOf(sections),
  ...sections.filter(isUnsaid).map((section) => ({ key: keyOf(section), question: "" })),
];

/** The same as the county names the places. @param {{key: string, question: string}} one */
export const pathOf = ({ key, question }) => ["answers", ...key.split(":"), question].filter(Boolean).join(".");

/** @param {ReturnType<typeof leftOf>} left */
function leftWords(left) {
  const unsaid = left.filter((one) => !one.question).length;
  if (unsaid < left.length) return `还有 ${left.length} 处要看一下`;
  return `还有 ${unsaid} 个部分没看。没变化的，点一下“无变化”。`;
}

/** @param {import("../rules.js").SectionState} state @param {object} facts */
function block(state, facts) {
  const { draft, today, people, words } = facts;
  const key = keyOf(state);
  const mode = modeOf(state, draft.ui);
  const named = state.person_name && people.length > 1;
  const first = !state.last;
  return {
    key,
    section: state.code,
    person: state.person_id ?? "",
    title: named ? `${state.person_name}\u2060·\u200b${state.title}` : state.title,
    aside: !state.last ? "第一次" : state.last.at ? `上次 ${dayWords(state.last.at, today)}` : "台账里的",
    last: state.last?.summary || "上次没有记什么",
    first,
    mode,
    unchanged: state.state === "unchanged",
    same_word: first ? "没有要记的" : "无变化",
    line: state.state === "unchanged" ? (first ? "没有要记的" : "无变化") : state.summary || `记了 ${state.answered} 项`,
    bad: state.issues.length > 0,
    hint: first ? "" : (state.section.hint ?? "点有变化的那一项"),
    notice: state.section.notice ? { title: state.section.notice.title, text: state.section.notice.text } : null,
    all_ok: first && state.state === "empty" ? (state.section.summary?.all_ok ?? "") : "",
    done: state.state === "changed",
    lines: mode === "open" ? questionLines(state, { ...facts, key, words }) : [],
  };
}

/** @param {object} draft @param {object[]} people */
function contactLine(draft, people) {
  const names = people.filter((person) => draft.met.includes(person.id)).map((person) => person.name);
  return `${MODES[draft.mode]}，${names.length > 0 ? `见到${names.join("、")}` : "没记见到谁"}`;
}

/** @param {string} mode */
const metWords = (mode) => (["phone", "video", "wechat"].includes(mode) ? "和谁联系上了" : "见到谁");

/**
 * @param {{draft: object, sections: import("../rules.js").SectionState[], household: object, people: object[], photos: object[],
 *   today: string, every: number | null, words: (q: object, value: unknown) => string, busy: string}} facts
 */
export function visitOf(facts) {
  const { draft, sections, household, people, photos, today, every } = facts;
  const [faults, left] = [faultsOf(sections), leftOf(sections)];
  const never = sections.find((section) => section.section.never_face);
  return {
    ...initial,
    phase: "ready",
    id: draft.id,
    household: household.id,
    title: `${household.name}家`,
    place: placeWords(plaqueOf(household)),
    back: `/households/${household.id}`,
    form: draft.form,
    modes: Object.entries(MODES).map(([value, label]) => ({ value, label, on: draft.mode === value })),
    met_word: metWords(draft.mode),
    met: people.map((person) => ({ id: person.id, name: person.name, on: draft.met.includes(person.id) })),
    contact: { open: draft.ui.contact, line: contactLine(draft, people) },
    child: never ? childNotice(never.section, facts) : null,
    reported: reportedOf(facts.reported ?? [], today).slice(0, REPORTED),
    blocks: sections.map((state) => block(state, { ...facts, faults: draft.ui.problems ? faults : [] })),
    photos: photos.filter((photo) => !photo.question).map(photoRow),
    busy_photo: facts.busy === "",
    photo_note: facts.photo_note ?? "",
    issues: draft.issues.map((issue, index) => ({ index, text: issue.text })),
    issue_open: draft.ui.issue,
    issue_text: draft.issue_text ?? "",
    next: nextOf(draft, today, every),
    spot: spotOf(draft, facts.spot ?? {}),
    correction: draft.corrects ? correctionOf(draft, today) : null,
    again: draft.ui.problems && left.length > 0,
    left: leftWords(left),
    problem: facts.problem ?? "",
    saving: facts.saving ?? false,
  };
}

/**
 * Which visit is being corrected, what the county asks about it, and when it was.
 * @param {object} draft @param {string} today
 */
function correctionOf(draft, today) {
  const [start, end] = [draft.started_at, draft.finished_at ?? draft.started_at];
  const day = dayOf(start) === dayOf(end) ? "" : `${dayWords(end, today)} `;
  const until = fieldTime(start) === fieldTime(end) ? "" : ` 到 ${day}${timeWords(end)}`;
  return {
    title: `改 ${dayWords(start, today)}${MODES[draft.mode] ?? ""}那次`,
    lines: (draft.asked ?? []).slice(0, ASKED),
    times: `${dayWords(start, today)} ${timeWords(start)}${until}`,
    open: draft.ui.times === true,
    start: fieldTime(start),
    end: fieldTime(end),
    why: draft.why ?? "",
  };
}

/**
 * What to know where a child lives, with a camera of its own: such pictures belong to the child's section.
 * @param {object} section @param {object} facts
 */
function childNotice(section, { photos, busy }) {
  const asked = section.questions.find((question) => question.type === "photo");
  const own = photos.filter((photo) => photo.question && photo.question === asked?.code);
  const { title, text } = section.notice ?? { title: "别拍孩子的脸", text: "" };
  return { title, text, code: asked?.code ?? "", photos: own.map(photoRow), busy: Boolean(asked) && busy === asked.code };
}

/** @param {object} draft @param {string} today @param {number | null} every */
function nextOf(draft, today, every) {
  const words = draft.next_on ? `下次 ${dayWords(draft.next_on, today)}` : "下次哪天去";
  const why = every && draft.next_on === addDays(today, every) ? `${every} 天一次，可以改` : draft.next_on ? "可以改" : "可以不写";
  const wrong = draft.next_on && draft.next_on < today;
  return { words, why: wrong ? "这天已经过了，改一下" : why, wrong: Boolean(wrong), day: draft.next_on ?? "", open: draft.ui.next };
}

/** @param {object} draft @param {{busy?: boolean, problem?: string}} spot */
function spotOf(draft, spot) {
  if (spot.busy) return { state: "busy", words: "正在找位置", line: "可以先写别的", problem: "" };
  if (draft.location) {
    return { state: "have", words: "位置已记下", line: `${Math.max(100, Math.round(draft.location.accuracy_m))} 米左右，点一下不记`, problem: "" };
  }
  return { state: "none", words: "记下位置", line: "可以不记", problem: spot.problem ?? "" };
}
