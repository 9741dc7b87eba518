/**
 * Pictures that came back and are not on this phone any more, or never were: each is fetched once and kept, so that it is
 * seen with the reviewer's marks without signal. They are the author's own, and go when the review is settled.
 */
import Dexie from "dexie";
import { emit } from "./bus.js";
import { keep, write } from "./db.js";
import { isQuota } from "./errors.js";
import { waitsForAuthor } from "./here.js";
import { sealPicture } from "./pictures.js";
import { ask } from "./round.js";
import { patience } from "./wire.js";

/** @typedef {import("./round.js").Round} Round */
/** @typedef {import("./db.js").Store} Store */

/** About what a picture for the screen weighs. */
const A_PICTURE = 300_000;

/** The pictures of reviews that wait for their author. @param {Store} store @returns {Promise<string[]>} */
async function wanted(store) {
  const reviews = await keep(store, () =>
    store.rows.where("[type+id]").between(["review", Dexie.minKey], ["review", Dexie.maxKey]).toArray());
  return [...new Set(reviews.filter((row) => waitsForAuthor(row.data) && row.data.sha256).map((row) => row.data.sha256))];
}

/** Of these the ones that the phone cannot show. @param {Store} store @param {string[]} names */
async function missing(store, names) {
  const inTable = (/** @type {string} */ table) =>
    keep(store, () => store[table].where("sha256").anyOf(names).primaryKeys());
  const [fetched, large, small] = await Promise.all(["returned", "blobs", "thumbs"].map(inTable));
  return names.filter((one) => !fetched.includes(one) && !(large.includes(one) && small.includes(one)));
}

/**
 * One picture, or null where the county will not show it; undefined: ask again another time.
 * @param {Round} round @param {string} sha256
 */
async function fetchOne(round, sha256) {
  const options = { picture: true, timeout: patience(A_PICTURE) };
  const answer = await ask(round, "GET", `/api/photos/${sha256}?size=screen`, options);
  if (answer.picture) return answer.picture;
  return answer.code && answer.status < 500 ? null : undefined;
}

/** Fetches what is missing and drops what is settled. @param {Round} round */
export async function keepReturned(round) {
  const { store } = round;
  const names = await wanted(store);
  await write(store, ["returned"], () => store.returned.where("sha256").noneOf(names).delete());
  let came = false;
  for (const sha256 of await missing(store, names)) {
    const picture = await fetchOne(round, sha256);
    if (picture === undefined) continue;
    const data = picture && (await sealPicture(store, "returned", sha256, picture));
    try {
      await write(store, ["returned"], () => store.returned.put({ sha256, data }));
    } catch (error) {
      if (isQuota(error)) break; // it is seen with signal; room is kept for what the cadre writes
      throw error;
    }
    came ||= data !== null;
  }
  if (came) emit("rows");
}
