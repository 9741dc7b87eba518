/**
 * How what lies on the phone is sealed: AES-256-GCM, each record bound to its place by what is authenticated
 * with it (`table:id:rev`). Rows are sealed synchronously, because a transaction of the store ends while
 * WebCrypto is awaited; pictures by WebCrypto, outside of transactions, because they are large.
 */
import { requireCrypto, utf8, wellFormed } from "./canonical.js";
import { OfflineError } from "./errors.js";

/** OWASP's figure for PBKDF2-HMAC-SHA256. */
const ROUNDS = 600_000;
const IV = 12;

/** A data key: its bytes for rows, and the browser's own form of it for pictures. @typedef {{raw: Uint8Array<ArrayBuffer>, bulk: CryptoKey}} Key */
/** @typedef {{salt: Uint8Array<ArrayBuffer>, rounds: number, sealed: Uint8Array<ArrayBuffer>}} Wrap a data key, sealed with a key that the password gives */

const words = new TextDecoder();

/** The cipher of rows: it comes with the first key, since nobody needs it before. @type {typeof import("@noble/ciphers/aes.js").gcm} */
let gcm;

/** @param {number} size */
const random = (size) => crypto.getRandomValues(new Uint8Array(size));

/** @param {Uint8Array} iv @param {Uint8Array} sealed */
function joined(iv, sealed) {
  const all = new Uint8Array(iv.length + sealed.length);
  all.set(iv);
  all.set(sealed, iv.length);
  return all;
}

/** @param {unknown} cause */
const broken = (cause) => new OfflineError("sealed_broken", undefined, { cause });

/** @param {Uint8Array<ArrayBuffer>} raw @returns {Promise<Key>} */
export async function keyFrom(raw) {
  ({ gcm } = await import("@noble/ciphers/aes.js"));
  const bulk = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
  return { raw, bulk };
}

/** A new data key. @returns {Promise<Key>} */
export const newKey = () => keyFrom(random(32));

/** @param {Key} key @param {string} place @param {any} value what JSON can carry @returns {Uint8Array} */
export function sealValue({ raw }, place, value) {
  const iv = random(IV);
  return joined(iv, gcm(raw, iv, utf8(place)).encrypt(utf8(JSON.stringify(value))));
}

/** @param {Key} key @param {string} place @param {Uint8Array} sealed */
export function openValue({ raw }, place, sealed) {
  try {
    return JSON.parse(words.decode(gcm(raw, sealed.subarray(0, IV), utf8(place)).decrypt(sealed.subarray(IV))));
  } catch (error) {
    throw broken(error);
  }
}

/** @param {CryptoKey} key @param {string} place @param {BufferSource} bytes */
async function sealWith(key, place, bytes) {
  const iv = random(IV);
  const how = { name: "AES-GCM", iv, additionalData: utf8(place) };
  return joined(iv, new Uint8Array(await crypto.subtle.encrypt(how, key, bytes)));
}

/** @param {CryptoKey} key @param {string} place @param {Uint8Array<ArrayBuffer>} sealed */
const openWith = (key, place, sealed) =>
  crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.subarray(0, IV), additionalData: utf8(place) }, key, sealed.subarray(IV));

/** @param {Key} key @param {string} place @param {BufferSource} bytes @returns {Promise<ArrayBuffer>} */
export const sealBytes = async ({ bulk }, place, bytes) => (await sealWith(bulk, place, bytes)).buffer;

/** @param {Key} key @param {string} place @param {ArrayBuffer} sealed @returns {Promise<ArrayBuffer>} */
export const openBytes = ({ bulk }, place, sealed) =>
  openWith(bulk, place, new Uint8Array(sealed)).catch((error) => {
    throw broken(error);
  });

/** @param {string} password @param {Uint8Array<ArrayBuffer>} salt @param {number} rounds */
async function fromPassword(password, salt, rounds) {
  requireCrypto();
  const secret = await crypto.subtle.importKey("raw", utf8(wellFormed(password)), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
  return crypto.subtle.deriveKey(how, secret, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/** @param {string} userId */
const place = (userId) => `wrap:${userId}:password`;

/** The data key, to be opened with this password. @param {Key} key @param {string} userId @param {string} password @returns {Promise<Wrap>} */
export async function wrapKey({ raw }, userId, password) {
  const salt = random(16);
  const sealed = await sealWith(await fromPassword(password, salt, ROUNDS), place(userId), raw);
  return { salt, rounds: ROUNDS, sealed };
}

/** @param {Wrap} wrap @param {string} userId @param {string} password @returns {Promise<Key | null>} null for another password */
export async function unwrapKey({ salt, rounds, sealed }, userId, password) {
  const secret = await fromPassword(password, salt, rounds);
  const raw = await openWith(secret, place(userId), sealed).catch(() => null);
  return raw && keyFrom(new Uint8Array(raw));
}
