/** Saving: one transaction, one chain, exact bytes, whatever happens in the middle. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { IDBObjectStore } from "fake-indexeddb";
import { file, offline, picture, saveVisit, visit, withLab } from "./lab.mjs";
import { until } from "./time.mjs";

const enqueue = (tab, payload = visit(), more = {}) => tab.outbox.enqueue({ type: "visit", payload, ...more });
const chainOf = async (tab) => {
  const rows = await tab.db.personStore("u-gao").outbox.orderBy("n").toArray();
  return Promise.all(rows.map(({ id }) => tab.outbox.command(id)));
};

/** A phone on which nothing larger than so many bytes can be written. */
async function onFullPhone(limit, work) {
  const { put, add } = IDBObjectStore.prototype;
  const sizeOf = (value) => JSON.stringify(value, (_, one) => (one instanceof ArrayBuffer ? "x".repeat(one.byteLength) : one)).length;
  const guard = (inner) =>
    function (value, key) {
      if (sizeOf(value) > limit()) throw new DOMException("full", "QuotaExceededError");
      return inner.call(this, value, key);
    };
  IDBObjectStore.prototype.put = guard(put);
  IDBObjectStore.prototype.add = guard(add);
  try {
    await work();
  } finally {
    Object.assign(IDBObjectStore.prototype, { put, add });
  }
}

test("each command names the one before it, from whichever tab it came", withLab(async (lab) => {
  const one = await lab.signedIn();
  const two = await lab.tab();
  await Promise.all(Array.from({ length: 12 }, (_, i) => enqueue(i % 2 ? one : two)));
  const chain = await chainOf(one);
  assert.equal(chain.length, 12);
  assert.equal(chain[0].prev, undefined);
  for (let i = 1; i < 12; i += 1) assert.equal(chain[i].prev, chain[i - 1].digest);
  for (const command of chain) assert.equal(await one.canonical.digestOf(command), command.digest);
}));

test("the chain holds where the browser has no locks", withLab(async (lab) => {
  const locks = Object.getOwnPropertyDescriptor(Navigator.prototype, "locks");
  Object.defineProperty(Navigator.prototype, "locks", { value: undefined, configurable: true });
  try {
    const one = await lab.signedIn();
    const two = await lab.tab();
    let done = false;
    const all = Promise.all(Array.from({ length: 8 }, (_, i) => enqueue(i % 2 ? one : two))).then(() => (done = true));
    await until(async () => (await lab.clock.advance(60), done));
    await all;
    const chain = await chainOf(one);
    for (let i = 1; i < 8; i += 1) assert.equal(chain[i].prev, chain[i - 1].digest);
    await one.sync.syncNow();
    assert.equal(lab.county.account().visits, 8);
  } finally {
    Object.defineProperty(Navigator.prototype, "locks", locks);
  }
}));

test("whose it is stays on the phone where the command does not say", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const payload = { finding_id: "f1", how: "corrected", reason: "办好了" };
  await tab.outbox.enqueue({ type: "finding.settle", payload, household_id: "h1" });
  const [item] = await tab.outbox.items();
  assert.equal(item.household_id, "h1");
  assert.equal((await tab.outbox.command(item.id)).payload.household_id, undefined);
}));

test("a second tap on save gives the same visit", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const draft = await tab.drafts.openDraft({ household_id: "h1", form: { code: "home", version: 1 } });
  const order = { type: "visit", payload: visit(), draft_id: draft.id };
  const [first, second] = await Promise.all([tab.outbox.enqueue(order), tab.outbox.enqueue(order)]);
  assert.equal(first.id, second.id);
  assert.equal((await tab.outbox.enqueue(order)).id, first.id);
  assert.equal((await tab.outbox.counts()).outbox, 1);
  assert.deepEqual(await tab.drafts.drafts(), []);
}));

test("more than 256 KB is stopped before saving, and the draft stays", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const draft = await tab.drafts.openDraft({ household_id: "h1", form: { code: "home", version: 1 } });
  const long = visit("h1", { answers: { house: { note: "字".repeat(90_000) } } });
  await assert.rejects(enqueue(tab, long, { draft_id: draft.id }), offline("command_too_big"));
  assert.equal((await tab.drafts.drafts())[0].id, draft.id);
  assert.equal((await tab.outbox.counts()).all, 0);
  await enqueue(tab, visit("h1", { answers: { house: { note: "字".repeat(80_000) } } }), { draft_id: draft.id });
}));

test("the photos of the draft are in the visit, without what was taken out", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const draft = await tab.drafts.openDraft({ household_id: "h1", form: { code: "home", version: 1 } });
  const to = { draft_id: draft.id, question: "roof", location: { lat: 30.123, lon: 116.123, accuracy_m: 100 } };
  const one = await tab.photos.addPhoto(file(picture("one")), to);
  const two = await tab.photos.addPhoto(file(picture("two")), to);
  await tab.photos.removePhoto(one.sha256, draft.id);
  const { id } = await tab.outbox.enqueue({ type: "visit", payload: visit(), draft_id: draft.id });
  const { photos } = (await tab.outbox.command(id)).payload;
  assert.deepEqual(photos, [{
    sha256: two.sha256, original_sha256: two.original_sha256, taken_at: two.taken_at, question: "roof", location: to.location,
  }]);
}));

test("a photo that is lost does not keep the words from being saved, and it is told", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const photos = [{ sha256: "a".repeat(64), taken_at: "2026-11-20T08:00:00+08:00" }];
  const saved = await enqueue(tab, visit("h1", { photos }));
  assert.deepEqual(saved.lost, ["a".repeat(64)]);
  assert.match(saved.sentence, /文字已存，照片没存下/);
  assert.deepEqual((await tab.outbox.command(saved.id)).payload.photos, []);
  await tab.sync.syncNow();
  assert.equal((await tab.outbox.item(saved.id)).state, "received");
}));

test("a correction takes over the photos of what it corrects", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const good = lab.county.take.bind(lab.county);
  lab.county.take = (command) => lab.county.reject(command, "unknown_type");
  const first = await saveVisit(tab, "h1", ["roof"]);
  await tab.sync.syncNow();
  lab.county.take = good;
  const { payload } = await tab.outbox.command(first.id);
  const second = await enqueue(tab, payload, { corrects: first.id });
  await tab.sync.syncNow();
  assert.equal((await tab.outbox.command(second.id)).corrects, first.id);
  assert.deepEqual(lab.county.account(), { visits: 1, whole: 1 });
  assert.deepEqual(await tab.outbox.counts(), { outbox: 0, all: 0, fix: 0, stuck: 0 });
}));

test("when the phone is full a photo is told as not saved, and the words are saved", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const draft = await tab.drafts.openDraft({ household_id: "h1", form: { code: "home", version: 1 } });
  let refused = 0;
  const limit = () => ((refused += 1), 20_000);
  await onFullPhone(limit, async () => {
    await assert.rejects(tab.photos.addPhoto(file(picture("roof")), { draft_id: draft.id }), offline("photo_not_saved"));
    await tab.drafts.saveDraft({ ...draft, answers: { house: { note: "漏雨" } } });
    const { id } = await enqueue(tab, visit("h1", { answers: { house: { note: "漏雨" } } }), { draft_id: draft.id });
    assert.equal((await tab.outbox.item(id)).state, "phone");
  });
  assert.ok(refused > 0);
}));

test("when even words do not fit, photos that the county has make room, and it is said", withLab(async (lab) => {
  const tab = await lab.signedIn();
  await saveVisit(tab, "h1", ["roof"]);
  await tab.sync.syncNow();
  const store = tab.db.personStore("u-gao");
  const said = [];
  tab.bus.on("space", (news) => said.push(news.sentence));
  assert.equal(await store.blobs.count(), 1);
  let room = 0;
  store.blobs.hook("deleting", () => void (room = Infinity));
  await onFullPhone(() => room, async () => {
    const { id } = await enqueue(tab, visit("h2"));
    assert.equal((await tab.outbox.item(id)).state, "phone");
  });
  assert.equal(await store.blobs.count(), 0);
  assert.equal(await store.thumbs.count(), 1);
  assert.match(said[0], /先从手机里拿掉了/);
}));

test("a full phone without anything to spare says so, and the draft stays", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const draft = await tab.drafts.openDraft({ household_id: "h1", form: { code: "home", version: 1 } });
  await onFullPhone(() => 0, () => assert.rejects(enqueue(tab, visit(), { draft_id: draft.id }), offline("storage_full")));
  assert.equal((await tab.drafts.drafts()).length, 1);
  assert.equal((await tab.outbox.counts()).all, 0);
}));

test("a store whose connection was taken away opens again by itself", withLab(async (lab) => {
  const tab = await lab.signedIn();
  await enqueue(tab);
  tab.db.personStore("u-gao").backendDB().close();
  tab.db.phoneStore().backendDB().close();
  await enqueue(tab, visit("h2"));
  await tab.sync.syncNow();
  assert.equal(lab.county.account().visits, 2);
}));

test("a newer version in another tab is not kept waiting", withLab(async (lab) => {
  const tab = await lab.signedIn();
  await enqueue(tab);
  const opened = await new Promise((done, failed) => {
    const request = indexedDB.open("ruhutong-of-u-gao", 990);
    Object.assign(request, { onsuccess: () => done(request.result), onerror: () => failed(request.error), onblocked: () => failed(new Error("blocked")) });
  });
  assert.ok(opened.objectStoreNames.contains("outbox"));
  opened.close();
}));

test("without cryptography one clear sentence is told", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const own = Object.getOwnPropertyDescriptor(globalThis, "crypto");
  Object.defineProperty(globalThis, "crypto", { value: { getRandomValues: (bytes) => bytes }, configurable: true });
  try {
    await assert.rejects(enqueue(tab), offline("insecure"));
    await assert.rejects(tab.session.signIn("gao", "x"), offline("insecure"));
  } finally {
    Object.defineProperty(globalThis, "crypto", own);
  }
}));
