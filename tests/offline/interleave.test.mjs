/**
 * Whatever is dropped, doubled, delayed, refused or killed, in whatever order: each visit that was saved is
 * in the county exactly once, with its photos, and the phone counts what the county counts.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { portal, problem } from "./county.mjs";
import { Lab, saveVisit, visit } from "./lab.mjs";
import { turns, until } from "./time.mjs";

const SEEDS = Number(process.env.RUHUTONG_TEST_SEEDS ?? 12);
const STEPS = 22;

/** Weather in which about every second request goes wrong somehow. */
const storm = (random) => (request) => {
  const luck = random();
  const patch = request.method === "PATCH";
  if (luck < 0.1) return { drop: "before" };
  if (luck < 0.24) return { drop: "after" };
  if (luck < 0.29) return { answer: portal() };
  if (luck < 0.32) return { answer: problem(500, "broken") };
  if (luck < 0.35) return { answer: problem(503, "later", "忙", { "retry-after": "3" }) };
  if (luck < 0.45) return { twice: true };
  if (luck < 0.48 && !patch) return { answer: new Response("too large", { status: 413 }) };
  if (luck < 0.5 && patch) return { answer: problem(409, "wrong_offset") };
  return null;
};

/** Requests that were believed lost and arrive later, once more, out of their order. */
function latecomers(lab) {
  const kept = [];
  const inner = lab.county.handle.bind(lab.county);
  lab.county.handle = (request) => {
    if (lab.random() < 0.15 && request.path !== "/api/session" && lab.county.session) kept.push(request);
    return inner(request);
  };
  return async () => {
    if (!kept.length || !lab.county.session) return;
    const [late] = kept.splice(Math.floor(lab.random() * kept.length), 1);
    inner(late);
  };
}

class Story {
  constructor(lab) {
    this.lab = lab;
    this.saved = new Map();
    this.count = 0;
    this.late = latecomers(lab);
  }

  pick(list) {
    return list[Math.floor(this.lab.random() * list.length)];
  }

  async save(tab) {
    this.count += 1;
    const home = this.pick(["h1", "h2", "h3", "h-new", "h-moved"]);
    const photos = Array.from({ length: this.pick([0, 0, 1, 2]) }, () => `${this.pick(["large", "small"])} ${this.pick([1, 2, 3, 4])}`);
    const { id } = await saveVisit(tab, home, photos, { met: [`mark ${this.count}`] });
    this.saved.set(id, `mark ${this.count}`);
  }

  async kill(tab) {
    void tab.sync.syncNow().catch(() => {});
    await turns(Math.floor(this.lab.random() * 40));
    this.lab.kill(tab);
    await this.lab.reopened();
  }

  async step() {
    const tab = this.pick(this.lab.tabs);
    const luck = this.lab.random();
    if (luck < 0.35) await this.save(tab);
    else if (luck < 0.65) await tab.sync.syncNow();
    else if (luck < 0.75) await Promise.all(this.lab.tabs.map((one) => one.sync.syncNow()));
    else if (luck < 0.85) await this.kill(tab);
    else if (luck < 0.93) await this.late();
    else await this.lab.clock.advance(this.pick([500, 5000, 60_000]));
    if (this.lab.random() < 0.05) this.lab.county.arrive("h-new");
  }

  async heal() {
    this.lab.county.weather = () => null;
    const [tab] = this.lab.tabs;
    // Another tab may be the one that sends, so one round of this one may be over at once.
    await until(async () => (await tab.sync.syncNow(), (await tab.outbox.counts()).outbox === 0), "it never arrived");
    while (this.lab.random() < 0.8) await this.late();
    this.lab.county.arrive("h-new");
    await tab.sync.syncNow();
    return tab;
  }
}

async function tell(seed) {
  const lab = new Lab({ seed });
  try {
    await lab.signedIn();
    await lab.tab();
    const story = new Story(lab);
    lab.county.weather = storm(lab.random);
    for (let i = 0; i < STEPS; i += 1) await story.step();
    const tab = await story.heal();
    const marks = [...lab.county.commands.values()].map((one) => one.payload.met[0]).sort();
    assert.deepEqual(marks, [...story.saved.values()].sort(), "each visit exactly once");
    assert.deepEqual(await tab.outbox.counts(), { outbox: 0, all: 0, fix: 0, stuck: 0 });
    assert.deepEqual(lab.county.account(), { visits: story.saved.size, whole: story.saved.size });
    assert.equal((await tab.outbox.items()).length, story.saved.size);
    assert.equal(lab.county.quarantine.length, 0);
  } finally {
    await lab.close();
  }
}

for (let seed = 1; seed <= SEEDS; seed += 1) test(`story ${seed}`, () => tell(seed));

test("in the middle of a storm the phone counts exactly what is not wholly in the county", async () => {
  const lab = new Lab({ seed: 77 });
  try {
    const tab = await lab.signedIn();
    const story = new Story(lab);
    lab.county.weather = storm(lab.random);
    for (let i = 0; i < 30; i += 1) {
      await story.save(tab);
      await tab.sync.syncNow();
      await until(() => ["idle", "offline", "error"].includes(tab.sync.status().state));
      const { outbox } = await tab.outbox.counts();
      // An answer that was lost leaves the phone more careful than the county, never less.
      assert.ok(outbox >= story.saved.size - lab.county.account().whole);
    }
    await story.heal();
    assert.equal((await tab.outbox.counts()).outbox, 0);
    assert.equal(lab.county.account().whole, story.saved.size);
  } finally {
    await lab.close();
  }
});

test("two hundred visits written without signal arrive once each", async () => {
  const lab = new Lab({ seed: 5 });
  try {
    const tab = await lab.signedIn();
    for (let i = 0; i < 210; i += 1) await tab.outbox.enqueue({ type: "visit", payload: visit("h1", { met: [`${i}`] }) });
    lab.county.weather = storm(lab.random);
    for (let i = 0; i < 60 && (await tab.outbox.counts()).outbox > 0; i += 1) await tab.sync.syncNow();
    assert.equal(lab.county.account().visits, 210);
    assert.equal((await tab.outbox.counts()).outbox, 0);
  } finally {
    await lab.close();
  }
});
