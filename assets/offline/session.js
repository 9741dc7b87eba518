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
import { iso, now, uuid7 } from "./clock.js";
import { requireCrypto, sha256, utf8 } from "./canonical.js";
import { keep, personStore, phoneStore, read, requireStore } from "./db.js";
import { OfflineError } from "./errors.js";
import { discardKey, findKey, hold, keyOf, letGo, onLocked } from "./keyring.js";
import { movePerson, oldUser } from "./legacy.js";
import { sealRow } from "./pictures.js";
import { keyFrom, newKey, openValue, sealValue, unwrapKey, wrapKey } from "./seal.js";
import { oneMore, requirePause, tooMany, verify } from "./verifier.js";
import { allSealed, wipe } from "./wipe.js";
import { NoAnswer, request } from "./wire.js";

/** @typedef {import("./types.js").Session} Session */
/** @typedef {import("./seal.js").Key} Key */
/** @typedef {{user_id: string | null, epoch: number, leaving: boolean, expired: boolean}} Cookie */

const SIGN_IN_PATIENCE = 15_000;
const SIGN_OUT_PATIENCE = 5_000;
/** Until the county has said otherwise. */
const DAYS = 14;

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

/** @param {string} userId */
const userPlace = (userId) => `users:${userId}`;

/** Who they are, as last opened: asked at every step. @type {{tag: string, user: any} | null} */
let known = null;
onLocked(() => (known = null));

/** @param {any} row @param {Key} key */
function userIn(row, key) {
  const tag = `${row.id}:${row.sealed.subarray(0, 12)}`;
  if (known?.tag === tag) return known.user;
  try {
    known = { tag, user: openValue(key, userPlace(row.id), row.sealed) };
    return known.user;
  } catch {
    discardKey(row.id);
    return null;
  }
}

/** @returns {Promise<{row: any, note: Cookie}>} */
async function present() {
  requireStore();
  const store = phoneStore();
  const [row, note] = await read(store, ["state", "users"], async () => {
    const [id, noted] = await store.state.bulkGet(["current", "cookie"]);
    return [id?.value && (await store.users.get(id.value)), noted?.value ?? NO_COOKIE];
  });
  return { row, note };
}

/**
 * The person at work, with or without signal. Nobody is while the phone is locked.
 * @returns {Promise<Session | null>}
 */
export async function current() {
  const { row, note } = await present();
  const key = row?.sealed ? await findKey(row.id) : null;
  const user = key && userIn(row, key);
  if (!user) return null;
  return { user, device: { id: row.device_id }, expired: note.user_id !== row.id || note.expired };
}

/** Whose phone it is while it is locked. @returns {Promise<{id: string, username: string} | null>} */
export async function holder() {
  const { row } = await present();
  return row ? { id: row.id, username: row.username } : null;
}

/**
 * The person at work and their store, for the other modules of the engine.
 * @returns {Promise<{me: Session, store: import("./db.js").Store}>}
 */
export async function atWork() {
  const me = await current();
  if (!me) throw new OfflineError((await holder()) ? "locked" : "signed_out");
  return { me, store: personStore(me.user.id) };
}

/** The county has taken a new password: from now on it opens the phone. @param {string} password */
export async function passwordChanged(password) {
  const { me } = await atWork();
  const { must_change_password: _changed, ...user } = /** @type {any} */ (me.user);
  const key = keyOf(user.id);
  const change = { wrap: await wrapKey(key, user.id, password), sealed: sealValue(key, userPlace(user.id), user) };
  await keep(phoneStore(), () => phoneStore().users.update(user.id, change));
}

/** @param {string} username */
const userNamed = (username) => {
  const store = phoneStore();
  return keep(store, () => store.users.where("username").equals(username).first());
};

/** @param {string} userId @param {Key} key */
async function come(userId, key) {
  const store = phoneStore();
  const before = await readState("current");
  if (before && before !== userId) await letGo(before);
  await hold(userId, key);
  await keep(store, () =>
    store.transaction("rw", ["state"], async () => {
      await store.state.put({ key: "current", value: userId });
      await store.state.delete("wiped");
    }),
  );
  emit("session");
}

const DAY = 24 * 3600_000;

/** The county has been reached: from now on its patience counts anew. @param {string} userId @param {number | null} days */
export const noteContact = (userId, days) =>
  keep(phoneStore(), () => phoneStore().users.update(userId, { reached_at: now(), ...(days && { days }) }));

/** Who has not reached the county for as long as it allows loses the keys: the phone may be in other hands. @returns {Promise<boolean>} whether any went */
export async function expire() {
  const store = phoneStore();
  const users = await keep(store, () => store.users.toArray());
  const late = users.filter((/** @type {any} */ row) => row.wrap && row.reached_at && now() - row.reached_at > (row.days ?? DAYS) * DAY);
  for (const row of late) await wipe(row.id, "days");
  return late.length > 0;
}

/** How many days are left until then; null where nobody is at work. @returns {Promise<number | null>} */
export async function daysLeft() {
  const { row } = await present();
  return row?.reached_at ? Math.max(0, Math.ceil((row.days ?? DAYS) - (now() - row.reached_at) / DAY)) : null;
}

/** The keys leave the memory of every tab; what is written stays sealed. */
export async function lock() {
  const here = await holder();
  if (!here) return;
  await letGo(here.id);
  emit("session");
}

/** Whose work was taken from this phone, by the name that is given now. @param {string} username */
async function emptiedOf(username) {
  const store = phoneStore();
  const named = await sha256(utf8(username));
  return keep(store, () => store.users.filter((/** @type {any} */ row) => row.named === named).first());
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
 * @param {string} code of the second factor, where one is asked for
 */
async function ask(username, password, deviceId, code) {
  const body = JSON.stringify({ username, password, ...(code && { code }), device: { id: deviceId, name: deviceName() } });
  const headers = { "content-type": "application/json" };
  const answer = await request("POST", "/api/session", { body, headers, timeout: SIGN_IN_PATIENCE });
  if (answer.json === null) throw new NoAnswer("stranger");
  return answer;
}

/**
 * Opens what is sealed for a person with their password; on a phone from before the encryption the password is
 * only recognised, and a key is made.
 * @param {any} row @param {string} password
 * @returns {Promise<Key | null>}
 */
async function keyWith(row, password) {
  if (row.wrap) return unwrapKey(row.wrap, row.id, password);
  return row.verifier && (await verify(row.verifier, password)) ? newKey() : null;
}

/** What still lies in the clear, from before the encryption, is sealed. @param {string} userId @param {Key} key */
async function moveIn(userId, key) {
  await hold(userId, key);
  const store = personStore(userId);
  await movePerson(userId, store, (table, row) => sealRow(store, table, row));
  await keep(phoneStore(), () => phoneStore().users.update(userId, { old: false }));
}

/** @param {any} row as kept @param {any} user @param {Key} key @param {Record<string, any>} change */
async function writeUser(row, user, key, change) {
  const { verifier: _verifier, named: _named, ...rest } = row;
  const store = phoneStore();
  const sealed = sealValue(key, userPlace(user.id), user);
  await keep(store, () =>
    store.transaction("rw", ["users"], async () => {
      // The same name may now belong to another account: the old one's work stays in its own store.
      await store.users.where("username").equals(user.username).and((/** @type {any} */ one) => one.id !== user.id).modify({ username: "" });
      await store.users.put({ ...rest, id: user.id, username: user.username, sealed, tries: undefined, ...change });
    }),
  );
  if (row.old) await moveIn(user.id, key);
}

/**
 * Somebody whom the county knows, and whose new password does not open what is sealed here.
 * @type {{answer: any, username: string, password: string, deviceId: string, id: string} | null}
 */
let stranded = null;

/** @param {any} answer @param {string} username @param {string} password @param {string} deviceId */
async function remember(answer, username, password, deviceId) {
  const user = { ...answer.json.user, username };
  const row = (await keep(phoneStore(), () => phoneStore().users.get(user.id))) ?? { id: user.id };
  const here = row.wrap ? await unwrapKey(row.wrap, user.id, password) : await newKey();
  const key = here ?? (await findKey(user.id));
  if (!key) {
    stranded = { answer, username, password, deviceId, id: user.id };
    throw new OfflineError("other_password");
  }
  stranded = null;
  const wrap = here && row.wrap ? row.wrap : await wrapKey(key, user.id, password);
  await writeUser(row, user, key, { device_id: answer.json.device?.id ?? deviceId, wrap, signed_in_at: iso(), reached_at: now() });
  return { id: user.id, key };
}

/** One wrong password too many, and nobody can open any more what is sealed here. @param {any} row @param {string} code @returns {Promise<never>} */
async function wrong(row, code) {
  if (!tooMany(row.tries)) throw new OfflineError(code);
  await wipe(row.id, "tries");
  throw new OfflineError("keys_gone");
}

/** The old password opens once more what it has sealed; from now on the new one does. @param {string} old */
export async function openWithOld(old) {
  if (!stranded) throw new OfflineError("signed_out");
  const { answer, username, password, deviceId, id } = stranded;
  const store = phoneStore();
  const row = await keep(store, () => store.users.get(id));
  requirePause(row.tries);
  await keep(store, () => store.users.update(id, { tries: oneMore(row.tries) }));
  const key = await unwrapKey(row.wrap, id, old);
  if (!key) return wrong(row, "wrong_old_password");
  await hold(id, key);
  return finishSignIn(await remember(answer, username, password, deviceId));
}

/** The county has given the key back: what it sealed opens with the new password. @param {Uint8Array<ArrayBuffer>} raw */
export async function openWithKey(raw) {
  if (!stranded) throw new OfflineError("signed_out");
  const { answer, username, password, deviceId, id } = stranded;
  const row = await keep(phoneStore(), () => phoneStore().users.get(id));
  const key = await keyFrom(raw);
  if (!userIn(row, key)) throw new OfflineError("sealed_broken");
  await hold(id, key);
  return finishSignIn(await remember(answer, username, password, deviceId));
}

/** What was sealed with the forgotten password is given up; the person starts with an empty phone. */
export async function beginAnew() {
  if (!stranded) throw new OfflineError("signed_out");
  const { answer, username, password, deviceId, id } = stranded;
  await wipe(id, "left");
  return finishSignIn(await remember(answer, username, password, deviceId));
}

/** @param {{id: string, key: Key}} row */
async function finishSignIn({ id, key }) {
  await come(id, key);
  return { ...(await atWork()).me, offline: false };
}

/** Entry without signal. @param {any} row @param {string} password */
async function enterOffline(row, password) {
  requirePause(row.tries);
  const store = phoneStore();
  // Counted before it is tried: a tab that is closed in between is a try all the same.
  await keep(store, () => store.users.update(row.id, { tries: oneMore(row.tries) }));
  const key = await keyWith(row, password);
  if (!key) return wrong(row, "wrong_password");
  if (row.wrap) {
    await keep(store, () => store.users.update(row.id, { tries: undefined }));
    if (row.old) await moveIn(row.id, key);
  } else {
    const user = await oldUser(row.id);
    await writeUser(row, { ...user, username: row.username }, key, { wrap: await wrapKey(key, row.id, password), reached_at: now() });
  }
  const note = await cookie();
  if (note.user_id === row.id && note.leaving) await changeCookie({ leaving: false });
  await come(row.id, key);
}

/**
 * Opens the locked phone. The password that is known here is enough; the county is asked when it is not.
 * @param {string} username
 * @param {string} password
 * @param {string} [code] of the second factor, where one is asked for
 * @returns {Promise<Session & {offline: boolean, bare?: boolean}>}
 */
export async function unlock(username, password, code = "") {
  const row = await userNamed(username.trim());
  if (!row) return signIn(username, password, true, code);
  try {
    await enterOffline(row, password);
  } catch (error) {
    if (!(error instanceof OfflineError) || error.code !== "wrong_password") throw error;
    return signIn(username, password, false, code);
  }
  const me = /** @type {Session} */ ((await atWork()).me);
  return { ...me, offline: globalThis.navigator?.onLine === false };
}

/** @param {import("./wire.js").Answer} answer */
const refused = (answer) =>
  [400, 401, 403, 422, 423, 429].includes(answer.status) && answer.json?.error !== undefined;

/**
 * @param {string} username
 * @param {string} password
 * @param {boolean} [tryHere] whether the phone may open without the county
 * @param {string} [code] of the second factor, where one is asked for
 * @returns {Promise<Session & {offline: boolean, bare?: boolean}>} `bare`: the second factor is still to be set up
 */
export async function signIn(username, password, tryHere = true, code = "") {
  requireStore();
  requireCrypto();
  const name = username.trim();
  const known = await userNamed(name);
  const deviceId = (known ?? (await emptiedOf(name)))?.device_id ?? uuid7();
  const before = await cookie();
  let answer = null;
  try {
    // Whose cookie it is turns unknown before the request goes out, not when its answer is in.
    await changeCookie({ user_id: null });
    answer = await ask(name, password, deviceId, code);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
  }
  if (answer?.status === 200 && typeof answer.json.user?.id === "string") {
    await changeCookie({ user_id: answer.json.user.id, leaving: false, expired: false });
    const session = await finishSignIn(await remember(answer, name, password, deviceId));
    return { ...session, bare: answer.json.user.must_set_factor === true };
  }
  await restoreCookie(before, answer !== null);
  if (answer?.code === "device_revoked" && known?.wrap) await wipe(known.id, "revoked");
  if (answer && refused(answer)) throw new OfflineError(answer.code || "wrong_password", answer.message || undefined);
  if (!known) throw new OfflineError(answer ? "server_busy" : "first_needs_signal");
  if (!tryHere) throw new OfflineError("wrong_password");
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
 * Ends the session here, and in the county as soon as it can be reached. What is sealed for the county stays and is
 * sent by whoever opens the app; all else goes.
 * @returns {Promise<{kept: number}>} how many items are not sent yet
 */
export async function signOut() {
  const { me, store } = await atWork();
  const kept = await keep(store, () => store.outbox.where("open").equals(1).count());
  await changeCookie({ leaving: true });
  if (await allSealed(store)) await wipe(me.user.id, "left");
  const phone = phoneStore();
  await keep(phone, () => phone.state.delete("current"));
  await letGo(me.user.id);
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
