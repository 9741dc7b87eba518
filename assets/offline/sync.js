/**
 * Sends and receives, whenever it can: texts, then the news, then photos. It never gives up, never
 * blames, and only one tab does it at a time.
 */
import { emit, hangUp, on } from "./bus.js";
import { after, backoff, iso, now } from "./clock.js";
import { carry } from "./carry.js";
import { closeStores, keep, readMeta, write } from "./db.js";
import { enrol } from "./devicekey.js";
import { flushWhenHidden } from "./drafts.js";
import { isQuota, tell } from "./errors.js";
import { closeKeyring } from "./keyring.js";
import { ifFree } from "./locks.js";
import { onSaved } from "./outbox.js";
import { pictureOf, recoverPhotos } from "./photos.js";
import { pullAll } from "./pull.js";
import { pushTexts } from "./push.js";
import { leaveKey } from "./recovery.js";
import { keepReturned } from "./returned.js";
import { Busy, photosToSend, Revoked, SignInAgain, textsToSend } from "./round.js";
import { setting } from "./rows.js";
import { adopt, noteCountyKey, noteSettings, sealMissing, tidy } from "./sealed.js";
import { atWork, current, finishLeaving, noteContact, setExpired } from "./session.js";
import { lastHeard, resetStatus, sentence, setStatus } from "./status.js";
import { freeSpace, protect, purge } from "./storage.js";
import { uploadPhotos } from "./upload.js";
import { wipe } from "./wipe.js";
import { NoAnswer } from "./wire.js";

export { status, subscribe } from "./status.js";

/** @typedef {import("./round.js").Round} Round */

const EVERY = 60_000;
const ASLEEP = 180_000;
const TAG = "ruhutong-outbox";

/** The tab's own memory of how it went; a new tab simply tries. */
const memory = {
  tries: 0,
  /** not before this time, because the county said so */
  notBefore: 0,
  /** @type {(() => void)[]} */
  stops: [],
  wake: () => {},
  ticking: () => {},
  /** @type {AbortController | null} */
  abort: null,
  /** @type {Promise<void> | null} */
  running: null,
  again: false,
  /** since when another tab has been sending */
  blocked: 0,
  /** @type {string | null} */
  person: null,
};

/** @param {number} ms */
function wakeIn(ms) {
  memory.wake();
  memory.wake = after(ms, () => void run());
}

/** When the first of those that wait has waited long enough. @param {Round} round */
async function wakeForWaiting({ store }) {
  const waiting = [...(await textsToSend(store)), ...(await photosToSend(store))];
  if (waiting.length) wakeIn(Math.max(0, Math.min(...waiting.map((one) => one.next_at)) - now()));
}

/** @param {import("./db.js").Store} store */
const kept = (store) => keep(store, () => store.outbox.where("open").equals(1).count());

/** @param {Round} round */
async function steps(round) {
  const { store, me } = round;
  await noteCountyKey(await enrol(round));
  await adopt(store);
  await sealMissing(store, me, pictureOf);
  await pushTexts(round);
  await pullAll(round);
  await noteSettings(store);
  // What came in may have brought a correction or a new history; then there is text to send again.
  await pushTexts(round);
  await uploadPhotos(round);
  await keepReturned(round);
  await leaveKey(round);
  await tidy(store);
  await carry(round.signal, me.user.id);
  await purge(store);
}

/** @param {Round} round */
async function finished(round) {
  memory.tries = 0;
  memory.notBefore = 0;
  const left = await kept(round.store);
  const words = left ? sentence("kept", { n: left }) : sentence("idle");
  const at = iso();
  await keep(round.store, () => round.store.meta.put({ key: "synced_at", value: at }));
  await noteContact(round.me.user.id, await setting("phone_days_without_sync"));
  setStatus({ state: "idle", at, item: null, sentence: words });
  await wakeForWaiting(round);
}

/** @param {import("./db.js").Store} store */
async function sayOffline(store) {
  const n = await kept(store);
  setStatus({ state: "offline", item: null, sentence: n ? sentence("offlineKept", { n }) : sentence("offline") });
}

/** The phone says that its network is gone; a round that is under way finds out by itself. */
async function onOffline() {
  if (memory.running || !(await current())) return;
  await sayOffline((await atWork()).store);
}

/** Why it stopped, in words, and when it goes on. @param {Round} round @param {unknown} error */
async function stopped(round, error) {
  if (error instanceof SignInAgain) {
    await setExpired(true);
    return setStatus({ state: "expired", item: null, sentence: sentence("expired") });
  }
  memory.tries += 1;
  if (error instanceof NoAnswer) {
    await sayOffline(round.store);
  } else if (error instanceof Busy) {
    memory.notBefore = now() + (error.wait ?? 0);
    setStatus({ state: "error", item: null, sentence: error.message || sentence("busy") });
  } else {
    console.error(error);
    if (isQuota(error)) await freeSpace(round.store);
    setStatus({ state: "error", item: null, sentence: tell(error).message });
  }
  wakeIn(Math.max(backoff(memory.tries), memory.notBefore - now()));
}

/** @param {import("./types.js").Session} me @param {import("./db.js").Store} store */
async function oneRound(me, store) {
  const abort = new AbortController();
  memory.abort = abort;
  const round = { store, me, signal: abort.signal, sent: 0, bytes: 0, strikes: 0 };
  try {
    await steps(round);
    await finished(round);
  } catch (error) {
    if (abort.signal.aborted) return;
    if (error instanceof Revoked) return await emptied(me.user.id, abort.signal);
    await stopped(round, error);
    // What its owner cannot send now goes sealed.
    if (error instanceof SignInAgain) await carry(abort.signal, me.user.id, true).catch(noAnswer);
  } finally {
    memory.abort = null;
  }
}

/** The county wants this phone empty; what it has not heard yet still goes, sealed. @param {string} userId @param {AbortSignal} signal */
async function emptied(userId, signal) {
  await wipe(userId, "revoked");
  await carry(signal, userId, true).catch(noAnswer);
}

/** Sealed work waits for the next time, as all else does. @param {unknown} error */
function noAnswer(error) {
  if (!(error instanceof NoAnswer)) throw error;
}

/** Somebody has come: room is asked for, and photos that were left half made are finished. @param {import("./db.js").Store} store */
async function welcome(store) {
  resetStatus(await readMeta(store, "synced_at"));
  void protect();
  recoverPhotos(store).catch((error) => console.warn(tell(error).message));
}

/** Nobody is at work: sealed work goes all the same. */
async function carryAlone() {
  const abort = new AbortController();
  memory.abort = abort;
  await carry(abort.signal, null).catch(noAnswer);
  memory.abort = null;
}

async function goOnce() {
  memory.wake();
  const me = await current();
  const person = me?.user.id ?? null;
  const changed = memory.person !== person;
  memory.person = person;
  if (!me) {
    if (changed) resetStatus(null);
    await finishLeaving();
    return carryAlone();
  }
  const { store } = await atWork();
  if (changed) await welcome(store);
  const { done } = await ifFree(store, "send", () => oneRound(me, store), senderIsAsleep());
  memory.blocked = done ? 0 : memory.blocked || now();
}

/**
 * A tab that the phone has put to sleep in the middle of a round keeps its lock. One that has said nothing for
 * longer than any of its requests may take is passed over; if it wakes after all, two senders do no harm.
 */
const senderIsAsleep = () => memory.blocked > 0 && now() - Math.max(memory.blocked, lastHeard()) > ASLEEP;

async function go() {
  do {
    memory.again = false;
    await goOnce().catch((error) => setStatus({ state: "error", item: null, sentence: tell(error).message }));
  } while (memory.again);
  memory.running = null;
}

/** Starts a round, or lets the running one be followed by another. @returns {Promise<void>} */
function run() {
  if (memory.running) memory.again = true;
  else memory.running = go();
  return /** @type {Promise<void>} */ (memory.running);
}

/** What is worth trying at once, unless the county has asked for time. */
function nudge() {
  if (now() >= memory.notBefore) void run();
}

/** The regular look, only while somebody looks at it, and only when no wait is running out by itself. */
function tick() {
  memory.ticking = after(EVERY, tick);
  if (globalThis.document?.visibilityState !== "hidden" && memory.tries === 0) nudge();
}

/**
 * Everything that waits is tried now.
 * @returns {Promise<void>} when the round is over, whatever has come of it
 */
export async function syncNow() {
  memory.tries = 0;
  memory.notBefore = 0;
  if (await current()) {
    const { store } = await atWork();
    await write(store, ["outbox", "uploads"], async () => {
      await store.outbox.where("open").equals(1).modify({ next_at: 0 });
      await store.uploads.where("state").equals("phone").modify({ next_at: 0 });
    });
  }
  emit("outbox", { toSend: true });
  return run();
}

/** Where the browser can send after the page is closed, it is asked to; a bonus, never relied upon. */
async function askBackground() {
  const worker = globalThis.navigator?.serviceWorker;
  if (!worker?.controller) return;
  const registration = /** @type {any} */ (await worker.ready);
  await registration.sync?.register(TAG).catch(() => {});
}

/** @param {EventTarget | undefined} target @param {string} name @param {(event: any) => void} call */
function listen(target, name, call) {
  target?.addEventListener(name, call);
  memory.stops.push(() => target?.removeEventListener(name, call));
}

/**
 * Somebody has come or gone. What is under way for a person who has left stops; news that the running
 * round has brought about itself is no reason for another.
 */
async function onSession() {
  const me = await current();
  const person = me?.user.id ?? null;
  if (memory.running && memory.person !== person) {
    memory.again = true;
    memory.abort?.abort();
  } else if (!memory.running && (!me || !me.expired)) nudge();
}

/** Starts sending and receiving in this tab. Called once. */
export async function start() {
  if (memory.stops.length) return;
  memory.stops.push(flushWhenHidden());
  listen(/** @type {any} */ (globalThis).window, "online", nudge);
  listen(/** @type {any} */ (globalThis).window, "offline", () => void onOffline());
  listen(globalThis.document, "visibilitychange", () => document.visibilityState === "visible" && nudge());
  listen(globalThis.navigator?.serviceWorker, "message", (event) => event.data?.type === "sync" && nudge());
  memory.stops.push(onSaved(() => void (nudge(), askBackground())));
  memory.stops.push(on("session", () => void onSession()));
  memory.stops.push(on("outbox", (news) => news.elsewhere && news.toSend && nudge()));
  memory.stops.push(() => memory.ticking());
  memory.ticking = after(EVERY, tick);
  nudge();
}

/** Ends it, for a tab that goes away. */
export async function stop() {
  memory.wake();
  for (const end of memory.stops.splice(0)) end();
  memory.abort?.abort();
  await memory.running;
  hangUp();
  closeKeyring();
  closeStores();
}
