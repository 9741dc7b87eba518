/** What may leave the phone, and when. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { saveVisit, visit, withLab } from "./lab.mjs";

const DAY = 24 * 3600_000;
const ids = async (tab) => (await tab.outbox.items()).map((one) => one.id);
const countOf = (tab, table) => tab.db.personStore("u-gao")[table].count();

test("what the county's backup covers goes, photos and all; the rest stays", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const first = await saveVisit(tab, "h1", ["roof"]);
  await tab.sync.syncNow();
  await lab.clock.advance(10_000);
  lab.county.safeTo = new Date(lab.clock.now()).toISOString();
  await lab.clock.advance(10_000);
  const second = await saveVisit(tab, "h2", ["well"]);
  const draft = await tab.drafts.openDraft({ household_id: "h3", form: { code: "home", version: 1 } });
  await tab.sync.syncNow();
  assert.deepEqual(await ids(tab), [second.id]);
  assert.equal(await tab.outbox.command(first.id), null);
  assert.deepEqual([await countOf(tab, "blobs"), await countOf(tab, "thumbs"), await countOf(tab, "uploads")], [1, 1, 1]);
  assert.deepEqual((await tab.drafts.drafts()).map((one) => one.id), [draft.id]);
}));

test("what waits for somebody stays longer than the backup asks, all goes after thirty days", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const held = await tab.outbox.enqueue({ type: "visit", payload: visit("h-new") });
  const stored = await tab.outbox.enqueue({ type: "visit", payload: visit("h1") });
  await tab.sync.syncNow();
  await lab.clock.advance(1000);
  await tab.sync.syncNow();
  assert.deepEqual((await ids(tab)).sort(), [held.id, stored.id].sort());
  lab.county.safeTo = new Date(lab.clock.now()).toISOString();
  await lab.clock.advance(1000);
  await tab.sync.syncNow();
  assert.deepEqual(await ids(tab), [held.id]);
  await lab.clock.advance(31 * DAY);
  await tab.sync.syncNow();
  assert.deepEqual(await ids(tab), []);
}));

test("what the county does not have never goes", withLab(async (lab) => {
  const tab = await lab.signedIn();
  lab.county.safeTo = new Date(lab.clock.now() + 100 * DAY).toISOString();
  lab.county.weather = (request) => (request.method === "PATCH" || request.path === "/api/sync/push" ? { drop: "before" } : null);
  const unsent = await saveVisit(tab, "h1", ["roof"]);
  await lab.clock.advance(60 * DAY);
  const store = tab.db.personStore("u-gao");
  await tab.storage.purge(store);
  assert.equal(await tab.storage.freeSpace(store), 0);
  assert.deepEqual(await ids(tab), [unsent.id]);
  lab.county.weather = (request) => (request.method === "PATCH" ? { drop: "before" } : null);
  await tab.sync.syncNow();
  await tab.storage.purge(store);
  assert.equal(await tab.storage.freeSpace(store), 0);
  lab.county.weather = () => null;
  await tab.sync.syncNow();
  assert.deepEqual(lab.county.account(), { visits: 1, whole: 1 });
}));

const withManager = async (manager, work) => {
  const own = Object.getOwnPropertyDescriptor(navigator, "storage");
  Object.defineProperty(navigator, "storage", { value: manager, configurable: true });
  try {
    await work();
  } finally {
    delete navigator.storage;
    if (own) Object.defineProperty(navigator, "storage", own);
  }
};

for (const [used, quota, short] of [[1e9, 10e9, false], [8.1e9, 10e9, true], [0.4e9, 0.55e9, true]])
  test(`${used} of ${quota} bytes used is ${short ? "short" : "enough"}`, withLab(async (lab) => {
    const tab = await lab.signedIn();
    const manager = { estimate: async () => ({ usage: used, quota }), persisted: async () => true };
    await withManager(manager, async () => {
      const room = await tab.storage.space();
      assert.deepEqual([room.short, room.free, room.protected], [short, quota - used, true]);
      assert.equal(room.sentence !== "", short);
    });
  }));

test("when room is short, photos that the county has go first, and it is said", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const said = [];
  tab.bus.on("space", (news) => said.push(news.sentence));
  const manager = { estimate: async () => ({ usage: 9, quota: 10 }), persisted: async () => false, persist: async () => false };
  await withManager(manager, async () => {
    const { id } = await saveVisit(tab, "h1", ["roof"]);
    await tab.sync.syncNow();
    assert.equal(await countOf(tab, "blobs"), 0);
    assert.equal((await tab.outbox.item(id)).state, "received");
    assert.match(said[0], /文字都在/);
    assert.equal(await tab.storage.protect(), false);
  });
}));

test("a browser that tells nothing of its room is left in peace", withLab(async (lab) => {
  const tab = await lab.signedIn();
  for (const manager of [undefined, {}, { estimate: () => Promise.reject(new Error("private")) }])
    await withManager(manager, async () => {
      assert.deepEqual(await tab.storage.space(), { used: null, free: null, photos_left: null, protected: null, short: false, sentence: "" });
      assert.equal(await tab.storage.protect(), false);
    });
}));
