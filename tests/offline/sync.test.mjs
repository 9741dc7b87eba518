/** When it sends, which tab does, how long it waits, and what it says meanwhile. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { file, picture, saveVisit, visit, withLab } from "./lab.mjs";
import { turns, until } from "./time.mjs";

const isPush = (request) => request.path === "/api/sync/push";
const pushes = (lab) => lab.county.log.filter(isPush).length;
const enqueue = (tab, home = "h1") => tab.outbox.enqueue({ type: "visit", payload: visit(home) });
const quiet = (tab) => until(() => ["idle", "offline", "error", "expired"].includes(tab.sync.status().state));
const noSignal = () => ({ drop: "before" });

/** A page with its window, for the length of a test. */
async function withPage(work) {
  globalThis.document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  globalThis.window = Object.assign(new EventTarget(), {});
  try {
    await work();
  } finally {
    delete globalThis.document;
    delete globalThis.window;
  }
}

test("a saved visit goes by itself", withLab(async (lab) => {
  const tab = await lab.signedIn();
  await tab.sync.start();
  await enqueue(tab);
  await until(() => lab.county.account().visits === 1);
}));

test("signal, a look at the page and the passing minute each start a round", withLab((lab) => withPage(async () => {
  const tab = await lab.signedIn();
  await tab.sync.start();
  await until(() => tab.sync.status().at !== null);
  const pulls = () => lab.county.log.length;
  for (const trigger of [
    () => window.dispatchEvent(new Event("online")),
    () => document.dispatchEvent(new Event("visibilitychange")),
    () => lab.clock.advance(60_000),
  ]) {
    const before = pulls();
    await trigger();
    await until(() => pulls() > before);
    await quiet(tab);
    await turns(50);
  }
  document.visibilityState = "hidden";
  const before = pulls();
  await lab.clock.advance(300_000);
  await turns(20);
  assert.equal(pulls(), before, "a page that nobody looks at does not ask every minute");
  await tab.sync.stop();
})));

test("without signal it waits longer and longer, for ever, and says what is kept", withLab(async (lab) => {
  lab.clock.random = () => 0.999;
  const tab = await lab.signedIn();
  tab.clock.useClock({ now: lab.clock.now, random: () => 0.999, after: lab.clock.after });
  await tab.sync.syncNow();
  await enqueue(tab);
  lab.county.weather = noSignal;
  await tab.sync.syncNow();
  assert.deepEqual([tab.sync.status().state, tab.sync.status().sentence], ["offline", "没有信号·存着 1 条"]);
  const waits = [];
  await until(() => lab.clock.waiting().length === 1);
  for (let i = 0; i < 14; i += 1) {
    const wait = Math.max(...lab.clock.waiting());
    waits.push(wait);
    const before = pushes(lab);
    await lab.clock.advance(wait);
    await until(() => pushes(lab) > before);
    await until(() => lab.clock.waiting().length === 1);
  }
  assert.ok(waits.every((wait, i) => i === 0 || wait >= waits[i - 1]));
  assert.ok(waits.at(-1) <= 300_000 && waits.at(-1) > 290_000);
  lab.county.weather = () => null;
  await tab.sync.syncNow();
  assert.equal(lab.county.account().visits, 1);
}));

test("of two tabs one sends, and both tell the same", withLab(async (lab) => {
  const [one, two] = [await lab.signedIn(), await lab.tab()];
  for (let i = 0; i < 5; i += 1) await saveVisit(one, `h${1 + (i % 3)}`, [`photo ${i}`]);
  const inner = lab.county.fetch;
  let open = 0;
  let most = 0;
  lab.county.fetch = async (...request) => {
    most = Math.max(most, (open += 1));
    await turns(2);
    const answer = await inner(...request);
    open -= 1;
    return answer;
  };
  await Promise.all([one.sync.syncNow(), two.sync.syncNow()]);
  await until(() => lab.county.account().whole === 5);
  assert.equal(most, 1);
  await until(async () => (await two.outbox.counts()).outbox === 0);
  await one.sync.syncNow();
  await until(() => two.sync.status().sentence === one.sync.status().sentence);
}));

test("a tab that the phone has put to sleep while it was sending is passed over", withLab(async (lab) => {
  const [one, two] = [await lab.signedIn(), await lab.tab()];
  await enqueue(one);
  const inner = lab.county.fetch;
  let wake;
  lab.county.fetch = () => new Promise((_, failed) => (wake = () => failed(new TypeError("asleep"))));
  const after = lab.clock.after;
  one.clock.useClock({ now: lab.clock.now, random: lab.random, after: () => () => {} });
  const sleeping = one.sync.syncNow();
  await until(() => wake !== undefined);
  lab.county.fetch = inner;
  await two.sync.syncNow();
  assert.equal(lab.county.account().visits, 0);
  await lab.clock.advance(181_000);
  await two.sync.syncNow();
  assert.equal(lab.county.account().visits, 1);
  one.clock.useClock({ now: lab.clock.now, random: lab.random, after });
  wake();
  await sleeping;
  assert.equal((await one.outbox.counts()).outbox, 0);
}));

test("what one tab saves, the tab that sends takes along", withLab(async (lab) => {
  const [one, two] = [await lab.signedIn(), await lab.tab()];
  await one.sync.start();
  await until(() => one.sync.status().at !== null);
  await enqueue(two);
  await until(() => lab.county.account().visits === 1);
}));

test("progress counts texts and photos, and only grows", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const said = [];
  const stop = tab.sync.subscribe((status) => status.state === "sending" && said.push({ ...status }));
  await saveVisit(tab, "h1", ["a", "b"]);
  await saveVisit(tab, "h2", ["c"]);
  await tab.sync.syncNow();
  stop();
  assert.equal(said[0].of, 5);
  assert.ok(said.every((one, i) => i === 0 || (one.n >= said[i - 1].n && one.bytes >= said[i - 1].bytes)));
  assert.equal(said.at(-1).bytes, 150_000);
  assert.match(said[1].sentence, /^正在上传 \d\/5$/);
  assert.equal(tab.sync.status().sentence, "都传完了");
}));

test("a new tab knows when everything was last received", withLab(async (lab) => {
  const tab = await lab.signedIn();
  await tab.sync.syncNow();
  const { at } = tab.sync.status();
  lab.kill(tab);
  lab.county.weather = noSignal;
  const next = await lab.reopened();
  await next.sync.syncNow();
  assert.equal(next.sync.status().at, at);
  assert.equal(next.sync.status().state, "offline");
}));

test("a fault of our own is told and tried again", withLab(async (lab, t) => {
  t.mock.method(console, "error", () => {});
  const tab = await lab.signedIn();
  const store = tab.db.personStore("u-gao");
  await enqueue(tab);
  const { bulkGet } = store.commands;
  store.commands.bulkGet = () => Promise.reject(new Error("broken"));
  await tab.sync.syncNow();
  assert.deepEqual([tab.sync.status().state, tab.sync.status().sentence], ["error", "刚才没有做成，请再试一次。"]);
  store.commands.bulkGet = bulkGet;
  await until(() => lab.clock.waiting().length > 0);
  await lab.clock.advance(1000);
  await until(() => lab.county.account().visits === 1);
}));

test("the person who leaves takes their sending with them", withLab(async (lab) => {
  const tab = await lab.signedIn();
  await tab.sync.start();
  await until(() => tab.sync.status().at !== null);
  lab.county.weather = ({ method, path }) => (method === "PATCH" && path.startsWith("/api/photos") ? { hang: true } : null);
  await saveVisit(tab, "h1", ["roof"]);
  await until(() => lab.county.log.some((one) => one.method === "PATCH"));
  await tab.session.signOut();
  await until(() => tab.sync.status().state === "idle");
  assert.equal(lab.county.session, null);
}));

test("where the browser can send in the background, it is asked to", withLab(async (lab) => {
  const tags = [];
  const ready = Promise.resolve({ sync: { register: async (tag) => void tags.push(tag) } });
  const worker = Object.assign(new EventTarget(), { controller: { postMessage: () => {} }, ready });
  Object.defineProperty(navigator, "serviceWorker", { value: worker, configurable: true });
  try {
    const tab = await lab.signedIn();
    await tab.sync.start();
    lab.county.weather = noSignal;
    await enqueue(tab);
    await until(() => tags.length > 0);
    assert.deepEqual(tags, ["ruhutong-outbox"]);
    await quiet(tab);
    lab.county.weather = () => null;
    worker.dispatchEvent(Object.assign(new Event("message"), { data: { type: "sync" } }));
    await until(() => lab.county.account().visits === 1);
    await tab.sync.stop();
  } finally {
    delete navigator.serviceWorker;
  }
}));

test("a large photo of an unsent draft is not sent", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const draft = await tab.drafts.openDraft({ household_id: "h1", form: { code: "home", version: 1 } });
  await tab.photos.addPhoto(file(picture("roof")), { draft_id: draft.id });
  await tab.sync.syncNow();
  assert.equal(lab.county.log.some((one) => one.path.startsWith("/api/photos/")), false);
}));
