/**
 * What the phone tells the county of itself, in a line of the pull: its version, how much is not sent yet, whether
 * its storage is persistent. An administrator sees by it on which phone work is still waiting.
 */
import { keep } from "./db.js";

/** @returns {string} the build, as the router knows it */
const version = () => String(/** @type {any} */ (globalThis).__reactRouterManifest?.version ?? "").replace(/[^\w.+-]/g, "").slice(0, 40);

async function persistent() {
  try {
    const found = await globalThis.navigator?.storage?.persisted?.();
    return found === undefined ? "?" : found ? "1" : "0";
  } catch {
    return "?"; // refused in a private window
  }
}

/** @param {import("./db.js").Store} store @returns {Promise<Record<string, string>>} a header */
export async function beat(store) {
  const waiting = await keep(store, () => store.outbox.where("open").equals(1).count());
  return { "ruhutong-phone": `v=${version()};w=${waiting};p=${await persistent()}` };
}
