/**
 * Makes a photo small enough for a weak signal: upright, at most 1600 px, at most 300 KB, without EXIF.
 *
 * Loaded as a module worker from /offline/photo-worker.js, verbatim (no imports), so that the page never
 * freezes; photos.js imports the same function where a browser has no such worker.
 */

const LONG_EDGE = 1600;
const THUMB_EDGE = 240;
const MOST_BYTES = 300_000;
const QUALITIES = [0.8, 0.72, 0.64, 0.55, 0.45, 0.35];
const SMALLER = 0.8;
const THUMB_QUALITY = 0.6;

/** @param {ArrayBuffer} bytes */
async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * @typedef {object} Canvas
 * @property {any} context
 * @property {(quality: number) => Promise<Blob>} toJpeg
 */

/** @param {number} width @param {number} height @returns {Canvas} */
function canvasOf(width, height) {
  if (typeof OffscreenCanvas !== "undefined") {
    const canvas = new OffscreenCanvas(width, height);
    const toJpeg = (/** @type {number} */ quality) => canvas.convertToBlob({ type: "image/jpeg", quality });
    return { context: canvas.getContext("2d"), toJpeg };
  }
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const toJpeg = (/** @type {number} */ quality) =>
    /** @type {Promise<Blob>} */ (
      new Promise((done, failed) =>
        canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("no picture came out"))), "image/jpeg", quality),
      )
    );
  return { context: canvas.getContext("2d"), toJpeg };
}

/** The size within which a picture is drawn. @param {number} width @param {number} height @param {number} edge */
export function fit(width, height, edge) {
  const scale = Math.min(1, edge / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** @param {any} picture @param {{width: number, height: number}} size */
function draw(picture, size) {
  const canvas = canvasOf(size.width, size.height);
  canvas.context.imageSmoothingQuality = "high";
  canvas.context.fillStyle = "#fff"; // a transparent PNG would turn black
  canvas.context.fillRect(0, 0, size.width, size.height);
  canvas.context.drawImage(picture, 0, 0, size.width, size.height);
  return canvas;
}

/** Decodes with the camera's orientation applied. @param {ArrayBuffer} bytes @returns {Promise<any>} */
async function decode(bytes) {
  const blob = new Blob([bytes]);
  try {
    return await createImageBitmap(blob, { imageOrientation: "from-image" });
  } catch (error) {
    if (typeof document === "undefined") throw error;
    return decodeByElement(blob);
  }
}

/** Older browsers decode more in a page than in a worker. @param {Blob} blob */
async function decodeByElement(blob) {
  const url = URL.createObjectURL(blob);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    return Object.assign(image, { close() {} });
  } finally {
    URL.revokeObjectURL(url);
  }
}

/**
 * Lowers the quality, then the size, until the picture is light enough.
 * @param {any} picture
 * @param {{width: number, height: number}} size
 */
async function press(picture, size) {
  const canvas = draw(picture, size);
  for (const quality of QUALITIES) {
    const blob = await canvas.toJpeg(quality);
    if (blob.size <= MOST_BYTES) return { blob, size };
  }
  return press(picture, fit(size.width, size.height, Math.max(size.width, size.height) * SMALLER));
}

/**
 * @param {ArrayBuffer} original
 * @returns {Promise<{original_sha256: string, sha256: string, bytes: ArrayBuffer, thumb: ArrayBuffer, width: number, height: number}>}
 */
export async function shrink(original) {
  const original_sha256 = await sha256(original);
  const picture = await decode(original);
  try {
    // An <img> counts its pixels after turning; its `width` is that of the layout.
    const across = picture.naturalWidth ?? picture.width;
    const down = picture.naturalHeight ?? picture.height;
    const { blob, size } = await press(picture, fit(across, down, LONG_EDGE));
    const thumb = await draw(picture, fit(across, down, THUMB_EDGE)).toJpeg(THUMB_QUALITY);
    const bytes = await blob.arrayBuffer();
    return { original_sha256, sha256: await sha256(bytes), bytes, thumb: await thumb.arrayBuffer(), ...size };
  } finally {
    picture.close();
  }
}

/** @param {MessageEvent<{id: number, bytes: ArrayBuffer}>} event */
async function answer({ data: { id, bytes } }) {
  const worker = /** @type {any} */ (globalThis);
  try {
    const result = await shrink(bytes);
    worker.postMessage({ id, result }, [result.bytes, result.thumb]);
  } catch (error) {
    worker.postMessage({ id, error: String(error) });
  }
}

if (typeof (/** @type {any} */ (globalThis).WorkerGlobalScope) === "function") globalThis.onmessage = answer;
