/**
 * A layer of the store (Dexie's DBCore) under which rows lie sealed: only their keys and what is indexed (ids,
 * states, counters) stays readable, and whatever works on the store above it sees rows as they were written.
 *
 * A sealed row: its plain fields, `_r`, a number that grows with every writing, and `_`, all of the row,
 * bound to `table:id:rev`.
 */
import { keyOf, onLocked } from "./keyring.js";
import { now } from "./clock.js";
import { openValue, sealValue } from "./seal.js";

/** @typedef {import("dexie").DBCore} Core */
/** @typedef {import("dexie").DBCoreTable} CoreTable */

/**
 * Tables that are sealed, with what stays readable beside their indexes. Pictures (blobs, thumbs, raws, returned)
 * hold bytes that were sealed before they came here.
 * @type {Record<string, string[]>}
 */
export const SEALED = {
  rows: [], drafts: [], photos: [], uploads: [], commands: [], meta: [], raws: ["bytes"], outbox: ["type"],
};

/** Read again and again by the thousand: opened once for each revision. */
const REMEMBERED = "rows";

/** @type {Map<string, {rev: number, row: any}>} */
const opened = new Map();
onLocked(() => opened.clear());

let last = 0;

/** Grows, also where the clock does not. */
const revision = () => (last = Math.max(last + 1, now() * 1000));

/** @param {any} row @param {string | string[] | null | undefined} path @returns {any} */
const at = (row, path) => (Array.isArray(path) ? path.map((one) => row[one]) : row[String(path)]);

/** @param {string} table @param {any} id @param {number} rev */
export const placeOf = (table, id, rev) => `${table}:${JSON.stringify(id)}:${rev}`;

/** @param {CoreTable} table */
function sealerOf(table, /** @type {string} */ userId) {
  const { primaryKey, indexes } = table.schema;
  const bytes = SEALED[table.name].filter((name) => name === "bytes");
  const plain = [...new Set([primaryKey, ...indexes].flatMap((one) => one.keyPath ?? []).concat(SEALED[table.name]))];
  const remembered = table.name === REMEMBERED;
  const nameOf = (/** @type {any} */ row) => `${userId}:${JSON.stringify(at(row, primaryKey.keyPath))}`;
  const seal = (/** @type {any} */ row) => {
    const rev = revision();
    const rest = { ...row };
    for (const name of bytes) delete rest[name];
    /** @type {Record<string, any>} */
    const kept = { _r: rev, _: sealValue(keyOf(userId), placeOf(table.name, at(row, primaryKey.keyPath), rev), rest) };
    for (const name of plain) if (row[name] !== undefined) kept[name] = row[name];
    if (remembered) opened.set(nameOf(row), { rev, row });
    return kept;
  };
  const unseal = (/** @type {any} */ kept) => {
    const place = placeOf(table.name, at(kept, primaryKey.keyPath), kept._r);
    const row = openValue(keyOf(userId), place, kept._);
    for (const name of bytes) row[name] = kept[name];
    return row;
  };
  const open = (/** @type {any} */ kept) => {
    if (!kept?._) return kept;
    if (!remembered) return unseal(kept);
    keyOf(userId);
    const name = nameOf(kept);
    const known = opened.get(name);
    if (known && known.rev === kept._r) return known.row;
    const row = unseal(kept);
    opened.set(name, { rev: kept._r, row });
    return row;
  };
  return { seal, open };
}

/**
 * A cursor that shows rows as they were written.
 * @param {any} cursor the browser's own, whose properties answer only to itself
 * @param {(kept: any) => any} open
 */
function opening(cursor, open) {
  /** @type {any} */
  let kept = null;
  /** @type {any} */
  let row = null;
  const value = () => {
    if (kept !== cursor.value) [kept, row] = [cursor.value, open(cursor.value)];
    return row;
  };
  return Object.create(cursor, {
    key: { get: () => cursor.key },
    primaryKey: { get: () => cursor.primaryKey },
    value: { get: value },
  });
}

/** @param {CoreTable} table @param {string} userId @returns {CoreTable} */
function sealedTable(table, userId) {
  const { seal, open } = sealerOf(table, userId);
  return {
    ...table,
    get: (request) => table.get(request).then(open),
    getMany: (request) => table.getMany(request).then((rows) => rows.map(open)),
    query: (request) =>
      table.query(request).then((found) => (request.values ? { ...found, result: found.result.map(open) } : found)),
    openCursor: (request) =>
      table.openCursor(request).then((cursor) => (cursor && request.values ? opening(cursor, open) : cursor)),
    mutate(request) {
      if (request.type !== "add" && request.type !== "put") return table.mutate(request);
      return table.mutate({ ...request, values: request.values.map(seal) });
    },
  };
}

/** @param {string} userId whose key seals @returns {import("dexie").Middleware<Core>} */
export const sealing = (userId) => ({
  stack: "dbcore",
  name: "sealing",
  level: -10,
  create: (core) => ({
    ...core,
    table: (name) => (name in SEALED ? sealedTable(core.table(name), userId) : core.table(name)),
  }),
});
