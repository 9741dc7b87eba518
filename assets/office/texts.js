/** A text file read into a field of the page, and a heading that is read out when it comes. */
import { createElement, useEffect, useRef } from "react";

const BIGGEST = 600_000;

/** A heading that takes the focus when it comes. @param {{children: any}} props */
export function Found({ children, ...props }) {
  const heading = useRef(null);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    heading.current?.scrollIntoView({ block: "center" });
  }, []);
  return createElement("h2", { ...props, ref: heading, tabIndex: -1 }, children);
}

/**
 * Reads the chosen file into the field of that id and says so in `{id}-told`.
 * @param {{target: HTMLInputElement}} event @param {string} id
 */
export async function readInto(event, id) {
  const picker = event.target;
  const file = picker.files?.[0];
  const field = /** @type {HTMLTextAreaElement|null} */ (document.getElementById(id));
  const told = document.getElementById(`${id}-told`);
  if (!file || !field || !told) return;
  told.textContent = await read(file, field);
  told.scrollIntoView({ block: "center" });
  picker.value = "";
}

/** @param {File} file @param {HTMLTextAreaElement} field @returns {Promise<string>} what became of it */
async function read(file, field) {
  if (file.size > BIGGEST) return "这个文件太大，不像一张表。请另选一个。";
  const bytes = await file.arrayBuffer().catch(() => null);
  if (!bytes) return "文件没读出来，请再选一次。";
  const text = decode(bytes);
  if (text === null) return "这个文件不是文字。请选 .toml 或 .json。";
  field.value = text;
  return `${file.name} 放进来了，接着点检查。`;
}

/** UTF-8, or what an old Windows editor writes. @param {ArrayBuffer} bytes */
function decode(bytes) {
  for (const name of ["utf-8", "gb18030"]) {
    try {
      const text = new TextDecoder(name, { fatal: true }).decode(bytes);
      if (!text.includes("\0")) return text;
    } catch {
      // Not in this encoding: the next one, or none.
    }
  }
  return null;
}
