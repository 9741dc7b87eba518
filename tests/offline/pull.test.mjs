/** What comes down: pages, what is gone, a new history, and what it never touches. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { problem } from "./county.mjs";
import { saveVisit, visit, withLab } from "./lab.mjs";

const home = (id, more = {}) => ({ type: "household", id, data: { name: `${id}家`, village: "毛安村", ...more } });
const isPull = (request) => request.path === "/api/sync/pull";
const names = async (tab) => (await tab.rows.households()).map((one) => one.name).sort();

test("pages are taken one after the other, and the cursor is kept", withLab(async (lab) => {
  const tab = await lab.signedIn();
  lab.county.page = 2;
  for (const id of ["h1", "h2", "h3", "h4", "h5"]) lab.county.tell(home(id));
  await tab.sync.syncNow();
  assert.equal((await tab.rows.households()).length, 5);
  assert.equal(lab.county.log.filter(isPull).length, 3);
  await tab.sync.syncNow();
  assert.equal(lab.county.log.filter(isPull).length, 4);
  assert.match(lab.county.log.filter(isPull).at(-1).url.search, /cursor=1%3A5/);
}));

test("what is gone goes, but nothing that was written here", withLab(async (lab) => {
  const tab = await lab.signedIn();
  lab.county.tell(home("h1"));
  lab.county.tell(home("h2"));
  await tab.sync.syncNow();
  const { id } = await saveVisit(tab, "h1", ["roof"]);
  const draft = await tab.drafts.openDraft({ household_id: "h1", form: { code: "home", version: 1 } });
  lab.county.tell({ type: "household", id: "h1", gone: true });
  lab.county.weather = (request) => (isPull(request) ? null : { drop: "before" });
  await tab.pull.pullAll({ store: tab.db.personStore("u-gao"), me: await tab.session.current(), signal: new AbortController().signal, sent: 0, bytes: 0, strikes: 0 });
  assert.deepEqual(await names(tab), ["h2家"]);
  assert.equal(await tab.rows.household("h1"), null);
  assert.equal((await tab.drafts.draft(draft.id)).household_id, "h1");
  lab.county.weather = () => null;
  await tab.sync.syncNow();
  assert.equal((await tab.outbox.item(id)).state, "received");
  assert.deepEqual(lab.county.account(), { visits: 1, whole: 1 });
}));

test("a pull from nothing takes away what does not come again, at its end only", withLab(async (lab) => {
  const tab = await lab.signedIn();
  for (const id of ["h1", "h2", "h3"]) lab.county.tell(home(id));
  await tab.sync.syncNow();
  lab.county.feed = lab.county.feed.filter((one) => one.id !== "h2");
  lab.county.page = 1;
  await tab.pull.pullFromNothing(tab.db.personStore("u-gao"));
  let pulls = 0;
  lab.county.weather = (request) => (isPull(request) && (pulls += 1) === 2 ? { drop: "before" } : null);
  await tab.sync.syncNow();
  assert.deepEqual(await names(tab), ["h1家", "h2家", "h3家"]);
  await tab.sync.syncNow();
  assert.deepEqual(await names(tab), ["h1家", "h3家"]);
}));

test("held becomes stored when the county says so", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const { id } = await tab.outbox.enqueue({ type: "visit", payload: visit("h-new") });
  await tab.sync.syncNow();
  assert.equal((await tab.outbox.item(id)).state, "held");
  lab.county.arrive("h-new");
  await tab.sync.syncNow();
  assert.equal((await tab.outbox.item(id)).state, "received");
}));

test("a receipt by way of the pull counts when the answer itself was lost, and only with the digest", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const { id } = await tab.outbox.enqueue({ type: "visit", payload: visit() });
  const round = { store: tab.db.personStore("u-gao"), me: await tab.session.current(), signal: new AbortController().signal, sent: 0, bytes: 0, strikes: 0 };
  lab.county.tell({ type: "receipt", id, data: { status: "stored", digest: "0".repeat(64) } });
  await tab.pull.pullAll(round);
  assert.equal((await tab.outbox.item(id)).state, "phone");
  const { digest } = await tab.outbox.command(id);
  lab.county.tell({ type: "receipt", id, data: { status: "stored", digest, seq: 1 } });
  await tab.pull.pullAll(round);
  assert.equal((await tab.outbox.item(id)).state, "received");
  lab.county.tell({ type: "receipt", id, data: { status: "held", digest } });
  await tab.pull.pullAll(round);
  assert.equal((await tab.outbox.item(id)).state, "received", "old news do not undo newer");
}));

test("after a backup was put back, everything still kept here is sent again", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const { id } = await saveVisit(tab, "h1", ["roof"]);
  await tab.sync.syncNow();
  lab.county.restore();
  lab.county.tell(home("h1"));
  await tab.sync.syncNow();
  assert.deepEqual(lab.county.account(), { visits: 1, whole: 1 });
  assert.equal((await tab.outbox.item(id)).state, "received");
}));

test("after a backup was put back, work of many visits is there once each, in its order, and nothing is asked twice", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const covered = await saveVisit(tab, "h1", ["roof"]);
  await tab.sync.syncNow();
  const kept = new Map(lab.county.commands);
  const pictures = new Map(lab.county.photos);
  const later = [await saveVisit(tab, "h2", ["well"]), await saveVisit(tab, "h3", ["stove"])];
  await tab.sync.syncNow();
  lab.county.restore();
  lab.county.commands = kept;
  lab.county.photos = pictures;
  const before = lab.county.log.length;
  await tab.sync.syncNow();
  assert.deepEqual(lab.county.account(), { visits: 3, whole: 3 });
  const pushes = lab.county.log.slice(before).filter((one) => one.path === "/api/sync/push");
  assert.equal(pushes.length, 1, "one batch for all of them");
  const sent = lab.county.log.slice(before).filter((one) => one.method === "PATCH");
  assert.equal(new Set(sent.map((one) => one.path)).size, 2, "the picture that is there is not sent again");
  for (const { id } of [covered, ...later]) assert.equal((await tab.outbox.item(id)).state, "received");
  const rounds = lab.county.log.length;
  await tab.sync.syncNow();
  assert.equal(lab.county.log.slice(rounds).filter((one) => one.path === "/api/sync/push").length, 0);
}));

test("what was refused before is brought again too: the county keeps it in quarantine", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const { id } = await tab.outbox.enqueue({ type: "nonsense", payload: { text: "一" } });
  await tab.sync.syncNow();
  assert.equal((await tab.outbox.item(id)).state, "fix");
  lab.county.restore();
  lab.county.quarantine = [];
  lab.county.tell(home("h1"));
  await tab.sync.syncNow();
  assert.equal((await tab.outbox.item(id)).state, "fix");
  assert.deepEqual(lab.county.quarantine.map((one) => one.id), [id]);
}));

test("a county that takes back what its backup covers is believed", withLab(async (lab) => {
  const tab = await lab.signedIn();
  lab.county.safeTo = new Date(lab.clock.now() + 3600_000).toISOString();
  await tab.sync.syncNow();
  lab.county.safeTo = null;
  const { id } = await saveVisit(tab, "h1", ["roof"]);
  await tab.sync.syncNow();
  await lab.clock.advance(60_000);
  await tab.sync.syncNow();
  assert.notEqual(await tab.outbox.command(id), null);
}));

test("a photo that the county misses although it had it is sent again", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const { id } = await saveVisit(tab, "h1", ["roof"]);
  await tab.sync.syncNow();
  lab.county.photos.clear();
  const { payload } = await tab.outbox.command(id);
  const photos = payload.photos.map(({ sha256 }) => ({ sha256, state: "missing" }));
  lab.county.tell({ type: "visit", id, data: { ...payload, photos } });
  await tab.sync.syncNow();
  assert.deepEqual(lab.county.account(), { visits: 1, whole: 1 });
  assert.equal((await tab.outbox.counts()).outbox, 0);
}));

test("a role without field data still sends", withLab(async (lab) => {
  const tab = await lab.signedIn();
  lab.county.weather = (request) => (isPull(request) ? { answer: problem(403, "no_field_data", "这个角色没有农户资料。") } : null);
  const { id } = await tab.outbox.enqueue({ type: "feedback.add", payload: { text: "字太小" } });
  await tab.sync.syncNow();
  assert.equal((await tab.outbox.item(id)).state, "received");
  assert.equal(tab.sync.status().state, "idle");
}));

test("a page that is not ours changes nothing", withLab(async (lab) => {
  const tab = await lab.signedIn();
  lab.county.tell(home("h1"));
  await tab.sync.syncNow();
  for (const answer of [() => Response.json([]), () => Response.json({ changes: [] }), () => new Response("<html>")]) {
    lab.county.weather = (request) => (isPull(request) ? { answer: answer() } : null);
    await tab.sync.syncNow();
    assert.equal(tab.sync.status().state, "offline");
    assert.deepEqual(await names(tab), ["h1家"]);
  }
}));
