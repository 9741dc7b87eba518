/**
 * Photos of a draft: the bytes are copied the moment they are picked (a file may be gone a second later),
 * made small in a worker, and belong to the draft from then on. A photo that cannot be kept is told to
 * the person; it never holds up the text.
 */
import { emit } from "./bus.js";
import { iso, now, uuid7 } from "./clock.js";
import { sha256 as digest } from "./canonical.js";
import { develop as makeSmall } from "./darkroom.js";
import { keep, write } from "./db.js";
import { isQuota, OfflineError, tell } from "./errors.js";
import { exifTime, isCutShort } from "./exif.js";
import { onLocked } from "./keyring.js";
import { inTurn } from "./locks.js";
import { openPicture, sealPicture } from "./pictures.js";
import { sealedPhoto } from "./sealed.js";
import { atWork } from "./session.js";
import { freeSpace } from "./storage.js";

export { locate } from "./place.js";

/** @typedef {import("./types.js").Photo} Photo */
/** @typedef {import("./db.js").Store} Store */

/** What the county takes of a picture that this browser cannot make smaller. */
const MOST_AS_IS = 15_000_000;
/** More than this would use up the memory of a cheap phone before anything is done with it. */
const MOST_ORIGINAL = 80_000_000;
/** A camera's file is seconds old; an older one was picked from the album and keeps its own time. */
const FRESH = 3600_000;
/** A picture that has ended the browser twice while it was decoded is not decoded again. */
const MOST_TRIES = 2;

const AS_IS = "这张照片手机上打不开，会按原样上传。";
const CUT_SHORT = "这张照片只有一部分，下面是空的，最好再拍一张。";

/** Beginnings of picture files, as text in Latin-1; HEIC and AVIF name themselves after four bytes. */
const MAGIC = [/^\xff\xd8\xff/, /^\x89PNG\r\n\x1a\n/, /^RIFF[^]{4}WEBP/, /^[^]{4}ftyp(heic|heix|heim|heis|hevc|mif1|msf1|avif)/];

/** @param {ArrayBuffer} bytes */
const looksLikePicture = (bytes) => {
  const start = String.fromCharCode(...new Uint8Array(bytes.slice(0, 16)));
  return MAGIC.some((magic) => magic.test(start));
};

/** @param {File} file @returns {Promise<ArrayBuffer>} */
async function copyBytes(file) {
  if (file.size > MOST_ORIGINAL) throw new OfflineError("photo_too_big");
  let bytes;
  try {
    bytes = await file.arrayBuffer();
  } catch (error) {
    throw new OfflineError("photo_gone", undefined, { cause: error });
  }
  if (!bytes.byteLength) throw new OfflineError("photo_empty");
  return bytes;
}

/** What the picture itself says, else the age of its file. A camera whose clock runs ahead is not believed. @param {File} file @param {ArrayBuffer} bytes */
function takenAt(file, bytes) {
  const said = exifTime(bytes);
  if (said !== null && said > 0 && said <= now()) return iso(said);
  const at = file.lastModified;
  return iso(at > 0 && at < now() - FRESH ? at : now());
}

/**
 * Writes, and when the phone is full makes room and writes again; the text is safe in any case.
 * @template T
 * @param {Store} store
 * @param {string[]} tables
 * @param {() => PromiseLike<T>} work
 */
async function writePhoto(store, tables, work) {
  try {
    return await write(store, tables, work);
  } catch (error) {
    if (!isQuota(error)) throw error;
  }
  try {
    await freeSpace(store);
    return await write(store, tables, work);
  } catch (error) {
    throw isQuota(error) ? new OfflineError("photo_not_saved", undefined, { cause: error }) : tell(error);
  }
}

/**
 * A picture as it came, because it cannot be decoded here.
 * @param {ArrayBuffer} bytes
 */
async function asIs(bytes) {
  if (!looksLikePicture(bytes)) throw new OfflineError("photo_not_picture");
  if (bytes.byteLength > MOST_AS_IS) throw new OfflineError("photo_too_big");
  const sum = await digest(bytes);
  return { original_sha256: sum, sha256: sum, bytes, thumb: null, width: 0, height: 0 };
}

/** @param {any} raw */
async function small(raw) {
  const made = raw.tries < MOST_TRIES ? await makeSmall(raw.bytes) : null;
  return made ?? asIs(raw.bytes);
}

/** @param {any} raw @param {any} made */
const linkOf = (raw, made) => ({
  id: raw.id,
  draft_id: raw.draft_id,
  command_id: null,
  sha256: made.sha256,
  original_sha256: made.original_sha256,
  width: made.width,
  height: made.height,
  bytes: made.bytes.byteLength,
  question: raw.question,
  taken_at: raw.taken_at,
  location: raw.location,
  note: null,
  notice: made.thumb ? (isCutShort(raw.bytes) ? CUT_SHORT : null) : AS_IS,
  removed_at: null,
});

/** @param {Store} store @param {any} made */
async function sealed(store, { sha256, bytes, thumb }) {
  const [data, small] = await Promise.all([
    sealPicture(store, "blobs", sha256, bytes),
    thumb && sealPicture(store, "thumbs", sha256, thumb),
  ]);
  return { data, small };
}

/** @param {Store} store @param {any} made @param {Awaited<ReturnType<typeof sealed>>} bytes */
async function putPicture(store, made, { data, small }) {
  const before = await store.uploads.get(made.sha256);
  await store.blobs.put({ sha256: made.sha256, data });
  if (small) await store.thumbs.put({ sha256: made.sha256, data: small });
  if (before && before.state !== "kept") return;
  const fresh = { state: "phone", offset: 0, tries: 0, wrong: 0, next_at: 0, sentence: "" };
  await store.uploads.put({ sha256: made.sha256, bytes: made.bytes.byteLength, ...fresh });
}

/**
 * The same picture for the same question twice is one.
 * @param {Store} store
 * @param {any} link
 */
async function putLink(store, link) {
  const of = await store.photos.where("draft_id").equals(link.draft_id).toArray();
  const same = of.find((one) => one.sha256 === link.sha256 && one.question === link.question && !one.command_id);
  const kept = same ? { ...same, removed_at: null } : link;
  await store.photos.put(kept);
  return kept;
}

const PHOTO_TABLES = ["photos", "blobs", "thumbs", "uploads", "raws", "sealed"];

/** Its sealed copy, for whoever carries it. @param {Store} store @param {any} made */
async function copyOf(store, made) {
  const { me } = await atWork();
  return sealedPhoto(store, me, made.sha256, made.bytes);
}

/** The bytes of a picture that is to be sent. @param {Store} store @param {string} sha256 @returns {Promise<ArrayBuffer | null>} */
export async function pictureOf(store, sha256) {
  const row = await keep(store, () => store.blobs.get(sha256));
  return row?.data ? openPicture(store, "blobs", sha256, row.data) : null;
}

/** From the picture as taken to the picture as sent. @param {Store} store @param {any} raw @param {boolean} stored whether it is kept as taken */
async function finish(store, raw, stored) {
  let made;
  try {
    made = await small(raw);
  } catch (error) {
    if (stored) await keep(store, () => store.raws.delete(raw.id));
    throw error;
  }
  const [bytes, copy] = await Promise.all([sealed(store, made), copyOf(store, made)]);
  const put = (/** @type {typeof copy} */ beside) =>
    writePhoto(store, PHOTO_TABLES, async () => {
      await store.raws.delete(raw.id);
      await putPicture(store, made, bytes);
      if (beside && !(await store.sealed.get(beside.id))) await store.sealed.put(beside);
      return putLink(store, linkOf(raw, made));
    });
  // A phone too full for the copy keeps the picture.
  const link = await put(copy).catch((error) => (copy && error.code === "photo_not_saved" ? put(null) : Promise.reject(error)));
  emit("drafts", { id: raw.draft_id });
  return link;
}

/** One picture at a time, over all tabs: 48 megapixels are 192 MB while they are open. @param {Store} store @param {any} raw @param {boolean} stored */
const finishInTurn = (store, raw, stored) => inTurn(store, "photos", () => finish(store, raw, stored));

/** Photos of a draft that are still being made. @type {Map<string, Set<Promise<any>>>} */
const making = new Map();

/** @template T @param {string} draftId @param {Promise<T>} work */
async function track(draftId, work) {
  const all = making.get(draftId) ?? new Set();
  making.set(draftId, all.add(work));
  try {
    return await work;
  } finally {
    all.delete(work);
  }
}

/** Waits for the photos of a draft that are still being made; their failures were told to who took them. @param {string} draftId */
export const settlePhotos = (draftId) => Promise.allSettled([...(making.get(draftId) ?? [])]);

/** @param {File} file @param {{draft_id: string, question?: string, location?: import("./types.js").Place}} to */
async function take(file, to) {
  const bytes = await copyBytes(file);
  const { store } = await atWork();
  const { draft_id, question = null, location = null } = to;
  const raw = { id: uuid7(), draft_id, question, location, taken_at: takenAt(file, bytes), bytes, tries: 0 };
  let stored = true;
  try {
    // Until it is made small the picture is kept as taken, so that a killed browser does not lose it. The first try is
    // counted with it: to count it later would read and write some megabytes once more, with the page standing still.
    const kept = { ...raw, tries: 1, bytes: await sealPicture(store, "raws", raw.id, bytes) };
    await write(store, ["raws"], () => store.raws.put(kept));
  } catch (error) {
    if (!isQuota(error)) throw error;
    stored = false;
  }
  return show(store, await finishInTurn(store, raw, stored));
}

/**
 * Takes a picked file into a draft.
 * @param {File} file
 * @param {{draft_id: string, question?: string, location?: import("./types.js").Place}} to
 * @returns {Promise<Photo>}
 */
export const addPhoto = (file, to) => track(to.draft_id, take(file, to));

/**
 * Finishes pictures that a killed browser had left as taken.
 * @param {Store} store
 */
export async function recoverPhotos(store) {
  const ids = await keep(store, () => store.raws.toCollection().primaryKeys());
  for (const id of ids)
    await inTurn(store, "photos", async () => {
      const raw = await keep(store, () => store.raws.get(id));
      if (!raw) return;
      await keep(store, () => store.raws.update(id, { tries: raw.tries + 1 }));
      await finish(store, { ...raw, bytes: await openPicture(store, "raws", id, raw.bytes) }, true);
    }).catch((error) => console.warn(tell(error).message));
}

/** @type {Map<string, string>} */
const urls = new Map();
const MOST_URLS = 200;
onLocked(() => {
  for (const url of urls.values()) URL.revokeObjectURL(url);
  urls.clear();
});

/** @param {string} key @param {ArrayBuffer} data */
function urlOf(key, data) {
  const url = URL.createObjectURL(new Blob([data], { type: "image/jpeg" }));
  urls.set(key, url);
  if (urls.size > MOST_URLS) {
    const [oldest, stale] = /** @type {[string, string]} */ (urls.entries().next().value);
    urls.delete(oldest);
    URL.revokeObjectURL(stale);
  }
  return url;
}

/** @param {Store} store @param {"blobs" | "thumbs" | "returned"} table @param {string} sha256 */
async function localUrl(store, table, sha256) {
  const known = urls.get(table + sha256);
  if (known) return known;
  const row = await keep(store, () => store[table].get(sha256));
  if (!row?.data) return null;
  const data = await openPicture(store, table, sha256, row.data);
  return urls.get(table + sha256) ?? urlOf(table + sha256, data);
}

/** @param {Store} store @param {string} sha256 */
const onlyHere = async (store, sha256) => {
  const upload = await keep(store, () => store.uploads.get(sha256));
  return upload !== undefined && upload.state !== "done";
};

/**
 * Where to show a small picture from: this phone, or the county. Null where nobody can show it yet.
 * @param {string} sha256
 * @returns {Promise<string | null>}
 */
export async function thumbUrl(sha256) {
  const { store } = await atWork();
  const here = (await localUrl(store, "thumbs", sha256)) ?? (await localUrl(store, "returned", sha256));
  return here ?? ((await onlyHere(store, sha256)) ? null : `/api/photos/${sha256}?size=thumb`);
}

/** The same for the large picture. @param {string} sha256 @returns {Promise<string | null>} */
export async function photoUrl(sha256) {
  const { store } = await atWork();
  // Without a thumb this browser could not decode it, so it could not show it either.
  const shown = await keep(store, () => store.thumbs.get(sha256));
  const here = (shown ? await localUrl(store, "blobs", sha256) : null) ?? (await localUrl(store, "returned", sha256));
  return here ?? ((await onlyHere(store, sha256)) ? null : `/api/photos/${sha256}?size=screen`);
}

/** @param {Store} store @param {any} link @returns {Promise<Photo>} */
async function show(store, link) {
  const { id: _id, draft_id: _draft, command_id: _command, removed_at: _removed, ...photo } = link;
  return { ...photo, thumb_url: await localUrl(store, "thumbs", link.sha256) };
}

/** @param {Store} store @param {string} draftId */
const links = async (store, draftId) => {
  const all = await keep(store, () => store.photos.where("draft_id").equals(draftId).toArray());
  return all.filter((link) => !link.removed_at && !link.command_id);
};

/** @param {string} draftId @returns {Promise<Photo[]>} in the order in which they were taken */
export async function draftPhotos(draftId) {
  const { store } = await atWork();
  return Promise.all((await links(store, draftId)).map((link) => show(store, link)));
}

/** @param {any} link */
const forPayload = ({ sha256, original_sha256, question, taken_at, location, note }) => ({
  sha256,
  original_sha256,
  taken_at,
  ...(question && { question }),
  ...(location && { location }),
  ...(note && { note }),
});

/**
 * The photos of a draft as a visit names them; waits for those still being made.
 * @param {string} draftId
 */
export async function payloadPhotos(draftId) {
  await settlePhotos(draftId);
  const { store } = await atWork();
  return (await links(store, draftId)).map(forPayload);
}

/** @param {string} sha256 @param {string} draftId @param {Record<string, any>} change */
async function changeLink(sha256, draftId, change) {
  const { store } = await atWork();
  await write(store, ["photos"], () =>
    store.photos
      .where("draft_id")
      .equals(draftId)
      .and((link) => link.sha256 === sha256 && !link.command_id)
      .modify(change),
  );
  emit("drafts", { id: draftId });
}

/** Takes a photo out of a draft; `restorePhoto` brings it back. @param {string} sha256 @param {string} draftId */
export const removePhoto = (sha256, draftId) => changeLink(sha256, draftId, { removed_at: now() });

/** @param {string} sha256 @param {string} draftId */
export const restorePhoto = (sha256, draftId) => changeLink(sha256, draftId, { removed_at: null });

/** @param {string} sha256 @param {string} draftId @param {import("./types.js").Place | null} location */
export const placePhoto = (sha256, draftId, location) => changeLink(sha256, draftId, { location });

/** @param {string} sha256 @param {string} draftId @param {string} note */
export const notePhoto = (sha256, draftId, note) => changeLink(sha256, draftId, { note });
