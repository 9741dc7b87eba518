/**
 * Locks the phone when nobody has touched it for as long as the county lets it lie open. A touch in one tab counts
 * for all; a phone that was asleep is locked before it is used again.
 */
import { emit, on } from "./bus.js";
import { after, now } from "./clock.js";
import { lend } from "./keyring.js";
import { setting } from "./rows.js";
import { expire, lock } from "./session.js";
import { onceEach } from "./turns.js";

const MINUTE = 60_000;
const LOOK = 15_000;
/** How often a tab tells the others that it is being used. */
const TELL = 10_000;

let limit = 30 * MINUTE;
let touched = 0;
let told = 0;

function touch() {
  if (overdue()) return void look();
  touched = now();
  if (touched - told < TELL) return;
  told = touched;
  emit("touched", { at: touched });
}

const overdue = () => now() - touched >= limit;

async function look() {
  if (overdue()) await lock();
}

/** What the county has set; asked again when rows have come. */
async function readLimit() {
  const minutes = await setting("phone_lock_minutes").catch(() => null);
  if (typeof minutes === "number" && minutes > 0) limit = minutes * MINUTE;
}

function tick() {
  void look();
  void expire().catch(() => {});
  after(LOOK, tick);
}

/** Somebody has just come in: from now on it counts. */
function begin() {
  touched = now();
  void readLimit();
}

/** Called once in a tab. */
export function watchIdle() {
  begin();
  for (const name of ["pointerdown", "keydown", "scroll"])
    document.addEventListener(name, touch, { passive: true, capture: true });
  document.addEventListener("visibilitychange", () => void look());
  // The page that comes after this one, a reload, is given the key for as long as this one could have kept it.
  window.addEventListener("pagehide", () => lend(touched + limit));
  on("touched", ({ at, elsewhere }) => {
    if (elsewhere) touched = Math.max(touched, at);
  });
  on("session", begin);
  on("rows", onceEach(readLimit));
  after(LOOK, tick);
}
