/** What the login says about a phone that was emptied. */

const SENT = "没上传的走访已经封好，别人登录或打开入户通时也会传到县里。";

/** @type {Record<string, string>} */
const WHY = {
  left: `已经退出，这部手机上的资料清掉了。${SENT}`,
  tries: `密码错了 10 次，这部手机上的资料清掉了。有信号时重新登录就会再下载。${SENT}`,
  days: `太久没连上县里，这部手机上的资料清掉了。有信号时重新登录就会再下载。${SENT}`,
  revoked: `县里停用了这部手机，上面的资料清掉了。要再用，请找县管理员。${SENT}`,
};

/** @param {import("../wipe.js").Why | null} why */
export const goneWords = (why) => (why ? WHY[why] : "");

/** @type {Record<string, string>} */
const STAGES = {
  asked: "已经告诉县里了。县管理员会打电话问你，同意以后再由另一个人确认。",
  approved: "管理员同意了，还要另一个人确认。",
  refused: "县里没有同意，请打电话问问县管理员。",
  taken: "已经用过一次了。再要，就再请一次。",
  late: "过了时间没有办，再请一次。",
  none: "还没有请过。",
};

/** How far the county is with giving the key back. @param {string} stage */
export const stageWords = (stage) => STAGES[stage] ?? "";
