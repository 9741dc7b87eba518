/** 登录: the first time with signal; a person known on this phone without. */
import { useCode } from "../devicekey.js";
import { tell } from "../errors.js";
import { navigate } from "../route.js";
import { askForKey, stage, takeKey } from "../recovery.js";
import { beginAnew, openWithKey, openWithOld, signIn, unlock } from "../session.js";
import { syncNow } from "../sync.js";
import { patch, shown } from "../state.js";
import { stageWords } from "../views/login.js";
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

/** The word of the one button, while it works too. @param {boolean} busy @param {string} problem */
const said = (busy, problem = "") => patch("login", { busy, problem });

/** @param {import("../types.js").Session & {offline: boolean, bare?: boolean}} session */
function enter(session) {
  if (session.bare && !session.user.must_change_password) return window.location.assign("/office/factor");
  if (!FIELD_ROLES.has(session.user.role)) return window.location.assign("/office");
  patch("login", { busy: false, problem: "", code: false, stranded: false, sure: false });
  if (session.user.must_change_password) return navigate("/me", { replace: true });
  if (session.offline) toast("没有信号，先用着，有信号自己更新");
  else void syncNow().catch(() => {});
  // Whoever unlocks goes on where they were.
  const here = shown("route").path;
  const to = here === "/login" ? back : here;
  back = "/";
  return to === here ? undefined : navigate(to, { replace: true });
}

/** @param {() => Promise<any>} work @param {HTMLFormElement} [form] emptied with the phone, after the last try */
async function attempt(work, form) {
  if (shown("login").busy) return undefined;
  said(true);
  try {
    return enter(await work());
  } catch (error) {
    const { code, message } = tell(error);
    if (code === "keys_gone") form?.reset();
    if (code === "other_password") return patch("login", { busy: false, problem: "", stranded: true, sure: false, asked: false, stage: "" });
    if (code === "second_factor" && !shown("login").code) return patch("login", { busy: false, problem: "", code: true });
    return said(false, message);
  }
}

/** @param {Event} event @param {string} name */
const given = (event, name) => String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get(name) ?? "");

export const actions = {
  showPassword: () => patch("login", { shown: !shown("login").shown }),

  /** @param {Event} event */
  signIn(event) {
    const username = given(event, "username").trim();
    const password = given(event, "password");
    const code = given(event, "code").trim();
    useCode(given(event, "enrol").trim() || String(shown("route").query?.enrol ?? ""));
    if (!username || !password) return said(false, username ? "密码还没写。" : "用户名还没写。");
    if (shown("who").phase !== "locked") return attempt(() => signIn(username, password, true, code));
    const form = /** @type {HTMLFormElement} */ (event.target);
    return attempt(async () => {
      const session = await unlock(username, password, code);
      // Where the county's login has run out, the password is at hand to renew it.
      if (session.expired && navigator.onLine) void signIn(username, password, false).then(syncNow).catch(() => {});
      return session;
    }, form);
  },

  /** @param {Event} event */
  openWithOld(event) {
    const old = given(event, "old");
    return old ? attempt(() => openWithOld(old)) : said(false, "以前的密码还没写。");
  },

  /** Two people in the county have to agree before the key comes back. */
  async askForKey() {
    if (shown("login").busy) return;
    patch("login", { busy: true, problem: "", sure: false });
    try {
      const asked = shown("login").asked ? await stage() : await askForKey();
      if (asked === "ready") {
        said(false);
        return void attempt(async () => openWithKey(await takeKey()));
      }
      const again = ["none", "refused", "taken", "late"].includes(asked);
      patch("login", { busy: false, asked: !again, stage: stageWords(asked) });
    } catch (error) {
      said(false, tell(error).message);
    }
  },

  /** The first tap says what is lost, the second does it. */
  beginAnew: () => (shown("login").sure ? attempt(beginAnew) : patch("login", { sure: true })),

  notStranded: () => patch("login", { stranded: false, sure: false, problem: "" }),
};
