/** What lies on the phone is sealed: nothing of it can be read or moved without the key, and phones from before are taken along. */
import assert from "node:assert/strict";
import { test } from "node:test";
import Dexie from "dexie";
import { file, offline, picture, saveVisit, slow, visit, withLab } from "./lab.mjs";
import { turns, until } from "./time.mjs";

/** A store as it lies on the disk, without the engine. */
async function raw(name) {
  const store = new Dexie(name);
  await store.open();
  const found = {};
  for (const table of store.tables) found[table.name] = await table.toArray();
  store.close();
  return found;
}

const names = async () => (await indexedDB.databases()).map((one) => one.name).sort();

/** All bytes and texts in it, as one text. */
function flat(value) {
  if (value instanceof Uint8Array || value instanceof ArrayBuffer) return Buffer.from(value).toString("latin1");
  if (Array.isArray(value)) return value.map(flat).join("|");
  if (value && typeof value === "object") return Object.entries(value).map(([key, one]) => `${key}=${flat(one)}`).join("|");
  return typeof value === "string" ? Buffer.from(value).toString("latin1") : String(value);
}

const latin = (text) => Buffer.from(text).toString("latin1");

test("nothing personal lies in the clear after an ordinary day", withLab(async (lab) => {
  lab.county.tell({ type: "person", id: "p1", version: 1, data: { household_id: "h1", name: "周秀兰", id_last4: "7788" } });
  const tab = await lab.signedIn();
  await tab.sync.syncNow();
  lab.county.weather = () => ({ drop: "before" });
  await saveVisit(tab, "h1", ["roof"], { issues: [{ text: "屋顶漏雨" }] });
  const draft = await tab.drafts.openDraft({ household_id: "h2", form: { code: "home", version: 1 } });
  await tab.drafts.saveDraft({ ...draft, issue_text: "腿脚不便" });
  const disk = `${flat(await raw("ruhutong-of-u-gao"))}${flat(await raw("ruhutong_phone"))}`;
  assert.ok(disk.includes("u-gao") && disk.includes("open=1"), "ids and states can be read");
  for (const word of ["周秀兰", "7788", "屋顶漏雨", "腿脚不便", "高敏", "山里的路"]) assert.ok(!disk.includes(latin(word)), word);
  assert.ok(!disk.includes(Buffer.from(picture("roof")).subarray(0, 64).toString("latin1")), "the picture");
  const [row] = await tab.db.personStore("u-gao").rows.where("[type+id]").equals(["person", "p1"]).toArray();
  assert.equal(row.data.name, "周秀兰");
}));

test("a guess at a password costs 600,000 rounds", withLab(async (lab) => {
  const tab = await lab.signedIn();
  await tab.session.lock();
  slow.rounds = 0;
  await assert.rejects(tab.session.unlock("gao", "不对"), offline("wrong_password"));
  assert.ok(slow.rounds >= 600_000, `${slow.rounds}`);
}));

test("a sealed row opens only in its own place and revision", withLab(async (lab) => {
  const tab = await lab.signedIn();
  lab.county.weather = () => ({ drop: "before" });
  for (const home of ["h1", "h2"]) await tab.outbox.enqueue({ type: "visit", payload: visit(home) });
  const store = new Dexie("ruhutong-of-u-gao");
  await store.open();
  const [one, two] = await store.table("commands").toArray();
  for (const swapped of [{ ...one, _: two._ }, { ...one, _r: one._r + 1 }, { ...one, _: one._.map((byte, at) => (at === 40 ? byte ^ 1 : byte)) }]) {
    await store.table("commands").put(swapped);
    await assert.rejects(tab.outbox.command(one.id), offline("sealed_broken"));
  }
  await store.table("commands").put(one);
  assert.equal((await tab.outbox.command(one.id)).payload.household_id, "h1");
  store.close();
}));

test("locking locks every tab, and unlocking opens every tab", withLab(async (lab) => {
  const [one, two] = [await lab.signedIn(), await lab.tab()];
  assert.equal((await two.session.current()).user.id, "u-gao", "a second tab does not ask again");
  await one.session.lock();
  await until(async () => (await two.session.current()) === null);
  await assert.rejects(two.outbox.items(), offline("locked"));
  await assert.rejects(one.db.personStore("u-gao").rows.put({ type: "x", id: "y" }), (error) => one.errors.tell(error).code === "locked");
  await two.session.unlock("gao", "山里的路1");
  await until(async () => (await one.session.current()) !== null);
}));

test("an answer that another tab gave before the lock opens nothing after it", withLab(async (lab) => {
  const [one, two] = [await lab.signedIn(), await lab.tab()];
  await two.session.current();
  const late = { key: "u-gao", raw: one.keyring.keyOf("u-gao").raw, question: "asked before the lock" };
  await one.session.lock();
  await until(async () => (await two.session.current()) === null);
  const others = new BroadcastChannel("ruhutong-keys");
  others.postMessage(late);
  await turns(200);
  others.close();
  assert.deepEqual([await one.session.current(), await two.session.current()], [null, null]);
}));

test("a lock that comes while a key is on its way in keeps it out", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const { raw } = tab.keyring.keyOf("u-gao");
  await tab.session.lock();
  const others = new BroadcastChannel("ruhutong-keys");
  const real = crypto.subtle.importKey;
  let arrive = () => {};
  const road = new Promise((done) => (arrive = done));
  crypto.subtle.importKey = async (...key) => (await road, real.apply(crypto.subtle, key));
  try {
    for (const news of [{ key: "u-gao", raw }, { lock: "u-gao" }]) {
      others.postMessage(news);
      await turns(50);
    }
    arrive();
    await turns(50);
  } finally {
    crypto.subtle.importKey = real;
    others.close();
  }
  assert.equal(await tab.session.current(), null);
}));

test("unlocking without signal needs the right password, and each try is counted", withLab(async (lab) => {
  const first = await lab.signedIn();
  lab.county.weather = () => ({ drop: "before" });
  await first.session.lock();
  for (let i = 0; i < 5; i += 1) await assert.rejects(first.session.unlock("gao", `不对${i}`), offline("wrong_password"));
  await assert.rejects(first.session.unlock("gao", "山里的路1"), offline("too_many_tries"));
  await lab.clock.advance(61_000);
  assert.equal((await first.session.unlock("gao", "山里的路1")).user.name, "高敏");
}));

test("a phone from before the encryption is taken along, and nothing stays in the clear", withLab(async (lab) => {
  const tab = await lab.signedIn();
  lab.county.weather = () => ({ drop: "before" });
  const { id } = await saveVisit(tab, "h1", ["roof"]);
  const draft = await tab.drafts.openDraft({ household_id: "h2", form: { code: "home", version: 1 } });
  await tab.photos.addPhoto(file(picture("wall")), { draft_id: draft.id });
  await older(lab, tab);
  assert.deepEqual(await names(), ["ruhutong", "ruhutong-u-gao"]);

  const next = await lab.tab();
  assert.equal(await next.session.current(), null);
  assert.equal((await next.session.holder()).username, "gao");
  await assert.rejects(next.session.unlock("gao", "不对"), offline("wrong_password"));
  const me = await next.session.unlock("gao", "山里的路1");
  assert.equal(me.user.name, "高敏");
  assert.deepEqual(await names(), ["ruhutong-of-u-gao", "ruhutong_phone"]);
  const disk = `${flat(await raw("ruhutong-of-u-gao"))}${flat(await raw("ruhutong_phone"))}`;
  assert.ok(!disk.includes(latin("高敏")) && !disk.includes("verifier"));
  assert.equal((await next.photos.draftPhotos(draft.id)).length, 1);
  lab.county.weather = () => null;
  await next.session.signIn("gao", "山里的路1");
  await next.sync.syncNow();
  assert.equal((await next.outbox.item(id)).state, "received");
  assert.deepEqual(lab.county.account(), { visits: 1, whole: 1 });
}));

/** Puts the phone back to how the version before the encryption left it, and closes the browser. */
async function older(lab, tab) {
  const store = tab.db.personStore("u-gao");
  const plain = {};
  for (const { name } of store.tables) if (name !== "snapshots") plain[name] = await store[name].toArray();
  for (const name of ["blobs", "thumbs"])
    for (const row of plain[name]) row.data = await tab.pictures.openPicture(store, name, row.sha256, row.data);
  const phone = tab.db.phoneStore();
  const [user] = await phone.users.toArray();
  const me = await tab.session.current();
  const state = (await phone.state.toArray()).filter((one) => one.key !== "moved");
  const salt = "00112233445566778899aabbccddeeff";
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode("山里的路1"), "PBKDF2", false, ["deriveBits"]);
  const bits = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: new TextEncoder().encode(salt), iterations: 1000 }, key, 256);
  const verifier = { salt, rounds: 1000, hash: Buffer.from(bits).toString("hex") };
  lab.kill(tab);
  await turns(5);
  await Dexie.delete("ruhutong-of-u-gao");
  await Dexie.delete("ruhutong_phone");
  const oldPhone = new Dexie("ruhutong");
  oldPhone.version(1).stores({ users: "id, username", state: "key" });
  await oldPhone.table("users").put({ id: "u-gao", username: "gao", user: me.user, device_id: user.device_id, verifier, signed_in_at: "x" });
  await oldPhone.table("state").bulkPut(state);
  oldPhone.close();
  const old = new Dexie("ruhutong-u-gao");
  old.version(1).stores({
    rows: "[type+id], [type+household_id], gen", drafts: "id, household_id, state", photos: "id, draft_id, command_id, sha256",
    blobs: "sha256", thumbs: "sha256", raws: "id, draft_id", uploads: "sha256, state", commands: "id",
    outbox: "id, n, text, open, household_id, asked", meta: "key", leases: "name", returned: "sha256",
  });
  for (const [name, rows] of Object.entries(plain)) if (rows.length) await old.table(name).bulkPut(rows);
  old.close();
}

test("a start reads the rows as one piece, and never an old one", withLab(async (lab) => {
  const home = (id, name) => lab.county.tell({ type: "household", id, version: 1, data: { name, division: "349927100201" } });
  home("h1", "甲");
  const tab = await lab.signedIn();
  await tab.sync.syncNow();
  assert.deepEqual((await tab.rows.households()).map((one) => one.name), ["甲"]);
  const kept = () => tab.db.personStore("u-gao").snapshots.count();
  assert.equal(await kept(), 0);
  await lab.clock.advance(3_000);
  await until(async () => (await kept()) === 1);
  lab.kill(tab);

  const next = await lab.reopened();
  const store = next.db.personStore("u-gao");
  assert.equal((await next.snapshot.readSnapshot(store))[0][0].data.name, "甲");
  const disk = flat(await raw("ruhutong-of-u-gao"));
  assert.ok(!disk.includes(latin("甲")));
  home("h2", "乙");
  await next.sync.syncNow();
  assert.equal(await next.snapshot.readSnapshot(store), null, "news has come");
  assert.deepEqual((await next.rows.households()).map((one) => one.name).sort(), ["乙", "甲"].sort());
}));

test("the tenth wrong password in a row takes the keys", withLab(async (lab) => {
  const tab = await lab.signedIn();
  lab.county.weather = () => ({ drop: "before" });
  await tab.session.lock();
  for (let i = 1; i < 10; i += 1) {
    await assert.rejects(tab.session.unlock("gao", `不对${i}`), offline("wrong_password"));
    await lab.clock.advance(3600_000);
  }
  await assert.rejects(tab.session.unlock("gao", "不对10"), offline("keys_gone"));
  assert.equal(await tab.wipe.wiped(), "tries");
  const [row] = (await raw("ruhutong_phone")).users;
  assert.deepEqual(Object.keys(row).sort(), ["device_id", "id", "named", "username"]);
  assert.equal(row.username, "");
  await assert.rejects(tab.session.unlock("gao", "山里的路1"), offline("first_needs_signal"));
  lab.county.weather = () => null;
  assert.equal((await tab.session.signIn("gao", "山里的路1")).device.id, row.device_id);
  assert.equal(await tab.wipe.wiped(), null);
}));

test("wrong passwords count in a row only", withLab(async (lab) => {
  const tab = await lab.signedIn();
  lab.county.weather = () => ({ drop: "before" });
  for (let i = 0; i < 12; i += 1) {
    await assert.rejects(tab.session.signIn("gao", "不对"), offline("wrong_password"));
    await tab.session.signIn("gao", "山里的路1");
  }
}));

test("who has not reached the county for as long as it allows loses the keys, and not a day before", withLab(async (lab) => {
  lab.county.tell({ type: "setting", id: "phone_days_without_sync", version: 1, data: { code: "phone_days_without_sync", value: 3 } });
  const tab = await lab.signedIn();
  await tab.sync.syncNow();
  assert.equal(await tab.session.daysLeft(), 3);
  lab.clock.at += 3 * 24 * 3600_000 - 1000;
  assert.equal(await tab.session.expire(), false);
  assert.equal(await tab.session.daysLeft(), 1);
  lab.clock.at += 2000;
  assert.equal(await tab.session.expire(), true);
  assert.equal(await tab.session.current(), null);
  assert.deepEqual((await raw("ruhutong-of-u-gao")).rows, []);
}));

test("a password changed elsewhere: the old one opens once more, or one begins anew", withLab(async (lab) => {
  const tab = await lab.signedIn();
  lab.county.weather = () => ({ drop: "before" });
  const { id } = await saveVisit(tab, "h1");
  await tab.session.lock();
  lab.county.weather = () => null;
  lab.county.people.get("gao").password = "全新的密码9";
  await assert.rejects(tab.session.unlock("gao", "全新的密码9"), offline("other_password"));
  await assert.rejects(tab.session.openWithOld("不是它"), offline("wrong_old_password"));
  await tab.session.openWithOld("山里的路1");
  assert.equal((await tab.outbox.item(id)).id, id);
  await tab.session.lock();
  assert.equal((await tab.session.unlock("gao", "全新的密码9")).user.name, "高敏");

  await tab.session.lock();
  lab.county.people.get("gao").password = "又一个密码8";
  await assert.rejects(tab.session.unlock("gao", "又一个密码8"), offline("other_password"));
  await tab.session.beginAnew();
  assert.equal(await tab.outbox.item(id), null);
  await tab.session.lock();
  assert.equal((await tab.session.unlock("gao", "又一个密码8")).user.name, "高敏");
}));

test("words typed a moment before the lock are on the phone", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const draft = await tab.drafts.openDraft({ household_id: "h1", form: { code: "home", version: 1 } });
  await tab.drafts.saveDraft({ ...draft, issue_text: "一" });
  void tab.drafts.saveDraft({ ...draft, issue_text: "一二" }).catch(() => {});
  await tab.session.lock();
  await tab.session.unlock("gao", "山里的路1");
  assert.equal((await tab.drafts.draft(draft.id)).issue_text, "一二");
}));

test("a round that is under way when the phone locks ends quietly and goes on afterwards", withLab(async (lab) => {
  const tab = await lab.signedIn();
  await tab.sync.start();
  await tab.sync.syncNow();
  lab.county.weather = () => ({ drop: "before" });
  await saveVisit(tab, "h1");
  const inner = lab.county.fetch;
  lab.county.weather = () => null;
  lab.county.fetch = async (path, options) => {
    if (path !== "/api/sync/push") return inner(path, options);
    lab.county.fetch = inner;
    await tab.session.lock();
    return inner(path, options);
  };
  await tab.sync.syncNow();
  assert.equal(await tab.session.current(), null);
  await tab.session.unlock("gao", "山里的路1");
  await tab.sync.syncNow();
  assert.deepEqual(lab.county.account(), { visits: 1, whole: 1 });
  assert.equal((await tab.outbox.counts()).all, 0);
}));

test("a forgotten password: the phone gets its key back from the county and seals it with the new one", withLab(async (lab) => {
  const county = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
  const point = Buffer.from(await crypto.subtle.exportKey("raw", county.publicKey));
  const public_key = point.toString("base64url");
  lab.county.tell({ type: "setting", id: "county_key", version: 1, data: { code: "county_key", value: { kid: "00000001", public_key } } });
  const left = [];
  let stage = "none";
  const inner = lab.county.fetch;
  const json = (body) => new Response(JSON.stringify(body), { status: 200, headers: { "content-type": "application/json" } });
  lab.county.fetch = async (path, options) => {
    if (path === "/api/recovery/wrap") return left.push(JSON.parse(options.body)), json({ ok: true });
    if (path === "/api/recovery/request") return json({ state: (stage = "asked") });
    if (path === "/api/recovery") return json({ state: stage });
    if (path === "/api/recovery/take") return json({ key: Buffer.from(await opened(county, point, left.at(-1), lab)).toString("base64") });
    return inner(path, options);
  };
  const tab = await lab.signedIn();
  await tab.sync.syncNow();
  await tab.sync.syncNow();
  assert.equal(left.length, 1, "once for each key");
  lab.county.weather = () => ({ drop: "before" });
  const { id } = await saveVisit(tab, "h1");
  await tab.session.lock();
  lab.county.weather = () => null;
  lab.county.people.get("gao").password = "县里给的密码7";
  await assert.rejects(tab.session.unlock("gao", "县里给的密码7"), offline("other_password"));
  assert.equal(await tab.recovery.askForKey(), "asked");
  stage = "ready";
  assert.equal(await tab.recovery.stage(), "ready");
  await assert.rejects(tab.session.openWithKey(new Uint8Array(32)), offline("sealed_broken"));
  await tab.session.openWithKey(await tab.recovery.takeKey());
  assert.equal((await tab.outbox.item(id)).id, id);
  await tab.session.lock();
  assert.equal((await tab.session.unlock("gao", "县里给的密码7")).user.name, "高敏");
}));

/** What the county does with what the phone has left. */
async function opened(pair, point, { epk, iv, ciphertext }, lab) {
  const raw = Buffer.from(epk, "base64url");
  const theirs = await crypto.subtle.importKey("raw", raw, { name: "ECDH", namedCurve: "P-256" }, false, []);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, pair.privateKey, 256);
  const source = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: Buffer.concat([raw, point]), info: Buffer.from("ruhutong-recovery-1") };
  const key = await crypto.subtle.deriveKey(how, source, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
  const additionalData = Buffer.from(`recovery:u-gao:${lab.county.session.device}`);
  return crypto.subtle.decrypt({ name: "AES-GCM", iv: Buffer.from(iv, "base64url"), additionalData }, key, Buffer.from(ciphertext, "base64url"));
}
