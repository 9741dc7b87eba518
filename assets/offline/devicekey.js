/**
 * The phone's own key pair (ECDSA P-256), one for each person on it. Its private half cannot be taken out;
 * with it the phone signs what it saves, so that the county can tell from which phone a record came.
 */
import { requireCrypto, utf8 } from "./canonical.js";
import { keep, write } from "./db.js";
import { OfflineError } from "./errors.js";
import { toText } from "./envelope.js";
import { ask } from "./round.js";
import { NoAnswer } from "./wire.js";

/** @typedef {import("./db.js").Store} Store */
/** @typedef {{name: string, private: CryptoKey, public_key: string, told: boolean}} DeviceKey */

const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const SIGN = { name: "ECDSA", hash: "SHA-256" };
const OWN = "device";

/** @param {Store} store @returns {Promise<DeviceKey | null>} null where this phone has none yet */
export const deviceKey = async (store) => (await keep(store, () => store.keys.get(OWN))) ?? null;

/** @param {Store} store @returns {Promise<DeviceKey>} the phone's key, made where there is none */
export async function makeDeviceKey(store) {
  const known = await deviceKey(store);
  if (known) return known;
  requireCrypto();
  const pair = /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey(CURVE, false, ["sign", "verify"]));
  const public_key = toText(await crypto.subtle.exportKey("raw", pair.publicKey));
  return write(store, ["keys"], async () => {
    const present = await store.keys.get(OWN);
    if (present) return present;
    const made = { name: OWN, private: pair.privateKey, public_key, told: false };
    await store.keys.put(made);
    return made;
  });
}

/**
 * The phone's signature over a digest, as the contract has it; null where it has no key.
 * @param {DeviceKey | null} key @param {string} digest
 */
export async function signed(key, digest) {
  return key ? toText(await crypto.subtle.sign(SIGN, key.private, utf8(digest))) : null;
}

/** A one-time code that was scanned or typed, for the next round. @type {string | null} */
let given = null;

/** @param {string} code */
export const useCode = (code) => void (given = code || null);

/** @param {import("./round.js").Round} round @param {string} public_key @param {string | null} code */
async function register(round, public_key, code) {
  const body = JSON.stringify({ public_key, ...(code && { code }) });
  const answer = await ask(round, "POST", "/api/devices", { body, headers: { "content-type": "application/json" } });
  if (answer.json === null) throw new NoAnswer("stranger");
  return answer;
}

/**
 * Hands the county the public half, once; before anything that it signs is sent.
 * @param {import("./round.js").Round} round
 * @returns {Promise<any>} the county's key to seal to, when it told it
 */
export async function enrol(round) {
  const code = given;
  const key = await makeDeviceKey(round.store);
  if (key.told && !code) return null;
  const answer = await register(round, key.public_key, code);
  if (answer.status === 200) {
    given = null;
    await keep(round.store, () => round.store.keys.update(OWN, { told: true }));
    return answer.json.county_key ?? null;
  }
  given = null;
  if (answer.status === 403 && answer.code.startsWith("code_")) throw new OfflineError(answer.code, answer.message);
  return null;
}
