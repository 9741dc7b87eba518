/** Photos from the camera to the draft, and whatever files a phone can hand over. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sha256 } from "./county.mjs";
import { jpeg } from "./jpeg.mjs";
import { file, offline, picture, saveVisit, withLab } from "./lab.mjs";
import { until } from "./time.mjs";

const draftIn = (tab, household_id = "h1") => tab.drafts.openDraft({ household_id, form: { code: "home", version: 1 } });
const bytesOf = (text, size = text.length) => {
  const bytes = new Uint8Array(size);
  bytes.set(Array.from(text, (one) => one.charCodeAt(0)));
  return bytes.buffer;
};
const HEIC = "\0\0\0\x18ftypheic";
const cannotDecode = async () => {
  throw new Error("undecodable");
};

test("a photo belongs to the draft at once, small, with both digests and a thumb", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const draft = await draftIn(tab);
  const original = picture("roof");
  const photo = await tab.photos.addPhoto(file(original), { draft_id: draft.id, question: "roof" });
  assert.equal(photo.original_sha256, sha256(Buffer.from(original)));
  assert.equal(photo.sha256, sha256(Buffer.from(original.slice(0, 50_000))));
  assert.deepEqual([photo.width, photo.height, photo.bytes, photo.question, photo.notice], [1600, 1200, 50_000, "roof", null]);
  assert.match(photo.thumb_url, /^blob:/);
  assert.deepEqual((await tab.photos.draftPhotos(draft.id)).map((one) => one.sha256), [photo.sha256]);
  assert.equal(await tab.db.personStore("u-gao").raws.count(), 0);
}));

test("the time is the camera's moment, or that of an older picture from the album", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const draft = await draftIn(tab);
  const old = lab.clock.now() - 40 * 86_400_000;
  const fresh = await tab.photos.addPhoto(file(picture("a"), { lastModified: lab.clock.now() - 2000 }), { draft_id: draft.id });
  const album = await tab.photos.addPhoto(file(picture("b"), { lastModified: old }), { draft_id: draft.id });
  const odd = await tab.photos.addPhoto(file(picture("c"), { lastModified: lab.clock.now() + 1e9 }), { draft_id: draft.id });
  assert.deepEqual([fresh, album, odd].map((one) => Date.parse(one.taken_at)), [lab.clock.now(), old, lab.clock.now()]);
}));

test("what the picture itself says of its time counts more than its file; a time to come does not", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const draft = await draftIn(tab);
  const said = (time) => file(jpeg({ time }), { lastModified: lab.clock.now() - 2000 });
  const old = await tab.photos.addPhoto(said("2020:05:06 07:08:09"), { draft_id: draft.id });
  const ahead = await tab.photos.addPhoto(said("2099:05:06 07:08:09"), { draft_id: draft.id });
  assert.deepEqual([old, ahead].map((one) => Date.parse(one.taken_at)), [Date.parse("2020-05-06T07:08:09+08:00"), lab.clock.now()]);
}));

test("a file that has vanished, is empty, is no picture or is huge gets its sentence", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const to = { draft_id: (await draftIn(tab)).id };
  tab.darkroom.useDarkroom(cannotDecode);
  const gone = { size: 10, arrayBuffer: () => Promise.reject(new DOMException("gone", "NotFoundError")) };
  await assert.rejects(tab.photos.addPhoto(gone, to), offline("photo_gone"));
  await assert.rejects(tab.photos.addPhoto(file(new ArrayBuffer(0)), to), offline("photo_empty"));
  await assert.rejects(tab.photos.addPhoto(file(bytesOf("<html>hello</html>")), to), offline("photo_not_picture"));
  await assert.rejects(tab.photos.addPhoto({ size: 90_000_000 }, to), offline("photo_too_big"));
  await assert.rejects(tab.photos.addPhoto(file(bytesOf(HEIC, 15_000_001)), to), offline("photo_too_big"));
  assert.deepEqual(await tab.photos.draftPhotos(to.draft_id), []);
  assert.equal(await tab.db.personStore("u-gao").raws.count(), 0);
}));

test("what cannot be decoded here goes as it is, and that is said", withLab(async (lab) => {
  const tab = await lab.signedIn();
  tab.darkroom.useDarkroom(cannotDecode);
  const draft = await draftIn(tab);
  const photo = await tab.photos.addPhoto(file(bytesOf(HEIC, 70_000)), { draft_id: draft.id });
  assert.equal(photo.sha256, photo.original_sha256);
  assert.deepEqual([photo.thumb_url, photo.width], [null, 0]);
  assert.match(photo.notice, /按原样上传/);
  assert.equal(await tab.photos.thumbUrl(photo.sha256), null);
  assert.equal(await tab.photos.photoUrl(photo.sha256), null);
}));

test("the same picture for the same question is one, and comes back after it was taken out", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const draft = await draftIn(tab);
  const to = { draft_id: draft.id, question: "roof" };
  const { sha256: sum } = await tab.photos.addPhoto(file(picture("roof")), to);
  await tab.photos.addPhoto(file(picture("roof")), to);
  assert.equal((await tab.photos.draftPhotos(draft.id)).length, 1);
  await tab.photos.removePhoto(sum, draft.id);
  assert.equal((await tab.photos.draftPhotos(draft.id)).length, 0);
  await tab.sync.syncNow();
  await tab.photos.restorePhoto(sum, draft.id);
  await tab.photos.notePhoto(sum, draft.id, "漏雨处");
  assert.equal((await tab.photos.payloadPhotos(draft.id))[0].note, "漏雨处");
  assert.equal(await tab.db.personStore("u-gao").blobs.count(), 1);
}));

test("a picture that was being made small when the battery died is finished later", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const draft = await draftIn(tab);
  let asked = false;
  let fail;
  tab.darkroom.useDarkroom(() => ((asked = true), new Promise((_, failed) => (fail = failed))));
  const lost = assert.rejects(tab.photos.addPhoto(file(picture("roof")), { draft_id: draft.id, question: "roof" }));
  await until(() => asked);
  lab.kill(tab);
  fail(new Error("killed"));
  await lost;
  const next = await lab.reopened();
  await next.sync.start();
  await until(async () => (await next.photos.draftPhotos(draft.id)).length === 1);
  assert.equal((await next.photos.draftPhotos(draft.id))[0].question, "roof");
}));

test("a picture that has ended the browser twice is not decoded a third time", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const draft = await draftIn(tab);
  const store = tab.db.personStore("u-gao");
  const raw = { id: "r", draft_id: draft.id, question: null, location: null, taken_at: "x", bytes: picture("huge"), tries: 2 };
  await store.raws.put(await tab.pictures.sealRow(store, "raws", raw));
  let decoded = 0;
  tab.darkroom.useDarkroom(() => ((decoded += 1), cannotDecode()));
  await tab.photos.recoverPhotos(store);
  assert.equal(decoded, 0);
  assert.match((await tab.photos.draftPhotos(draft.id))[0].notice, /按原样/);
}));

test("saving waits for a picture that is still being made", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const draft = await draftIn(tab);
  const taking = tab.photos.addPhoto(file(picture("roof")), { draft_id: draft.id });
  const { visit } = await import("./lab.mjs");
  const { id } = await tab.outbox.enqueue({ type: "visit", payload: visit(), draft_id: draft.id });
  const photo = await taking;
  assert.deepEqual((await tab.outbox.command(id)).payload.photos.map((one) => one.sha256), [photo.sha256]);
}));

test("pictures are made one at a time", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const draft = await draftIn(tab);
  let open = 0;
  let most = 0;
  tab.darkroom.useDarkroom(async () => {
    open += 1;
    most = Math.max(most, open);
    await new Promise((done) => setImmediate(done));
    open -= 1;
    throw new Error("undecodable");
  });
  await Promise.all(["a", "b", "c", "d"].map((name) => tab.photos.addPhoto(file(picture(name)), { draft_id: draft.id })));
  assert.equal(most, 1);
}));

test("a picture of another phone is shown from the county", withLab(async (lab) => {
  const tab = await lab.signedIn();
  assert.equal(await tab.photos.thumbUrl("f".repeat(64)), `/api/photos/${"f".repeat(64)}?size=thumb`);
  await saveVisit(tab, "h1", ["roof"]);
}));

test("a place is one point to about a hundred metres, asked for once; refusals are sentences", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const own = Object.getOwnPropertyDescriptor(navigator, "geolocation");
  const answer = (how) => Object.defineProperty(navigator, "geolocation", { value: { getCurrentPosition: how }, configurable: true });
  try {
    answer((found) => found({ coords: { latitude: 30.123456, longitude: 116.987654, accuracy: 12.3 } }));
    assert.deepEqual(await tab.photos.locate(), { lat: 30.123, lon: 116.988, accuracy_m: 100 });
    for (const [code, name] of [[1, "place_denied"], [2, "place_unknown"], [3, "place_timeout"]]) {
      answer((_, failed) => failed({ code }));
      await assert.rejects(tab.photos.locate(), offline(name));
    }
    Object.defineProperty(navigator, "geolocation", { value: undefined, configurable: true });
    await assert.rejects(tab.photos.locate(), offline("place_unknown"));
  } finally {
    delete navigator.geolocation;
    if (own) Object.defineProperty(navigator, "geolocation", own);
  }
}));

test("a try is counted with the picture as taken, whose megabytes are written once", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const draft = await tab.drafts.openDraft({ household_id: "h1", form: { code: "home", version: 1 } });
  const { raws } = tab.db.personStore("u-gao");
  let [writes, tries] = [0, []];
  for (const hook of ["creating", "updating"]) raws.hook(hook, () => void (writes += 1));
  tab.darkroom.useDarkroom(async () => {
    tries = (await raws.toArray()).map((one) => one.tries);
    throw new Error("killed here, the next start would know of one try");
  });
  await tab.photos.addPhoto(file(picture("a")), { draft_id: draft.id }).catch(() => {});
  assert.deepEqual([writes, tries], [1, [1]]);
}));
