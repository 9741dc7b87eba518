/**
 * The sealed copy of what is not sent yet: closed to all but the county, signed by this phone, readable by no key
 * that lies here. It is written together with what it copies, and outlives the lock, a forgotten password, a wipe.
 *
 * A row of the table `sealed`: id `command:…` or `photo:…`, kind, state, author, name (the command's id or the
 * photo's sha256), digest (of what is inside), sum and bytes (the container), of (what a command's photos are).
 * States: draft (a photo of a draft, until a command names it: saving does not write all its bytes once more), ready (to
 * be carried), stored, rejected (what the county said, until its owner has seen it).
 */
import { canonical, sha256, utf8 } from "./canonical.js";
import { now } from "./clock.js";
import { keep, phoneStore, read, write } from "./db.js";
import { deviceKey, signed } from "./devicekey.js";
import { joined, sealTo } from "./envelope.js";
import { noteReceipts, noteUpload } from "./ledger.js";
import { RECEIVED } from "./item.js";

/** @typedef {import("./db.js").Store} Store */
/** @typedef {"command" | "photo"} Kind */
/** @typedef {{id: string, kind: Kind, state: string, author: string, name: string, digest: string, sum: string, bytes: Uint8Array<ArrayBuffer>, of: string[], made_at: number, tries: number, next_at: number, receipt: any}} Copy */

const MAGIC = utf8("RHT1");
const INFO = "ruhutong-sealed-1";
const COUNTY = "county_key";
const SETTLED = [...RECEIVED, "rejected", "corrected"];

/** @param {string} kind @param {string} name */
export const copyId = (kind, name) => `${kind}:${name}`;

/** The county's key to seal to; null before it was ever heard. @returns {Promise<import("./envelope.js").CountyKey | null>} */
export const countyKey = async () => (await keep(phoneStore(), () => phoneStore().state.get(COUNTY)))?.value ?? null;

/** @param {any} value as the county hands it out */
export async function noteCountyKey(value) {
  if (typeof value?.kid !== "string" || typeof value.public_key !== "string") return;
  if ((await countyKey())?.kid === value.kid) return;
  await keep(phoneStore(), () => phoneStore().state.put({ key: COUNTY, value: { kid: value.kid, public_key: value.public_key } }));
}

/** A newer key that came with the settings. @param {Store} store */
export async function noteSettings(store) {
  const row = await keep(store, () => store.rows.get(["setting", COUNTY]));
  await noteCountyKey(row?.data?.value);
}

/** @param {number} length */
function four(length) {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, length);
  return bytes;
}

/**
 * A container as the contract has it, and its row; null while there is no key to seal to or to sign with.
 * @param {Store} store @param {import("./types.js").Session} me @param {Kind} kind @param {string} name
 * @param {Uint8Array<ArrayBuffer>} plain @param {{state?: string, of?: string[], key?: import("./devicekey.js").DeviceKey | null}} [more]
 * @returns {Promise<Copy | null>}
 */
async function seal(store, me, kind, name, plain, { state = "ready", of = [], key: known } = {}) {
  const [county, key] = await Promise.all([countyKey(), known === undefined ? deviceKey(store) : known]);
  if (!county || !key) return null;
  const digest = await sha256(plain);
  const first = { v: 1, kind, author: me.user.id, device: me.device.id, id: name, digest };
  let header = utf8("");
  const { ciphertext } = await sealTo(county, INFO, plain, async (closed) => {
    const rest = { ...first, ...closed };
    const signature = await signed(key, await sha256(utf8(canonical(rest))));
    header = utf8(canonical({ ...rest, signature }));
    return header;
  });
  const bytes = joined(MAGIC, four(header.length), header, four(ciphertext.length), ciphertext);
  const sum = await sha256(bytes);
  const waits = { made_at: now(), tries: 0, next_at: 0, receipt: null };
  return { id: copyId(kind, name), kind, state, author: me.user.id, name, digest, sum, bytes, of, ...waits };
}

/** @param {Store} store @param {import("./types.js").Session} me @param {string} id @param {string} body @param {string[]} photos @param {import("./devicekey.js").DeviceKey | null} [key] the phone's, where it is at hand */
export const sealedCommand = (store, me, id, body, photos, key) => seal(store, me, "command", id, utf8(body), { of: photos, key });

/** @param {Store} store @param {import("./types.js").Session} me @param {string} sum @param {ArrayBuffer} bytes @param {string} [state] */
export const sealedPhoto = (store, me, sum, bytes, state = "draft") =>
  seal(store, me, "photo", sum, new Uint8Array(bytes), { state });

/** Photos of drafts that no command names yet, and the others; by their ids alone, for they are as large as the pictures. @param {Store} store */
const photosWaiting = (store) =>
  read(store, ["sealed"], async () => {
    const drafts = await store.sealed.where("state").equals("draft").primaryKeys();
    const commands = drafts.length ? await store.sealed.where("kind").equals("command").toArray() : [];
    const named = new Set(commands.flatMap((/** @type {Copy} */ one) => one.of.map((sum) => copyId("photo", sum))));
    return { named: drafts.filter((id) => named.has(id)), unnamed: drafts.filter((id) => !named.has(id)) };
  });

/** What may be carried, by its ids. @param {Store} store @returns {Promise<string[]>} */
export async function readyCopies(store) {
  const { named } = await photosWaiting(store);
  return [...(await keep(store, () => store.sealed.where("state").equals("ready").primaryKeys())), ...named];
}

/** @param {Store} store @param {string} sum */
async function markReady(store, sum) {
  const id = copyId("photo", sum);
  await write(store, ["sealed"], async () => {
    const copy = await store.sealed.get(id);
    if (copy?.state === "draft") await store.sealed.put({ ...copy, state: "ready" });
  });
}

/**
 * Makes the copies that are missing: of what was saved before there were keys, or is to be sent once more.
 * @param {Store} store @param {import("./types.js").Session} me
 * @param {(store: Store, sha256: string) => Promise<ArrayBuffer | null>} pictureOf
 */
export async function sealMissing(store, me, pictureOf) {
  if (!(await countyKey())) return;
  const rows = await keep(store, () => store.outbox.where("open").equals(1).toArray());
  const there = new Set(await keep(store, () => store.sealed.toCollection().primaryKeys()));
  const drafts = new Set(await keep(store, () => store.sealed.where("state").equals("draft").primaryKeys()));
  for (const row of rows) {
    if (row.text === "phone" && !there.has(copyId("command", row.id))) await sealOld(store, me, row);
    for (const sum of row.photos) {
      if (drafts.has(copyId("photo", sum))) await markReady(store, sum);
      else if (!there.has(copyId("photo", sum))) await sealPicture(store, me, sum, pictureOf);
    }
  }
}

/** @param {Store} store @param {import("./types.js").Session} me @param {any} row */
async function sealOld(store, me, row) {
  const command = await keep(store, () => store.commands.get(row.id));
  const copy = command && (await sealedCommand(store, me, row.id, command.body, row.photos));
  if (copy) await keep(store, () => store.sealed.put(copy));
}

/** @param {Store} store @param {import("./types.js").Session} me @param {string} sum @param {(store: Store, sha256: string) => Promise<ArrayBuffer | null>} pictureOf */
async function sealPicture(store, me, sum, pictureOf) {
  const upload = await keep(store, () => store.uploads.get(sum));
  const bytes = upload?.state === "phone" ? await pictureOf(store, sum) : null;
  const copy = bytes && (await sealedPhoto(store, me, sum, bytes, "ready"));
  if (copy) await keep(store, () => store.sealed.put(copy));
}

/** Commands that others have carried, with all their photos: known without any key. @param {Store} store @returns {Promise<Set<string>>} */
export async function carriedWhole(store) {
  const stored = await keep(store, () => store.sealed.where("state").equals("stored").primaryKeys());
  const waits = new Set(await readyCopies(store));
  const commands = await keep(store, () => store.sealed.bulkGet(stored.filter((id) => id.startsWith("command:"))));
  const whole = commands.filter((/** @type {Copy} */ one) => !one.of.some((sum) => waits.has(copyId("photo", sum))));
  return new Set(whole.map((/** @type {Copy} */ one) => one.name));
}

/** What the county said of a copy, as it said it of the command itself. @param {Copy} copy */
const receiptOf = ({ name, receipt }) => ({ ...receipt, id: name });

/**
 * Its owner is back: what others carried is written down where it belongs.
 * @param {Store} store
 */
export async function adopt(store) {
  const told = await keep(store, () => store.sealed.where("state").anyOf("stored", "rejected").toArray());
  const commands = told.filter((/** @type {Copy} */ one) => one.kind === "command").map(receiptOf);
  if (commands.length) await write(store, ["outbox", "uploads"], () => noteReceipts(store, commands));
  for (const one of told) {
    if (one.kind === "photo" && one.state === "stored")
      await noteUpload(store, one.name, { state: "done", tries: 0, sentence: "" });
    else if (one.kind === "photo")
      await noteUpload(store, one.name, { state: "kept", sentence: one.receipt?.errors?.[0]?.message ?? "" });
  }
  await keep(store, () => store.sealed.bulkDelete(told.map((/** @type {Copy} */ one) => one.id)));
}

/**
 * Copies of what the county has by the ordinary way go; those of a discarded draft, too. What nothing else on this
 * phone knows of (it was wiped) stays until the county has said that it has it.
 * @param {Store} store
 */
export async function tidy(store) {
  await write(store, ["sealed", "outbox", "uploads"], async () => {
    const ids = await store.sealed.toCollection().primaryKeys();
    const drafts = new Set((await photosWaiting(store)).unnamed);
    const gone = [];
    for (const id of ids) {
      const [kind, name] = id.split(":");
      const known = await store[kind === "command" ? "outbox" : "uploads"].get(name);
      const there = kind === "command" ? SETTLED.includes(known?.text) : known?.state === "done";
      if (there || (!known && drafts.has(id))) gone.push(id);
    }
    await store.sealed.bulkDelete(gone);
  });
}
