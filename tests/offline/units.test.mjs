/** The small pure parts: canonical form, identifiers, waits, errors, search texts, item states. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { Clock, dice } from "./time.mjs";

const load = (name) => import(`../../assets/offline/${name}.js?tab=units`);
const { canonical, clean, digestOf, wellFormed } = await load("canonical");
const { backoff, iso, useClock, uuid7 } = await load("clock");
const { isQuota, OfflineError, tell } = await load("errors");
const { itemOf } = await load("item");
const { findOf, rank, readQuery } = await load("search");
const { onceEach, turns } = await load("turns");

test("the digest is the sha256 of RFC 8785 without digest and signature", async () => {
  const command = { type: "visit", id: "1", payload: { b: 1.0, a: "䶮𠮷😀", "\u20ac": 1e21 }, digest: "x", signature: "y" };
  const text = '{"id":"1","payload":{"a":"䶮𠮷😀","b":1,"€":1e+21},"type":"visit"}';
  assert.equal(await digestOf(command), createHash("sha256").update(text).digest("hex"));
});

test("what is written always has a canonical form", () => {
  const dirty = { text: "a\ud800b", count: 3n, huge: 2n ** 60n, none: undefined, not: NaN, list: [undefined, -0], at: new Date(0) };
  const tidy = { text: "a\ufffdb", count: 3, huge: "1152921504606846976", not: null, list: [null, 0], at: "1970-01-01T00:00:00.000Z" };
  assert.deepEqual(JSON.parse(canonical(clean(dirty))), tidy);
});

test("a nesting without a form is refused with a sentence", () => {
  let deep = {};
  for (let i = 0; i < 40; i += 1) deep = { deep };
  assert.throws(() => clean(deep), (error) => error instanceof OfflineError && error.code === "command_too_deep");
});

test("a phone from before 2023 makes text well-formed too", async () => {
  const { toWellFormed, isWellFormed } = String.prototype;
  delete String.prototype.toWellFormed;
  delete String.prototype.isWellFormed;
  try {
    const old = await import("../../assets/offline/canonical.js?tab=old");
    assert.equal(old.wellFormed("\ude00😀\ud83d"), "\ufffd😀\ufffd");
    assert.equal(old.canonical(old.clean({ a: "\ud83d" })), '{"a":"\ufffd"}');
  } finally {
    Object.defineProperty(String.prototype, "toWellFormed", { value: toWellFormed, configurable: true, writable: true });
    Object.defineProperty(String.prototype, "isWellFormed", { value: isWellFormed, configurable: true, writable: true });
  }
  assert.equal(wellFormed("\ude00😀"), "\ufffd😀");
});

test("identifiers rise, also when the clock stands still or is set back", () => {
  const clock = new Clock(dice(3));
  useClock(clock);
  const ids = [];
  for (let i = 0; i < 6000; i += 1) {
    if (i === 3000) clock.at -= 86_400_000;
    ids.push(uuid7());
  }
  useClock();
  assert.deepEqual([...ids].sort(), ids);
  assert.equal(new Set(ids).size, ids.length);
  assert.ok(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)));
});

test("times carry the phone's own offset", () => {
  assert.match(iso(0), /^(1970-01-01|1969-12-31)T\d\d:\d\d:00\.000[+-]\d\d:\d\d$/);
  assert.equal(Date.parse(iso(1_763_600_000_123)), 1_763_600_000_123);
});

test("waits grow with the tries up to five minutes, anywhere in between", () => {
  useClock({ random: () => 0.999999 });
  const longest = [0, 1, 2, 10, 40].map((tries) => Math.round(backoff(tries)));
  useClock({ random: () => 0 });
  assert.equal(backoff(9), 0);
  useClock();
  assert.deepEqual(longest, [500, 1000, 2000, 300_000, 300_000]);
});

test("a full disk is recognised however deep it is hidden", () => {
  const quota = new DOMException("full", "QuotaExceededError");
  for (const error of [quota, { name: "AbortError", inner: quota }, { name: "BulkError", failures: [{ inner: quota }] }, new Error("x", { cause: quota })]) {
    assert.equal(isQuota(error), true);
    assert.equal(tell(error).code, "storage_full");
  }
  assert.equal(isQuota(new Error("other")), false);
  assert.equal(tell(new Error("other")).code, "unknown");
  assert.match(tell(new DOMException("Connection to Indexed Database server lost", "UnknownError")).message, /关掉/);
});

const person = findOf({ name: "吕桂英", pinyin: "lvguiying", initials: "lgy", id_last4: "001X" });

for (const [query, found] of Object.entries({
  吕: true, 桂英: true, "lü gui": true, "Lǚ": true, lvgui: true, lgy: true, LGY: true, 英桂: false, "001x": true, "001X": true, "01X": false,
  zz: false, "0011": false, yingl: false,
}))
  test(`${query} ${found ? "finds" : "does not find"} 吕桂英`, () => assert.equal(rank(person, readQuery(query)) > 0, found));

test("a home is found by its village and address", () => {
  const home = findOf({ name: "张国庆", village: "毛安村", address: "三组 12 号" });
  for (const query of ["毛安", "三组12", "12号"]) assert.ok(rank(home, readQuery(query)) > 0, query);
});

test("being sent is a state of the one that is being sent", () => {
  const row = { id: "1", text: "phone", photos: ["a"], receipt: null, sentence: "" };
  const uploads = new Map([["a", { sha256: "a", bytes: 10, offset: 4, state: "phone", sentence: "" }]]);
  const doing = { state: "sending", item: "1" };
  const item = itemOf(row, uploads, doing);
  assert.deepEqual([item.state, item.sentence, item.sent_bytes], ["way", "正在上传 0/2", 4]);
  assert.equal(itemOf(row, uploads, { ...doing, item: "2" }).state, "phone");
});

test("news that never end leave a page that opens its time, and are drawn one after the other", async () => {
  const clock = new Clock();
  useClock(clock);
  const begun = [];
  const drawing = turns(() => {
    const turn = drawing.begin(true);
    if (!turn) return;
    begun.push(clock.at);
    clock.after(500, () => drawing.end(turn));
  });
  const stream = () => void (drawing.news(), clock.after(10, stream));
  stream();
  const page = drawing.begin(false);
  await clock.advance(2_000);
  assert.deepEqual(begun, [], "not while the page opens");
  assert.ok(drawing.holds(page));
  drawing.end(page);
  const stood = clock.at;
  await clock.advance(4_000);
  const apart = begun.map((at, number) => at - (begun[number - 1] ?? stood));
  assert.ok(apart[0] > 0 && apart.length >= 3, "they are drawn");
  assert.ok(apart.slice(1).every((wait) => wait >= 900), "half of the time is left");
  useClock();
});

test("a new address overtakes what is being drawn, and news that waited come after it", async () => {
  const clock = new Clock();
  useClock(clock);
  let redrawn = 0;
  const drawing = turns(() => void (redrawn += 1));
  const first = drawing.begin(false);
  assert.equal(drawing.begin(true), 0);
  const second = drawing.begin(false);
  assert.ok(!drawing.holds(first) && drawing.holds(second));
  drawing.end(first);
  await clock.advance(1_000);
  assert.equal(redrawn, 0);
  drawing.end(second);
  await clock.advance(2_000);
  assert.equal(redrawn, 1);
  useClock();
});

test("work that news ask for is done one at a time, and once more for those that came meanwhile", async () => {
  const clock = new Clock();
  useClock(clock);
  let [running, done] = [0, 0];
  const news = onceEach(async () => {
    assert.equal((running += 1), 1);
    await new Promise((ready) => clock.after(200, ready));
    running -= 1;
    done += 1;
  });
  for (let i = 0; i < 50; i += 1) {
    news();
    await clock.advance(10);
  }
  await clock.advance(2_000);
  assert.ok(done >= 2 && done <= 3, `${done}`);
  useClock();
});

test("a screen that took minutes on a phone asleep makes news wait for seconds", async () => {
  const clock = new Clock();
  useClock(clock);
  let redrawn = 0;
  const drawing = turns(() => void (redrawn += 1));
  const turn = drawing.begin(false);
  await clock.advance(600_000);
  drawing.end(turn);
  drawing.news();
  await clock.advance(4_000);
  assert.equal(redrawn, 0);
  await clock.advance(2_000);
  assert.equal(redrawn, 1);
  useClock();
});
