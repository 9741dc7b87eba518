/** 我的: the look of this phone, its room, the account. */
import { appearance, setAppearance } from "../appearance.js";
import { drafts, isBegun } from "../drafts.js";
import { tell } from "../errors.js";
import { counts } from "../outbox.js";
import { navigate } from "../route.js";
import { households, syncedAt } from "../rows.js";
import { current, daysLeft, passwordChanged, signOut } from "../session.js";
import { space } from "../storage.js";
import { syncNow } from "../sync.js";
import { patch, show, shown, useField } from "../state.js";
import { meOf, sizesOf } from "../views/me.js";
import { askCounty } from "./county.js";
import { now } from "./moment.js";
import { hideToast, toast } from "./toast.js";

/** @param {(done: () => void) => void} settle */
export async function loadMe(settle) {
  const asked = [current(), households(), counts(), space(), syncedAt(), drafts(), daysLeft()];
  const [session, homes, waiting, room, at, open, days] = await Promise.all(asked);
  const { size, theme } = appearance();
  const village = homes.length > 0 && homes.every((home) => home.village === homes[0].village) ? homes[0].village : "";
  const before = shown("me");
  settle(() => show("me", meOf({
    user: session?.user ?? null, size, theme, homes: homes.length, at, now: now(), village, space: room,
    counts: waiting, begun: open.filter(isBegun).length, days, update: useField.getState().update.state,
    ui: { room: before.room.open, password: before.password, leaving: before.leaving, sure: before.sure },
  })));
}

/** @param {Record<string, any>} change */
const patchPassword = (change) => patch("me", { password: { ...shown("me").password, ...change } });

export const actions = {
  /** @param {"" | "large" | "huge"} size */
  setSize(size) {
    setAppearance("size", size);
    patch("me", { sizes: sizesOf(size) });
  },

  /** @param {boolean} dark */
  setDark(dark) {
    setAppearance("theme", dark ? "dark" : "");
    patch("me", { dark });
  },

  toggleRoom: () => patch("me", { room: { ...shown("me").room, open: !shown("me").room.open } }),

  togglePassword: () => patchPassword({ open: !shown("me").password.open, problem: "" }),

  /** @param {Event} event */
  async changePassword(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const given = new FormData(form);
    if (!navigator.onLine) return patchPassword({ problem: "改密码要有信号，等有信号再来。" });
    if (given.get("new") !== given.get("again")) return patchPassword({ problem: "两次写的新密码不一样，再写一次。" });
    patchPassword({ busy: true, problem: "" });
    try {
      const said = await askCounty("POST", "/api/session/password", { old: given.get("old"), new: given.get("new") });
      await passwordChanged(String(given.get("new")));
      if (said?.next) return window.location.assign(said.next);
      patchPassword({ busy: false, open: false, first: false });
      toast("密码改好了");
      void syncNow().catch(() => {});
    } catch (error) {
      patchPassword({ busy: false, problem: tell(error).message });
    }
  },

  /** The first tap says what goes where there is something to lose; the second leaves. */
  async leave() {
    const { begun, sure } = shown("me");
    if (begun && !sure) return patch("me", { sure: true });
    patch("me", { leaving: true });
    try {
      hideToast();
      await signOut();
      navigate("/", { replace: true });
    } catch (error) {
      toast(tell(error).message);
    } finally {
      patch("me", { leaving: false, sure: false });
    }
  },
};
