/** 紧急: whom to call, 110 first; afterwards a note, which never stands for the call. */

export const initial = {
  phase: "ready", calls: [{ name: "政务热线", number: "12345" }], situations: [], time: "", home: null, query: "", found: [],
  text: "", saved: false, saving: false, problem: "",
};

export const SITUATIONS = ["一个人住", "走失", "挨打受伤", "没人管", "受欺负", "其他"];

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

/** The note as it is kept. @param {{chosen: string[], text: string, time: string}} note */
export function noteText({ chosen, text, time }) {
  return [`紧急：${chosen.join("、") || "情况见下"}`, time ? `${time} 打过电话` : "", text.trim()].filter(Boolean).join("。");
}
