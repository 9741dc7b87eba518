/** 一户: all of it from the phone; only a whole ID number needs the county, which writes down who looked. */
import { enqueue } from "../outbox.js";
import { thumbUrl } from "../photos.js";
import { answerWords, answersOf } from "../rules.js";
import { households } from "../rows.js";
import { current } from "../session.js";
import { tell } from "../errors.js";
import { patch, show, shown } from "../state.js";
import { householdOf, initial, pastOf } from "../views/household.js";
import { dayOf } from "../views/words.js";
import { askCounty } from "./county.js";
import { foundLast, homeOf, programOf, toldBy } from "./homes.js";
import { now } from "./moment.js";

/** What came of calls made here, until the county tells of it. @type {Map<string, string>} */
const called = new Map();

/** Answers that ledgers keep, in the words of the form that fills them. @param {object[]} people */
async function saidOf(people) {
  const program = await programOf("home").catch(() => null);
  const questions = new Map((program?.form.sections ?? []).flatMap((one) => one.questions).filter((one) => one.fills).map((one) => [one.fills, one]));
  return (field, value) => {
    const question = questions.get(field);
    return question ? answerWords(question, value, people) : "";
  };
}

/** The home that is open, to read its visits in full. @type {object | null} */
let open = null;

/** @param {{params: Record<string, string>}} route @param {(done: () => void) => void} settle */
export async function loadHousehold(route, settle) {
  const id = route.params.id ?? "";
  const today = dayOf(now());
  const home = await homeOf(id);
  if (!home) return settle(() => show("household", { ...initial, phase: "gone" }));
  const told = {};
  for (const visit of home.visits.filter((one) => !one.replaced)) told[visit.id] = await toldBy(visit, home, today);
  const village = (await households()).find((item) => item.id === id)?.village ?? "";
  const facts = { today, told, village, called, last: await foundLast(home, today), said: await saidOf(home.people), me: (await current())?.user.id ?? "" };
  const model = householdOf(home, facts);
  const before = new Map(shown("household").people.map((person) => [person.id, person]));
  const read = new Map(shown("household").visits.filter((visit) => visit.parts.length > 0).map((visit) => [visit.id, visit]));
  return settle(() => {
    open = home;
    show("household", {
      ...model,
      people: model.people.map((person) => {
        const { full, asking, problem } = before.get(person.id) ?? person;
        return { ...person, full, asking, problem };
      }),
      visits: model.visits.map((visit) => {
        const { parts, photos, said } = read.get(visit.id) ?? visit;
        return { ...visit, parts, photos, said };
      }),
    });
  });
}

/** Questions about children: their pictures are not fetched from the county unasked. @param {import("../rules.js").Form | undefined} form */
const childQuestions = (form) =>
  new Set((form?.sections ?? []).filter((one) => one.never_face).flatMap((one) => one.questions.map((question) => question.code)));

/** @param {object} photo @param {Set<string>} ofChild */
async function pastPhoto(photo, ofChild) {
  const url = (await thumbUrl(photo.sha256).catch(() => null)) ?? "";
  const away = !url.startsWith("blob:");
  const locked = away && ofChild.has(photo.question);
  return { sha256: photo.sha256, url: locked ? "" : url, caption: locked ? "孩子的照片，在县里" : photo.state === "missing" ? "还没传完" : "照片" };
}

/** @param {string} id @param {Record<string, any>} change */
function patchPerson(id, change) {
  patch("household", { people: shown("household").people.map((one) => (one.id === id ? { ...one, ...change } : one)) });
}

export const actions = {
  /** Reads one visit of the past in full; done when it is first opened. @param {string} id */
  async openPast(id) {
    const visit = open?.visits.find((one) => one.id === id);
    if (!visit) return;
    const home = open;
    const today = dayOf(now());
    const program = await programOf(visit.form.code, visit.form.version).catch(() => null);
    const input = { ...home, answers: visit.answers, unchanged: visit.unchanged, last: {}, on: visit.started_at ?? today };
    const photos = await Promise.all((visit.photos ?? []).map((photo) => pastPhoto(photo, childQuestions(program?.form))));
    const full = pastOf(visit, {
      sections: program?.run(input).sections ?? [], photos, today, alone: home.people.length === 1,
      words: (question, value) => answerWords(question, value, home.people),
      answersOf: ({ code, person_id }) => answersOf(visit.answers, code, person_id),
    });
    if (open === home) patch("household", { visits: shown("household").visits.map((one) => (one.id === id ? { ...one, ...full } : one)) });
  },

  /** A whole number is opened only with a reason; it is asked first. @param {string} id */
  reveal: (id) => patchPerson(id, { asking: "choose", problem: "" }),

  /** @param {string} id @param {string} reason one of the usual ones */
  revealFor: (id, reason) => unmask(id, reason),

  /** @param {string} id */
  revealOther: (id) => patchPerson(id, { asking: "own", problem: "" }),

  /** What came of a call: written down at once, told when there is signal. @param {string} contactId @param {string} result */
  async confirmContact(contactId, result) {
    try {
      await enqueue({ type: "contact.confirm", payload: { contact_id: contactId, result }, household_id: shown("household").id });
      called.set(contactId, result);
      const people = shown("household").people.map((person) => ({
        ...person,
        contacts: person.contacts.map((one) => (one.id === contactId ? { ...one, ask: false, called: `今天${result === "reached" ? "打通过" : "没打通"}，记下了` } : one)),
      }));
      patch("household", { people });
    } catch (error) {
      patch("toast", { shown: true, text: tell(error).message, word: "" });
    }
  },

  /** The form names the person. @param {Event} event */
  revealSaid(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    return unmask(form.dataset.person ?? "", String(new FormData(form).get("reason") ?? ""));
  },
};

/** Shows a whole ID number; the county writes down who looked. @param {string} id @param {string} reason */
async function unmask(id, reason) {
  if (!navigator.onLine) return patchPerson(id, { problem: "看全号要有信号，会记一笔谁看过。" });
  try {
    const seen = await askCounty("POST", `/api/people/${encodeURIComponent(id)}/unmask`, { field: "id_number", reason });
    return patchPerson(id, { full: seen.value, asking: "", problem: seen.value ? "" : "名册里没有这个号码。" });
  } catch (error) {
    return patchPerson(id, { problem: tell(error).message });
  }
}
