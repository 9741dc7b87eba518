/** 待上传: each item's true state; 「现在上传」 tries at once and says what came of it. */
import { rescueFile } from "../carry.js";
import { acknowledge, items, standBy } from "../outbox.js";
import { households, syncedAt } from "../rows.js";
import { status, syncNow } from "../sync.js";
import { tell } from "../errors.js";
import { patch, show, shown } from "../state.js";
import { outboxOf } from "../views/outbox.js";
import { askLogin } from "./login.js";
import { now } from "./moment.js";
import { toast } from "./toast.js";

/** @param {(done: () => void) => void} settle */
export async function loadOutbox(settle) {
  const homes = new Map((await households()).map((home) => [home.id, home]));
  const [all, at] = await Promise.all([items(), syncedAt()]);
  settle(() => show("outbox", {
    ...outboxOf({ items: all, homes, now: now(), at }), busy: shown("outbox").busy,
  }));
}

/** @param {{name: string, blob: Blob}} made */
function download({ name, blob }) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

export const actions = {
  /** Where there is no signal it says that nothing needs to be done. */
  async sendNow() {
    if (!navigator.onLine) return toast("没有信号，有信号自己传");
    if (shown("who").expired || status().state === "expired") return askLogin();
    patch("outbox", { busy: true });
    try {
      await syncNow();
      const { state, sentence } = status();
      if (state === "expired") return askLogin();
      if (state === "idle" && shown("frame").count === 0) toast("都传完了");
      else if (sentence && ["offline", "error"].includes(state)) toast(sentence);
    } catch (error) {
      toast(tell(error).message);
    } finally {
      patch("outbox", { busy: false });
    }
  },

  /** 「存成文件」: all unsent work, sealed, by whatever way a file can leave this phone. */
  async saveFile() {
    const made = await rescueFile().catch(() => null);
    if (!made) return toast("没有要存的，都传完了");
    const file = new File([made.blob], made.name, { type: made.blob.type });
    try {
      if (navigator.canShare?.({ files: [file] })) await navigator.share({ files: [file] });
      else download(made);
      return toast(`存了 ${made.items} 件，交给镇里或县里收`);
    } catch (error) {
      // Whoever closes the sheet has changed their mind; where the sheet fails the file is saved.
      if (/** @type {Error} */ (error).name === "AbortError") return undefined;
      return download(made);
    }
  },

  /** Pictures that the county cannot take: seen; they stay on the phone. @param {string} id */
  seen: (id) => acknowledge(id),

  /** 「没写错」: nothing is sent; it leaves 要改 and stands as it is. @param {string} id */
  async standBy(id) {
    await standBy(id);
    toast("没写错，手机上记下了", { action: () => standBy(id, false) });
  },
};
