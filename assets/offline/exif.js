/**
 * What a JPEG says of itself: when it was taken, and whether it is all there. The picture that is sent carries no EXIF,
 * so this is read from the one that was picked. Its place is not: the place is asked for by a tap, never taken.
 */

const START = 0xffd8;
const PICTURE = 0xffda;
const END = 0xd9;
const APPLICATION = 0xffe1;
/** "Exif" */
const EXIF = 0x45786966;
const EXIF_FOLDER = 0x8769;
const TAKEN = 0x9003;
const OFFSET = 0x9011;
const SHANGHAI = "+08:00";
const TIME = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)/;

/**
 * The segments of a JPEG up to its picture, each with its marker, where it lies and its size.
 * @param {DataView} file
 * @returns {Generator<{marker: number, at: number, size: number}>}
 */
function* segments(file) {
  if (file.getUint16(0) !== START) return;
  for (let at = 2; at + 4 <= file.byteLength; ) {
    const marker = file.getUint16(at);
    const size = file.getUint16(at + 2);
    if (marker >> 8 !== 0xff || size < 2) return;
    yield { marker, at, size };
    if (marker === PICTURE) return;
    at += 2 + size;
  }
}

/** The block of a JPEG that holds its EXIF; null where there is none. @param {DataView} file @returns {DataView | null} */
function exifBlock(file) {
  for (const { marker, at, size } of segments(file))
    if (marker === APPLICATION && file.getUint32(at + 4) === EXIF)
      return new DataView(file.buffer, file.byteOffset + at + 10, Math.min(size - 8, file.byteLength - at - 10));
  return null;
}

/** @param {DataView} block @param {number} folder where it lies @param {boolean} little @param {number} tag @returns {number | null} where the entry lies */
function entry(block, folder, little, tag) {
  const count = block.getUint16(folder, little);
  for (let number = 0; number < count; number++) {
    const at = folder + 2 + 12 * number;
    if (block.getUint16(at, little) === tag) return at;
  }
  return null;
}

/** @param {DataView} block @param {number} at @param {boolean} little */
function text(block, at, little) {
  const size = block.getUint32(at + 4, little);
  const from = size > 4 ? block.getUint32(at + 8, little) : at + 8;
  return String.fromCharCode(...new Uint8Array(block.buffer, block.byteOffset + from, Math.min(size, 40)));
}

/** @param {DataView} block */
function timeIn(block) {
  const little = block.getUint16(0) === 0x4949;
  const folder = entry(block, block.getUint32(4, little), little, EXIF_FOLDER);
  if (folder === null) return null;
  const details = block.getUint32(folder + 8, little);
  const at = entry(block, details, little, TAKEN);
  const found = at === null ? null : TIME.exec(text(block, at, little));
  if (!found) return null;
  const zone = entry(block, details, little, OFFSET);
  const offset = zone === null ? null : /^[+-]\d\d:\d\d/.exec(text(block, zone, little));
  const [, year, month, day, time] = found;
  return Date.parse(`${year}-${month}-${day}T${time}${offset?.[0] ?? SHANGHAI}`) || null;
}

/**
 * @param {ArrayBuffer} bytes a picture of whatever kind, whole or broken
 * @returns {number | null} milliseconds since 1970; null where it does not say. Without an offset it is China's time.
 */
export function exifTime(bytes) {
  try {
    const block = exifBlock(new DataView(bytes));
    return block && timeIn(block);
  } catch (error) {
    // Cut short or pointing beyond its end: such a picture says nothing.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/**
 * Whether a JPEG has been cut off: browsers show what there is of it, and grey below.
 * @param {ArrayBuffer} bytes a picture of whatever kind
 */
export function isCutShort(bytes) {
  const data = new Uint8Array(bytes);
  try {
    for (const { marker, at } of segments(new DataView(bytes)))
      if (marker === PICTURE) return !hasEnd(data, at);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return false;
}

/** @param {Uint8Array} data @param {number} from */
function hasEnd(data, from) {
  for (let at = data.indexOf(0xff, from + 2); at >= 0; at = data.indexOf(0xff, at + 1)) if (data[at + 1] === END) return true;
  return false;
}
