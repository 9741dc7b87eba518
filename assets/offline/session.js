/**
 * Who works on this phone. The first sign-in needs signal; afterwards a person known here comes in
 * without. Signing out ends the session and keeps what is not sent yet: it stays with its owner.
 *
 * The county's cookie cannot be read from here and outlives a sign-out without signal. So the phone notes
 * whose it is ("cookie", with an epoch that every change raises): nothing is sent unless it is the
 * person's own, and an answer counts only when the epoch was the same before and after. Besides, each
 * person has a device id of their own on this phone, which the county compares with the session's.
 */
import { emit } from "./bus.js";
import { iso, uuid7 } from "./clock.js";
import { requireCrypto } from "./canonical.js";
import { keep, personStore, phoneStore, read, requireStore } from "./db.js";
import { OfflineError } from "./errors.js";
import { makeVerifier, oneMore, requirePause, verify } from "./verifier.js";
import { NoAnswer, request } from "./wire.js";

/** @typedef {import("./types.js").Session} Session */
/** @typedef {{user_id: string | null, epoch: number, leaving: boolean, expired: boolean}} Cookie */

const SIGN_IN_PATIENCE = 15_000;
const SIGN_OUT_PATIENCE = 5_000;

/** @type {Cookie} */
const NO_COOKIE = { user_id: null, epoch: 0, leaving: false, expired: false };

/** @param {string} key @param {any} [otherwise] */
async function readState(key, otherwise = null) {
  const store = phoneStore();
  const row = await keep(store, () => store.state.get(key));
  return row ? row.value : otherwise;
}

/** @returns {Promise<Cookie>} */
export const cookie = () => readState("cookie", NO_COOKIE);

/**
 * Changes the note about the cookie. The epoch rises with every change of whose it is.
 * @param {Partial<Cookie>} change
 */
async function changeCookie(change) {
  const store = phoneStore();
  await keep(store, () =>
    store.transaction("rw", ["state"], async () => {
      const before = (await store.state.get("cookie"))?.value ?? NO_COOKIE;
      const epoch = before.epoch + ("user_id" in change && change.user_id !== before.user_id ? 1 : 0);
      await store.state.put({ key: "cookie", value: { ...before, ...change, epoch } });
    }),
  );
}

/** The county has said that it does not know this login any more (or does again). @param {boolean} expired */
export async function setExpired(expired) {
  if ((await cookie()).expired === expired) return;
  await changeCookie({ expired });
  emit("session");
}

/**
 * The person at work, with or without signal, straight after a cold start too.
 * @returns {Promise<Session | null>}
 */
export async function current() {
  requireStore();
  const store = phoneStore();
  const [row, note] = await read(store, ["state", "users"], async () => {
    const [present, noted] = await store.state.bulkGet(["current", "cookie"]);
    return [present?.value && (await store.users.get(present.value)), noted?.value ?? NO_COOKIE];
  });
  if (!row) return null;
  return { user: row.user, device: { id: row.device_id }, expired: note.user_id !== row.id || note.expired };
}

/**
 * The person at work and their store, for the other modules of the engine.
 * @returns {Promise<{me: Session, store: import("./db.js").Store}>}
 */
export async function atWork() {
  const me = await current();
  if (!me) throw new OfflineError("signed_out");
  return { me, store: personStore(me.user.id) };
}

/** The county has taken a new password: from now on it opens the phone without signal too. @param {string} password */
export async function passwordChanged(password) {
  const { me } = await atWork();
  const { must_change_password: _changed, ...user } = /** @type {any} */ (me.user);
  const verifier = await makeVerifier(password);
  await keep(phoneStore(), () => phoneStore().users.update(me.user.id, { user, verifier }));
}

/** @param {string} username */
const userNamed = (username) => {
  const store = phoneStore();
  return keep(store, () => store.users.where("username").equals(username).first());
};

/** @param {string} userId */
async function come(userId) {
  const store = phoneStore();
  await keep(store, () => store.state.put({ key: "current", value: userId }));
  emit("session");
}

/** A name by which the person recognises the phone in a list of devices. */
function deviceName() {
  const agent = globalThis.navigator?.userAgent ?? "";
  return /iPhone|iPad|Android|HarmonyOS|Windows|Macintosh|Linux/.exec(agent)?.[0] ?? "手机";
}

/**
 * @param {string} username
 * @param {string} password
 * @param {string} deviceId
 */
async function ask(username, password, deviceId) {
  const body = JSON.stringify({ username, password, device: { id: deviceId, name: deviceName() } });
  const headers = { "content-type": "application/json" };
  const answer = await request("POST", "/api/session", { body, headers, timeout: SIGN_IN_PATIENCE });
  if (answer.json === null) throw new NoAnswer("stranger");
  return answer;
}

/** @param {any} answer @param {string} username @param {string} password @param {string} deviceId */
async function remember(answer, username, password, deviceId) {
  const user = { ...answer.json.user, username };
  const row = {
    id: user.id,
    username,
    user,
    device_id: answer.json.device?.id ?? deviceId,
    verifier: await makeVerifier(password),
    tries: undefined,
    signed_in_at: iso(),
  };
  const store = phoneStore();
  await keep(store, () =>
    store.transaction("rw", ["users"], async () => {
      // The same name may now belong to another account: the old one's work stays in its own store.
      await store.users.where("username").equals(username).modify({ username: "" });
      await store.users.put(row);
    }),
  );
  return row;
}

/** Entry without signal. @param {any} known @param {string} password */
async function enterOffline(known, password) {
  requirePause(known.tries);
  const store = phoneStore();
  const right = await verify(known.verifier, password);
  await keep(store, () => store.users.update(known.id, { tries: right ? undefined : oneMore(known.tries) }));
  if (!right) throw new OfflineError("wrong_password");
  const note = await cookie();
  if (note.user_id === known.id && note.leaving) await changeCookie({ leaving: false });
  await come(known.id);
}

/** @param {import("./wire.js").Answer} answer */
const refused = (answer) =>
  [400, 401, 403, 422, 423, 429].includes(answer.status) && answer.json?.error !== undefined;

/**
 * @param {string} username
 * @param {string} password
 * @returns {Promise<Session & {offline: boolean}>}
 */
export async function signIn(username, password) {
  requireStore();
  requireCrypto();
  const name = username.trim();
  const known = await userNamed(name);
  const deviceId = known?.device_id ?? uuid7();
  const before = await cookie();
  let answer = null;
  try {
    // Whose cookie it is turns unknown before the request goes out, not when its answer is in.
    await changeCookie({ user_id: null });
    answer = await ask(name, password, deviceId);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
  }
  if (answer?.status === 200 && typeof answer.json.user?.id === "string") {
    const row = await remember(answer, name, password, deviceId);
    await changeCookie({ user_id: row.id, leaving: false, expired: false });
    await come(row.id);
    return { ...(await atWork()).me, offline: false };
  }
  await restoreCookie(before, answer !== null);
  if (answer && refused(answer)) throw new OfflineError(answer.code || "wrong_password", answer.message || undefined);
  if (!known) throw new OfflineError(answer ? "server_busy" : "first_needs_signal");
  await enterOffline(known, password);
  return { ...(await atWork()).me, offline: true };
}

/**
 * After a sign-in that did not succeed: a refusal has changed no cookie. Without an answer the county may
 * still have set a new one, so nobody's work is sent before the next sign-in, or before it is asked.
 * @param {Cookie} before
 * @param {boolean} answered
 */
const restoreCookie = (before, answered) =>
  changeCookie(answered ? { user_id: before.user_id } : { user_id: null });

/**
 * Whose session it is; nobody's here when it was opened as another device.
 * @param {any} session @param {string | undefined} deviceId
 * @returns {string | null}
 */
const ownerOf = (session, deviceId) =>
  session.device?.id && session.device.id !== deviceId ? null : (session.user?.id ?? null);

/**
 * Asks the county whose cookie this is, after a doubt.
 * @param {string} userId
 * @returns {Promise<boolean>} whether it is this person's
 */
export async function confirmCookie(userId) {
  const before = await cookie();
  const answer = await request("GET", "/api/session", { timeout: SIGN_IN_PATIENCE });
  if (answer.json === null) throw new NoAnswer("stranger");
  if (answer.status !== 200 && answer.status !== 401) throw new NoAnswer("stranger");
  const owner = answer.status === 200 ? ownerOf(answer.json, (await current())?.device.id) : null;
  if ((await cookie()).epoch !== before.epoch) throw new NoAnswer("stopped");
  const expired = owner !== userId;
  await changeCookie({ user_id: owner, expired });
  if (before.user_id !== owner || before.expired !== expired) emit("session");
  return !expired;
}

/**
 * Ends the session here, and in the county as soon as it can be reached.
 * @returns {Promise<{kept: number}>} how many items are not sent yet; they stay for this person
 */
export async function signOut() {
  const { store } = await atWork();
  const kept = await keep(store, () => store.outbox.where("open").equals(1).count());
  const phone = phoneStore();
  await keep(phone, () => phone.state.delete("current"));
  await changeCookie({ leaving: true });
  emit("session");
  await finishLeaving();
  return { kept };
}

/** Tells the county that the last person has left, if that is still owed. */
export async function finishLeaving() {
  const note = await cookie();
  if (!note.leaving || (await current())) return;
  try {
    const answer = await request("DELETE", "/api/session", { timeout: SIGN_OUT_PATIENCE });
    const done = [200, 204, 401].includes(answer.status) && (answer.status === 204 || answer.json !== null);
    if (done && (await cookie()).epoch === note.epoch) await changeCookie({ user_id: null, leaving: false });
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
  }
}
