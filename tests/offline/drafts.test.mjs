/** Drafts: on the disk at every touch, through kills, never back from the dead. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { file, offline, picture, visit, withLab } from "./lab.mjs";
import { until } from "./time.mjs";

const FORM = { code: "home", version: 1 };
const open = (tab, household_id = "h1") => tab.drafts.openDraft({ household_id, form: FORM });

test("the first touch is on the disk at once and survives an empty battery", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const draft = await open(tab);
  await tab.drafts.saveDraft({ ...draft, answers: { house: { water: "ok" } } });
  lab.kill(tab);
  const next = await lab.reopened();
  const again = await open(next);
  assert.equal(again.id, draft.id);
  assert.deepEqual(again.answers, { house: { water: "ok" } });
}));

test("touches of one moment are written together, the last one wins", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const draft = await open(tab);
  const store = tab.db.personStore("u-gao");
  let writes = 0;
  store.drafts.hook("updating", () => void (writes += 1));
  const saves = [];
  for (let i = 1; i <= 20; i += 1) saves.push(tab.drafts.saveDraft({ ...draft, answers: { house: { people: i } } }));
  await lab.clock.advance(150);
  await Promise.all(saves);
  assert.equal((await tab.drafts.draft(draft.id)).answers.house.people, 20);
  assert.equal(writes, 2);
}));

test("what waits is written when the page is hidden", withLab(async (lab) => {
  const tab = await lab.signedIn();
  globalThis.document = Object.assign(new EventTarget(), { visibilityState: "hidden" });
  try {
    const stop = tab.drafts.flushWhenHidden();
    const draft = await open(tab);
    await tab.drafts.saveDraft({ ...draft, answers: { a: 1 } });
    const waiting = tab.drafts.saveDraft({ ...draft, answers: { a: 2 } });
    document.dispatchEvent(new Event("visibilitychange"));
    await waiting;
    assert.deepEqual((await tab.drafts.draft(draft.id)).answers, { a: 2 });
    stop();
  } finally {
    delete globalThis.document;
  }
}));

test("a touch that comes after saving does not bring the draft back", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const draft = await open(tab);
  await tab.drafts.saveDraft({ ...draft, answers: { a: 1 } });
  const late = tab.drafts.saveDraft({ ...draft, answers: { a: 2 } });
  await tab.outbox.enqueue({ type: "visit", payload: visit(), draft_id: draft.id });
  await late;
  const refused = assert.rejects(tab.drafts.saveDraft({ ...draft, answers: { a: 3 } }), offline("draft_gone"));
  await lab.clock.advance(150);
  await refused;
  assert.deepEqual(await tab.drafts.drafts(), []);
  assert.notEqual((await open(tab)).id, draft.id);
}));

test("discarding can be undone, photos and all, for a week", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const draft = await open(tab);
  await tab.photos.addPhoto(file(picture("roof")), { draft_id: draft.id });
  await tab.drafts.discardDraft(draft.id);
  assert.deepEqual(await tab.drafts.drafts(), []);
  await tab.sync.syncNow();
  await tab.drafts.restoreDraft(draft.id);
  assert.equal((await tab.photos.draftPhotos(draft.id)).length, 1);
  await tab.drafts.discardDraft(draft.id);
  await lab.clock.advance(8 * 24 * 3600_000);
  await tab.sync.syncNow();
  assert.equal(await tab.drafts.draft(draft.id), null);
  assert.equal(await tab.db.personStore("u-gao").blobs.count(), 0);
}));

test("a draft of one home and form is one, in two tabs too", withLab(async (lab) => {
  const [one, two] = [await lab.signedIn(), await lab.tab()];
  const drafts = await Promise.all([open(one), open(two), open(one)]);
  assert.equal(new Set(drafts.map((draft) => draft.id)).size, 1);
}));

const shown = { contact: true, opened: {}, lines: {} };
const SAID = {
  "it was touched": (draft) => ({ ...draft, ui: { ...shown, touched: true } }),
  "an answer stands": (draft) => ({ ...draft, answers: { house: { water: "ok" } } }),
  "nothing has changed": (draft) => ({ ...draft, unchanged: [{ section: "house", since: null }] }),
  "somebody was met": (draft) => ({ ...draft, met: ["p1"] }),
  "a trouble is half written": (draft) => ({ ...draft, issue_text: "屋顶" }),
};

test("a visit that was only opened is begun anew: its day and plan are those of the next opening", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const draft = await open(tab);
  const left = { ...draft, next_on: "2026-12-01", ui: shown };
  assert.equal(tab.drafts.isBegun(left), false);
  await tab.drafts.saveDraft(left);
  await lab.clock.advance(24 * 3600_000);
  const again = await open(tab);
  assert.equal(again.id, draft.id, "pictures that are still being made keep their owner");
  assert.equal(Date.parse(again.started_at) - Date.parse(draft.started_at) >= 24 * 3600_000, true);
  assert.deepEqual([again.next_on, again.ui], [null, undefined]);
}));

for (const [why, touch] of Object.entries(SAID)) {
  test(`a draft stays as it was left: ${why}`, withLab(async (lab) => {
    const tab = await lab.signedIn();
    const draft = touch(await open(tab));
    assert.equal(tab.drafts.isBegun(draft), true);
    await tab.drafts.saveDraft(draft);
    await lab.clock.advance(24 * 3600_000);
    const { saved_at: _saved, ...kept } = await open(tab);
    const { saved_at: _before, ...left } = draft;
    assert.deepEqual(kept, left);
  }));
}

test("a draft with a picture keeps the time of its beginning", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const draft = await open(tab);
  await tab.photos.addPhoto(file(picture("roof")), { draft_id: draft.id });
  await lab.clock.advance(24 * 3600_000);
  assert.equal((await open(tab)).started_at, draft.started_at);
}));

test("another tab hears of it", withLab(async (lab) => {
  const [one, two] = [await lab.signedIn(), await lab.tab()];
  let heard = 0;
  two.bus.on("drafts", () => (heard += 1));
  await open(one);
  await until(() => heard > 0);
}));
