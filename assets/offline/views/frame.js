/** The status line: what is saved, on its way or received, in the same calm tone with or without signal. */
import { agoWords } from "./words.js";

/**
 * @typedef {object} Frame
 * @property {string} icon
 * @property {string} before words before the count
 * @property {number} count visits not yet wholly received
 * @property {boolean} counted whether the line says the count
 * @property {string} after words after it
 * @property {"" | "fix"} tone
 * @property {boolean} offline
 */

export const initial = { icon: "smartphone", before: "正在打开", count: 0, counted: false, after: "", tone: "", offline: false };

/** @returns {Omit<Frame, "offline">} */
const line = (icon, count, before, { counted = false, after = "", tone = "" } = {}) => ({
  icon, before, count, counted, after, tone,
});

/**
 * @param {{sync: import("../types.js").SyncStatus, counts: import("../types.js").Counts, expired: boolean,
 *   signedIn: boolean, locked?: boolean, saved: string | null, now: string, online: boolean}} facts `saved`: when the open draft was last
 *   written; `online`: whether the phone itself says that it has a network
 * @returns {Frame}
 */
export const frameOf = (facts) => ({ ...lineOf(facts), offline: facts.sync.state === "offline" });

/** @param {Parameters<typeof frameOf>[0]} facts */
function lineOf({ sync, counts, expired, signedIn, locked, saved, now, online }) {
  const count = counts.outbox;
  const away = online ? "没连上县里" : "没有信号";
  if (saved) return line("smartphone", count, `已存在手机\u2060·${agoWords(saved, now)}`);
  if (locked) return count > 0 ? line("lock", count, "锁着\u2060·存着 ", { counted: true, after: " 条" }) : line("lock", count, "锁着，用密码打开");
  if (!signedIn) return line(...(sync.state === "offline" ? ["cloud-off", count, `${away}，也能登录`] : ["smartphone", count, "登录后开始"]));
  if (expired || sync.state === "expired") return line("user", count, "登录过期，点这里登录", { tone: "fix" });
  if (sync.state === "offline") {
    return count > 0
      ? line("cloud-off", count, `${away}\u2060·存着 `, { counted: true, after: " 条" })
      : line("cloud-off", count, `${away}，也能用`);
  }
  if (sync.state === "sending") return line("cloud-upload", count, `正在上传 ${sync.n}/${sync.of}`);
  if (sync.state === "receiving") return line("cloud-upload", count, "正在更新资料");
  if (sync.state === "error") return line("cloud-off", count, sync.sentence || "没连上县里，会自己再试");
  if (count > 0 && count === counts.stuck) return line("circle-alert", count, "有 ", { counted: true, after: " 条要改" });
  return count > 0
    ? line("cloud-upload", count, "等着上传 ", { counted: true, after: " 条" })
    : line("cloud-check", count, "已连上县里");
}
