/**
 * Tells the rest of this tab and every other tab that something has changed. Pages read again when they
 * hear of it; nobody relies on hearing it, so a browser without BroadcastChannel only shows it later.
 */

/** @typedef {"rows" | "outbox" | "drafts" | "session" | "status" | "space" | "touched"} Topic */
/** @typedef {(detail: any) => void} Listener */

/** @type {Map<string, Set<Listener>>} */
const listeners = new Map();

/** @type {BroadcastChannel | null} */
let channel = null;

function open() {
  if (channel || typeof BroadcastChannel === "undefined") return;
  channel = new BroadcastChannel("ruhutong");
  channel.onmessage = (event) => deliver(event.data.topic, { ...event.data.detail, elsewhere: true });
  // Under Node a listening channel would keep a test run alive.
  /** @type {any} */ (channel).unref?.();
}

/** @param {string} topic @param {any} detail */
function deliver(topic, detail) {
  for (const listener of [...(listeners.get(topic) ?? [])]) listener(detail);
}

/**
 * @param {Topic} topic
 * @param {Listener} listener gets `elsewhere: true` for news of another tab
 * @returns {() => void} stops listening
 */
export function on(topic, listener) {
  open();
  const all = listeners.get(topic) ?? new Set();
  listeners.set(topic, all.add(listener));
  return () => void all.delete(listener);
}

/** @param {Topic} topic @param {Record<string, any>} [detail] plain data */
export function emit(topic, detail = {}) {
  open();
  deliver(topic, detail);
  channel?.postMessage({ topic, detail });
}

/** Tells this tab alone. @param {Topic} topic @param {Record<string, any>} [detail] */
export const tellHere = (topic, detail = {}) => deliver(topic, detail);

/** Hangs up; for a tab that ends. */
export function hangUp() {
  channel?.close();
  channel = null;
  listeners.clear();
}
