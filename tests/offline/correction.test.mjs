/** A stored visit about which the county asks something: it is corrected, or stands; and what the phone then says of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { saveVisit, visit, withLab } from "./lab.mjs";

const PAST = { path: "next_on", code: "next_past", message: "下次的日期比这次还早，请看一下年份。" };
const STRANGE = { path: "answers.x", code: "unknown_section", message: "这张表里没有这一部分，内容已存下。" };

/** The correction screen over the same engine as a tab. */
function correctionOf(tab) {
  return import(`../../assets/offline/screens/correction.js${tab.mark}`);
}

/** One visit that is stored with questions. */
const asked = (work, { questions = [PAST], photos = [] } = {}) => withLab(async (lab) => {
  const tab = await lab.signedIn();
  lab.county.asks = ({ type, payload }) => (type === "visit" || payload.next_on === "2025-04-24" ? questions : undefined);
  const { id } = await saveVisit(tab, "h1", photos, { next_on: "2025-04-24" });
  await tab.sync.syncNow();
  await work(tab, lab, id);
});

/** Corrects a visit as the page does. */
async function correct(tab, id, change = {}) {
  const { sentVisit } = await correctionOf(tab);
  const sent = await sentVisit(id);
  const { sent_photos, ...words } = sent.words;
  const draft = await tab.drafts.openDraft({ household_id: "h1", form: sent.form, corrects: id });
  const payload = { ...visit(), ...words, photos: sent_photos, next_on: "2026-12-01", ...change };
  return tab.outbox.enqueue({ type: sent.type, corrects: sent.corrects, replaces: id, payload, draft_id: draft.id });
}

test("a question stands under what is to be corrected, and nothing waits because of it", asked(async (tab, lab, id) => {
  const [one] = await tab.outbox.items();
  assert.deepEqual([one.id, one.state, one.sentence, one.asked, one.mode], [id, "fix", PAST.message, true, "home"]);
  assert.deepEqual(await tab.outbox.counts(), { outbox: 0, all: 0, fix: 1, stuck: 0 });
}));

test("what was shown before saving and saved all the same is not asked once more", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const empty = { path: "answers.house", code: "section_empty", message: "“房子”没有填。" };
  for (const [questions, state] of [[[empty], "received"], [[empty, PAST], "fix"]]) {
    lab.county.asks = () => questions;
    const { id } = await tab.outbox.enqueue({ type: "visit", payload: visit(), stood: ["answers.house"] });
    await tab.sync.syncNow();
    assert.equal((await tab.outbox.item(id)).state, state);
  }
}));

test("what only tells of the form is no work for its author", asked(async (tab) => {
  const [one] = await tab.outbox.items();
  assert.deepEqual([one.state, one.questions.map((question) => question.code)], ["received", ["unknown_section"]]);
  assert.equal((await tab.outbox.counts()).fix, 0);
}, { questions: [STRANGE] }));

test("a correction is a command of its own, with the words and pictures as sent", asked(async (tab, lab, id) => {
  const before = (await tab.outbox.command(id)).payload;
  const { id: later } = await correct(tab, id);
  const sent = await tab.outbox.command(later);
  assert.deepEqual([sent.type, sent.corrects, sent.payload.next_on], ["visit.correct", id, "2026-12-01"]);
  for (const key of ["answers", "started_at", "finished_at", "photos", "mode"]) assert.deepEqual(sent.payload[key], before[key], key);
  assert.deepEqual((await tab.outbox.items()).map((one) => [one.id, one.state]), [[later, "phone"]]);
  await tab.sync.syncNow();
  assert.deepEqual((await tab.outbox.items()).map((one) => [one.id, one.type, one.state]), [[later, "visit.correct", "received"]]);
  assert.deepEqual(await tab.outbox.counts(), { outbox: 0, all: 0, fix: 0, stuck: 0 });
  assert.deepEqual(lab.county.account(), { visits: 1, whole: 1 });
}, { photos: ["roof"] }));

test("a correction that asks again stands under what is to be corrected itself", asked(async (tab, lab, id) => {
  const { id: later } = await correct(tab, id, { next_on: "2025-04-24" });
  await tab.sync.syncNow();
  assert.deepEqual((await tab.outbox.items()).map((one) => [one.id, one.state]), [[later, "fix"]]);
  const { id: last } = await correct(tab, later);
  assert.equal((await tab.outbox.command(last)).corrects, later);
}));

test("a correction that the county refuses names the visit again, not what was refused", asked(async (tab, lab, id) => {
  const take = lab.county.take.bind(lab.county);
  lab.county.take = (command) => lab.county.reject(command, "schema");
  const { id: refused } = await correct(tab, id);
  await tab.sync.syncNow();
  lab.county.take = take;
  assert.deepEqual((await tab.outbox.items()).map((one) => [one.id, one.state]), [[refused, "fix"]]);
  const { id: again } = await correct(tab, refused);
  const sent = await tab.outbox.command(again);
  assert.deepEqual([sent.type, sent.corrects], ["visit.correct", id]);
  await tab.sync.syncNow();
  assert.deepEqual((await tab.outbox.items()).map((one) => [one.id, one.state]), [[again, "received"]]);
}));

test("a refused visit is said anew as a visit", withLab(async (lab) => {
  const tab = await lab.signedIn();
  lab.county.take = (command) => lab.county.reject(command, "schema");
  const { id } = await saveVisit(tab);
  await tab.sync.syncNow();
  const { sentVisit } = await correctionOf(tab);
  const sent = await sentVisit(id);
  assert.deepEqual([sent.type, sent.corrects, sent.sentences.length], ["visit", id, 1]);
}));

test("没写错 leaves it as it is, and can be taken back", asked(async (tab, lab, id) => {
  await tab.outbox.standBy(id);
  assert.deepEqual((await tab.outbox.items()).map((one) => [one.state, one.as_is, one.questions]), [["received", true, []]]);
  assert.equal((await tab.outbox.counts()).fix, 0);
  await tab.sync.syncNow();
  assert.equal(lab.county.commands.size, 1);
  await tab.outbox.standBy(id, false);
  assert.equal((await tab.outbox.item(id)).state, "fix");
}));

test("it is kept until it is answered, though the backup covers it", asked(async (tab, lab, id) => {
  lab.county.safeTo = new Date(lab.clock.now() + 3600_000).toISOString();
  await tab.sync.syncNow();
  assert.equal((await tab.outbox.item(id)).state, "fix");
  await tab.outbox.standBy(id);
  await tab.sync.syncNow();
  assert.equal(await tab.outbox.item(id), null);
}));

test("what was corrected on another phone is asked about no more", asked(async (tab, lab, id) => {
  lab.county.tell({ type: "visit", id, data: { ...visit(), corrected_by: "other", state: "replaced" } });
  await tab.sync.syncNow();
  assert.deepEqual(await tab.outbox.items(), []);
  assert.equal((await tab.outbox.counts()).fix, 0);
}));

test("a correction never writes over a visit that is being written", asked(async (tab, lab, id) => {
  const form = { code: "home", version: 1 };
  const now = await tab.drafts.openDraft({ household_id: "h1", form });
  const then = await tab.drafts.openDraft({ household_id: "h1", form, corrects: id });
  assert.notEqual(now.id, then.id);
  assert.equal((await tab.drafts.openDraft({ household_id: "h1", form })).id, now.id);
  assert.equal((await tab.drafts.openDraft({ household_id: "h1", form, corrects: id })).id, then.id);
}));

test("a visit that only the county tells of is corrected with all that it said", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const photo = { sha256: "a".repeat(64), taken_at: "2026-11-01T09:00:00+08:00", question: null, state: "held", original_sha256: "b".repeat(64) };
  const issues = [{ id: "i1", text: "屋顶漏雨", programme: null, question: null, state: "open" }, { id: "i2", text: "喝水不达标", question: "water", state: "open" }];
  const location = { lat: 30, lon: 116, accuracy_m: 100 };
  lab.county.tell({ type: "visit", id: "v1", data: { ...visit(), photos: [photo], issues, location, questions: [PAST], unchanged: ["house"] } });
  await tab.sync.syncNow();
  const { sentVisit } = await correctionOf(tab);
  const { type, corrects, words, questions } = await sentVisit("v1");
  const { state: _state, question: _question, ...named } = photo;
  assert.deepEqual([type, corrects, questions], ["visit.correct", "v1", [PAST]]);
  assert.deepEqual(words.sent_photos, [named]);
  assert.deepEqual(words.issues, [{ text: "屋顶漏雨" }]);
  assert.deepEqual([words.location, words.unchanged], [location, [{ section: "house" }]]);
  assert.equal(await sentVisit("v-unknown"), null);
}));

test("a home's history knows which version stands, before the county says so", asked(async (tab, lab, id) => {
  lab.county.tell({ type: "household", id: "h1", data: { name: "刘桂英", tags: [] } });
  lab.county.tell({ type: "visit", id, data: { ...visit(), author: { id: "u-gao" } } });
  await tab.sync.syncNow();
  const versions = async () => (await tab.rows.household("h1")).visits.map((one) => [one.id, one.replaced]);
  assert.deepEqual(await versions(), [[id, false]]);
  const { id: later } = await correct(tab, id);
  assert.deepEqual(new Map(await versions()), new Map([[id, true], [later, false]]));
}));

test("the places that are asked about stand open", async () => {
  const { opened } = await import("../../assets/offline/screens/correction.js?tab=places");
  const states = [
    { code: "house", person_id: null, questions: [{ code: "water" }] },
    { code: "elder", person_id: "p1", questions: [{ code: "health" }] },
    { code: "elder", person_id: "p2", questions: [{ code: "health" }] },
  ];
  const ask = (...paths) => opened(paths.map((path) => ({ path })), states);
  assert.deepEqual(ask("answers.house.water").opened, { house: true });
  assert.deepEqual(ask("answers.elder.p2.health").lines, { "elder:p2": { health: true } });
  assert.deepEqual(ask("answers.elder.p1").opened, { "elder:p1": true });
  assert.deepEqual([ask("next_on").next, ask("sent_at").times, ask("answers.gone.x").opened], [true, true, {}]);
});
