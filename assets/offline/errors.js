/**
 * What can go wrong on the phone, each with a sentence that says what to do.
 *
 *   OfflineError (code, message)
 *     storage_full, storage_lost, storage_blocked       the phone's store
 *     insecure, signed_out, first_needs_signal, ...     the person's session
 *     locked, sealed_broken, other_password, ...        what is sealed on the phone
 *     photo_gone, photo_empty, photo_too_big, ...       a picture
 *     place_denied, place_timeout, place_unknown        the place
 *     command_too_big, command_too_deep                 what was written
 *
 * An error of the browser never reaches a page: `tell` turns it into one of these.
 */

/** @type {Record<string, string>} */
export const SENTENCES = {
  storage_full: "手机空间不够了，删掉一些不用的照片或视频再试。写的内容还在。",
  storage_lost: "手机的存储断开了，请关掉入户通再打开。写过的内容还在。",
  storage_blocked: "入户通在别的窗口里开着旧的，请把那个窗口关掉。",
  storage_none: "这个浏览器不让存东西（可能是无痕模式），请换普通窗口打开。",
  insecure: "这个地址不安全，手机不让保存和登录。请用 https 开头的地址打开。",
  signed_out: "还没有登录，请先登录。",
  locked: "入户通锁着，先用密码打开。",
  sealed_broken: "手机上有一条资料打不开了，请有信号时到「我的」重新登录。",
  other_password: "密码对了，可这部手机上的资料是用以前的密码锁的。",
  keys_gone: "密码错了 10 次，这部手机上的资料已经清掉。有信号时用密码重新登录，资料会再下载。",
  wrong_old_password: "以前的密码不对，再想一想。",
  first_needs_signal: "第一次登录要有信号，请到有信号的地方再试。",
  wrong_password: "用户名或密码不对。",
  too_many_tries: "试的次数太多了，请等 {minutes} 分钟再试。",
  server_busy: "县里的服务现在不通，请过一会儿再试。",
  photo_gone: "这张照片读不到了，请再拍一张。",
  photo_empty: "这张照片是空的，请再拍一张。",
  photo_too_big: "这张照片太大了（超过 15 MB），请用相机重新拍一张。",
  photo_not_picture: "这个文件不是照片，请换一张。",
  photo_not_saved: "文字已存，照片没存下：手机空间不够了。删掉一些不用的照片或视频再拍。",
  photo_unreadable: "这张照片打不开，请再拍一张。",
  place_denied: "没有允许记位置，可以不记。要记的话，在手机设置里打开位置。",
  place_timeout: "一时找不到位置，可以不记，或走到开阔处再试。",
  place_unknown: "这部手机给不出位置，可以不记。",
  command_too_big: "这条写得太长了，存不进去，请删掉一些文字再保存。",
  command_too_deep: "这条内容层数太多，存不进去，请把它分成几条。",
  draft_gone: "这份走访已经保存过了。",
  unknown: "刚才没有做成，请再试一次。",
};

/** An error with a code for the program and a sentence for the person. */
export class OfflineError extends Error {
  /**
   * @param {string} code
   * @param {string} [message] a sentence; without it the one of the code
   * @param {{cause?: unknown}} [options]
   */
  constructor(code, message, options) {
    super(message ?? SENTENCES[code] ?? SENTENCES.unknown, options);
    this.name = "OfflineError";
    this.code = code;
  }
}

/**
 * The error itself and everything wrapped in it: Dexie hides a full disk inside an AbortError.
 * @param {any} error
 * @returns {any[]}
 */
function layers(error) {
  /** @type {any[]} */
  const found = [];
  const waiting = [error];
  while (waiting.length && found.length < 20) {
    const layer = waiting.pop();
    if (!layer || found.includes(layer)) continue;
    found.push(layer);
    waiting.push(layer.inner, layer.cause, ...(Array.isArray(layer.failures) ? layer.failures : []));
  }
  return found;
}

/** @param {unknown} error */
export const isQuota = (error) =>
  layers(error).some((layer) => layer.name === "QuotaExceededError" || layer.name === "NS_ERROR_DOM_QUOTA_REACHED");

/**
 * The connection to the store was taken away (iOS does so in the background); opening again helps.
 * @param {unknown} error
 */
export const isLostConnection = (error) =>
  layers(error).some(
    (layer) =>
      ["DatabaseClosedError", "InvalidStateError", "PrematureCommitError"].includes(layer.name) ||
      /connection (to indexed database server lost|is closing)/i.test(String(layer.message ?? "")),
  );

/**
 * Any error as one that can be shown.
 * @param {unknown} error
 * @returns {OfflineError}
 */
export function tell(error) {
  if (error instanceof OfflineError) return error;
  const known = layers(error).find((layer) => layer instanceof OfflineError);
  if (known) return known;
  const names = layers(error).map((layer) => layer.name);
  if (isQuota(error)) return new OfflineError("storage_full", undefined, { cause: error });
  if (names.includes("MissingAPIError")) return new OfflineError("storage_none", undefined, { cause: error });
  if (names.includes("VersionError")) return new OfflineError("storage_blocked", undefined, { cause: error });
  if (isLostConnection(error) || names.includes("OpenFailedError") || names.includes("UnknownError"))
    return new OfflineError("storage_lost", undefined, { cause: error });
  return new OfflineError("unknown", undefined, { cause: error });
}
