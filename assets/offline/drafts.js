/**
 * What is being written. A draft is on the disk a moment after every touch; it leaves only by becoming a
 * command (outbox.js) or by being discarded, and that can be undone for a week.
 */
import { emit } from "./bus.js";
import { after, iso, now, uuid7 } from "./clock.js";
import { clean } from "./canonical.js";
import { keep, write } from "./db.js";
import { OfflineError, tell } from "./errors.js";
import { beforeLock } from "./keyring.js";
import { atWork } from "./session.js";

/** @typedef {import("./types.js").Draft} Draft */

/** The first touch is written at once, the touches of the next moment together. */
const MOMENT = 150;
const UNDO_FOR = 7 * 24 * 3600_000;

/**
 * @typedef {object} Pending
 * @property {Draft | null} draft the newest state, not yet being written
 * @property {Promise<string> | null} next what those who wait for it get
 * @property {(() => void) | null} start begins that write
 * @property {Promise<any>} running the write before
 * @property {number} wrote when a write last began
 */

/** @type {Map<string, Pending>} */
const pending = new Map();

/** @param {Draft} draft @returns {Promise<string>} */
async function put(draft) {
  const { store } = await atWork();
  const saved_at = iso();
  const row = { ...clean(draft), saved_at };
  await write(store, ["drafts"], async () => {
    const before = await store.drafts.get(draft.id);
    // A late touch must not bring back what has been sent or discarded in the meantime.
    if (before && before.state !== "open") throw new OfflineError("draft_gone");
    await store.drafts.put({ ...row, state: "open" });
  });
  emit("drafts", { id: draft.id });
  return saved_at;
}

/** @param {string} id */
function slot(id) {
  const known = pending.get(id);
  if (known) return known;
  /** @type {Pending} */
  const fresh = { draft: null, next: null, start: null, running: Promise.resolve(), wrote: -Infinity };
  pending.set(id, fresh);
  return fresh;
}

/** @param {Pending} place @returns {Promise<string>} */
function writeNow(place) {
  const draft = /** @type {Draft} */ (place.draft);
  place.draft = place.next = place.start = null;
  place.wrote = now();
  const done = place.running.then(() => put(draft));
  place.running = done.then(() => {}, () => {});
  return done;
}

/**
 * Saves a draft. Resolves when it is on the disk, with the time to show.
 * @param {Draft} draft
 * @returns {Promise<string>}
 */
export function saveDraft(draft) {
  const place = slot(draft.id);
  place.draft = draft;
  if (place.next) return place.next;
  const wait = place.wrote + MOMENT - now();
  if (wait <= 0) return writeNow(place);
  place.next = new Promise((done, failed) => {
    const begin = () => writeNow(place).then(done, failed);
    const forget = after(wait, begin);
    place.start = () => {
      forget();
      begin();
    };
  });
  return place.next;
}

/** Writes at once whatever is waiting; called when the page is hidden. */
export async function flushDrafts() {
  for (const place of pending.values()) place.start?.();
  await Promise.all([...pending.values()].map((place) => place.running));
}

beforeLock(flushDrafts);

/** Forgets touches that wait, because their draft is about to end. @param {string} id */
export async function settleDraft(id) {
  const place = pending.get(id);
  if (!place) return;
  place.start?.();
  await place.running;
}

/** @param {Draft} draft */
const holdsWords = ({ answers, unchanged, issues, met, issue_text, location }) =>
  [answers, unchanged, issues, met].some((said) => Object.keys(said ?? {}).length > 0) || Boolean(issue_text || location);

/**
 * Whether somebody has written in a draft, not only opened it. The answer to a returned picture is no visit; a
 * correction begins with the words of the visit that it corrects, so there a touch alone tells.
 * @param {Draft} draft
 */
export const isBegun = (draft) => Boolean(draft.household_id && (draft.ui?.touched || (!draft.corrects && holdsWords(draft))));

/**
 * Whether a draft holds nothing yet, not a picture either.
 * @param {import("./db.js").Store} store @param {Draft} draft
 */
async function isUntouched(store, draft) {
  if (draft.corrects || draft.ui?.touched || holdsWords(draft)) return false;
  const owned = await Promise.all([store.photos, store.raws].map((table) => table.where("draft_id").equals(draft.id).count()));
  return owned.every((number) => number === 0);
}

/** @param {string} householdId @param {{code: string, version: number}} form @param {string} [corrects] @returns {Draft} */
const blank = (householdId, form, corrects) => ({
  id: uuid7(),
  household_id: householdId,
  form,
  state: "open",
  started_at: iso(),
  saved_at: iso(),
  mode: "home",
  met: [],
  answers: {},
  unchanged: [],
  issues: [],
  next_on: null,
  ...(corrects && { corrects }),
});

/**
 * The open draft of this household and form, or a new one. Opening saves it, so that photos have an owner. The
 * correction of an earlier visit has a draft of its own: it never writes over one that is being written. What was only
 * opened is begun anew, or the visit of today would have begun on the day of a slip.
 * @param {{household_id: string, form: {code: string, version: number}, corrects?: string}} what
 * @returns {Promise<Draft>}
 */
export async function openDraft({ household_id, form, corrects }) {
  await flushDrafts();
  const { store } = await atWork();
  const draft = await write(store, ["drafts", "photos", "raws"], async () => {
    const all = await store.drafts.where("household_id").equals(household_id).toArray();
    const open = all.find((one) =>
      one.state === "open" && (corrects ? one.corrects === corrects : !one.corrects && one.form.code === form.code));
    if (open && !(await isUntouched(store, open))) return open;
    const fresh = { ...blank(household_id, form, corrects), ...(open && { id: open.id }) };
    await store.drafts.put(fresh);
    return fresh;
  });
  emit("drafts", { id: draft.id });
  return draft;
}

/** @param {string} id @returns {Promise<Draft | null>} */
export async function draft(id) {
  const { store } = await atWork();
  return (await keep(store, () => store.drafts.get(id))) ?? null;
}

/** All that is being written, the newest first. @returns {Promise<Draft[]>} */
export async function drafts() {
  const { store } = await atWork();
  const open = await keep(store, () => store.drafts.where("state").equals("open").toArray());
  return open.sort((a, b) => b.saved_at.localeCompare(a.saved_at));
}

/** @param {string} id @param {"open" | "discarded"} from @param {"open" | "discarded"} to */
async function turn(id, from, to) {
  await settleDraft(id);
  const { store } = await atWork();
  await write(store, ["drafts"], async () => {
    const row = await store.drafts.get(id);
    if (row?.state === "sent") throw new OfflineError("draft_gone");
    if (row?.state === from) await store.drafts.put({ ...row, state: to, turned_at: now() });
  });
  emit("drafts", { id });
}

/** Puts a draft and its photos away; `restoreDraft` brings both back. @param {string} id */
export const discardDraft = (id) => turn(id, "open", "discarded");

/** @param {string} id */
export const restoreDraft = (id) => turn(id, "discarded", "open");

/**
 * Drops drafts whose time for undoing is over, and their photos' places.
 * @param {import("./db.js").Store} store
 */
export async function forgetDiscarded(store) {
  const discarded = await keep(store, () => store.drafts.where("state").equals("discarded").toArray());
  const ids = discarded.filter((row) => row.turned_at + UNDO_FOR < now()).map((row) => row.id);
  if (!ids.length) return;
  await write(store, ["drafts", "photos", "raws"], async () => {
    await store.drafts.bulkDelete(ids);
    await store.photos.where("draft_id").anyOf(ids).delete();
    await store.raws.where("draft_id").anyOf(ids).delete();
  });
}

/** Writes what waits as soon as the page is put aside: it may never be seen again. @returns {() => void} */
export function flushWhenHidden() {
  const flush = () => void flushDrafts().catch((error) => console.error(tell(error)));
  const hidden = () => document.visibilityState === "hidden" && flush();
  globalThis.addEventListener?.("pagehide", flush);
  globalThis.document?.addEventListener("visibilitychange", hidden);
  return () => {
    globalThis.removeEventListener?.("pagehide", flush);
    globalThis.document?.removeEventListener("visibilitychange", hidden);
  };
}
