/**
 * One request to the county, and a plain account of what came back. Nothing here decides what it means
 * for a visit; but whatever is not clearly our server's own answer is told apart as "offline", since a
 * hotel's login page answers 200 to everything.
 */
import { after, now } from "./clock.js";

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {any} json null where the answer was no JSON
 * @property {Headers} headers
 * @property {string} code our error code, empty where there is none
 * @property {string} message our sentence, empty where there is none
 * @property {any[]} details
 * @property {number | null} retryAfter milliseconds
 * @property {ArrayBuffer | null} picture its bytes, where one was asked for and came
 */

/** No answer of ours: no signal, too slow, or somebody else answered in the county's place. */
export class NoAnswer extends Error {
  /** @param {"network" | "timeout" | "stranger" | "stopped"} why @param {unknown} [cause] */
  constructor(why, cause) {
    super(`no answer: ${why}`, { cause });
    this.why = why;
  }
}

/** @type {typeof fetch} */
let send = (...request) => globalThis.fetch(...request);

/** @param {typeof fetch} [other] for tests; without it the browser's own */
export function useFetch(other) {
  send = other ?? ((...request) => globalThis.fetch(...request));
}

/** How far the county's clock is ahead of this phone's, by its last answer. */
let ahead = 0;

/** The county's time, as well as the phone knows it. */
export const countyNow = () => now() + ahead;

/** @param {string | null} value seconds or a date */
function readRetryAfter(value) {
  if (!value) return null;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - countyNow());
}

/** @param {Response} response */
async function readJson(response) {
  if (!/\bjson\b/i.test(response.headers.get("content-type") ?? "")) return null;
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** @param {Response} response */
const isPicture = (response) => response.status === 200 && /^image\//i.test(response.headers.get("content-type") ?? "");

/**
 * @param {Response} response
 * @param {boolean} wanted whether a picture was asked for
 * @returns {Promise<Answer>}
 */
async function readAnswer(response, wanted) {
  const picture = wanted && isPicture(response) ? await response.arrayBuffer() : null;
  const json = await readJson(response);
  const error = json?.error;
  const date = Date.parse(response.headers.get("date") ?? "");
  if (json !== null && !Number.isNaN(date)) ahead = date - now();
  return {
    status: response.status,
    json,
    headers: response.headers,
    code: typeof error?.code === "string" ? error.code : "",
    message: typeof error?.message === "string" ? error.message : "",
    details: Array.isArray(error?.details) ? error.details : [],
    retryAfter: readRetryAfter(response.headers.get("retry-after")),
    picture,
  };
}

/**
 * @param {string} method
 * @param {string} path
 * @param {object} [options]
 * @param {BodyInit} [options.body]
 * @param {Record<string, string>} [options.headers]
 * @param {number} [options.timeout] milliseconds for the whole exchange, the answer's body included
 * @param {AbortSignal} [options.signal]
 * @param {boolean} [options.picture] a picture is asked for
 * @returns {Promise<Answer>}
 */
export async function request(method, path, { body, headers = {}, timeout = 30_000, signal, picture = false } = {}) {
  const stop = new AbortController();
  let late = false;
  const forget = after(timeout, () => {
    late = true;
    stop.abort();
  });
  const passOn = () => stop.abort();
  if (signal?.aborted) stop.abort();
  signal?.addEventListener("abort", passOn);
  try {
    const response = await send(path, {
      method,
      body,
      headers: { accept: "application/json", ...headers },
      credentials: "same-origin",
      cache: "no-store",
      redirect: "error",
      signal: stop.signal,
    });
    return await readAnswer(response, picture);
  } catch (error) {
    throw new NoAnswer(late ? "timeout" : signal?.aborted ? "stopped" : "network", error);
  } finally {
    forget();
    signal?.removeEventListener("abort", passOn);
  }
}

const WORTH_PACKING = 400;

/**
 * JSON text as a request body, packed where the browser can.
 * @param {string} text
 * @param {boolean} pack
 * @returns {Promise<{body: Uint8Array<ArrayBuffer>, headers: Record<string, string>}>}
 */
export async function packed(text, pack) {
  const headers = { "content-type": "application/json" };
  const plain = new TextEncoder().encode(text);
  if (!pack || plain.length < WORTH_PACKING || typeof CompressionStream === "undefined")
    return { body: plain, headers };
  const stream = new Blob([plain]).stream().pipeThrough(new CompressionStream("gzip"));
  const body = new Uint8Array(await new Response(stream).arrayBuffer());
  return { body, headers: { ...headers, "content-encoding": "gzip" } };
}

/** A slow link is given time in proportion: 1 KB/s is still a link. @param {number} bytes */
export const patience = (bytes) => 30_000 + bytes;
