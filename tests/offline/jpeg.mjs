/** A picture file of a few bytes, with the EXIF that a test wants. */

/** A JPEG whose EXIF says these things. @param {{time?: string, offset?: string, little?: boolean}} what */
export function jpeg({ time, offset, little = true }) {
  const texts = [[0x9003, time], [0x9011, offset]].filter(([, text]) => text);
  const block = new DataView(new ArrayBuffer(200));
  block.setUint16(0, little ? 0x4949 : 0x4d4d);
  block.setUint16(2, 42, little);
  block.setUint32(4, 8, little);
  block.setUint16(8, 1, little);
  block.setUint16(10, 0x8769, little);
  block.setUint32(18, 30, little);
  block.setUint16(30, texts.length, little);
  let free = 80;
  for (const [number, [tag, text]] of texts.entries()) {
    const at = 32 + 12 * number;
    block.setUint16(at, tag, little);
    block.setUint16(at + 2, 2, little);
    block.setUint32(at + 4, text.length + 1, little);
    block.setUint32(at + 8, free, little);
    for (let place = 0; place < text.length; place++) block.setUint8(free + place, text.charCodeAt(place));
    free += text.length + 1;
  }
  const comment = [0xff, 0xfe, 0, 4, 65, 66];
  const head = [0xff, 0xe1, 0, 208, 0x45, 0x78, 0x69, 0x66, 0, 0];
  return new Uint8Array([0xff, 0xd8, ...comment, ...head, ...new Uint8Array(block.buffer), 0xff, 0xd9]).buffer;
}
