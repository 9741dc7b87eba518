/**
 * The exact bytes of a command: one form (RFC 8785) that phone and county agree on, and its sha256.
 */
import canonicalize from "canonicalize";
import { OfflineError } from "./errors.js";

const DEEPEST = 32;
/** A whole surrogate pair, or half of one: what a broken keyboard leaves behind, without a UTF-8 form. */
const SURROGATES = /[\uD800-\uDBFF][\uDC00-\uDFFF]|[\uD800-\uDFFF]/g;

/** @param {string} text */
export const wellFormed = (text) =>
  /** @type {any} */ (text).toWellFormed?.() ??
  text.replace(SURROGATES, (found) => (found.length === 2 ? found : "\uFFFD"));

// canonicalize asks this of every text; phones from before 2023 do not have it.
if (!(/** @type {any} */ (String.prototype).isWellFormed))
  Object.defineProperty(String.prototype, "isWellFormed", {
    configurable: true,
    writable: true,
    /** @this {string} */
    value() {
      return wellFormed(String(this)) === String(this);
    },
  });

/** @param {any} value */
function cleanLeaf(value) {
  if (typeof value === "string") return wellFormed(value);
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  return typeof value === "boolean" || value === null ? value : undefined;
}

/**
 * A copy that has a canonical form: well-formed text, whole numbers as numbers, nothing undefined.
 * What a cadre typed is never a reason to fail; only a nesting that no form has is.
 * @param {any} value
 * @param {number} [depth]
 * @returns {any}
 */
export function clean(value, depth = 1) {
  if (typeof value !== "object" || value === null || value instanceof Date) return cleanLeaf(value);
  if (depth > DEEPEST) throw new OfflineError("command_too_deep");
  if (Array.isArray(value)) return value.map((entry) => clean(entry, depth + 1) ?? null);
  const copy = /** @type {Record<string, any>} */ ({});
  for (const [key, entry] of Object.entries(value)) {
    const cleaned = clean(entry, depth + 1);
    if (cleaned !== undefined) copy[wellFormed(key)] = cleaned;
  }
  return copy;
}

/** @param {any} value a clean one @returns {string} */
export const canonical = (value) => /** @type {string} */ (canonicalize(value));

/** @param {string} text */
export const utf8 = (text) => new TextEncoder().encode(text);

/** @param {ArrayBuffer | Uint8Array} bytes */
export const hex = (bytes) =>
  Array.from(bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");

/** Fails with a sentence where the browser keeps its cryptography from insecure addresses. */
export function requireCrypto() {
  if (!globalThis.crypto?.subtle) throw new OfflineError("insecure");
}

/** @param {BufferSource} bytes @returns {Promise<string>} */
export async function sha256(bytes) {
  requireCrypto();
  return hex(await crypto.subtle.digest("SHA-256", bytes));
}

/**
 * The digest by which phone and county name the same content.
 * @param {Record<string, any>} command
 */
export const digestOf = ({ digest: _digest, signature: _signature, ...rest }) => sha256(utf8(canonical(rest)));
