/** A picture that came back is on the phone until it is settled, also where its bytes have gone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { portal } from "./county.mjs";
import { saveVisit, withLab } from "./lab.mjs";

const tellReview = (lab, sha256, more = {}) =>
  lab.county.tell({ type: "review", id: "r1", data: { visit_id: "v", household_id: "h1", sha256, state: "returned", note: "没看到出水", ...more } });

/** A visit with one photo, arrived; its bytes have made room. */
const arrived = (work) => withLab(async (lab) => {
  const tab = await lab.signedIn();
  const { id } = await saveVisit(tab, "h1", ["roof"]);
  await tab.sync.syncNow();
  const [{ sha256 }] = (await tab.outbox.command(id)).payload.photos;
  const store = tab.db.personStore("u-gao");
  await tab.storage.freeSpace(store);
  const asked = () => lab.county.log.filter((one) => one.method === "GET" && one.path === `/api/photos/${sha256}`).length;
  await work({ tab, lab, store, sha256, asked });
});

test("it is fetched once, shown from the phone, and goes when it is settled", arrived(async ({ tab, lab, store, sha256, asked }) => {
  tellReview(lab, sha256);
  await tab.sync.syncNow();
  await tab.sync.syncNow();
  assert.equal(asked(), 1);
  lab.county.weather = () => ({ drop: "before" });
  assert.match(await tab.photos.photoUrl(sha256), /^blob:/);
  lab.county.weather = () => null;
  tellReview(lab, sha256, { state: "accepted" });
  await tab.sync.syncNow();
  assert.equal(await store.returned.count(), 0);
}));

test("a picture that is still whole on the phone is not fetched", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const { id } = await saveVisit(tab, "h1", ["roof"]);
  await tab.sync.syncNow();
  const [{ sha256 }] = (await tab.outbox.command(id)).payload.photos;
  tellReview(lab, sha256);
  await tab.sync.syncNow();
  assert.equal(lab.county.log.filter((one) => one.method === "GET" && one.path.startsWith("/api/photos/")).length, 0);
}));

test("a stranger's answer is no picture; it is asked for again", arrived(async ({ tab, lab, store, sha256, asked }) => {
  tellReview(lab, sha256);
  lab.county.weather = ({ method, path }) => (method === "GET" && path.startsWith("/api/photos/") ? { answer: portal() } : null);
  await tab.sync.syncNow();
  assert.equal(await store.returned.count(), 0);
  lab.county.weather = () => null;
  await tab.sync.syncNow();
  assert.deepEqual([await store.returned.count(), asked()], [1, 2]);
}));

test("what the county will not show is asked for once", arrived(async ({ tab, lab, sha256, asked }) => {
  lab.county.photos.clear();
  tellReview(lab, sha256);
  await tab.sync.syncNow();
  await tab.sync.syncNow();
  assert.equal(asked(), 1);
  assert.equal(await tab.photos.photoUrl(sha256), `/api/photos/${sha256}?size=screen`);
}));
