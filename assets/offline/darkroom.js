/**
 * Has a picture made small: in a worker, or on the page where a worker cannot be had.
 */
import { after } from "./clock.js";
import { shrink } from "./photo-worker.js";

/** @typedef {Awaited<ReturnType<typeof shrink>>} Small */

const SCRIPT = "/offline/photo-worker.js";
/** Longer than the slowest phone needs for 48 megapixels. */
const PATIENCE = 60_000;

/** @type {Worker | null} */
let worker = null;
let noWorker = typeof Worker === "undefined";
let count = 0;
/** @type {Map<number, {done: (small: Small) => void, failed: (error: Error) => void}>} */
const jobs = new Map();

/** What a worker cannot do in a minute would freeze the page for as long. */
class Stuck extends Error {}

/** @param {Error} reason */
function giveUp(reason) {
  worker?.terminate();
  worker = null;
  for (const job of jobs.values()) job.failed(reason);
  jobs.clear();
}

/** @returns {Worker} */
function openWorker() {
  if (worker) return worker;
  worker = new Worker(SCRIPT, { type: "module" });
  worker.onerror = () => {
    noWorker = true;
    giveUp(new Error("the worker cannot be had"));
  };
  worker.onmessage = ({ data: { id, result, error } }) => {
    const job = jobs.get(id);
    jobs.delete(id);
    if (error) job?.failed(new Error(error));
    else job?.done(result);
  };
  return worker;
}

/** @param {ArrayBuffer} bytes @returns {Promise<Small>} */
function inWorker(bytes) {
  const id = (count += 1);
  const forget = after(PATIENCE, () => giveUp(new Stuck()));
  const job = new Promise((done, failed) => jobs.set(id, { done, failed }));
  openWorker().postMessage({ id, bytes });
  return job.finally(forget);
}

/** @type {((bytes: ArrayBuffer) => Promise<Small>) | null} */
let other = null;

/** @param {(bytes: ArrayBuffer) => Promise<Small>} [make] for tests: there is no canvas under Node */
export function useDarkroom(make) {
  other = make ?? null;
}

/**
 * @param {ArrayBuffer} bytes
 * @returns {Promise<Small | null>} null for what this browser cannot decode
 */
export async function develop(bytes) {
  try {
    return await (other ?? (noWorker ? shrink : inWorker))(bytes);
  } catch (error) {
    console.debug("picture not made in the first way:", String(error));
    if (error instanceof Stuck) return null;
  }
  // A worker decodes less than a page in some browsers; the page's <img> is the last way.
  if (other || typeof document === "undefined") return null;
  return shrink(bytes).catch(() => null);
}
