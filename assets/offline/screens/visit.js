/**
 * 走访: opens the draft of a home, draws it, and puts every touch on the phone at once. What is drawn is worked out
 * from the draft each time; nothing is kept only on the page.
 */
import { discardDraft, draft as draftById, flushDrafts, openDraft, saveDraft } from "../drafts.js";
import { tell } from "../errors.js";
import { draftPhotos, thumbUrl } from "../photos.js";
import { withKnown } from "../known.js";
import { answerWords, answersOf } from "../rules.js";
import { patch, show } from "../state.js";
import { freshUi, initial, visitOf } from "../views/visit.js";
import { addDays, dayOf } from "../views/words.js";
import { opened, sentVisit } from "./correction.js";
import { homeOf, lastBefore, programOf } from "./homes.js";
import { now } from "./moment.js";

/** The form that fits a way of contact: a call has a shorter one. */
const FORMS = { phone: "contact", video: "contact", wechat: "contact" };

/** @type {{home: object, program: import("../rules.js").Program, draft: object, photos: object[], busy: string | null,
 *   spot: object, problem: string, photo_note: string, saving: boolean} | null} */
let open = null;

export const current = () => open;

/** When the open draft was last written; null where none is open. */
export const savedAt = () => open?.draft.saved_at ?? null;

/** @param {object} draft */
const inputOf = (draft, home) => ({
  household: home.household, people: home.people, answers: draft.answers, unchanged: draft.unchanged, last: home.last,
  on: draft.started_at,
});

/** What the rules say of the open draft. */
export const sectionsOf = () => open.program.run(inputOf(open.draft, open.home)).sections;

export const sendable = () => ({ program: open.program, input: inputOf(open.draft, open.home) });

/** @param {{sha256: string}} photo */
const isStillSent = (photo) => open.draft.sent_photos?.some((one) => one.sha256 === photo.sha256);

/** Draws the open draft. */
export function draw() {
  if (!open) return;
  const { home, draft } = open;
  show("visit", visitOf({
    draft,
    sections: sectionsOf(),
    household: home.household,
    people: home.people,
    photos: [...open.sent.filter(isStillSent), ...open.photos],
    today: dayOf(now()),
    every: home.every,
    reported: home.issues,
    words: (question, value) => answerWords(question, value, home.people),
    lastOf: (code, personId) => answersOf(home.last, code, personId)?.answers,
    busy: open.busy,
    spot: open.spot,
    problem: open.problem,
    photo_note: open.photo_note,
    saving: open.saving,
  }));
}

/** Changes the open draft, draws it and puts it on the phone. @param {(draft: object) => void} touch */
export async function change(touch) {
  if (!open) return;
  touch(open.draft);
  open.draft.ui.touched = true;
  open.problem = "";
  draw();
  await keepDraft();
}

export async function keepDraft() {
  const { draft } = open;
  try {
    draft.saved_at = await saveDraft(draft);
  } catch (error) {
    if (open?.draft !== draft) return;
    open.problem = tell(error).message;
    draw();
  }
}

/** Something the page waits for or has to say, apart from the draft. @param {object} facts */
export function note(facts) {
  if (!open) return;
  Object.assign(open, facts);
  draw();
}

/** @param {object} draft a draft as kept; a new one lacks what the page remembers @param {object} home */
function complete(draft, home) {
  const fresh = draft.ui === undefined;
  return {
    ...draft,
    mode: draft.mode ?? "home",
    met: draft.met ?? [],
    answers: draft.answers ?? {},
    unchanged: draft.unchanged ?? [],
    issues: draft.issues ?? [],
    next_on: fresh && home.every ? addDays(dayOf(draft.started_at), home.every) : (draft.next_on ?? null),
    ui: { ...freshUi(), ...draft.ui, contact: draft.ui?.contact === true || (!draft.corrects && (draft.met ?? []).length === 0) },
  };
}

/**
 * The draft that corrects a visit: at first its words as they were, the places open that the county asks about.
 * @param {object} draft @param {import("./correction.js").Sent} sent @param {object} home @param {import("../rules.js").Program} program
 */
function correcting(draft, sent, home, program) {
  const order = { order: { type: sent.type, corrects: sent.corrects }, asked: sent.sentences };
  if (draft.ui) return { ...draft, ...order };
  const filled = { ...draft, ...sent.words, ...order };
  const { sections } = program.run(inputOf(filled, home));
  return { ...filled, ui: opened(sent.questions, sections) };
}

/** Pictures that the corrected command named: they stay with the correction. @param {object} draft */
const sentPhotos = (draft) => Promise.all((draft.sent_photos ?? []).map(async (photo) => ({
  ...photo, question: null, notice: "原来的", thumb_url: await thumbUrl(photo.sha256).catch(() => null),
})));

/** The form that a draft is written on: an old draft keeps its version. @param {object} home @param {import("./correction.js").Sent | null} sent */
async function formFor(home, sent) {
  const wanted = sent?.form ?? home.draft?.form;
  return (wanted && (await programOf(wanted.code, wanted.version))) ?? programOf("home");
}

/**
 * @param {{params: Record<string, string>, query: Record<string, string>}} route
 * @param {(done: () => void) => void} settle
 * @param {boolean} again because of news: a visit that has just been saved must not be begun anew
 */
export async function loadVisit(route, settle, again) {
  if (again && !open) return undefined;
  const id = route.params.id ?? "";
  const fix = route.query.fix;
  if (open?.home.household.id === id && open.draft.corrects === fix) return refreshVisit(settle);
  closeVisit();
  show("visit", initial);
  const [found, sent] = await Promise.all([homeOf(id), fix ? sentVisit(fix) : null]);
  if (!found) return settle(() => show("visit", { ...initial, phase: "gone" }));
  if (fix && !sent) return settle(() => show("visit", { ...initial, phase: "ended", household: id }));
  const program = await formFor(found, sent);
  if (!program) return settle(() => show("visit", { ...initial, phase: "no_form", household: id }));
  const home = sent ? { ...found, last: lastBefore(found, sent.words) } : { ...found, last: withKnown(found.last, program.form, found) };
  const { code, version } = program.form;
  await flushDrafts();
  const begun = await openDraft({ household_id: id, form: { code, version }, corrects: fix });
  const draft = sent ? correcting(begun, sent, home, program) : begun;
  const [photos, before] = await Promise.all([draftPhotos(draft.id), sentPhotos(draft)]);
  return settle(() => {
    open = {
      home, program, draft: complete(draft, home), photos, sent: before, busy: null, spot: {}, problem: "", photo_note: "",
      saving: false,
    };
    draw();
    void keepDraft();
  });
}

/** News from elsewhere: pictures that are ready, a draft that another tab has ended. @param {(done: () => void) => void} settle */
async function refreshVisit(settle) {
  const kept = await draftById(open.draft.id).catch(() => null);
  const photos = await draftPhotos(open.draft.id).catch(() => open.photos);
  return settle(() => {
    if (!open) return;
    if (!kept || kept.state !== "open") {
      const household = open.home.household.id;
      endVisit();
      show("visit", { ...initial, phase: "ended", household });
      return;
    }
    open.photos = photos;
    draw();
  });
}

/** The draft has become a visit. */
export function endVisit() {
  open = null;
}

/** Leaves the page. A draft that nobody has written in is not "unfinished": it goes. */
export function closeVisit() {
  const left = open;
  open = null;
  if (left && !left.draft.ui.touched && left.photos.length === 0) void discardDraft(left.draft.id).catch(() => {});
}

/** Another way of contact may have another form; what was written stays with the draft. @param {string} mode */
export async function changeMode(mode) {
  const code = FORMS[mode] ?? "home";
  if (open && code !== open.program.form.code) {
    const program = await programOf(code);
    if (!program || !open) return;
    open.program = program;
    open.draft.form = { code: program.form.code, version: program.form.version };
  }
  await change((draft) => {
    draft.mode = mode;
  });
}

/** Pictures of the open draft, read again after one came or went. */
export async function readPhotos() {
  if (!open) return;
  const { draft } = open;
  const photos = await draftPhotos(draft.id);
  if (open?.draft === draft) note({ photos });
}

/** The word on the button alone: nothing else of the page has changed. @param {boolean} saving */
export function markSaving(saving) {
  if (!open) return;
  open.saving = saving;
  patch("visit", { saving });
}

/** It is kept; the page stands until the next one is drawn. */
export const markStored = () => patch("visit", { saving: false, stored: true });

export const showProblem = (problem) => (open ? note({ problem }) : patch("visit", { problem }));
