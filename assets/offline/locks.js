/**
 * One at a time, over all tabs: by the browser's locks, or by a lease in the store where it has none.
 * A lease may outlive its holder by a minute; nothing that it guards is harmed by two holders, since
 * commands are idempotent and the chain's head is compared again inside the transaction.
 */
import { after, now, uuid7 } from "./clock.js";
import { write } from "./db.js";

const LEASE = 60_000;
const HEARTBEAT = 20_000;
const LOOK_AGAIN = 50;

const self = uuid7();

/** @returns {LockManager | null} */
const manager = () => (typeof navigator !== "undefined" && navigator.locks) || null;

/** @param {import("./db.js").Store} store @param {string} name @returns {Promise<boolean>} */
const takeLease = (store, name) =>
  write(store, ["leases"], async () => {
    const lease = await store.leases.get(name);
    if (lease && lease.owner !== self && lease.until > now()) return false;
    await store.leases.put({ name, owner: self, until: now() + LEASE });
    return true;
  });

/** @param {import("./db.js").Store} store @param {string} name */
const leaveLease = (store, name) =>
  write(store, ["leases"], async () => {
    const lease = await store.leases.get(name);
    if (lease?.owner === self) await store.leases.delete(name);
  });

/**
 * @template T
 * @param {import("./db.js").Store} store
 * @param {string} name
 * @param {() => Promise<T>} work
 */
async function underLease(store, name, work) {
  let stop = () => {};
  const beat = () => {
    stop = after(HEARTBEAT, () => void takeLease(store, name).then(beat, () => {}));
  };
  beat();
  try {
    return await work();
  } finally {
    stop();
    await leaveLease(store, name);
  }
}

/** Within one tab the lease would let two callers in, so they queue here. @type {Map<string, Promise<any>>} */
const queues = new Map();

/**
 * Waits for its turn.
 * @template T
 * @param {import("./db.js").Store} store
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function inTurn(store, name, work) {
  const key = `${store.name}:${name}`;
  const locks = manager();
  if (locks) return /** @type {any} */ (locks.request(key, work));
  const turn = (queues.get(key) ?? Promise.resolve()).then(async () => {
    while (!(await takeLease(store, name))) await new Promise((done) => after(LOOK_AGAIN, () => done(null)));
    return underLease(store, name, work);
  });
  queues.set(key, turn.then(() => {}, () => {}));
  return turn;
}

/** Whose lock was taken while asleep has not done the work, as far as anybody relies on it. @param {any} error @returns {{done: false}} */
function passedOver(error) {
  if (error?.name === "AbortError") return { done: false };
  throw error;
}

/**
 * Does the work only when nobody else is at it, or when whoever is has gone silent.
 * @template T
 * @param {import("./db.js").Store} store
 * @param {string} name
 * @param {() => Promise<T>} work
 * @param {boolean} [steal] takes the place of a holder that the phone has put to sleep
 * @returns {Promise<{done: true, value: T} | {done: false}>}
 */
export async function ifFree(store, name, work, steal = false) {
  const locks = manager();
  if (locks) {
    const how = steal ? { steal } : { ifAvailable: true };
    const once = async (/** @type {Lock | null} */ lock) => (lock ? { done: true, value: await work() } : { done: false });
    return /** @type {any} */ (locks.request(`${store.name}:${name}`, how, once)).catch(passedOver);
  }
  if (!(await takeLease(store, name))) return { done: false };
  return { done: true, value: await underLease(store, name, work) };
}
