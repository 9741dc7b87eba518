/** When a picture says that it was taken, however its EXIF is written or broken. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { exifTime, isCutShort } from "../../assets/offline/exif.js";
import { jpeg } from "./jpeg.mjs";

test("the moment on the camera's clock, China's where it says no offset", () => {
  assert.equal(exifTime(jpeg({ time: "2026:11:01 09:30:05" })), Date.parse("2026-11-01T09:30:05+08:00"));
  assert.equal(exifTime(jpeg({ time: "2026:11:01 09:30:05", little: false })), Date.parse("2026-11-01T09:30:05+08:00"));
  assert.equal(exifTime(jpeg({ time: "2026:11:01 09:30:05", offset: "+06:00" })), Date.parse("2026-11-01T09:30:05+06:00"));
});

test("what says nothing, or nonsense, is no moment", () => {
  for (const time of [undefined, "0000:00:00 00:00:00", "2026:13:45 99:00:00", "yesterday"])
    assert.equal(exifTime(jpeg({ time })), null);
  for (const bytes of [[], [0xff], [0xff, 0xd8], [0x89, 0x50, 0x4e, 0x47], [0xff, 0xd8, 0xff, 0xe1, 0, 0]])
    assert.equal(exifTime(new Uint8Array(bytes).buffer), null);
});

test("a picture without its end is cut short, whatever comes after a whole one", () => {
  const scan = [0xff, 0xda, 0, 2, 1, 2, 0xff, 0, 3];
  const head = [...new Uint8Array(jpeg({ time: "2026:11:01 09:30:05" }))].slice(0, -2);
  const cut = (...end) => isCutShort(new Uint8Array([...head, ...scan, ...end]).buffer);
  assert.equal(cut(), true);
  assert.equal(cut(0xff), true);
  assert.equal(cut(0xff, 0xd9), false);
  assert.equal(cut(0xff, 0xd9, 1, 2, 3), false);
  assert.equal(isCutShort(new Uint8Array([0x89, 0x50, 0x4e, 0x47]).buffer), false);
});

test("no broken picture makes it fail", () => {
  const whole = new Uint8Array(jpeg({ time: "2026:11:01 09:30:05", offset: "+08:00" }));
  for (let at = 0; at < whole.length; at++) {
    exifTime(whole.slice(0, at).buffer);
    isCutShort(whole.slice(0, at).buffer);
    for (const value of [0, 0x7f, 0xff]) {
      const broken = whole.slice();
      broken[at] = value;
      exifTime(broken.buffer);
    }
  }
});
