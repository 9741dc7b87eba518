/** 待上传: what has to be corrected first, then what is on its way, then what arrived today. Never a code. */
import { MODES, dayOf, whenWords } from "./words.js";

export const initial = {
  phase: "loading", fix: [], waiting: [], done: [], fix_title: "", waiting_title: "", done_title: "", empty: null, busy: false,
  line: "",
};

const TYPES = {
  "visit.correct": "走访更正", "household.add": "新农户", "household.change": "农户资料", "person.add": "新成员",
  "person.change": "成员资料", "photo.answer": "照片回复", "issue.add": "困难", "feedback.add": "投诉建议",
  "contact.confirm": "联系人电话", "finding.settle": "核实结论", "case.report": "紧急报告",
  "agreement.inspect": "协议检查",
};
const STATES = {
  phone: { icon: "smartphone", tone: "", words: "已存在手机" },
  way: { icon: "cloud-upload", tone: "way", words: "正在上传" },
  held: { icon: "cloud-check", tone: "done", words: "县里已收到，在等另一条" },
  orphaned: { icon: "cloud-check", tone: "done", words: "县里已收到，这户请镇里看" },
  conflict: { icon: "cloud-check", tone: "done", words: "县里已收到，有一处请镇里定" },
  received: { icon: "cloud-check", tone: "done", words: "县里已收到" },
  fix: { icon: "circle-alert", tone: "fix", words: "要改一处" },
};

/** The pictures of a correction may be there before its words. @param {import("../types.js").OutboxItem} item */
const textArrived = (item) => item.receipt !== null && item.receipt.status !== "rejected";

/** @param {import("../types.js").OutboxItem} item @param {Map<string, object>} homes @param {string} now */
function row(item, homes, now) {
  const home = homes.get(item.household_id ?? "");
  const state = STATES[item.state] ?? STATES.phone;
  const sending = item.state === "way" && item.parts > 0;
  const left = item.parts - item.sent_parts - item.kept_photos.length;
  return {
    id: item.id,
    name: home ? `${home.head || home.name}家` : (TYPES[item.type] ?? "一条记录"),
    kind: home && item.type !== "visit" ? (TYPES[item.type] ?? "") : "",
    when: whenWords(item.at, now),
    icon: state.icon,
    tone: state.tone,
    words: sending ? `正在上传 ${item.sent_parts}/${item.parts}` : state.words,
    line: item.state === "received" && item.kept_photos.length === 0 ? "" : textArrived(item) && left > 0 ? `文字已到，还有照片 ${left} 张` : sentenceOf(item, state),
    parts: item.parts,
    sent: item.sent_parts,
    percent: item.parts > 0 ? `${Math.round((100 * item.sent_parts) / item.parts)}%` : "0%",
    sending,
    questions: item.questions.map((question) => question.message).filter(Boolean),
    stood_by: item.as_is,
  };
}

/** @param {import("../types.js").OutboxItem} item @param {{words: string}} state */
const sentenceOf = (item, state) => (item.sentence && item.sentence !== state.words && item.state !== "phone" && item.state !== "way" ? item.sentence : "");

const SENTENCES = 3;

/** What is wrong, the first few sentences of it. @param {import("../types.js").OutboxItem} item */
function wrongWith(item) {
  if (!item.asked) return [item.sentence || item.receipt?.errors?.[0]?.message || "有一处要改。"];
  const all = item.questions.map((question) => question.message);
  return all.length > SENTENCES ? [...all.slice(0, SENTENCES), `还有 ${all.length - SENTENCES} 处，打开就看到。`] : all;
}

/** Where 「去改」 leads, and what is wrong. @param {import("../types.js").OutboxItem} item @param {Map<string, object>} homes @param {string} now */
function fixRow(item, homes, now) {
  const rejected = item.receipt?.status === "rejected";
  // A picture that the county cannot take is taken again by correcting the visit that named it.
  const act = rejected ? "change" : item.asked ? "asked" : item.type.startsWith("visit") ? "again" : "";
  const left = item.parts - item.sent_parts;
  const href = {
    visit: `/visit/${item.household_id}?fix=${item.id}`,
    "visit.correct": `/visit/${item.household_id}?fix=${item.id}`,
    "photo.answer": item.review_id ? `/reviews/${item.review_id}` : "/",
    "feedback.add": `/feedback?fix=${item.id}`,
    "issue.add": `/urgent?fix=${item.id}`,
    "case.report": `/urgent?fix=${item.id}`,
  }[item.type];
  const visited = `${MODES[item.mode] ?? "走访"}${item.type === "visit.correct" ? "，改过" : ""}`;
  const what = item.type.startsWith("visit") ? visited : (TYPES[item.type] ?? "");
  return {
    ...row(item, homes, now),
    line: `${whenWords(item.at, now).replace(/\d$/, "$& ")}${what}，县里已存着${item.asked && left > 0 ? `，还有照片 ${left} 张` : ""}`,
    sentences: wrongWith(item),
    href: act ? (href ?? "") : "",
    act: href ? act : "",
    photos: item.kept_photos.length,
  };
}

/**
 * @param {{items: import("../types.js").OutboxItem[], homes: Map<string, object>, now: string, at: string | null}} facts
 *   `at`: the last complete round
 */
export function outboxOf({ items, homes, now, at }) {
  const today = dayOf(now);
  const newest = [...items].sort((a, b) => (a.at < b.at ? 1 : -1));
  const fix = newest.filter((item) => item.state === "fix");
  const waiting = newest.filter((item) => item.state === "phone" || item.state === "way" || item.state === "held")
    .sort((a, b) => Number(b.state === "way") - Number(a.state === "way"));
  const done = newest.filter((item) => ["received", "orphaned", "conflict"].includes(item.state) && dayOf(item.arrived_at ?? item.at) === today);
  return {
    phase: "ready",
    fix: fix.map((item) => fixRow(item, homes, now)),
    waiting: waiting.map((item) => row(item, homes, now)),
    done: done.map((item) => row(item, homes, now)),
    fix_title: `要改 ${fix.length} 条`,
    waiting_title: `还没传完 ${waiting.length} 条`,
    done_title: `今天已到 ${done.length} 条`,
    empty: fix.length + waiting.length === 0
      ? { title: "都传完了", line: at ? `最后一次在${whenWords(at, now)}。` : "写好的走访会自己传。" }
      : null,
  };
}
