/**
 * Time, chance and identifiers: the only module that asks the device for them, so that a test can put
 * its own in their place and nothing has to be measured or waited for.
 */

/**
 * @typedef {object} Clock
 * @property {() => number} now milliseconds since 1970
 * @property {() => number} random from 0 up to 1
 * @property {(ms: number, call: () => void) => () => void} after calls later; the answer takes it back
 */

/** @type {Clock} */
const device = {
  now: () => Date.now(),
  random: () => Math.random(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

/** @type {Clock} */
let clock = device;

/** @param {Partial<Clock>} [other] without it the device's own again */
export function useClock(other = {}) {
  clock = { ...device, ...other };
}

export const now = () => clock.now();
export const random = () => clock.random();
/** @param {number} ms @param {() => void} call */
export const after = (ms, call) => clock.after(ms, call);

/** @param {number} n @param {number} [width] */
const pad = (n, width = 2) => String(n).padStart(width, "0");

/**
 * A time as ISO 8601 with the phone's own offset: the clerk reads 20:10 as the evening that it was.
 * @param {number} [at]
 * @returns {string}
 */
export function iso(at = now()) {
  const minutes = -new Date(at).getTimezoneOffset();
  const shifted = new Date(at + minutes * 60_000).toISOString().slice(0, -1);
  const sign = minutes < 0 ? "-" : "+";
  const size = Math.abs(minutes);
  return `${shifted}${sign}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
}

/** Today's date here. @param {number} [at] */
export const today = (at = now()) => iso(at).slice(0, 10);

/** @type {{at: number, count: number}} */
const last = { at: 0, count: 0 };

/**
 * A UUIDv7 (RFC 9562): sortable by time, and still rising when the clock is set back or stands still,
 * because the 12 bits after the time count within this tab.
 * @returns {string}
 */
export function uuid7() {
  const at = Math.max(now(), last.at);
  last.count = at === last.at ? last.count + 1 : Math.floor(random() * 0x400);
  last.at = at;
  if (last.count > 0xfff) {
    last.at += 1;
    last.count = 0;
  }
  const tail = crypto.getRandomValues(new Uint8Array(8));
  tail[0] = (tail[0] & 0x3f) | 0x80;
  const time = last.at.toString(16).padStart(12, "0");
  const rest = Array.from(tail, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const count = last.count.toString(16).padStart(3, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${count}-${rest.slice(0, 4)}-${rest.slice(4)}`;
}

const LONGEST_WAIT = 5 * 60_000;

/**
 * How long to wait after `tries` failures: full jitter, so that a thousand phones that lost the same
 * mast do not come back in the same second.
 * @param {number} tries
 * @returns {number} milliseconds
 */
export const backoff = (tries) => random() * Math.min(LONGEST_WAIT, 500 * 2 ** Math.min(tries, 20));
