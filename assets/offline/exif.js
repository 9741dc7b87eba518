/**
 * When a JPEG says that it was taken. The picture that is sent carries no EXIF, so this is read from the one that was
 * picked. Its place is not: the place is asked for by a tap, never taken.
 */

const EXIF_FOLDER = 0x8769;
const TAKEN = 0x9003;
const OFFSET = 0x9011;
const SHANGHAI = "+08:00";
const TIME = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)/;

/** The block of a JPEG that holds its EXIF; null where there is none. @param {DataView} file @returns {DataView | null} */
function exifBlock(file) {
  if (file.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; at + 4 <= file.byteLength; ) {
    const marker = file.getUint16(at);
    const size = file.getUint16(at + 2);
    if (marker >> 8 !== 0xff || marker === 0xffda || size < 2) return null;
    // "Exif", then two zeros
    if (marker === 0xffe1 && file.getUint32(at + 4) === 0x45786966)
      return new DataView(file.buffer, file.byteOffset + at + 10, Math.min(size - 8, file.byteLength - at - 10));
    at += 2 + size;
  }
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
