/**
 * Finding a home by whatever the cadre remembers: a name or a part of it, pinyin, initials, the last four
 * digits of an ID number, the village, the group. Pure; the texts are made once, when a row arrives.
 */
import { groupWords } from "./views/words.js";

/** @typedef {{text: string, sound: string, digits: string}} Find */

/** @param {any} value */
const plain = (value) => String(value ?? "").normalize("NFKC").toLowerCase().replace(/\s+/g, "");

/** Letters only, ü as v, without tone marks: "Lǚ Guì-yīng" and "lv guiying" sound the same. @param {any} value */
const sound = (value) =>
  String(value ?? "")
    .normalize("NFD")
    .toLowerCase()
    .replace(/u[\u0300-\u036f]*\u0308/g, "v")
    .replace(/[^a-z0-9]/g, "");

/** The parts are kept apart, so that no match runs from one into the next. @param {any[]} parts */
const joined = (parts) => parts.filter(Boolean).join("|");

/** @param {any} data of a pulled person or household @returns {Find} */
export function findOf(data) {
  const names = [data.name, ...(data.aliases ?? [])].map(plain);
  const places = [data.village, groupWords(data.group ?? data.group_no), data.address, data.code].map(plain);
  return {
    text: joined([...names, ...places]),
    sound: joined([data.pinyin ?? data.name_pinyin, data.initials ?? data.name_initials].map(sound)),
    digits: plain(data.id_last4),
  };
}

/** How a village sounds; it comes with a row of its own. @param {any} data of a pulled division */
export const placeSounds = (data) => joined([data.pinyin, data.initials].map(sound));

/** @param {string} query */
export function readQuery(query) {
  const text = plain(query);
  const letters = /^[\p{Script=Latin}\p{Mark}'’-]+$/u.test(text);
  const digits = /^\d{1,4}$|^\d{3}x$/.test(text);
  return { text, sound: letters ? sound(text) : "", digits: digits ? text : "" };
}

/** @param {string} text parts between bars @param {string} wanted */
const begins = (text, wanted) => text.startsWith(wanted) || text.includes(`|${wanted}`);

/**
 * How well a row answers: 0 not at all, more is better; a beginning counts more than a middle.
 * @param {Find} find
 * @param {ReturnType<typeof readQuery>} query
 * @returns {number}
 */
export function rank(find, query) {
  if (query.digits && find.digits.endsWith(query.digits)) return find.digits === query.digits ? 5 : 2;
  if (query.text && begins(find.text, query.text)) return 4;
  if (query.sound && begins(find.sound, query.sound)) return 3;
  if (query.text && find.text.includes(query.text)) return 2;
  return query.sound && find.sound.includes(query.sound) ? 1 : 0;
}
