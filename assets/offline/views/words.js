/** Days, times, places and counts in the words a villager uses. Pure: the moment is always a parameter. */

const CHINA_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const NUMERALS = "零一二三四五六七八九";

export const MODES = { home: "上门", phone: "电话", video: "视频", wechat: "微信", neighbour: "邻里" };

/** The day in China of a moment; a plain day stays as it is. @param {string | null | undefined} moment */
export function dayOf(moment) {
  if (!moment) return "";
  if (DAY.test(moment)) return moment;
  const at = Date.parse(moment);
  return Number.isNaN(at) ? "" : new Date(at + CHINA_MS).toISOString().slice(0, 10);
}

/** @param {string} day @param {number} count */
export function addDays(day, count) {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10);
}

/** Days from one day to another. @param {string} from @param {string} to */
export function daysBetween(from, to) {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);
}

/** 4 月 9 日, 去年 10 月 8 日, 2024 年 3 月 1 日. @param {string | null | undefined} moment @param {string} today */
export function dayWords(moment, today) {
  const day = dayOf(moment);
  if (!day) return "";
  const [year, month, date] = day.split("-").map(Number);
  const short = `${month} 月 ${date} 日`;
  const behind = Number(today.slice(0, 4)) - year;
  if (behind === 0) return short;
  return behind === 1 ? `去年 ${short}` : `${year} 年 ${short}`;
}

/** 周五. @param {string} day */
export function weekday(day) {
  return `周${"日一二三四五六"[new Date(`${day}T00:00:00Z`).getUTCDay()]}`;
}

/** 今天 9:20, 昨天 8:12, 4 月 9 日. @param {string | null | undefined} moment @param {string} now ISO */
export function whenWords(moment, now) {
  const day = dayOf(moment);
  if (!day) return "";
  const today = dayOf(now);
  const clock = new Date(Date.parse(moment) + CHINA_MS);
  const time = `${clock.getUTCHours()}:${String(clock.getUTCMinutes()).padStart(2, "0")}`;
  const ago = daysBetween(day, today);
  if (ago === 0) return `今天 ${time}`;
  return ago === 1 ? `昨天 ${time}` : dayWords(day, today);
}

/** A moment's time in China as a date and time field holds it. @param {string} moment */
export function fieldTime(moment) {
  const at = Date.parse(moment);
  return Number.isNaN(at) ? "" : new Date(at + CHINA_MS).toISOString().slice(0, 16);
}

/** 9:20. @param {string} moment */
export const timeWords = (moment) => fieldTime(moment).slice(11).replace(/^0/, "");

/** 刚刚, 5 分钟前, then the time. @param {string} moment @param {string} now ISO */
export function agoWords(moment, now) {
  const minutes = Math.floor((Date.parse(now) - Date.parse(moment)) / 60_000);
  if (minutes < 1) return "刚刚";
  return minutes < 60 ? `${minutes} 分钟前` : whenWords(moment, now);
}

/** 三组, from 三组, 3 or 3组. @param {string | number | null | undefined} group */
export function groupWords(group) {
  const text = String(group ?? "").trim().replace(/(\.0+)?(组|村民组)?$/, "");
  if (!text) return "";
  return `${/^\d+$/.test(text) ? numerals(Number(text)) : text}组`;
}

/** @param {number} count */
function numerals(count) {
  if (count > 99 || count === 0) return String(count);
  const [tens, ones] = [Math.floor(count / 10), count % 10];
  return `${tens > 1 ? NUMERALS[tens] : ""}${tens > 0 ? "十" : ""}${ones > 0 ? NUMERALS[ones] : ""}`;
}

/** 12, from 12 or 12 号. @param {string | number | null | undefined} door */
export function doorWords(door) {
  return String(door ?? "").trim().replace(/\s*号$/, "");
}

/** 三组 12 号. @param {{group?: string, door?: string} | null | undefined} plaque */
export function placeWords(plaque) {
  const door = doorWords(plaque?.door);
  return [groupWords(plaque?.group), door && `${door} 号`].filter(Boolean).join(" ");
}

/** Where a home lies, of a row as pulled. @param {object} household */
export const plaqueOf = (household) => ({
  group: household.group ?? household.group_no ?? "", door: household.door ?? household.door_no ?? "",
});

/** The number of a group for sorting: 三组 before 十组. @param {string | number | null | undefined} group */
export function groupOrder(group) {
  const words = groupWords(group).replace(/组$/, "");
  const [tens, ones] = words.includes("十") ? words.split("十") : ["", words];
  const digit = (text) => NUMERALS.indexOf(text);
  if (words.includes("十")) return 10 * (tens ? digit(tens) : 1) + (ones ? digit(ones) : 0);
  return words.length === 1 && digit(words) >= 0 ? digit(words) : Infinity;
}

/** 38 MB. @param {number | null | undefined} bytes */
export function sizeWords(bytes) {
  if (bytes === null || bytes === undefined) return "";
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1e3))} KB`;
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** Joins what is there with a middle dot that does not begin a line. @param {Array<string | null | undefined | false>} parts */
export function dotted(parts) {
  return parts.filter(Boolean).join("\u2060·\u200b");
}

/** Full years on a day, or null. @param {string | null | undefined} born @param {string} on */
export function ageOn(born, on) {
  if (!born || born > on) return null;
  const years = Number(on.slice(0, 4)) - Number(born.slice(0, 4));
  return born.slice(5) > on.slice(5) ? years - 1 : years;
}
