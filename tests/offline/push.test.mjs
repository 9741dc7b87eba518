/** Texts on their way: receipts, refusals, and whatever the way does to them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { portal, problem } from "./county.mjs";
import { saveVisit, visit, withLab } from "./lab.mjs";

const isPush = (request) => request.path === "/api/sync/push";
const pushes = (lab) => lab.county.log.filter(isPush);
const stateOf = async (tab, id) => (await tab.outbox.item(id)).state;
const commandsIn = (request) => {
  const packed = request.headers.get("content-encoding") === "gzip";
  return JSON.parse(new TextDecoder().decode(packed ? gunzipSync(request.body) : request.body)).commands;
};
const enqueue = (tab, payload = visit(), more = {}) => tab.outbox.enqueue({ type: "visit", payload, ...more });

test("a saved visit reaches the county and is told as received", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const { id } = await saveVisit(tab);
  assert.equal(await stateOf(tab, id), "phone");
  await tab.sync.syncNow();
  const item = await tab.outbox.item(id);
  assert.deepEqual([item.state, item.sentence, item.receipt.status], ["received", "县里已收到", "stored"]);
  assert.deepEqual(await tab.outbox.counts(), { outbox: 0, all: 0, fix: 0, stuck: 0 });
  assert.equal(tab.sync.status().state, "idle");
}));

test("each receipt leaves the item in its own state, and none stops its neighbours", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const held = await enqueue(tab, visit("h-new"));
  const orphaned = await enqueue(tab, visit("h-moved"));
  const conflict = await tab.outbox.enqueue({ type: "household.change", payload: { household_id: "h1" }, base_version: 1 });
  const wrong = await tab.outbox.enqueue({ type: "nonsense", payload: {} });
  const good = await enqueue(tab);
  await tab.sync.syncNow();
  const states = await Promise.all([held, orphaned, conflict, wrong, good].map(({ id }) => stateOf(tab, id)));
  assert.deepEqual(states, ["held", "orphaned", "conflict", "fix", "received"]);
  assert.deepEqual(await tab.outbox.counts(), { outbox: 0, all: 1, fix: 1, stuck: 0 });
  assert.equal((await tab.outbox.items())[0].id, wrong.id);
  assert.equal(pushes(lab).length, 1);
}));

test("a lost answer is asked for again and counts once", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const { id } = await enqueue(tab);
  lab.county.weather = (request) => (isPush(request) && pushes(lab).length === 1 ? { drop: "after" } : null);
  await tab.sync.syncNow();
  assert.equal(await stateOf(tab, id), "phone");
  assert.equal(tab.sync.status().state, "offline");
  await tab.sync.syncNow();
  assert.equal((await tab.outbox.item(id)).receipt.status, "duplicate");
  assert.equal(await stateOf(tab, id), "received");
  assert.deepEqual(pushes(lab).map((one) => one.body.length), [pushes(lab)[0].body.length, pushes(lab)[0].body.length]);
  assert.deepEqual(commandsIn(pushes(lab)[0]), commandsIn(pushes(lab)[1]));
}));

test("a wrong digest is sent again three times before the cadre is asked", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const { id } = await enqueue(tab);
  const good = lab.county.take;
  lab.county.take = (command) => lab.county.reject(command, "digest_mismatch");
  await tab.sync.syncNow();
  assert.equal(pushes(lab).length, 4);
  assert.equal(await stateOf(tab, id), "fix");
  assert.match((await tab.outbox.item(id)).sentence, /再存一次/);
  lab.county.take = good;
  const again = await enqueue(tab, (await tab.outbox.command(id)).payload, { corrects: id });
  await tab.sync.syncNow();
  assert.equal(await stateOf(tab, again.id), "received");
  assert.deepEqual((await tab.outbox.items()).map((one) => one.id), [again.id]);
  assert.deepEqual(await tab.outbox.counts(), { outbox: 0, all: 0, fix: 0, stuck: 0 });
}));

test("a wrong digest that comes right on the way troubles nobody", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const { id } = await enqueue(tab);
  const good = lab.county.take.bind(lab.county);
  let left = 3;
  lab.county.take = (command) => (left-- > 0 ? lab.county.reject(command, "digest_mismatch") : good(command));
  await tab.sync.syncNow();
  assert.equal(await stateOf(tab, id), "received");
}));

for (const [name, answer] of Object.entries({
  "a login page that answers 200": portal,
  "an empty JSON": () => Response.json({}),
  "a receipt with another digest": () => Response.json({ receipts: [{ id: null, status: "stored", digest: "0".repeat(64) }] }),
  "a proxy's 404": () => new Response("not found", { status: 404, headers: { "content-type": "text/html" } }),
}))
  test(`${name} is no receipt`, withLab(async (lab) => {
    const tab = await lab.signedIn();
    const { id } = await enqueue(tab);
    lab.county.weather = (request) => (isPush(request) ? { answer: answer() } : null);
    await tab.sync.syncNow();
    assert.equal((await tab.outbox.item(id)).receipt, null);
    assert.deepEqual(await tab.outbox.counts(), { outbox: 1, all: 1, fix: 0, stuck: 0 });
    lab.county.weather = () => null;
    await tab.sync.syncNow();
    assert.equal(await stateOf(tab, id), "received");
  }));

test("a receipt for the same id with a digest of its own does not count", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const { id } = await enqueue(tab);
  const good = lab.county.take.bind(lab.county);
  lab.county.take = (command) => ({ ...good(command), digest: "0".repeat(64) });
  await tab.sync.syncNow();
  assert.equal((await tab.outbox.item(id)).receipt, null);
  lab.county.take = good;
  await tab.sync.syncNow();
  assert.equal(await stateOf(tab, id), "received");
}));

test("what is too much at once goes in halves", withLab(async (lab) => {
  const tab = await lab.signedIn();
  lab.county.mostCommands = 3;
  for (let i = 0; i < 10; i += 1) await enqueue(tab);
  await tab.sync.syncNow();
  assert.equal(lab.county.account().visits, 10);
  const sizes = pushes(lab).map((one) => commandsIn(one).length);
  assert.deepEqual(sizes.slice(0, 3), [10, 5, 2]);
}));

test("no batch is over 200 commands or a megabyte", withLab(async (lab) => {
  const tab = await lab.signedIn();
  for (let i = 0; i < 8; i += 1) await enqueue(tab, visit("h1", { answers: { house: { note: "路".repeat(70_000) } } }));
  await tab.sync.syncNow();
  assert.equal(lab.county.account().visits, 8);
  for (const one of pushes(lab)) assert.ok(Buffer.byteLength(JSON.stringify(commandsIn(one))) <= 1_000_000);
}));

test("a command that the county finds too big is put aside, the others go on", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const first = await enqueue(tab);
  const big = await enqueue(tab);
  const last = await enqueue(tab);
  const details = [{ path: big.id, code: "command_too_big", message: "" }];
  lab.county.weather = (request) =>
    isPush(request) && commandsIn(request).some((one) => one.id === big.id)
      ? { answer: problem(413, "command_too_big", "这条写得太长了，请删短。", {}, details) }
      : null;
  await tab.sync.syncNow();
  assert.deepEqual(await Promise.all([first, big, last].map(({ id }) => stateOf(tab, id))), ["received", "fix", "received"]);
  assert.equal((await tab.outbox.item(big.id)).sentence, "这条写得太长了，请删短。");
}));

test("a command on which the county itself fails holds up none of its neighbours", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const items = [];
  for (let i = 0; i < 6; i += 1) items.push(await enqueue(tab));
  const poison = items[2].id;
  lab.county.weather = (request) =>
    isPush(request) && commandsIn(request).some((one) => one.id === poison) ? { answer: problem(500, "broken", "县里出错了。") } : null;
  await tab.sync.syncNow();
  assert.deepEqual(await tab.outbox.counts(), { outbox: 1, all: 1, fix: 0, stuck: 0 });
  assert.equal(await stateOf(tab, poison), "phone");
  lab.county.weather = () => null;
  await tab.sync.syncNow();
  assert.equal(lab.county.account().visits, 6);
}));

test("a county that fails at everything is not asked for ever in one round", withLab(async (lab) => {
  const tab = await lab.signedIn();
  for (let i = 0; i < 40; i += 1) await enqueue(tab);
  lab.county.weather = (request) => (isPush(request) ? { answer: problem(500, "broken") } : null);
  await tab.sync.syncNow();
  assert.ok(pushes(lab).length < 12);
  assert.equal(tab.sync.status().state, "error");
}));

test("401 keeps the queue and its owner and asks for a sign-in", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const { id } = await enqueue(tab);
  lab.county.session = null;
  await tab.sync.syncNow();
  assert.equal(tab.sync.status().state, "expired");
  assert.equal((await tab.session.current()).expired, true);
  assert.equal(await stateOf(tab, id), "phone");
  await tab.session.signIn("gao", "山里的路1");
  assert.equal((await tab.session.current()).expired, false);
  await tab.sync.syncNow();
  assert.equal(await stateOf(tab, id), "received");
}));

for (const status of [423, 429, 503])
  test(`${status} waits as long as it was asked to`, withLab(async (lab) => {
    const tab = await lab.signedIn();
    await tab.sync.start();
    await tab.sync.syncNow();
    lab.county.weather = (request) =>
      isPush(request) ? { answer: problem(status, "later", "县里正忙。", { "retry-after": "600" }) } : null;
    const { id } = await enqueue(tab);
    await tab.sync.syncNow();
    assert.equal(tab.sync.status().sentence, "县里正忙。");
    const before = pushes(lab).length;
    lab.county.weather = () => null;
    await enqueue(tab);
    await lab.clock.advance(590_000);
    assert.equal(pushes(lab).length, before);
    await lab.clock.advance(20_000);
    await tab.sync.syncNow();
    assert.equal(await stateOf(tab, id), "received");
  }));

test("a request that hangs is given up, and the batch is made smaller", withLab(async (lab) => {
  const tab = await lab.signedIn();
  for (let i = 0; i < 4; i += 1) await enqueue(tab);
  lab.county.weather = (request) => (isPush(request) && pushes(lab).length === 1 ? { hang: true } : null);
  const round = tab.sync.syncNow();
  while (!pushes(lab).length) await lab.clock.advance(0), await new Promise((done) => setImmediate(done));
  await lab.clock.advance(120_000);
  await round;
  assert.equal(tab.sync.status().state, "offline");
  await tab.sync.syncNow();
  assert.equal(commandsIn(pushes(lab)[1]).length, 2);
  assert.equal(lab.county.account().visits, 4);
}));

test("a visit of twenty answers and its receipt are under 2 KB on the wire", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const answers = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`question_${i}`, i % 3 ? "ok" : "要修一下屋顶"]));
  await enqueue(tab, visit("h1", { answers: { house: answers } }));
  await tab.sync.syncNow();
  const [request] = pushes(lab);
  assert.equal(request.headers.get("content-encoding"), "gzip");
  assert.ok(request.body.length < 1700, `${request.body.length} bytes`);
}));

test("a county behind a proxy that refuses gzip gets it plain", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const { id } = await enqueue(tab, visit("h1", { answers: { house: { note: "路".repeat(2000) } } }));
  lab.county.weather = (request) =>
    isPush(request) && request.headers.get("content-encoding") ? { answer: problem(415, "no_gzip") } : null;
  await tab.sync.syncNow();
  assert.equal(await stateOf(tab, id), "received");
}));
