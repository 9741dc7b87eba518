/**
 * The homes of this phone, kept in memory in the order of their doors: read once, searched at every key.
 * News of the rows makes it read again; news of outbox and drafts only judge again.
 */
import Dexie from "dexie";
import { on } from "./bus.js";
import { today } from "./clock.js";
import { keep, read } from "./db.js";
import { inDoorOrder } from "./doors.js";
import { isBegun } from "./drafts.js";
import { unanswered, visitsHere, withChanges, writtenHere } from "./here.js";
import { onLocked } from "./keyring.js";
import { raisedBy } from "./raised.js";
import { findOf, placeSounds } from "./search.js";
import { atWork } from "./session.js";
import { keepSnapshot, readSnapshot, rowsStamp } from "./snapshot.js";

/** @typedef {import("./types.js").HouseholdItem} HouseholdItem */
/** @typedef {import("./db.js").Store} Store */
/** @typedef {import("./here.js").Row} Row */
/** @typedef {{row: Row, find: import("./search.js").Find}} Findable */
/**
 * @typedef {object} Register
 * @property {Store} store
 * @property {HouseholdItem[]} homes
 * @property {Map<string, HouseholdItem>} byId
 * @property {Findable[]} finds
 * @property {Row[]} tasks still to be done
 * @property {Row[]} returned photos still to be answered
 */

/**
 * All rows of a type, by the primary key: the quickest way to read thousands.
 * @param {Store} store @param {string} type
 * @returns {Promise<Row[]>}
 */
export const rowsOf = (store, type) =>
  keep(store, () => store.rows.where("[type+id]").between([type, Dexie.minKey], [type, Dexie.maxKey]).toArray());

/** @template T @param {T[]} list @param {(one: T) => string} key @returns {Map<string, T[]>} */
function grouped(list, key) {
  const groups = new Map();
  for (const one of list) {
    const group = groups.get(key(one));
    if (group) group.push(one);
    else groups.set(key(one), [one]);
  }
  return groups;
}

const TYPES = ["household", "person", "task", "review", "division"];

/** The rows one by one, and together for the next start. @param {Store} store @returns {Promise<Row[][]>} */
async function readEach(store) {
  const { stamp, all } = await read(store, ["rows", "meta"], async () =>
    ({ stamp: await rowsStamp(store), all: await Promise.all(TYPES.map((type) => rowsOf(store, type))) }));
  keepSnapshot(store, stamp, all);
  return all;
}

/** @param {Store} store */
async function readRows(store) {
  /** @type {Row[][]} */
  const all = (await readSnapshot(store)) ?? (await readEach(store));
  const [households, people, tasks, reviews, divisions] = all;
  const villages = new Map(divisions.map((row) => [row.data.code ?? row.id, row.data.name]));
  const sounds = new Map(divisions.map((row) => [row.data.name, placeSounds(row.data)]));
  return { households, people, tasks, reviews, villages, sounds };
}

/** What is being written and sent on this phone. @param {Store} store */
const readHere = (store) =>
  read(store, ["outbox", "drafts", "rows", "commands"], async () => {
    const [all, drafts] = await Promise.all([writtenHere(store), store.drafts.where("state").equals("open").toArray()]);
    const visits = await visitsHere(store, all);
    return { all, drafts, visits, raised: await raisedBy(store, visits) };
  });

/** @param {Awaited<ReturnType<typeof readRows>>} rows @param {Awaited<ReturnType<typeof readHere>>} here */
function judge(rows, { all, drafts, visits, raised }) {
  const open = all.filter((row) => row.open === 1);
  const visited = new Map(visits.map((row) => [row.household_id, row]));
  const left = rows.tasks.filter((row) => row.data.kind !== "visit" || !visited.has(row.household_id));
  const tasks = [...left, ...raised];
  const returned = unanswered(all, rows.reviews);
  return {
    day: today(),
    visited,
    tasks: tasks.sort((a, b) => (a.data.due_on < b.data.due_on ? -1 : 1)),
    returned,
    tasksAt: grouped(tasks, (row) => row.household_id),
    returnedAt: new Set(returned.map((row) => row.household_id)),
    draftAt: new Set(drafts.filter((draft) => !draft.corrects && isBegun(draft)).map((draft) => draft.household_id)),
    unsentAt: new Set(open.map((row) => row.household_id)),
  };
}

/** @param {Row[]} people */
const headOf = (people) => people.find((one) => one.data.is_head || one.data.relation === "户主") ?? people[0];

/** @param {Record<string, boolean>} marks @param {Row[]} rows */
const filtersOf = (marks, rows) => {
  const set = Object.keys(marks).filter((code) => marks[code]);
  return [...new Set([...set, ...rows.flatMap((row) => row.data.tags ?? [])])];
};

/**
 * @param {Row} row @param {Row[]} people @param {Map<string, string>} villages @param {ReturnType<typeof judge>} judged
 * @returns {HouseholdItem}
 */
function itemOf({ id, data, type, household_id }, people, villages, judged) {
  const here = judged.visited.get(id);
  const last_visit = here ? { id: here.id, on: here.at.slice(0, 10) } : (data.last_visit ?? null);
  const tasks = judged.tasksAt.get(id) ?? [];
  const due = tasks.filter((task) => task.data.due_on <= judged.day);
  const marks = {
    due: due.length > 0,
    returned: judged.returnedAt.has(id),
    draft: judged.draftAt.has(id),
    unsent: judged.unsentAt.has(id),
    never: !last_visit,
  };
  return {
    id,
    name: data.name ?? "",
    head: headOf(people)?.data.name ?? data.name ?? "",
    plaque: { group: String(data.group ?? data.group_no ?? ""), door: String(data.door ?? data.door_no ?? "") },
    village: data.village ?? villages.get(data.division) ?? "",
    address: data.address ?? "",
    people: people.length,
    why: [...new Set(due.map((task) => task.data.why).filter(Boolean))],
    due_on: tasks[0]?.data.due_on ?? null,
    filters: filtersOf(marks, [{ id, data, type, household_id }, ...people]),
    last_visit,
  };
}

/**
 * A home is found by its village too, whose name may have come with another row.
 * @param {Row[]} rows @param {Map<string, HouseholdItem>} byId @param {Map<string, string>} sounds of villages, by name
 */
const findsOf = (rows, byId, sounds) =>
  rows.map((row) => {
    const find = row.find ?? findOf(row.data);
    const village = byId.get(row.id)?.village;
    if (!village) return { row, find };
    const text = find.text.includes(village) ? find.text : `${find.text}|${village}`;
    return { row, find: { ...find, text, sound: `${find.sound}|${sounds.get(village) ?? ""}` } };
  });

/** @param {Store} store @param {ReturnType<typeof readRows>} reading @returns {Promise<Register>} */
async function build(store, reading) {
  const [rows, here] = await Promise.all([reading, readHere(store)]);
  const judged = judge(rows, here);
  const all = await withChanges(store, [...rows.households, ...rows.people], here.all);
  const people = grouped(all.filter((row) => row.type === "person"), (row) => row.household_id);
  const households = all.filter((row) => row.type === "household");
  const homes = inDoorOrder(households.map((row) => itemOf(row, people.get(row.id) ?? [], rows.villages, judged)));
  const byId = new Map(homes.map((home) => [home.id, home]));
  return { store, homes, byId, finds: findsOf(all, byId, rows.sounds), tasks: judged.tasks, returned: judged.returned };
}

/** @typedef {{person: string, day: string, rows: ReturnType<typeof readRows> | null, register: Promise<Register> | null, done: Register | null}} Memory */

/** @type {Memory | null} */
let memory = null;
let listening = false;

onLocked(() => {
  memory = null;
});

function listen() {
  if (listening) return;
  listening = true;
  on("rows", () => {
    memory = null;
  });
  for (const topic of /** @type {const} */ (["outbox", "drafts"]))
    on(topic, () => {
      if (memory) memory.register = memory.done = null;
    });
}

/**
 * What stands in memory and holds: a key in the search box asks no store. It goes with the key of whose it is.
 * @returns {Register | null}
 */
export const atHand = () => (memory?.day === today() ? memory.done : null);

/** @returns {Promise<Register>} */
export async function register() {
  listen();
  const { me, store } = await atWork();
  const day = today();
  if (memory?.person !== me.user.id) memory = { person: me.user.id, day, rows: null, register: null, done: null };
  if (memory.day !== day) Object.assign(memory, { day, register: null, done: null });
  const mine = memory;
  mine.rows ??= readRows(store);
  const building = (mine.register ??= build(store, mine.rows));
  try {
    const built = await building;
    if (mine.register === building) mine.done = built;
    return built;
  } catch (error) {
    if (memory === mine) memory = null;
    throw error;
  }
}
