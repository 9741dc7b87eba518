/**
 * Slows down whoever guesses passwords on this phone; and recognises the password of a phone from before the
 * encryption by the slow hash (PBKDF2) that it kept.
 */
import { now } from "./clock.js";
import { hex, requireCrypto, utf8, wellFormed } from "./canonical.js";
import { OfflineError, SENTENCES } from "./errors.js";

const FREE_TRIES = 5;
const MOST_TRIES = 10;

/** @typedef {{salt: string, rounds: number, hash: string}} Verifier */

/** @param {string} password @param {string} salt @param {number} rounds */
async function derive(password, salt, rounds) {
  const key = await crypto.subtle.importKey("raw", utf8(wellFormed(password)), "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: utf8(salt), iterations: rounds };
  return hex(await crypto.subtle.deriveBits(how, key, 256));
}

/** @param {Verifier} verifier @param {string} password */
export async function verify(verifier, password) {
  requireCrypto();
  return (await derive(password, verifier.salt, verifier.rounds)) === verifier.hash;
}

/** @typedef {{count: number, until: number}} Tries */

/** Fails while too many wrong passwords have just been tried. @param {Tries | undefined} tries */
export function requirePause(tries) {
  const left = (tries?.until ?? 0) - now();
  if (left <= 0) return;
  const minutes = String(Math.ceil(left / 60_000));
  throw new OfflineError("too_many_tries", SENTENCES.too_many_tries.replace("{minutes}", minutes));
}

/** One more wrong password: from the fifth on a pause, doubling. @param {Tries | undefined} tries @returns {Tries} */
export function oneMore(tries) {
  const count = (tries?.count ?? 0) + 1;
  const pause = count < FREE_TRIES ? 0 : 60_000 * 2 ** Math.min(count - FREE_TRIES, 8);
  return { count, until: now() + pause };
}

/** After so many wrong ones in a row the keys go: somebody else has the phone. @param {Tries | undefined} tries */
export const tooMany = (tries) => (tries?.count ?? 0) + 1 >= MOST_TRIES;
