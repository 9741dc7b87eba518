/**
 * The field face's store: what its pages show, and the actions its buttons call.
 *
 * `useField` is read by `offline.slice` and `actions` by `offline.action` (components/offline.py). News of the phone
 * engine (rows, outbox, drafts, session, status) redraw the screen that is open, and only that one.
 */
import { on } from "./bus.js";
import { waitingCopies } from "./carry.js";
import { flushWhenHidden } from "./drafts.js";
import { watchIdle } from "./idle.js";
import { counts } from "./outbox.js";
import { current, expire, holder } from "./session.js";
import { protect } from "./storage.js";
import { start as startSync, status, subscribe } from "./sync.js";
import { patch, show, shown, useField } from "./state.js";
import { onceEach, turns } from "./turns.js";
import { wiped } from "./wipe.js";
import { navigate } from "./route.js";
import { frameOf } from "./views/frame.js";
import { goneWords } from "./views/login.js";
import { actions as feedback, loadFeedback } from "./screens/feedback.js";
import { actions as findings } from "./screens/findings.js";
import { actions as household, loadHousehold } from "./screens/household.js";
import { actions as households, loadHouseholds, openHouseholds } from "./screens/households.js";
import { actions as login, FIELD_ROLES } from "./screens/login.js";
import { actions as me, loadMe } from "./screens/me.js";
import { now } from "./screens/moment.js";
import { actions as outbox, loadOutbox } from "./screens/outbox.js";
import { actions as review, loadReview } from "./screens/review.js";
import { loadToday } from "./screens/today.js";
import { hideToast, toastBack } from "./screens/toast.js";
import { actions as urgent, endUrgent, loadUrgent } from "./screens/urgent.js";
import { closeVisit, current as openVisit, endVisit, loadVisit, savedAt } from "./screens/visit.js";
import { actions as visit } from "./screens/visit_actions.js";
import { actions as visits, loadVisits } from "./screens/visits.js";

export { useField } from "./state.js";

/** Screens by the beginning of their address; `once` ones are not drawn again by news, for one is writing in them. */
const SCREENS = [
  { at: /^\/households\/[^/]+$/, load: loadHousehold },
  { at: /^\/households$/, load: loadHouseholds, open: openHouseholds },
  { at: /^\/visit\/[^/]+$/, load: loadVisit },
  { at: /^\/visit$/, load: (_, settle) => loadVisits(settle) },
  { at: /^\/outbox$/, load: (_, settle) => loadOutbox(settle) },
  { at: /^\/me$/, load: (_, settle) => loadMe(settle) },
  { at: /^\/reviews\/[^/]+$/, load: loadReview },
  { at: /^\/urgent$/, load: loadUrgent, once: true },
  { at: /^\/feedback$/, load: loadFeedback, once: true },
  { at: /^\/$/, load: (_, settle) => loadToday(settle) },
];

const NEWS = ["rows", "outbox", "drafts", "session", "space"];
const WRITING = /^\/visit\/[^/]+$/;
/** Pages that one opens beside what one is doing. */
const ASIDE = new Set(["/urgent", "/feedback"]);
/** Where somebody is left alone who has yet to make a password of their own. */
const BEFORE_PASSWORD = new Set(["/me", ...ASIDE]);
const MINUTE = 60_000;
const LOST = { outbox: 0, all: 0, fix: 0, stuck: 0 };

/** Pages about one home or one picture, and how their slices know which one they show. */
const ABOUT_ONE = /^\/(?:households|visit|reviews)\/([^/]+)$/;
const SHOWN = {
  household: () => shown("household").id,
  visit: () => openVisit()?.home.household.id,
  review: () => shown("review").id,
};

const drawing = turns(() => void load(true));
/** The status line has turns of its own: it is quickly drawn, and waits for no page. */
const lineNews = onceEach(() => drawFrame());

/** @param {string} path */
const screenOf = (path) => SCREENS.find((screen) => screen.at.test(path));

/** @param {object} one @param {object} other */
const sameAddress = (one, other) =>
  one.path === other.path && JSON.stringify(one.query) === JSON.stringify(other.query) &&
  JSON.stringify(one.params) === JSON.stringify(other.params);

/** Parts of the address that the screens need, also where the router has not named them. @param {object} route */
function named(route) {
  const [, , last] = route.path.split("/");
  return last && !route.params?.id ? { ...route, params: { ...route.params, id: decodeURIComponent(last) } } : route;
}

/**
 * Draws the screen that is open.
 * @param {boolean} [again] because of news, not of a new address
 */
async function load(again = false) {
  const route = shown("route");
  const screen = screenOf(route.path);
  if (!screen || shown("who").phase !== "in" || (again && screen.once)) return;
  const turn = drawing.begin(again);
  if (!turn) return;
  const settle = (done) => {
    if (drawing.holds(turn)) done();
  };
  try {
    await (again || !screen.open ? screen.load(named(route), settle, again) : screen.open());
  } catch (error) {
    if (["signed_out", "locked"].includes(error?.code)) await seeWho();
    else patch("toast", { shown: true, text: error?.message ?? "这一页没打开，再试一次。", word: "" });
  } finally {
    drawing.end(turn);
  }
}

/**
 * What was shown of one home must never stand on another's page: a thumb is faster than the phone. It goes when its
 * page is left, since a new page is drawn once before it hears of a change.
 * @param {string} path
 */
function forgetOther(path) {
  if (ASIDE.has(path)) return;
  const id = decodeURIComponent(ABOUT_ONE.exec(path)?.[1] ?? "");
  for (const [slice, of] of Object.entries(SHOWN))
    if (!id || of() !== id) show(slice, useField.getInitialState()[slice]);
}

/** The status line, from what the engine says; nothing is said before it is known who is here. */
async function drawFrame() {
  const waitingCounts = await counts().catch(() => LOST);
  const who = shown("who");
  if (who.phase === "unknown") return;
  const writing = WRITING.test(shown("route").path) ? savedAt() : null;
  show("frame", frameOf({
    sync: status(), counts: waitingCounts, expired: who.expired, signedIn: who.phase === "in", locked: who.phase === "locked", saved: writing, now: now(),
    online: navigator.onLine,
  }));
}

/** What stays when a person's pages are forgotten. */
const NOBODYS = new Set(["route", "update", "who", "frame", "came", "toast", "login"]);

/** Where on which page somebody was when the phone locked. */
let place = { path: "", top: 0 };

/** Nothing of what was shown stays in memory; words that were being written are on the phone. */
function forgetAll() {
  place = { path: shown("route").path, top: document.getElementById("content")?.scrollTop ?? 0 };
  endVisit();
  endUrgent();
  for (const [slice, value] of Object.entries(useField.getInitialState())) if (!NOBODYS.has(slice)) show(slice, value);
}

/** After unlocking one goes on where one was. */
function backToPlace() {
  const { path, top } = place;
  if (!top || path !== shown("route").path) return;
  requestAnimationFrame(() => requestAnimationFrame(() => document.getElementById("content")?.scrollTo({ top })));
}

/** @returns {Promise<Record<string, any>>} who is at work on this phone */
async function whoIsHere() {
  const session = await current().catch(() => null);
  if (session) {
    const { name, username = "", role } = session.user;
    return { phase: FIELD_ROLES.has(role) ? "in" : "office", name, username, role, expired: session.expired, must: session.user.must_change_password };
  }
  const here = await holder().catch(() => null);
  return { phase: here ? "locked" : "out", name: "", username: here?.username ?? "", role: "", expired: false };
}

/** Nobody at work means the login in place of every page, or the way to unlock. */
async function seeWho() {
  const { must, ...who } = await whoIsHere();
  const before = shown("who");
  if (who.phase !== "in" && before.phase === "in") forgetAll();
  if (who.phase === "office") patch("login", { problem: "" });
  if (who.phase === "out") patch("login", { gone: goneWords(await wiped().catch(() => null)) });
  show("who", who);
  // Counted only now: the field for the password must not wait for it.
  if (who.phase === "out" || who.phase === "locked") patch("login", { copies: await waitingCopies().catch(() => 0) });
  if (before.phase === who.phase) return;
  if (who.phase === "in" && must && !BEFORE_PASSWORD.has(shown("route").path)) navigate("/me", { replace: true });
  await load();
  if (who.phase === "in" && before.phase === "locked") backToPlace();
}

/** What a page says of the sender, and must not go on saying: what is on its way; that not all has come yet. */
const OF_SENDER = {
  "/outbox": ({ state, item }) => (state === "sending" ? item : null),
  "/": ({ at }) => at !== null,
};

/** What the open page was last told of it. */
let told = { path: "", said: null };

/** @param {import("./types.js").SyncStatus} doing */
function sending(doing) {
  lineNews();
  const { path } = shown("route");
  const said = OF_SENDER[path]?.(doing) ?? null;
  if (path === told.path && said !== told.said) drawing.news();
  told = { path, said };
}

/** What the visit page itself has written is no news to it. @param {{elsewhere?: boolean}} detail @param {string} topic */
function news(detail, topic) {
  lineNews();
  if (topic !== "drafts" || detail?.elsewhere || !WRITING.test(shown("route").path)) drawing.news();
}

export const actions = {
  ...feedback, ...findings, ...household, ...households, ...login, ...me, ...outbox, ...review, ...urgent, ...visit, ...visits,
  hideToast,
  toastBack,

  /** Replaced by start.js with the one that reloads the page. */
  applyUpdate() {},

  /** A new version waits, or another tab took it: the open page may have a word about it. @param {{state: string}} update */
  noteUpdate(update) {
    useField.setState({ update });
    void load(true);
  },

  /** Called once when the face opens in a tab: first what the phone has, then the net. */
  async start() {
    for (const topic of NEWS) on(topic, (detail) => news(detail, topic));
    on("session", () => void seeWho());
    subscribe(sending);
    setInterval(() => void drawFrame(), MINUTE);
    flushWhenHidden();
    watchIdle();
    await expire().catch(() => false);
    await seeWho();
    await drawFrame();
    // Only now: what is sent and received must not hold up what one wants to see.
    void startSync();
    void protect().catch(() => {});
  },

  /**
   * Called at each page of the field face, with the address taken apart.
   * @param {{path: string, params: Record<string, string>, query: Record<string, string>}} route
   */
  openRoute(route) {
    const path = route.path.replace(/\/+$/, "") || "/";
    // The router says an address once more while the next page is still being fetched: a visit that has just been
    // saved would be begun anew.
    if (sameAddress(shown("route"), { ...route, path })) return;
    if (!WRITING.test(path)) closeVisit();
    const before = shown("route").path;
    if (before === "/urgent") endUrgent();
    if (ASIDE.has(path) && before && !ASIDE.has(before)) useField.setState({ came: before });
    forgetOther(path);
    useField.setState({ route: { ...route, path } });
    void load().then(drawFrame);
  },
};
