/** 紧急: whom to call, 110 first; only afterwards a note, which never stands for the call. */

export const initial = {
  calls: [{ name: "政务热线", number: "12345" }], open: false, who: "child", whos: [], situations: [],
  called: [], time: "", home: null, unlisted: false, children: [], found: [], saving: false, problem: "",
};

export const ADULT = ["一个人住", "走失", "挨打受伤", "没人管", "受欺负", "其他"];

/** Codes of `case.report`, in the words of the county's list. @type {Record<string, string>} */
export const CHILD = {
  alone: "一个人住", missing: "走失", untended: "没人管", violence: "挨打、被虐待", sexual: "被性侵害",
  selfharm: "伤自己、想不开", bullied: "受欺负", injured: "说不清的伤", exploited: "被逼讨饭、做工", other: "别的",
};

/** What may be chosen of who is in danger. @param {string} who @param {Set<string>} chosen */
export function situationsOf(who, chosen) {
  const known = who === "child" ? Object.entries(CHILD) : ADULT.map((label) => [label, label]);
  return known.map(([value, label]) => ({ value, label, on: chosen.has(value) }));
}

/** @param {string} who */
export const whosOf = (who) =>
  [["child", "孩子"], ["adult", "大人"]].map(([value, label]) => ({ value, label, on: value === who }));

/** The numbers below 110, each once. @param {Array<{name: string, number: string} | null>} settings */
export function callsOf(settings) {
  const seen = new Set();
  const calls = [];
  for (const one of [{ name: "政务热线", number: "12345" }, ...settings]) {
    const number = String(one?.number ?? "").trim();
    if (!number || seen.has(number)) continue;
    seen.add(number);
    calls.push({ name: one.name || "县里的电话", number });
  }
  return calls;
}

/** Whom one has called, to be put right by hand. @param {Array<{number: string}>} calls @param {Set<string>} dialled */
export const calledOf = (calls, dialled) =>
  ["110", ...calls.map((one) => one.number)].map((number) => ({ value: number, label: number, on: dialled.has(number) }));

/** The children of a home, to say which. @param {any[]} people @param {string} today @param {string} chosen */
export function childrenOf(people, today, chosen) {
  const grown = `${Number(today.slice(0, 4)) - 18}${today.slice(4)}`;
  const young = people.filter((one) => one.born_on && one.born_on > grown);
  return young.map((one) => ({ value: one.id, label: one.name, on: one.id === chosen }));
}

/** The note about a grown-up as it is kept. @param {{chosen: string[], text: string, time: string}} note */
export function noteText({ chosen, text, time }) {
  return [`紧急：${chosen.join("、") || "情况见下"}`, time ? `${time} 打过电话` : "", text.trim()].filter(Boolean).join("。");
}

/**
 * The report about a child as it is sent; nothing that was not said.
 * @param {{chosen: string[], home: {id: string} | null, child: string, where: string, text: string, called: string[], time: string, unit: string, number: string}} note
 */
export function reportOf({ chosen, home, child, where, text, called, time, unit, number }) {
  const said = {
    household_id: home?.id, person_id: child || undefined, where: home ? "" : where.trim(), seen: text.trim(),
    called_at: time.trim(), police_unit: unit.trim(), police_number: number.trim(),
  };
  const given = Object.entries(said).filter(([, value]) => value);
  return { situations: chosen, called, ...Object.fromEntries(given) };
}

/** What is missing, in a sentence. @param {{who: string, chosen: string[], home: object | null, unlisted: boolean, where: string, text: string}} note */
export function missingIn({ who, chosen, home, unlisted, where, text }) {
  if (!home && !(who === "child" && unlisted)) return who === "child" ? "选一下是哪一家，不在名单里就点“不在名单里”。" : "选一下是哪一家，好接着办。";
  if (!home && !where.trim()) return "写一下在哪里、是谁，好去找。";
  if (!chosen.length && (who === "child" || !text.trim())) return who === "child" ? "点一下是什么情况。" : "点一下是什么情况，或者写一句。";
  return "";
}
