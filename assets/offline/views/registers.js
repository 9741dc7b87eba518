/** 一户: what the registers say of each who lives there, whom to call, who is responsible for the home. */
import { dayWords } from "./words.js";

/** @typedef {{key: string, name: string, value: string}} Fact */

const RISKS = { red: "高", yellow: "中", blue: "低", green: "低" };

/** 到 2027 年 5 月 1 日, 长期. @param {{to_on?: string | null, valid_to?: string | null, open_ended?: boolean}} paper @param {string} today */
const untilWords = (paper, today) => {
  const day = paper.to_on ?? paper.valid_to;
  if (paper.open_ended || !day) return paper.open_ended ? "长期" : "没写到哪天";
  return `${day < today ? "已过期，" : ""}到 ${dayWords(day, today)}`;
};

/** @param {any[]} agreements @param {string} kind @param {string} today */
function agreementWords(agreements, kind, today) {
  const mine = agreements.find((one) => one.kind === kind && !one.ended_on);
  return mine ? untilWords(mine, today) : "还没签";
}

/**
 * What the registers know of one person, a line each.
 * @param {string} id
 * @param {Record<string, any[]>} registers rows of the home by type
 * @param {{today: string, said: (field: string, value: unknown) => string}} facts `said`: an answer kept in a ledger, in words
 * @returns {Fact[]}
 */
export function factsOf(id, registers, { today, said }) {
  const of = (/** @type {string} */ type) => (registers[type] ?? []).filter((row) => row.person_id === id);
  const agreements = of("agreement");
  const ledger = (/** @type {any} */ row, /** @type {string} */ field) => said(field, row.ledger?.[field]);
  const found = [
    ...of("elder").flatMap((row) => [
      ["看望", `${row.tier_name ?? ""}${row.every_days ? `，${row.every_days} 天一次` : ""}`],
      ["赡养协议", agreementWords(agreements, "support", today)],
    ]),
    ...of("child").flatMap((row) => [
      ["谁在照看", ledger(row, "person.carer")],
      ["委托书", agreementWords(agreements, "guardianship", today)],
      ["风险", RISKS[row.risk] ?? ""],
    ]),
    ...of("hardship").flatMap((row) => [
      ["特困", [row.support_words, row.grade_words].filter(Boolean).join("，")],
      ["照料的人", row.carer?.name ?? "还没有"],
      ["照料协议", agreementWords(agreements, "care", today)],
    ]),
    ...of("disability").flatMap((row) => [["残疾证", [row.kind_words, untilWords(row, today)].filter(Boolean).join("，")]]),
    ...of("measure").map((row) => [row.kind_words ?? "措施", [row.text, row.progress_words].filter(Boolean).join("，")]),
  ];
  return found.filter(([, value]) => value).map(([name, value], at) => ({ key: `${id}:${at}`, name, value }));
}

const KINDS = { emergency: "紧急联系人", village: "村内联系人", carer: "照看人" };
const RESULTS = { reached: "打通过", not_reached: "没打通", wrong_number: "号码不对" };

/**
 * Whom to call for a person, in the order in which one calls.
 * @param {any} person @param {Record<string, any[]>} registers @param {string} today @param {Map<string, string>} called what came of calls made on this phone just now
 */
export function contactsOf(person, registers, today, called) {
  const own = (registers.contact ?? []).filter((row) => row.person_id === person.id);
  const rows = own.length > 0 ? own.sort((a, b) => (a.kind === b.kind ? a.rank - b.rank : a.kind < b.kind ? -1 : 1)) : (person.contacts ?? []);
  return rows.map((row) => {
    const result = called.get(row.id) ?? "";
    const when = row.confirmed_on ? `${dayWords(row.confirmed_on, today)} ${RESULTS[row.result] ?? RESULTS.reached}` : "还没打通过";
    return {
      key: `${person.id}:${row.kind}:${row.name}`,
      id: row.id ?? "",
      name: row.name,
      line: [row.relation, KINDS[row.kind] ?? "联系人", row.place].filter(Boolean).join("，"),
      called: result ? `今天${RESULTS[result]}，记下了` : own.length > 0 ? when : "",
      ask: own.length > 0 && !result && Boolean(row.phone) && (row.expired || !row.confirmed_on),
      phone: row.phone ?? "",
    };
  });
}

/** Who is responsible for the home. @param {Record<string, any[]>} registers @param {string} today */
export function officialOf(registers, today) {
  const row = (registers.pairing ?? [])[0];
  if (!row) return null;
  const last = row.last_visit?.on ? `上次走访 ${dayWords(row.last_visit.on, today)}` : "还没走访过";
  return { name: row.official.name, line: [row.official.unit, "帮扶责任人", last].filter(Boolean).join("，"), phone: row.official.phone ?? "" };
}

/** Measures for the home as a whole. @param {Record<string, any[]>} registers @returns {Fact[]} */
export const measuresOf = (registers) => (registers.measure ?? []).filter((row) => !row.person_id)
  .map((row) => ({ key: row.id, name: row.kind_words ?? "措施", value: [row.text, row.progress_words].filter(Boolean).join("，") }));

/** Troubles that are being dealt with, with who told of them and when. @param {any[]} issues @param {string} today */
export const reportedOf = (issues, today) => issues.filter((issue) => issue.state === "open").map((issue) => ({
  id: issue.id,
  text: issue.text,
  line: `${[dayWords(issue.created_at ?? issue.at, today), issue.by].filter(Boolean).join(" ")}报的，在办`,
}));
