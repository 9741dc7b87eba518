/** The phone's own key: made once, handed in before anything that it signs, and never a reason not to save. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { saveVisit, withLab } from "./lab.mjs";

const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const bytes = (text) => Buffer.from(text, "base64url");

async function isSignedBy(publicKey, { digest, signature }) {
  const key = await crypto.subtle.importKey("raw", bytes(publicKey), CURVE, false, ["verify"]);
  return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, bytes(signature), Buffer.from(digest));
}

test("what is saved after the first round bears a signature that the county can check", withLab(async (lab) => {
  const tab = await lab.signedIn();
  await tab.sync.syncNow();
  const [[device, keys]] = lab.county.devices;
  assert.equal(keys.length, 1);
  await saveVisit(tab);
  await tab.sync.syncNow();
  const [sent] = [...lab.county.commands.values()];
  assert.ok(await isSignedBy(keys[0], sent));
  assert.equal(device, (await tab.session.current()).device.id);
  assert.equal(lab.county.log.filter((one) => one.path === "/api/devices").length, 1);
}));

test("a phone without a key sends what it has, unsigned, and so does its outbox of old", withLab(async (lab) => {
  const tab = await lab.signedIn();
  await saveVisit(tab);
  await tab.sync.syncNow();
  const [sent] = [...lab.county.commands.values()];
  assert.equal(sent.signature, undefined);
  assert.equal((await tab.outbox.counts()).all, 0);
}));

test("the private half cannot be taken out of the phone", withLab(async (lab) => {
  const tab = await lab.signedIn();
  const { store } = await tab.session.atWork();
  const key = await tab.devicekey.makeDeviceKey(store);
  assert.deepEqual(await tab.devicekey.makeDeviceKey(store), await tab.devicekey.deviceKey(store));
  await assert.rejects(crypto.subtle.exportKey("pkcs8", key.private));
}));

test("a lost answer makes it hand in the same key again, not another", withLab(async (lab) => {
  const tab = await lab.signedIn();
  let once = true;
  lab.county.weather = ({ path }) => (path === "/api/devices" && once ? ((once = false), { drop: "after" }) : null);
  await tab.sync.syncNow();
  await tab.sync.syncNow();
  const [[, keys]] = lab.county.devices;
  assert.equal(new Set(keys).size, 1);
}));

test("where the county wants codes, a scanned one enrols the phone, once", withLab(async (lab) => {
  lab.county.codes = new Set(["ABCD-EFGH-JKMN"]);
  const tab = await lab.signedIn();
  await saveVisit(tab);
  await tab.sync.syncNow();
  assert.equal(tab.sync.status().state, "error");
  assert.match(tab.sync.status().sentence, /登记码/);
  assert.equal(lab.county.commands.size, 0);
  tab.devicekey.useCode("ABCD-EFGH-JKMN");
  await tab.sync.syncNow();
  assert.equal(lab.county.commands.size, 1);
  assert.equal(lab.county.codes.size, 0);
}));

test("each round tells the county what waits here", withLab(async (lab) => {
  const tab = await lab.signedIn();
  await saveVisit(tab, "h1", ["a"]);
  await tab.sync.syncNow();
  const pull = lab.county.log.find((one) => one.path === "/api/sync/pull");
  assert.match(pull.headers.get("ruhutong-phone"), /^v=;w=1;p=[01?]$/);
}));
