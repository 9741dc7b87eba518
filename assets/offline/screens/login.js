/** 登录: the first time with signal; a person known on this phone without. */
import { tell } from "../errors.js";
import { navigate } from "../route.js";
import { signIn } from "../session.js";
import { syncNow } from "../sync.js";
import { patch, shown } from "../state.js";
import { toast } from "./toast.js";

/** The roles that work with the phone; the others go on to the office face. */
export const FIELD_ROLES = new Set(["village", "paired", "town_clerk", "town_approver"]);

/** Where somebody was who has to sign in again. */
let back = "/";

/** The county does not know this login any more: sign in, then go on here. What is stored stays where it is. */
export function askLogin() {
  back = shown("route").path;
  patch("login", { problem: "", shown: false });
  navigate("/login");
}

export const actions = {
  showPassword: () => patch("login", { shown: !shown("login").shown }),

  /** @param {Event} event */
  async signIn(event) {
    const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
    const username = String(form.get("username") ?? "").trim();
    const password = String(form.get("password") ?? "");
    if (!username || !password) return patch("login", { problem: username ? "密码还没写。" : "用户名还没写。" });
    if (shown("login").busy) return undefined;
    patch("login", { busy: true, problem: "" });
    try {
      const session = await signIn(username, password);
      if (!FIELD_ROLES.has(session.user.role)) return window.location.assign("/office");
      patch("login", { busy: false, problem: "" });
      if (session.user.must_change_password) return navigate("/me", { replace: true });
      if (session.offline) toast("没有信号，先用着，有信号自己更新");
      else void syncNow().catch(() => {});
      const to = back;
      back = "/";
      return navigate(to, { replace: true });
    } catch (error) {
      return patch("login", { busy: false, problem: tell(error).message });
    }
  },
};
