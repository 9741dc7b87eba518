/** Tags, health and living of the register in its own words (`app/households/tags.py` has the same; a test compares). */

export const TAG_WORDS = {
  elder_alone: "独居老人",
  elder_left_behind: "留守老人",
  elder_childless: "孤寡老人",
  elder_disabled: "失能老人",
  elder_old: "高龄老人",
  child_left_behind: "留守儿童",
  child_hardship: "困境儿童",
  child_orphan: "孤儿",
  child_unsupported: "事实无人抚养儿童",
  dibao: "低保",
  dibao_edge: "低保边缘",
  heavy_spending: "刚性支出困难",
  tekun: "特困",
  tekun_home: "分散特困",
  disabled: "残疾人",
  disabled_severe: "重度残疾人",
  serious_illness: "大病",
  old_allowance: "高龄津贴",
};

export const HOUSEHOLD_TAG_WORDS = {
  watched: "监测户",
  out_of_poverty: "脱贫户",
  dibao_edge: "低保边缘户",
  heavy_spending: "支出困难户",
};

export const HEALTH_WORDS = { healthy: "健康", chronic: "长期慢性病", serious: "大病", disabled: "残疾" };

/** @param {string} code a code without a word is shown as it came */
export const tagWords = (code) => TAG_WORDS[code] ?? HOUSEHOLD_TAG_WORDS[code] ?? code;

/** @param {string | null | undefined} code */
export const healthWords = (code) => (code ? (HEALTH_WORDS[code] ?? code) : "");

/** @param {string[] | undefined} codes @param {string[]} prefixes */
export const hasTag = (codes, prefixes) => (codes ?? []).some((code) => prefixes.some((prefix) => code.startsWith(prefix)));
