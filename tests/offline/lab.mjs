/** One phone with its tabs, one county, one clock. */
import Dexie from "dexie";
import { IDBFactory, IDBKeyRange } from "fake-indexeddb";
import { County, sha256 } from "./county.mjs";
import { Clock, dice } from "./time.mjs";

const MODULES = [
  "beat", "bus", "canonical", "carry", "clock", "darkroom", "db", "devicekey", "drafts", "envelope", "errors", "here", "item", "keyring", "ledger", "legacy", "locks", "outbox", "photos", "pictures",
  "place", "pull", "push", "recovery", "register", "returned", "round", "rows", "seal", "sealed", "sealing", "search", "session", "snapshot", "status", "storage", "sync", "upload", "verifier", "wipe", "wire",
];

/** What makes a guess at a password slow is not tested here: what is asked for stands in `slow`, a part of it is done. */
export const slow = { rounds: 0 };
const derive = crypto.subtle.deriveKey;
crypto.subtle.deriveKey = (how, ...rest) => {
  slow.rounds = how.iterations ?? slow.rounds;
  return derive.call(crypto.subtle, how.iterations ? { ...how, iterations: Math.ceil(how.iterations / 600) } : how, ...rest);
};

let tabs = 0;

/** A picture's bytes; different names, different pictures. */
export const picture = (name, size = name.startsWith("large") ? 300_000 : 100_000) => {
  const bytes = new Uint8Array(size);
  const random = dice([...name].reduce((sum, one) => sum * 31 + one.codePointAt(0), 7));
  for (let i = 0; i < size; i += 97) bytes[i] = Math.floor(random() * 256);
  bytes.set([0xff, 0xd8, 0xff]);
  return bytes.buffer;
};

export const file = (bytes, more = {}) => ({ size: bytes.byteLength, lastModified: 0, arrayBuffer: async () => bytes.slice(0), ...more });

/** What the darkroom would make: half the bytes, and a thumb. */
const halve = async (bytes) => {
  const small = bytes.slice(0, Math.ceil(bytes.byteLength / 2));
  return {
    original_sha256: sha256(Buffer.from(bytes)), sha256: sha256(Buffer.from(small)), bytes: small,
    thumb: small.slice(0, 10), width: 1600, height: 1200,
  };
};

export class Lab {
  constructor({ seed = 1 } = {}) {
    this.random = dice(seed);
    this.clock = new Clock(this.random);
    this.county = new County({ now: this.clock.now });
    this.tabs = [];
    Dexie.dependencies.indexedDB = globalThis.indexedDB = new IDBFactory();
    Dexie.dependencies.IDBKeyRange = globalThis.IDBKeyRange = IDBKeyRange;
  }

  /** Opens a tab: the engine's modules anew, over the same store. */
  async tab() {
    tabs += 1;
    const tab = { dead: false, mark: `?tab=${tabs}` };
    for (const name of MODULES) tab[name] = await import(`../../assets/offline/${name}.js?tab=${tabs}`);
    const { clock, county } = this;
    const after = (ms, call) => clock.after(ms, () => tab.dead || call());
    tab.clock.useClock({ now: clock.now, random: this.random, after });
    tab.wire.useFetch(async (...request) => {
      if (tab.dead) throw new TypeError("killed");
      const answer = await county.fetch(...request);
      if (tab.dead) throw new TypeError("killed");
      return answer;
    });
    tab.darkroom.useDarkroom(halve);
    this.tabs.push(tab);
    return tab;
  }

  /** The battery is empty: nothing of this tab is written or sent any more. */
  kill(tab) {
    tab.dead = true;
    for (const store of [tab.db.phoneStore(), tab.db.personStore("u-gao"), tab.db.personStore("u-shi")])
      store.open = () => Promise.reject(new Error("killed"));
    tab.db.closeStores();
    tab.keyring.closeKeyring();
    tab.bus.hangUp();
    this.tabs = this.tabs.filter((one) => one !== tab);
  }

  /** The browser has been closed: a new tab, opened with the password. */
  async reopened(name = "gao") {
    const tab = await this.tab();
    await tab.session.unlock(name, this.county.people.get(name).password);
    return tab;
  }

  async close() {
    for (const tab of this.tabs) await tab.sync.stop();
  }

  /** A tab with 高敏 at work. */
  async signedIn(name = "gao") {
    const tab = await this.tab();
    await tab.session.signIn(name, this.county.people.get(name).password);
    return tab;
  }
}

/** Runs with a lab of its own, and puts it away afterwards. */
export const withLab = (work, options) => async (t) => {
  const lab = new Lab(options);
  try {
    await work(lab, t);
  } finally {
    await lab.close();
  }
};

export const visit = (household_id = "h1", more = {}) => ({
  household_id, form: { code: "home", version: 1 }, mode: "home", met: [], started_at: "2026-11-20T08:00:00+08:00",
  finished_at: "2026-11-20T08:20:00+08:00", answers: { house: { water: "ok" } }, unchanged: [], issues: [], ...more,
});

/** Writes and saves a visit with photos, as the pages do. */
export async function saveVisit(tab, household_id = "h1", names = [], more = {}) {
  const draft = await tab.drafts.openDraft({ household_id, form: { code: "home", version: 1 } });
  for (const name of names) await tab.photos.addPhoto(file(picture(name)), { draft_id: draft.id, question: "roof" });
  return tab.outbox.enqueue({ type: "visit", payload: visit(household_id, more), draft_id: draft.id });
}

/** An OfflineError with this code. */
export const offline = (code) => (error) => error.name === "OfflineError" && error.code === code && /[\u4e00-\u9fff]/.test(error.message);
