/**
 * What has been written and is on its way. Saving freezes the exact bytes: every sending is the same
 * request again, so that doubles and lost answers do no harm.
 */
import { emit } from "./bus.js";
import { canonical, clean, digestOf, requireCrypto, utf8 } from "./canonical.js";
import { iso, now, uuid7 } from "./clock.js";
import { keep, peek, personStore, read, write } from "./db.js";
import { deviceKey, signed } from "./devicekey.js";
import { settleDraft } from "./drafts.js";
import { isQuota, OfflineError } from "./errors.js";
import { itemOf, VISITS } from "./item.js";
import { settle } from "./ledger.js";
import { inTurn } from "./locks.js";
import { payloadPhotos, settlePhotos } from "./photos.js";
import { carriedWhole, sealedCommand } from "./sealed.js";
import { atWork, current, holder } from "./session.js";
import { status } from "./status.js";
import { freeSpace } from "./storage.js";
import { countyNow } from "./wire.js";

/** @typedef {import("./types.js").Order} Order */
/** @typedef {import("./types.js").Saved} Saved */
/** @typedef {import("./db.js").Store} Store */
/** @typedef {{digest: string | null, n: number}} Head the end of this device's chain of commands */

const LARGEST = 256_000;

const SAVED = "已存在手机";
const SAVED_WITHOUT = "文字已存，照片没存下 {n} 张";

/** @type {Set<() => void>} */
const afterSave = new Set();

/** Whoever sends is told of every saved command. @param {() => void} call */
export function onSaved(call) {
  afterSave.add(call);
  return () => void afterSave.delete(call);
}

/**
 * Which of the named photos this phone, or the county, really has. Of one that a correction takes over from
 * a command sent long ago nothing may be left here.
 * @param {Store} store @param {string[]} photos @param {boolean} correction
 */
async function sortPhotos(store, photos, correction) {
  const named = [...new Set(photos)];
  if (!named.length) return { photos: [], lost: [] };
  const [kept, uploads] = await read(store, ["blobs", "uploads"], () =>
    Promise.all([store.blobs.where("sha256").anyOf(named).primaryKeys(), store.uploads.bulkGet(named)]));
  const here = new Set(kept);
  const sent = named.filter((_, at) => (uploads[at] ? uploads[at].state === "done" : correction));
  const lost = named.filter((one) => !here.has(one) && !sent.includes(one));
  return { photos: named.filter((_, at) => uploads[at] && !lost.includes(named[at])), lost };
}

/** @param {Order} order */
async function payloadOf(order) {
  const payload = clean(order.payload);
  if (order.draft_id && VISITS.includes(order.type) && !payload.photos)
    payload.photos = await payloadPhotos(order.draft_id);
  return payload;
}

/** @param {any} payload @returns {string[]} */
const photosOf = (payload) =>
  [payload.photo, ...(Array.isArray(payload.photos) ? payload.photos : [])].map((one) => one?.sha256).filter(Boolean);

/**
 * Everything about a command but its place in the chain.
 * @param {Store} store @param {Order} order
 */
async function prepare(store, order) {
  const payload = await payloadOf(order);
  const named = order.photos ?? photosOf(payload);
  const { photos, lost } = await sortPhotos(store, named, order.corrects !== undefined);
  if (Array.isArray(payload.photos))
    payload.photos = payload.photos.filter((/** @type {any} */ one) => !lost.includes(one?.sha256));
  if (lost.includes(payload.photo?.sha256)) delete payload.photo;
  const command = clean({
    id: uuid7(),
    type: order.type,
    captured_at: order.captured_at ?? iso(),
    base_version: order.base_version,
    corrects: order.corrects,
    payload,
  });
  return { command, photos, lost };
}

/** @param {any} command @param {Head} head @param {import("./devicekey.js").DeviceKey | null} key */
async function freeze(command, head, key) {
  const chained = head.digest ? { ...command, prev: head.digest } : command;
  const digest = await digestOf(chained);
  const signature = await signed(key, digest);
  const body = canonical({ ...chained, digest, ...(signature && { signature }) });
  if (utf8(body).length > LARGEST) throw new OfflineError("command_too_big");
  return { digest, body };
}

/** @param {Order} order @param {any} prepared @param {Head} head the new one */
const rowOf = (order, { command, photos }, { n, digest }) => ({
  id: command.id,
  n,
  digest,
  type: order.type,
  household_id: command.payload.household_id ?? order.household_id ?? null,
  mode: command.payload.mode ?? null,
  about: command.payload.review_id ?? command.payload.finding_id ?? null,
  at: command.captured_at,
  saved_at: now(),
  text: "phone",
  open: 1,
  asked: 0,
  photos,
  tries: 0,
  wrong: 0,
  next_at: 0,
  receipt: null,
  sentence: "",
  done_at: null,
  acknowledged: false,
  stood: order.stood ?? [],
});

/**
 * Gives the photos their place in the command. A correction names photos that another command has too.
 * @param {Store} store @param {string} commandId @param {string[]} photos @param {string | undefined} draftId
 */
async function linkPhotos(store, commandId, photos, draftId) {
  const links = await store.photos.where("sha256").anyOf(photos).toArray();
  for (const sha256 of photos) {
    const all = links.filter((link) => link.sha256 === sha256);
    const own = all.filter((link) => link.draft_id === draftId && !link.command_id && !link.removed_at);
    for (const link of own) await store.photos.put({ ...link, command_id: commandId });
    if (!own.length) await store.photos.put({ ...all[0], id: uuid7(), sha256, command_id: commandId, draft_id: null });
  }
}

/**
 * A correction takes the place of what was to be corrected. What the county has not taken in ends here; what it has
 * stays with its own state, for its photos may still be on their way.
 * @param {Store} store @param {string | undefined} id @param {string} by
 */
async function replace(store, id, by) {
  const row = id && (await store.outbox.get(id));
  if (!row) return;
  const ended = row.text === "rejected" ? { text: "corrected", open: 0, done_at: countyNow() } : {};
  await store.outbox.put({ ...row, ...ended, asked: 0, corrected_by: by });
}

const TABLES = ["commands", "outbox", "photos", "drafts", "meta", "sealed"];

/**
 * Command, its sealed copy, outbox row, photos, draft and head of the chain: all of them or none.
 * @param {{me: import("./types.js").Session, store: Store}} work @param {string} headKey
 * @param {{head: Head, key: import("./devicekey.js").DeviceKey | null}} end of the chain, and what it is signed with
 * @param {Order} order @param {any} prepared @param {boolean} copied false on a phone too full for the copy
 * @returns {Promise<string | null>} the command's id; null when the chain has grown in the meantime
 */
async function commit({ me, store }, headKey, { head, key }, order, prepared, copied) {
  const { digest, body } = await freeze(prepared.command, head, key);
  const { id } = prepared.command;
  const copy = copied ? await sealedCommand(store, me, id, body, prepared.photos, key) : null;
  const next = { digest, n: head.n + 1 };
  return write(store, TABLES, async () => {
    const draft = order.draft_id ? await store.drafts.get(order.draft_id) : null;
    if (draft?.state === "sent") return draft.command_id;
    // Committed, and the connection lost before that could be told.
    if (await store.commands.get(id)) return id;
    const present = (await store.meta.get(headKey))?.value;
    if ((present?.digest ?? null) !== head.digest) return null;
    await store.commands.add({ id, body, digest, type: order.type });
    await store.outbox.add(rowOf(order, prepared, next));
    await linkPhotos(store, id, prepared.photos, order.draft_id);
    if (copy) await store.sealed.put(copy);
    await replace(store, order.replaces ?? order.corrects, id);
    if (draft) await store.drafts.put({ id: draft.id, household_id: draft.household_id, state: "sent", command_id: id });
    await store.meta.put({ key: headKey, value: next });
    return id;
  });
}

/**
 * Until it is in: somebody else may have added to the chain, or the phone may be full.
 * @param {{me: import("./types.js").Session, store: Store}} work @param {string} headKey @param {Order} order @param {any} prepared
 */
async function commitAtHead(work, headKey, order, prepared) {
  let [copied, freed] = [true, false];
  for (;;) {
    const end = await read(work.store, ["meta", "keys"], async () => {
      const [row, key] = await Promise.all([work.store.meta.get(headKey), deviceKey(work.store)]);
      return { head: row ? row.value : { digest: null, n: 0 }, key };
    });
    try {
      const id = await commit(work, headKey, end, order, prepared, copied);
      if (id) return id;
    } catch (error) {
      if (!isQuota(error) || !copied) throw error;
      if (freed || !(await freeSpace(work.store))) copied = false;
      freed = true;
    }
  }
}

/** @param {Order} order @returns {Promise<Saved>} */
async function save(order) {
  const { me, store } = await atWork();
  const prepared = await prepare(store, order);
  const headKey = `head:${me.device.id}`;
  const id = await inTurn(store, "chain", () => commitAtHead({ me, store }, headKey, order, prepared));
  const { lost } = prepared;
  return { id, lost, sentence: lost.length ? SAVED_WITHOUT.replace("{n}", String(lost.length)) : SAVED };
}

/**
 * Saves a command for sending. When this returns, it is on the disk; when it throws, the draft is.
 * @param {Order} order
 * @returns {Promise<Saved>}
 */
export async function enqueue(order) {
  requireCrypto();
  if (order.draft_id) {
    await settlePhotos(order.draft_id);
    await settleDraft(order.draft_id);
  }
  const saved = await save(order);
  emit("outbox", { id: saved.id, toSend: true });
  if (order.draft_id) emit("drafts", { id: order.draft_id });
  for (const call of afterSave) call();
  return saved;
}

/** @param {Store} store @param {any[]} rows */
async function withUploads(store, rows) {
  const named = [...new Set(rows.flatMap((row) => row.photos))];
  const uploads = !named.length ? [] : await keep(store, () => store.uploads.where("sha256").anyOf(named).toArray());
  const byPhoto = new Map(uploads.map((upload) => [upload.sha256, upload]));
  const doing = status();
  return rows.map((row) => itemOf(row, byPhoto, doing));
}

/**
 * What the phone still remembers of, the newest first; what must be corrected before all.
 * @returns {Promise<import("./types.js").OutboxItem[]>}
 */
export async function items() {
  const { store } = await atWork();
  const rows = await keep(store, () => store.outbox.orderBy("n").reverse().toArray());
  const stands = rows.filter((row) => row.text !== "corrected" && (row.open || !row.corrected_by));
  const shown = await withUploads(store, stands);
  return [...shown.filter((one) => one.state === "fix"), ...shown.filter((one) => one.state !== "fix")];
}

/** @param {string} id @returns {Promise<import("./types.js").OutboxItem | null>} */
export async function item(id) {
  const { store } = await atWork();
  const row = await keep(store, () => store.outbox.get(id));
  return row ? (await withUploads(store, [row]))[0] : null;
}

/** What can be counted without the key: how many wait. @param {string} userId @returns {Promise<import("./types.js").Counts>} */
async function countsLocked(userId) {
  const carried = await carriedWhole(personStore(userId));
  const waiting = await peek(personStore(userId), "outbox", (row) => row.open === 1 && !carried.has(row.id));
  return { outbox: waiting.filter((row) => VISITS.includes(row.type)).length, all: waiting.length, stuck: 0, fix: 0 };
}

/** @returns {Promise<import("./types.js").Counts>} */
export async function counts() {
  const here = (await current()) ? null : await holder();
  if (here) return countsLocked(here.id);
  const { store } = await atWork();
  const { rows, shown, asked } = await read(store, ["outbox", "uploads"], async () => {
    const open = await store.outbox.where("open").equals(1).toArray();
    const waiting = await withUploads(store, open.filter((row) => !row.asked));
    return { rows: open, shown: waiting, asked: await store.outbox.where("asked").equals(1).count() };
  });
  return {
    outbox: rows.filter((row) => VISITS.includes(row.type)).length,
    all: rows.length,
    stuck: shown.filter((one) => one.state === "fix" && VISITS.includes(one.type)).length,
    fix: asked + shown.filter((one) => one.state === "fix").length,
  };
}

/** A command as it was saved, to write its correction from. @param {string} id @returns {Promise<any | null>} */
export async function command(id) {
  const { store } = await atWork();
  const row = await keep(store, () => store.commands.get(id));
  return row ? JSON.parse(row.body) : null;
}

/**
 * The cadre has read that a photo cannot be taken by the county: it stays on the phone, and the item is done.
 * @param {string} id
 */
export async function acknowledge(id) {
  const { store } = await atWork();
  await write(store, ["outbox", "uploads"], async () => {
    const row = await store.outbox.get(id);
    if (!row) return;
    await settle(store, [{ ...row, acknowledged: true }]);
  });
  emit("outbox", { id });
}

/**
 * 「没写错」: the visit is right as it stands, whatever the county asks about it. Kept on this phone; false takes it back.
 * @param {string} id @param {boolean} [as_is]
 */
export async function standBy(id, as_is = true) {
  const { store } = await atWork();
  await write(store, ["outbox", "uploads"], async () => {
    const row = await store.outbox.get(id);
    if (row) await settle(store, [{ ...row, as_is }]);
  });
  emit("outbox", { id });
}

/** Tries the photos once more that the county has refused. @param {string} id */
export async function retryPhotos(id) {
  const { store } = await atWork();
  await write(store, ["outbox", "uploads"], async () => {
    const row = await store.outbox.get(id);
    if (!row) return;
    const again = { state: "phone", offset: 0, tries: 0, wrong: 0, next_at: 0, sentence: "" };
    const kept = store.uploads.where("sha256").anyOf(row.photos).and((one) => one.state === "kept");
    if (await kept.modify(again)) await settle(store, [{ ...row, acknowledged: false }]);
  });
  emit("outbox", { id });
  for (const call of afterSave) call();
}
