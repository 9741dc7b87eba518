/**
 * For whoever forgets their password: the phone leaves its key with the county, sealed to it, and gets it back, once
 * two people there have agreed, to be sealed with the new password.
 */
import { utf8 } from "./canonical.js";
import { keep, phoneStore } from "./db.js";
import { sealTo, toText } from "./envelope.js";
import { OfflineError } from "./errors.js";
import { keyOf } from "./keyring.js";
import { ask } from "./round.js";
import { setting } from "./rows.js";
import { NoAnswer, request } from "./wire.js";

/** @typedef {"none" | "asked" | "approved" | "ready" | "refused" | "taken" | "late"} Stage */

const INFO = "ruhutong-recovery-1";
const PATIENCE = 15_000;
const JSON_BODY = { "content-type": "application/json" };

/**
 * Leaves the key, once for each key and each of the county's own.
 * @param {import("./round.js").Round} round
 */
export async function leaveKey(round) {
  const { user, device } = round.me;
  const county = await setting("county_key");
  const row = await keep(phoneStore(), () => phoneStore().users.get(user.id));
  if (!county?.public_key || !row?.wrap || row.left === county.kid) return;
  const aad = utf8(`recovery:${user.id}:${device.id}`);
  const { kid, epk, iv, ciphertext } = await sealTo(county, INFO, keyOf(user.id).raw, aad);
  const body = JSON.stringify({ kid, epk, iv, ciphertext: toText(ciphertext) });
  const answer = await ask(round, "POST", "/api/recovery/wrap", { body, headers: JSON_BODY });
  if (answer.status === 200) await keep(phoneStore(), () => phoneStore().users.update(user.id, { left: kid }));
}

/** @param {string} method @param {string} path */
async function county(method, path) {
  let answer;
  try {
    answer = await request(method, path, { headers: JSON_BODY, timeout: PATIENCE, ...(method === "POST" && { body: "{}" }) });
  } catch (error) {
    if (error instanceof NoAnswer) throw new OfflineError("needs_signal", "这一步要有信号，等有信号再来。");
    throw error;
  }
  if (answer.status !== 200 || answer.json === null) throw new OfflineError(answer.code || "server_busy", answer.message || undefined);
  return answer.json;
}

/** Asks for the key; asked again it says how far it is. @returns {Promise<Stage>} */
export const askForKey = async () => (await county("POST", "/api/recovery/request")).state;

/** @returns {Promise<Stage>} */
export const stage = async () => (await county("GET", "/api/recovery")).state;

/** The key, once two have agreed. @returns {Promise<Uint8Array<ArrayBuffer>>} */
export async function takeKey() {
  const { key } = await county("POST", "/api/recovery/take");
  return Uint8Array.from(atob(key), (char) => char.charCodeAt(0));
}
