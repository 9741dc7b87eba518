/**
 * Registers the service worker and follows new versions: one is offered, never forced.
 *
 * An app left open never looks for a new version by itself, so we look when it is seen again, when the network comes
 * back and every hour. A new worker waits until the person agrees (`applyUpdate`); then this tab reloads once. Other
 * tabs keep running what they have: the worker keeps the chunks of the version before.
 *
 * @typedef {{state: "none" | "ready" | "elsewhere" | "unsupported"}} UpdateState
 *   none: nothing new; ready: a new version waits; elsewhere: another tab took it, reload when it suits;
 *   unsupported: no service worker here (plain http, some in-app browsers).
 */

const HOUR = 3_600_000;

/** @type {ServiceWorkerRegistration | null} */
let registration = null;
let asked = false;

/**
 * @param {(state: UpdateState) => void} tell called at each change
 */
export async function watchUpdates(tell) {
  if (import.meta.env.DEV) return;
  if (!("serviceWorker" in navigator)) {
    tell({ state: "unsupported" });
    return;
  }
  const workers = navigator.serviceWorker;
  let controlled = workers.controller !== null;
  workers.addEventListener("controllerchange", () => {
    if (asked) window.location.reload();
    else if (controlled) tell({ state: "elsewhere" });
    controlled = true;
  });
  try {
    registration = await workers.register("/sw.js", { scope: "/", updateViaCache: "none" });
  } catch {
    // No network at the very first start, or a browser that forbids it: the page itself works on.
    tell({ state: "unsupported" });
    return;
  }
  follow(registration, tell);
}

/**
 * @param {ServiceWorkerRegistration} found
 * @param {(state: UpdateState) => void} tell
 */
function follow(found, tell) {
  const offer = () => {
    if (found.waiting && navigator.serviceWorker.controller) tell({ state: "ready" });
  };
  found.addEventListener("updatefound", () => found.installing?.addEventListener("statechange", offer));
  offer();
  const look = () => found.update().catch(() => {});
  window.addEventListener("online", look);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") look();
  });
  setInterval(look, HOUR);
}

/** Takes the waiting version; the page reloads by itself once it is in charge. */
export function applyUpdate() {
  if (!registration?.waiting) {
    window.location.reload();
    return;
  }
  asked = true;
  registration.waiting.postMessage({ type: "SKIP_WAITING" });
}
