/** 一户: all of it from the phone; only a whole ID number needs the county, which writes down who looked. */
import { households } from "../rows.js";
import { tell } from "../errors.js";
import { patch, show, shown } from "../state.js";
import { householdOf, initial } from "../views/household.js";
import { dayOf } from "../views/words.js";
import { askCounty } from "./county.js";
import { foundLast, homeOf, toldBy } from "./homes.js";
import { now } from "./moment.js";

/** @param {{params: Record<string, string>}} route @param {(done: () => void) => void} settle */
export async function loadHousehold(route, settle) {
  const id = route.params.id ?? "";
  const today = dayOf(now());
  const home = await homeOf(id);
  if (!home) return settle(() => show("household", { ...initial, phase: "gone" }));
  const told = {};
  for (const visit of home.visits) told[visit.id] = await toldBy(visit, home, today);
  const village = (await households()).find((item) => item.id === id)?.village ?? "";
  const model = householdOf(home, { today, last: await foundLast(home, today), told, village });
  const full = Object.fromEntries(shown("household").people.map((person) => [person.id, person.full]));
  return settle(() => show("household", {
    ...model, people: model.people.map((person) => ({ ...person, full: full[person.id] ?? "" })),
  }));
}

/** @param {string} id @param {Record<string, any>} change */
function patchPerson(id, change) {
  patch("household", { people: shown("household").people.map((one) => (one.id === id ? { ...one, ...change } : one)) });
}

export const actions = {
  /** A child's number is opened only with a reason; it is asked first. @param {string} id @param {boolean} child */
  reveal: (id, child) => (child ? patchPerson(id, { asking: true, problem: "" }) : unmask(id, "")),

  /** @param {string} id @param {Event} event */
  revealFor: (id, event) => unmask(id, String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get("reason") ?? "")),
};

/** Shows a whole ID number; the county writes down who looked. @param {string} id @param {string} reason */
async function unmask(id, reason) {
  if (!navigator.onLine) return patchPerson(id, { problem: "看全号要有信号，会记一笔谁看过。" });
  try {
    const seen = await askCounty("POST", `/api/people/${encodeURIComponent(id)}/unmask`, { field: "id_number", reason });
    return patchPerson(id, { full: seen.value, asking: false, problem: seen.value ? "" : "名册里没有这个号码。" });
  } catch (error) {
    return patchPerson(id, { problem: tell(error).message });
  }
}
