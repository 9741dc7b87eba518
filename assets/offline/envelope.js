/**
 * Sealing to the county: whoever has its public key can close, only the county can open. A one-time key
 * pair (ECDH P-256) gives a secret (HKDF-SHA256) for AES-256-GCM; `info` says what it is for, and what
 * stands beside it in the open (`aad`) cannot be changed without breaking the seal.
 */
import { requireCrypto, utf8 } from "./canonical.js";

/** @typedef {{kid: string, public_key: string}} CountyKey the county's public key, as it hands it out */
/** @typedef {{kid: string, epk: string, iv: string}} Seal what the county needs to open, base64url */

const CURVE = { name: "ECDH", namedCurve: "P-256" };

/** @param {Uint8Array | ArrayBuffer} bytes @returns {string} base64url without padding */
export function toText(bytes) {
  const raw = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  let text = "";
  for (let at = 0; at < raw.length; at += 8192) text += String.fromCharCode(...raw.subarray(at, at + 8192));
  return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** @param {string} text base64url @returns {Uint8Array<ArrayBuffer>} */
export function fromText(text) {
  const raw = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(raw, (char) => char.charCodeAt(0));
}

/** @param {Uint8Array[]} parts @returns {Uint8Array<ArrayBuffer>} */
export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** @param {Uint8Array<ArrayBuffer>} theirs @param {Uint8Array} epk @param {CryptoKey} own @param {string} info */
async function secretOf(theirs, epk, own, info) {
  const other = await crypto.subtle.importKey("raw", theirs, CURVE, false, []);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: other }, own, 256);
  const source = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: joined(epk, theirs), info: utf8(info) };
  return crypto.subtle.deriveKey(how, source, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
}

/**
 * Closes something so that only the county can open it.
 * @param {CountyKey} county
 * @param {string} info what it is for
 * @param {BufferSource} plaintext
 * @param {Uint8Array<ArrayBuffer> | ((seal: Seal) => Promise<Uint8Array<ArrayBuffer>>)} aad what must stay as it is beside it; a
 *   function where the seal itself stands in it
 * @returns {Promise<Seal & {ciphertext: Uint8Array<ArrayBuffer>}>}
 */
export async function sealTo(county, info, plaintext, aad) {
  requireCrypto();
  const pair = /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]));
  const epk = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const key = await secretOf(fromText(county.public_key), epk, pair.privateKey, info);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const seal = { kid: county.kid, epk: toText(epk), iv: toText(iv) };
  const additionalData = typeof aad === "function" ? await aad(seal) : aad;
  const ciphertext = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, plaintext);
  return { ...seal, ciphertext: new Uint8Array(ciphertext) };
}
