/** The few things that only the county can do: changing a password, a whole ID number. Everything else is a command. */
import { OfflineError } from "../errors.js";
import { NoAnswer, request } from "../wire.js";

/**
 * @param {string} method @param {string} path @param {object} [body]
 * @returns {Promise<any>} the answer's JSON; an error has a sentence
 */
export async function askCounty(method, path, body) {
  let answer;
  try {
    answer = await request(method, path, {
      body: body && JSON.stringify(body),
      headers: body ? { "content-type": "application/json" } : {},
      timeout: 15_000,
    });
  } catch (error) {
    if (error instanceof NoAnswer) throw new OfflineError("needs_signal", "这一步要有信号，等有信号再来。");
    throw error;
  }
  if (answer.status >= 200 && answer.status < 300 && (answer.json !== null || answer.status === 204)) return answer.json;
  throw new OfflineError(answer.code || "unknown", answer.message || undefined);
}
