/**
 * One round of sending and receiving: what its steps share, and the requests they make. A request goes
 * out only under the person's own cookie, and its answer counts only if that did not change meanwhile.
 */
import { now } from "./clock.js";
import { keep } from "./db.js";
import { RECEIVED } from "./item.js";
import { confirmCookie, cookie } from "./session.js";
import { sentence, setStatus } from "./status.js";
import { NoAnswer, request } from "./wire.js";

/** @typedef {import("./db.js").Store} Store */
/** @typedef {import("./wire.js").Answer} Answer */

/**
 * @typedef {object} Round
 * @property {Store} store
 * @property {import("./types.js").Session} me
 * @property {AbortSignal} signal
 * @property {number} sent parts of this round
 * @property {number} bytes photo bytes of this round
 * @property {number} strikes failures one after the other that look like the county's own
 */

/** The county asks for a new sign-in. Everything stays where it is. */
export class SignInAgain extends Error {}

/** The county has stopped serving this phone: what lies on it goes, all but what is sealed for the county. */
export class Revoked extends Error {}

/** The county is there but cannot now. */
export class Busy extends Error {
  /** @param {number | null} wait milliseconds that it asks for @param {string} [message] its sentence */
  constructor(wait, message) {
    super(message ?? "");
    this.wait = wait;
  }
}

/** Statuses that say "later", whoever sent them. */
const LATER = [408, 423, 425, 429, 502, 503, 504];
const MOST_STRIKES = 3;

/** @param {Round} round */
async function requireOwnCookie({ me }) {
  const note = await cookie();
  if (note.user_id === me.user.id && !note.expired) return note.epoch;
  if (!(await confirmCookie(me.user.id))) throw new SignInAgain();
  return (await cookie()).epoch;
}

/**
 * A 401 without our words may be a stranger's, so the county is asked once more.
 * @param {Round} round @param {Answer} answer
 */
async function checkSignedIn({ me }, answer) {
  if (answer.status !== 401) return;
  if (answer.json?.error || !(await confirmCookie(me.user.id))) throw new SignInAgain();
  throw new NoAnswer("stranger");
}

/**
 * @param {Round} round
 * @param {string} method
 * @param {string} path
 * @param {Parameters<typeof request>[2]} [options]
 * @returns {Promise<Answer>}
 */
export async function ask(round, method, path, options) {
  const epoch = await requireOwnCookie(round);
  const answer = await request(method, path, { ...options, signal: round.signal });
  if ((await cookie()).epoch !== epoch) throw new NoAnswer("stopped");
  await checkSignedIn(round, answer);
  if (answer.status === 403 && answer.code === "device_revoked") throw new Revoked();
  if (LATER.includes(answer.status)) throw new Busy(answer.retryAfter, answer.message);
  return answer;
}

/**
 * The county forbids this: because the session is another's or another device's, or for a reason of its own.
 * @param {Round} round @param {Answer} answer
 * @returns {Promise<never>}
 */
export async function forbidden({ me }, answer) {
  if (!(await confirmCookie(me.user.id))) throw new SignInAgain();
  throw new Busy(null, answer.message);
}

/** Something failed in the county, for one item perhaps: others are tried, but not for ever. @param {Round} round */
export function strike(round) {
  round.strikes += 1;
  if (round.strikes >= MOST_STRIKES) throw new Busy(null);
}

/** @param {Store} store */
const openRows = async (store) => {
  const rows = await keep(store, () => store.outbox.where("open").equals(1).toArray());
  return rows.sort((a, b) => a.n - b.n);
};

/** Texts still to be sent, the oldest first. @param {Store} store */
export const textsToSend = async (store) => (await openRows(store)).filter((row) => row.text === "phone");

/** Those whose wait is over. @param {any[]} rows */
export const due = (rows) => rows.filter((row) => row.next_at <= now());

/**
 * Photos still to be sent: text goes first, so only those of received texts.
 * @param {Store} store
 * @returns {Promise<any[]>} uploads, each with the id of its item
 */
export async function photosToSend(store) {
  const rows = (await openRows(store)).filter((row) => RECEIVED.includes(row.text));
  const owners = new Map();
  for (const row of rows) for (const sha256 of row.photos) if (!owners.has(sha256)) owners.set(sha256, row.id);
  const order = [...new Set(rows.flatMap((row) => row.photos))];
  const uploads = await keep(store, () => store.uploads.bulkGet(order));
  return uploads.filter((one) => one?.state === "phone").map((one) => ({ ...one, item: owners.get(one.sha256) }));
}

/** Says how far it is. @param {Round} round @param {string | null} item */
export async function progress(round, item) {
  const texts = await textsToSend(round.store);
  const photos = await photosToSend(round.store);
  const n = round.sent;
  const of = n + texts.length + texts.reduce((sum, row) => sum + row.photos.length, 0) + photos.length;
  const bytes_of = round.bytes + photos.reduce((sum, one) => sum + one.bytes - one.offset, 0);
  const words = sentence("sending", { n, of });
  setStatus({ state: "sending", n, of, bytes: round.bytes, bytes_of, item, sentence: words });
}
