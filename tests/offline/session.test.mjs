/** Who works on the phone: with signal, without, after one another. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { portal, problem } from "./county.mjs";
import { offline, saveVisit, visit, withLab } from "./lab.mjs";

const noSignal = () => ({ drop: "before" });

test("the first time needs signal", withLab(async (lab) => {
  const tab = await lab.tab();
  assert.equal(await tab.session.current(), null);
  for (const weather of [noSignal, () => ({ answer: portal() })]) {
    lab.county.weather = weather;
    await assert.rejects(tab.session.signIn("gao", "山里的路1"), offline("first_needs_signal"));
  }
}));

test("somebody known here comes in without signal, after a cold start too", withLab(async (lab) => {
  const first = await lab.signedIn();
  await first.session.lock();
  lab.kill(first);
  lab.county.weather = noSignal;
  const tab = await lab.tab();
  assert.equal(await tab.session.current(), null);
  await assert.rejects(tab.session.signIn("gao", "不对"), offline("wrong_password"));
  const session = await tab.session.signIn(" gao ", "山里的路1");
  assert.deepEqual([session.offline, session.user.name, session.expired], [true, "高敏", true]);
  lab.kill(tab);
  const again = await lab.tab();
  assert.equal(await again.session.current(), null, "the key was in memory only");
  assert.deepEqual(await again.session.holder(), { id: "u-gao", username: "gao" });
  assert.equal((await again.session.unlock("gao", "山里的路1")).user.name, "高敏");
}));

test("guessing without signal is slowed down", withLab(async (lab) => {
  const tab = await lab.signedIn();
  lab.county.weather = noSignal;
  for (let i = 0; i < 5; i += 1) await assert.rejects(tab.session.signIn("gao", `${i}`), offline("wrong_password"));
  await assert.rejects(tab.session.signIn("gao", "山里的路1"), offline("too_many_tries"));
  await lab.clock.advance(61_000);
  assert.equal((await tab.session.signIn("gao", "山里的路1")).offline, true);
}));

test("the county's own words are told: wrong, locked, too many", withLab(async (lab) => {
  const tab = await lab.signedIn();
  await assert.rejects(tab.session.signIn("gao", "不对"), (error) => /还能试 3 次/.test(error.message));
  lab.county.weather = () => ({ answer: problem(423, "locked", "锁住了，16:20 再试。") });
  await assert.rejects(tab.session.signIn("gao", "山里的路1"), (error) => error.code === "locked" && /16:20/.test(error.message));
  lab.county.weather = () => null;
  assert.equal((await tab.session.current()).expired, false, "a refusal has not ended the session");
}));

test("signing out keeps what is not sent, and says how much", withLab(async (lab) => {
  const tab = await lab.signedIn();
  lab.county.weather = noSignal;
  await saveVisit(tab, "h1", ["roof"]);
  await saveVisit(tab, "h2");
  assert.deepEqual(await tab.session.signOut(), { kept: 2 });
  await assert.rejects(tab.outbox.items(), offline("signed_out"));
  await tab.session.signIn("gao", "山里的路1");
  assert.equal((await tab.outbox.counts()).outbox, 2);
  lab.county.weather = () => null;
  await tab.sync.syncNow();
  assert.deepEqual(lab.county.account(), { visits: 2, whole: 2 });
}));

test("a sign-out without signal is told to the county later", withLab(async (lab) => {
  const tab = await lab.signedIn();
  lab.county.weather = noSignal;
  await tab.session.signOut();
  assert.ok(lab.county.session);
  lab.county.weather = () => null;
  await tab.sync.syncNow();
  assert.equal(lab.county.session, null);
}));

test("on a shared phone nobody sees or sends another's work", withLab(async (lab) => {
  const tab = await lab.signedIn("shi");
  await tab.session.signIn("gao", "山里的路1");
  lab.county.weather = noSignal;
  const { id } = await saveVisit(tab, "h1", ["roof"]);
  await tab.session.signIn("shi", "河边的树2");
  assert.deepEqual(await tab.outbox.items(), []);
  await saveVisit(tab, "h2");
  // Signal is back, and the county still has 高敏's cookie.
  lab.county.weather = () => null;
  await tab.sync.syncNow();
  assert.equal(tab.sync.status().state, "expired");
  assert.equal(lab.county.commands.size, 0);
  await tab.session.signIn("shi", "河边的树2");
  await tab.sync.syncNow();
  assert.deepEqual([lab.county.account("u-shi").visits, lab.county.account("u-gao").visits], [1, 0]);
  await tab.session.signIn("gao", "山里的路1");
  await tab.sync.syncNow();
  assert.deepEqual(lab.county.account("u-gao"), { visits: 1, whole: 1 });
  assert.equal((await tab.outbox.item(id)).state, "received");
}));

test("signing out takes everything away but what is not sent yet", withLab(async (lab) => {
  const tab = await lab.signedIn();
  lab.county.tell({ type: "person", id: "p1", version: 1, data: { household_id: "h1", name: "周秀兰" } });
  await tab.sync.syncNow();
  const { device } = await tab.session.current();
  await tab.session.signOut();
  const store = tab.db.personStore("u-gao");
  for (const name of ["rows", "drafts", "outbox", "commands", "photos", "blobs", "meta", "snapshots"]) assert.equal(await store[name].count(), 0, name);
  lab.county.weather = noSignal;
  await assert.rejects(tab.session.signIn("gao", "山里的路1"), offline("first_needs_signal"));
  lab.county.weather = () => null;
  assert.equal((await tab.session.signIn("gao", "山里的路1")).device.id, device.id, "the same phone as before");
}));

test("each person has a device id of their own on this phone, and keeps it", withLab(async (lab) => {
  const tab = await lab.signedIn("gao");
  const gao = (await tab.session.current()).device.id;
  await tab.session.signIn("shi", "河边的树2");
  assert.notEqual((await tab.session.current()).device.id, gao);
  await tab.session.signIn("gao", "山里的路1");
  assert.equal((await tab.session.current()).device.id, gao);
}));

test("an answer that comes when another person's cookie has taken over does not count", withLab(async (lab) => {
  const tab = await lab.signedIn("gao");
  const { id } = await tab.outbox.enqueue({ type: "visit", payload: visit() });
  const other = await lab.tab();
  const inner = lab.county.fetch;
  lab.county.fetch = async (path, options) => {
    if (path !== "/api/sync/push") return inner(path, options);
    lab.county.fetch = inner;
    await other.session.signIn("shi", "河边的树2");
    return inner(path, options);
  };
  await tab.sync.syncNow();
  assert.equal(lab.county.commands.size, 0);
  await tab.session.signIn("gao", "山里的路1");
  await tab.sync.syncNow();
  assert.equal((await tab.outbox.item(id)).state, "received");
  assert.equal(lab.county.account("u-gao").visits, 1);
}));

test("a sign-in whose answer was lost sends nothing before it is known whose session it is", withLab(async (lab) => {
  const tab = await lab.signedIn("gao");
  await tab.session.signIn("shi", "河边的树2");
  await tab.outbox.enqueue({ type: "visit", payload: visit() });
  lab.county.weather = (request) => (request.method === "POST" && request.path === "/api/session" ? { drop: "after" } : null);
  assert.equal((await tab.session.signIn("gao", "山里的路1")).offline, true);
  lab.county.weather = () => null;
  await tab.outbox.enqueue({ type: "visit", payload: visit("h2") });
  await tab.sync.syncNow();
  assert.equal((await tab.session.current()).expired, false);
  assert.deepEqual([lab.county.account("u-gao").visits, lab.county.account("u-shi").visits], [1, 0]);
}));

test("a new password opens the phone without signal, and the old one does not", withLab(async (lab) => {
  lab.county.people.get("gao").user.must_change_password = true;
  const tab = await lab.signedIn();
  assert.equal((await tab.session.current()).user.must_change_password, true);
  await tab.session.passwordChanged("自己的新密码3");
  assert.equal((await tab.session.current()).user.must_change_password, undefined);
  await tab.session.lock();
  lab.county.weather = () => ({ drop: "before" });
  await assert.rejects(tab.session.signIn("gao", "山里的路1"), offline("wrong_password"));
  assert.equal((await tab.session.signIn("gao", "自己的新密码3")).offline, true);
}));
