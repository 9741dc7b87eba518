/**
 * One point, only when the cadre taps, to about 100 m: enough to know which house, not where somebody
 * stood. Never a track, and never a reason not to save.
 */
import { OfflineError } from "./errors.js";

const PATIENCE = 15_000;

/** @type {Record<number, string>} */
const REASONS = { 1: "place_denied", 2: "place_unknown", 3: "place_timeout" };

/** Three decimals are 111 m north to south. @param {number} degrees */
const rounded = (degrees) => Math.round(degrees * 1000) / 1000;

/** @returns {Promise<import("./types.js").Place>} */
export function locate() {
  const geolocation = globalThis.navigator?.geolocation;
  if (!geolocation) return Promise.reject(new OfflineError("place_unknown"));
  return new Promise((found, failed) =>
    geolocation.getCurrentPosition(
      ({ coords }) =>
        found({
          lat: rounded(coords.latitude),
          lon: rounded(coords.longitude),
          accuracy_m: Math.max(100, Math.round(coords.accuracy)),
        }),
      (error) => failed(new OfflineError(REASONS[error.code] ?? "place_unknown")),
      { enableHighAccuracy: true, timeout: PATIENCE, maximumAge: 60_000 },
    ),
  );
}
