/** Photos on their way: in pieces, resumed, refused, and never in the way of words. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { portal, problem } from "./county.mjs";
import { saveVisit, visit, withLab } from "./lab.mjs";

const isPiece = (request) => request.method === "PATCH";
const pieces = (lab) => lab.county.log.filter(isPiece);
const isHead = (request) => request.method === "HEAD";
const sumOf = async (tab, id) => (await tab.outbox.command(id)).payload.photos[0].sha256;

test("a photo goes in pieces of at most 64 KB, after the text, and then the visit is whole", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const { id } = await saveVisit(tab, "h1", ["roof", "well"]);
  await tab.sync.syncNow();
  assert.deepEqual(lab.county.account(), { visits: 1, whole: 1 });
  const item = await tab.outbox.item(id);
  assert.deepEqual([item.state, item.parts, item.sent_parts, item.bytes], ["received", 3, 3, 100_000]);
  assert.ok(pieces(lab).every((one) => one.body.length <= 65_536));
  const kinds = lab.county.log.map((one) => one.path.replace(/\/[0-9a-f]{64}$/, ""));
  assert.ok(kinds.lastIndexOf("/api/sync/push") < kinds.indexOf("/api/photos"));
}));

test("until its photos are there the visit counts, and says so", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const { id } = await saveVisit(tab, "h1", ["roof"]);
  lab.county.weather = (request) => (isPiece(request) ? { drop: "before" } : null);
  await tab.sync.syncNow();
  const item = await tab.outbox.item(id);
  assert.deepEqual([item.state, item.sent_parts], ["phone", 1]);
  assert.match(item.sentence, /文字县里已收到/);
  assert.deepEqual(await tab.outbox.counts(), { outbox: 1, all: 1, fix: 0, stuck: 0 });
}));

test("a broken photo goes on where the county is, in another tab too", withLab(async (lab) => {
  const tab = await lab.signedIn();
  await saveVisit(tab, "h1", ["a very large roof"].map((name) => name));
  lab.county.weather = (request) => (isPiece(request) && pieces(lab).length === 1 ? { drop: "after" } : null);
  await tab.sync.syncNow();
  lab.kill(tab);
  const next = await lab.reopened();
  await next.sync.syncNow();
  assert.deepEqual(lab.county.account(), { visits: 1, whole: 1 });
  assert.equal(pieces(lab).reduce((sum, one) => sum + one.body.length, 0), 50_000);
}));

test("the wrong place (409) is asked for again", withLab(async (lab) => {
  const tab = await lab.signedIn();
  await saveVisit(tab, "h1", ["roof"]);
  let heads = 0;
  lab.county.weather = (request) =>
    isHead(request) && (heads += 1) === 1
      ? { answer: new Response(null, { status: 200, headers: { "upload-offset": "40000" } }) }
      : null;
  await tab.sync.syncNow();
  assert.equal(heads, 2);
  assert.deepEqual(lab.county.account(), { visits: 1, whole: 1 });
}));

test("a photo that is never right (460) is kept after some tries; the next one goes", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const bad = await saveVisit(tab, "h1", ["roof"]);
  const good = await saveVisit(tab, "h2", ["well"]);
  const sum = await sumOf(tab, bad.id);
  lab.county.weather = (request) =>
    isPiece(request) && request.path.includes(sum) ? { answer: problem(460, "checksum", "") } : null;
  await tab.sync.syncNow();
  assert.equal(pieces(lab).filter((one) => one.path.includes(sum)).length, 4);
  const item = await tab.outbox.item(bad.id);
  assert.deepEqual([item.state, item.kept_photos], ["fix", [sum]]);
  assert.equal((await tab.outbox.item(good.id)).state, "received");
  assert.deepEqual(await tab.outbox.counts(), { outbox: 1, all: 1, fix: 1, stuck: 1 });
}));

test("a checksum that fails once begins from nothing and succeeds", withLab(async (lab) => {
  const tab = await lab.signedIn();
  await saveVisit(tab, "h1", ["roof"]);
  lab.county.weather = (request) => (isPiece(request) && pieces(lab).length === 1 ? { answer: problem(460, "checksum") } : null);
  await tab.sync.syncNow();
  assert.deepEqual(lab.county.account(), { visits: 1, whole: 1 });
}));

for (const status of [413, 415])
  test(`${status}: kept, said, acknowledged, tried once more`, withLab(async (lab) => {
    const tab = await lab.signedIn();
    const { id } = await saveVisit(tab, "h1", ["roof"]);
    const refuse = (request) => (isPiece(request) ? { answer: problem(status, "refused", "这张照片县里收不了。") } : null);
    lab.county.weather = refuse;
    await tab.sync.syncNow();
    assert.equal((await tab.outbox.item(id)).sentence, "这张照片县里收不了。");
    await tab.outbox.acknowledge(id);
    assert.deepEqual(await tab.outbox.counts(), { outbox: 0, all: 0, fix: 0, stuck: 0 });
    assert.equal((await tab.outbox.item(id)).state, "received");
    lab.county.weather = () => null;
    await tab.outbox.retryPhotos(id);
    assert.equal((await tab.outbox.counts()).outbox, 1);
    await tab.sync.syncNow();
    assert.deepEqual(lab.county.account(), { visits: 1, whole: 1 });
  }));

test("a stranger's 413, or a login page, condemns no photo", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const { id } = await saveVisit(tab, "h1", ["roof"]);
  for (const answer of [() => new Response("too large", { status: 413 }), portal]) {
    lab.county.weather = (request) => (isPiece(request) || isHead(request) ? { answer: answer() } : null);
    await tab.sync.syncNow();
    assert.notEqual((await tab.outbox.item(id)).state, "fix");
  }
  lab.county.weather = () => null;
  await tab.sync.syncNow();
  assert.equal((await tab.outbox.item(id)).state, "received");
}));

test("a photo on which the county fails lets the others pass", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const bad = await saveVisit(tab, "h1", ["roof"]);
  await saveVisit(tab, "h2", ["well"]);
  const sum = await sumOf(tab, bad.id);
  lab.county.weather = (request) => (isPiece(request) && request.path.includes(sum) ? { answer: problem(500, "broken") } : null);
  await tab.sync.syncNow();
  assert.deepEqual(lab.county.account(), { visits: 2, whole: 1 });
  assert.deepEqual(await tab.outbox.counts(), { outbox: 1, all: 1, fix: 0, stuck: 0 });
}));

test("words that are saved while a photo is on its way go before its next piece", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const { photos, outbox } = tab;
  const draft = await tab.drafts.openDraft({ household_id: "h1", form: { code: "home", version: 1 } });
  const { file, picture } = await import("./lab.mjs");
  await photos.addPhoto(file(picture("large", 400_000)), { draft_id: draft.id });
  await outbox.enqueue({ type: "visit", payload: visit(), draft_id: draft.id });
  const inner = lab.county.fetch;
  let saved = false;
  lab.county.fetch = async (path, options) => {
    const answer = await inner(path, options);
    if (options.method === "PATCH" && !saved) {
      saved = true;
      await outbox.enqueue({ type: "visit", payload: visit("h2") });
    }
    return answer;
  };
  await tab.sync.syncNow();
  const kinds = lab.county.log.map((one) => (isPiece(one) ? "piece" : one.path));
  assert.ok(kinds.lastIndexOf("/api/sync/push") < kinds.lastIndexOf("piece"));
  assert.ok(kinds.lastIndexOf("/api/sync/push") > kinds.indexOf("piece"));
}));

test("one picture in two visits is sent once and makes both whole", withLab(async (lab) => {
  const tab = await lab.signedIn();
  await saveVisit(tab, "h1", ["same"]);
  await saveVisit(tab, "h2", ["same"]);
  await tab.sync.syncNow();
  assert.equal(pieces(lab).length, 1);
  assert.deepEqual(lab.county.account(), { visits: 2, whole: 2 });
  assert.equal((await tab.outbox.counts()).outbox, 0);
}));
