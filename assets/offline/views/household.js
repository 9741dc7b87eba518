/** 一户: who lives there, what was seen last, what is being dealt with, who came when. */
import { MODES, ageOn, dayOf, dayWords, dotted, doorWords, groupWords, plaqueOf } from "./words.js";
import { healthWords, tagWords } from "./tags.js";
import { contactsOf, factsOf, measuresOf, officialOf, reportedOf } from "./registers.js";
import { doubtsOf } from "./findings.js";
import { dueWords } from "./today.js";

/** More of what is due beside the visit is not read at once. */
const WORK = 5;

export const initial = {
  phase: "loading", id: "", name: "", village: "", group: "", door: "", tags: [], due: null, people: [],
  findings: [], seen: "", issues: [], visits: [], start: "", word: "开始走访", official: null, measures: [], work: [], doubts: [],
};

/** @param {object} person @param {string} today */
export function personLine(person, today) {
  const age = ageOn(person.born_on, today);
  const away = person.works_away && !/^(在家|否|无)$/.test(person.works_away) ? `在外：${person.works_away}` : "";
  return [person.is_head ? "户主" : person.relation, age === null ? "" : `${age} 岁`, healthWords(person.health), away]
    .filter(Boolean).join("，");
}

/** @param {object} person @param {{today: string, registers: Record<string, any[]>, said: (field: string, value: unknown) => string, called: Map<string, string>}} facts */
function personRow(person, { today, registers, said, called }) {
  const last4 = person.id_last4 ?? "";
  return {
    id: person.id,
    name: person.name,
    line: personLine(person, today),
    tags: (person.tags ?? []).map(tagWords).join("、"),
    masked: person.id_masked || (last4 ? `身份证尾号 ${last4}` : ""),
    asking: "",
    phone: person.phone ?? "",
    full: "",
    problem: "",
    facts: factsOf(person.id, registers, { today, said }),
    contacts: contactsOf(person, registers, today, called),
  };
}

/** Whose visit it was, where it was not one's own; and that it has been corrected. @param {object} visit @param {string} me @param {object[]} all */
function versionWords(visit, me, all) {
  const before = all.some((one) => one.replaced && one.id === visit.corrects);
  return [isOwn(visit, me) ? "" : visit.author?.name ? `${visit.author.name}去的` : "", before ? "改过" : ""];
}

/** @param {object} visit @param {string} me */
const isOwn = (visit, me) => visit.local === true || visit.author?.id === me;

/** @param {object} visit @param {object[]} people @param {object[]} lines @param {{today: string, me: string}} facts @param {object[]} all */
function visitRow(visit, people, lines, { today, me }, all) {
  const met = (visit.met ?? []).map((id) => people.find((person) => person.id === id)?.name).filter(Boolean);
  const photos = visit.photos?.length ?? 0;
  const issues = visit.issues?.length ?? 0;
  return {
    id: visit.id,
    title: `${dayWords(visit.started_at, today)} ${MODES[visit.mode] ?? ""}`,
    line: dotted([
      met.length > 0 ? `见到${met.join("、")}` : "没记见到谁",
      photos > 0 ? `照片 ${photos} 张` : "",
      issues > 0 ? `困难 ${issues} 条` : "",
      ...versionWords(visit, me, all),
      visit.local ? "还在手机里" : "",
    ]),
    lines,
    parts: [],
    photos: [],
    said: [],
    fix: isOwn(visit, me) ? `/visit/${visit.household_id}?fix=${visit.id}` : "",
  };
}

/**
 * One visit read in full: every answer in words, the troubles told, the next day, and its pictures.
 * @param {object} visit
 * @param {{sections: object[], words: (question: object, value: unknown) => string, answersOf: (section: object) => object | undefined,
 *   photos: object[], today: string, alone: boolean}} facts
 */
export function pastOf(visit, { sections, words, answersOf, photos, today, alone }) {
  const told = sections.filter((section) => section.state !== "empty");
  const issues = (visit.issues ?? []).filter((one) => !one.question).map((one) => `困难：${one.text}`);
  return {
    parts: findingRows(told, alone).map((part, at) => ({
      ...part,
      value: told[at].state === "unchanged" ? part.value : "",
      lines: told[at].state === "unchanged" ? [] : answerLines(told[at], answersOf(told[at]), words),
    })),
    said: [...issues, visit.next_on ? `下次 ${dayWords(visit.next_on, today)}` : ""].filter(Boolean),
    photos: photos.map((photo) => ({ sha256: photo.sha256, url: photo.url, words: "这次的照片", caption: photo.caption })),
  };
}

/** @param {object} section @param {object | undefined} answers @param {(question: object, value: unknown) => string} words */
const answerLines = (section, answers, words) => section.questions
  .map((question) => ({ key: question.code, name: question.label, value: words(question, answers?.[question.code]) }))
  .filter((line) => line.value);

/** One line for each section of a visit: its title and a few words. @param {object[]} sections @param {boolean} alone who lives alone is not named */
const findingRows = (sections, alone) => sections.map((section) => ({
  key: `${section.code}:${section.person_id ?? ""}`,
  name: section.person_name && !alone ? `${section.person_name}\u2060·\u200b${section.title}` : section.title,
  value: section.summary,
}));

/**
 * @param {{household: object, people: object[], tasks: object[], visits: object[], issues: object[], draft: object | null}} home
 * @param {{today: string, last: object[], told: Record<string, object[]>, village: string, me: string}} facts `last`: what
 *   was found last, section by section; `told`: the same for each visit; `me`: who looks; `said`: an answer kept in a ledger, in words; `called`: what came of
 *   calls made on this phone just now
 */
export function householdOf(home, { today, last, told, village, me, said = () => "", called = new Map() }) {
  const { household, people, tasks, visits, issues, draft, registers = {} } = home;
  const openTasks = tasks.filter((task) => task.kind !== "photo").sort((a, b) => Number(b.urgent ?? false) - Number(a.urgent ?? false) || (a.due_on < b.due_on ? -1 : 1));
  const due = openTasks[0];
  const newest = visits.filter((visit) => !visit.replaced).sort((a, b) => (a.started_at < b.started_at ? 1 : -1));
  return {
    phase: "ready",
    id: household.id,
    name: household.name,
    village,
    group: groupWords(plaqueOf(household).group),
    door: doorWords(plaqueOf(household).door),
    tags: [...new Set([...(household.tags ?? []), ...people.flatMap((person) => person.tags ?? [])])].map(tagWords).slice(0, 6),
    due: due && (due.urgent || due.due_on <= today) ? { title: due.urgent || due.due_on === today ? "今天该去看看" : `该去看看，${dueWords(due.due_on, today)}`, line: dueLine(due, newest[0], today) } : null,
    people: people.map((person) => personRow(person, { today, registers, said, called })),
    official: officialOf(registers, today),
    measures: measuresOf(registers),
    work: openTasks.filter((task) => task.kind !== "visit" && task.kind !== "finding").slice(0, WORK).map((task) => ({ key: task.id, text: task.why, line: dueWords(task.due_on, today) })),
    doubts: doubtsOf(registers, today),
    findings: findingRows(last.filter((section) => section.summary), people.length === 1),
    seen: newest[0] ? dayWords(newest[0].started_at, today) : "",
    issues: reportedOf(issues, today),
    visits: newest.map((visit) => visitRow(visit, people, findingRows(told[visit.id] ?? [], people.length === 1), { today, me }, visits)),
    start: `/visit/${household.id}`,
    word: draft ? "接着写" : "开始走访",
  };
}

/** @param {object} task @param {object | undefined} visit @param {string} today */
function dueLine(task, visit, today) {
  const last = visit ? `上次 ${dayWords(dayOf(visit.started_at), today)}` : "还没走访过";
  return [task.why?.replace(/。$/, ""), last].filter(Boolean).join("，");
}
