/** A clock that moves only when a test moves it, and chance that repeats itself. */

/** @param {number} seed a small generator (mulberry32): the same seed, the same luck */
export function dice(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export class Clock {
  constructor(random = dice(1), at = Date.parse("2026-11-20T08:00:00+08:00")) {
    this.at = at;
    this.random = random;
    this.timers = [];
  }

  now = () => this.at;

  after = (ms, call) => {
    const timer = { at: this.at + ms, call };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((one) => one !== timer);
    };
  };

  /** The times of all that waits, the earliest first. */
  waiting = () => this.timers.map((one) => one.at - this.at).sort((a, b) => a - b);

  /** Moves on, and calls what has come due on the way. */
  async advance(ms) {
    const end = this.at + ms;
    for (;;) {
      const next = this.timers.filter((one) => one.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.timers = this.timers.filter((one) => one !== next);
      this.at = Math.max(this.at, next.at);
      next.call();
      await turns(5);
    }
    this.at = end;
  }
}

/** Lets the loop of events go round; no time passes. */
export async function turns(count) {
  for (let i = 0; i < count; i += 1) await new Promise((done) => setImmediate(done));
}

/** Far longer than anything takes on a machine that has other work too. */
const PATIENCE_MS = 20_000;

/** Goes round until something is so. */
export async function until(what, message = "it never became so") {
  const end = performance.now() + PATIENCE_MS;
  while (performance.now() < end) {
    if (await what()) return;
    await turns(1);
  }
  throw new Error(message);
}
