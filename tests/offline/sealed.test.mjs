/** Sealed copies: written with what they copy, carried by whoever opens the app, there once whichever way they came. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { problem } from "./county.mjs";
import { saveVisit, withLab } from "./lab.mjs";

const noSignal = () => ({ drop: "before" });
const account = (lab) => lab.county.account();
const states = async (tab, user = "u-gao") => (await tab.db.personStore(user).sealed.toArray()).map((one) => `${one.kind} ${one.state}`).sort();

/** 高敏, enrolled, without signal, with a visit and its photos saved. */
async function saved(lab, names = ["a", "large b"]) {
  const tab = await lab.signedIn();
  await tab.sync.syncNow();
  lab.county.weather = noSignal;
  await saveVisit(tab, "h1", names);
  await tab.sync.syncNow();
  lab.county.log.length = 0;
  return tab;
}

test("a visit and its photos are copied sealed as they are saved, and the copies go when the county has them", withLab(async (lab) => {
  const tab = await saved(lab);
  assert.deepEqual(await states(tab), ["command ready", "photo ready", "photo ready"]);
  lab.county.weather = () => null;
  await tab.sync.syncNow();
  assert.deepEqual(account(lab), { visits: 1, whole: 1 });
  assert.equal(lab.county.carried.length, 0, "its owner sends by the ordinary way, and nothing twice");
  assert.deepEqual(await states(tab), []);
}));

test("a photo of a draft waits for its visit", withLab(async (lab) => {
  const tab = await lab.signedIn();
  await tab.sync.syncNow();
  const draft = await tab.drafts.openDraft({ household_id: "h1", form: { code: "home", version: 1 } });
  const { file, picture } = await import("./lab.mjs");
  await tab.photos.addPhoto(file(picture("a")), { draft_id: draft.id });
  assert.deepEqual(await states(tab), ["photo draft"]);
  await tab.sync.syncNow();
  assert.equal(lab.county.photos.size, 0);
  assert.deepEqual(await states(tab), ["photo draft"]);
}));

test("killed right after saving, before any round: the photos are carried with their visit", withLab(async (lab) => {
  const tab = await lab.signedIn();
  await tab.sync.syncNow();
  lab.county.weather = noSignal;
  await saveVisit(tab, "h1", ["a", "large b"]);
  assert.deepEqual(await states(tab), ["command ready", "photo draft", "photo draft"], "saving does not write the pictures again");
  assert.equal(await tab.carry.waitingCopies(), 3);
  assert.equal((await tab.carry.rescueFile()).items, 3);
  await tab.wipe.wipe("u-gao", "days");
  lab.county.session = null;
  lab.county.weather = () => null;
  await tab.sync.syncNow();
  assert.deepEqual(account(lab), { visits: 1, whole: 1 });
  assert.deepEqual(await states(tab), ["command stored", "photo stored", "photo stored"]);
}));

test("signed out: whoever opens the app carries it, and the owner finds it arrived", withLab(async (lab) => {
  const tab = await saved(lab);
  await tab.session.signOut();
  lab.county.session = null;
  lab.county.weather = () => null;
  await tab.sync.syncNow();
  assert.deepEqual(account(lab), { visits: 1, whole: 1 });
  assert.deepEqual(await states(tab), ["command stored", "photo stored", "photo stored"]);
  const before = lab.county.carried.length;
  await tab.sync.syncNow();
  assert.equal(lab.county.carried.length, before, "once is enough");
  await tab.session.signIn("gao", "山里的路1");
  await tab.sync.syncNow();
  assert.deepEqual(await tab.outbox.counts(), { outbox: 0, all: 0, fix: 0, stuck: 0 });
  assert.deepEqual(account(lab), { visits: 1, whole: 1 });
  assert.deepEqual(await states(tab), []);
  assert.equal(lab.county.log.filter((one) => one.path === "/api/sync/push").length, 0, "what was carried is not pushed again");
}));

test("another person on the same phone carries it with their own round, under its author's name", withLab(async (lab) => {
  const tab = await saved(lab);
  await tab.session.signOut();
  lab.county.weather = () => null;
  await tab.session.signIn("shi", "河边的树2");
  await saveVisit(tab, "h2");
  await tab.sync.syncNow();
  assert.deepEqual(account(lab), { visits: 1, whole: 1 });
  assert.deepEqual(lab.county.account("u-shi"), { visits: 1, whole: 1 });
  assert.deepEqual(new Set(lab.county.carried.map((one) => one.author)), new Set(["u-gao"]));
}));

test("a session that has ended: it goes sealed, without a new sign-in", withLab(async (lab) => {
  const tab = await saved(lab);
  lab.county.session = null;
  lab.county.weather = () => null;
  await tab.sync.syncNow();
  assert.equal(tab.sync.status().state, "expired");
  assert.deepEqual(account(lab), { visits: 1, whole: 1 });
}));

test("after a wipe only the sealed copies are left, and they arrive", withLab(async (lab) => {
  const tab = await saved(lab);
  const store = tab.db.personStore("u-gao");
  for (const table of store.tables) if (table.name !== "sealed") await table.clear();
  lab.county.weather = () => null;
  await tab.sync.syncNow();
  assert.deepEqual(account(lab), { visits: 1, whole: 1 });
}));

test("a phone that the county has stopped serving empties itself, and what it had not sent arrives", withLab(async (lab) => {
  const tab = await saved(lab);
  lab.county.weather = ({ path }) =>
    path.startsWith("/api/sync/sealed") ? null : { answer: problem(403, "device_revoked", "这部手机已经停用。") };
  await tab.sync.syncNow();
  assert.equal(await tab.wipe.wiped(), "revoked");
  assert.equal(await tab.session.current(), null);
  assert.equal((await tab.db.personStore("u-gao").outbox.count()), 0);
  assert.deepEqual(account(lab), { visits: 1, whole: 1 });
  await assert.rejects(tab.session.signIn("gao", "山里的路1"), (error) => error.code === "device_revoked");
}));

test("locked: it goes sealed, the count falls, and nothing is sent again after the unlocking", withLab(async (lab) => {
  const tab = await saved(lab);
  await tab.session.lock();
  assert.equal((await tab.outbox.counts()).outbox, 1);
  lab.county.weather = () => null;
  await tab.sync.syncNow();
  assert.deepEqual(account(lab), { visits: 1, whole: 1 });
  assert.equal((await tab.outbox.counts()).outbox, 0);
  lab.county.log.length = 0;
  await tab.session.signIn("gao", "山里的路1");
  await tab.sync.syncNow();
  assert.equal((await tab.outbox.counts()).all, 0);
  assert.deepEqual(lab.county.log.filter(({ path }) => path === "/api/sync/push" || path.startsWith("/api/photos")), []);
}));

test("a forgotten password: the phone is emptied after the tries, and the visit still arrives", withLab(async (lab) => {
  const tab = await saved(lab);
  await tab.wipe.wipe("u-gao", "tries");
  lab.county.session = null;
  lab.county.weather = () => null;
  await tab.sync.syncNow();
  assert.deepEqual(account(lab), { visits: 1, whole: 1 });
}));

test("over a line that loses every third answer everything arrives once", withLab(async (lab) => {
  const tab = await saved(lab, ["a", "large b", "large c"]);
  await tab.session.signOut();
  lab.county.session = null;
  lab.county.weather = () => (lab.random() < 0.33 ? { drop: "after" } : null);
  for (let i = 0; i < 60 && account(lab).whole < 1; i += 1) {
    lab.clock.at += 600_000;
    await tab.sync.syncNow();
  }
  assert.deepEqual(account(lab), { visits: 1, whole: 1 });
}, { seed: 3 }));

test("a phone that the county does not know keeps its copies", withLab(async (lab) => {
  const tab = await saved(lab, []);
  await tab.session.signOut();
  lab.county.weather = ({ path }) => (path === "/api/sync/sealed" ? { answer: problem(403, "unknown_device") } : null);
  await tab.sync.syncNow();
  assert.deepEqual(await states(tab), ["command ready"]);
}));

test("what was saved before there was a key is copied later", withLab(async (lab) => {
  const tab = await lab.signedIn();
  lab.county.weather = noSignal;
  await saveVisit(tab, "h1", ["a"]);
  assert.deepEqual(await states(tab), []);
  lab.county.weather = ({ path }) => (path === "/api/devices" ? null : { drop: "before" });
  await tab.sync.syncNow();
  assert.deepEqual(await states(tab), ["command ready", "photo ready"]);
}));

test("a rescue file holds all that waits, of everybody on the phone", withLab(async (lab) => {
  const tab = await saved(lab);
  const made = await tab.carry.rescueFile();
  assert.equal(made.items, 3);
  assert.match(made.name, /^ruhutong-\d{8}-\d{4}\.rht$/);
  const receipts = lab.county.openAll(new Uint8Array(await made.blob.arrayBuffer()));
  assert.deepEqual(receipts.map((one) => one.status), ["stored", "stored", "stored"]);
  assert.deepEqual(account(lab), { visits: 1, whole: 1 });
}));
