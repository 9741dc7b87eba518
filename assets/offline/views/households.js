/** 农户: the list, its search by name, initials or last four digits, and its four filters. */
import { dotted, doorWords, groupWords } from "./words.js";
import { hasTag, tagWords } from "./tags.js";

export const PAGE = 50;
export const FIRST = 8;
export const FILTERS = [
  { code: "all", label: "全部" },
  { code: "due", label: "该去" },
  { code: "elder", label: "老人" },
  { code: "child", label: "孩子" },
];

export const initial = {
  phase: "loading", query: "", filter: "all", title: "农户", total: "", rows: [], more: false, empty: null,
  filters: FILTERS.map((filter) => ({ ...filter, on: filter.code === "all" })),
};

/** @param {import("../types.js").HouseholdItem} item @param {string} filter */
export function passes(item, filter) {
  if (filter === "all") return true;
  if (filter === "due") return (item.filters ?? []).includes("due");
  return hasTag(item.filters, filter === "elder" ? ["elder"] : ["child"]);
}

const STATES = new Set(["due", "returned", "draft", "unsent", "never"]);

/** What the row says below the name: how many live there and what marks them. @param {import("../types.js").HouseholdItem} item */
export function homeLine(item) {
  const marks = (item.filters ?? []).filter((code) => !STATES.has(code)).map(tagWords);
  return dotted([item.people ? `${item.people} 口人` : "", ...marks.slice(0, 3)]);
}

/** @param {import("../types.js").HouseholdItem | import("../types.js").SearchHit} item @param {string} query */
export function householdRow(item, query) {
  const hit = "hit" in item ? item.hit : null;
  const own = !hit || hit.name === item.head;
  const filters = item.filters ?? [];
  return {
    id: item.id,
    href: `/households/${item.id}`,
    group: groupWords(item.plaque?.group),
    door: doorWords(item.plaque?.door) || "户",
    name: item.head || item.name,
    mark: query && own ? query : "",
    member: own ? "" : hit.name,
    member_mark: own ? "" : query,
    line: homeLine(item),
    why: filters.includes("draft") ? "没写完" : filters.includes("due") ? "该去了" : "",
  };
}

/**
 * @param {{found: Array<import("../types.js").HouseholdItem>, all: number, query: string, filter: string, shown: number,
 *   synced: boolean}} facts `synced`: whether the first update has been received
 */
export function householdsOf({ found, all, query, filter, shown, synced }) {
  const kept = found.filter((item) => passes(item, filter));
  return {
    phase: "ready",
    query,
    filter,
    filters: FILTERS.map((one) => ({ ...one, on: one.code === filter })),
    title: query || filter !== "all" ? `找到 ${kept.length} 户` : `${all} 户`,
    total: query || filter !== "all" ? `一共 ${all} 户` : "",
    rows: kept.slice(0, shown).map((item) => householdRow(item, query)),
    more: kept.length > shown,
    empty: kept.length > 0 ? null : emptyOf({ all, query, synced }),
  };
}

/** @param {{all: number, query: string, synced: boolean}} facts */
function emptyOf({ all, query, synced }) {
  if (all === 0) {
    return synced
      ? { title: "这里还没有农户", line: "名册导入后，更新一下就有了。" }
      : { title: "等第一次更新", line: "有信号时打开一次，农户就会存到手机里。" };
  }
  return query
    ? { title: `没找到 ${query}`, line: "试试名字或后四位。" }
    : { title: "没有这样的农户", line: "换一个再看看。" };
}
