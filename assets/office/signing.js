/**
 * A pad to sign on with a finger, a pen or the mouse. No stroke goes to the server by itself: the picture stands in a
 * hidden field of the form, cut to what was drawn, and leaves with it.
 */
import { createElement as h, useEffect, useRef, useState } from "react";

const WIDTH = 960;
const HEIGHT = 480;
const PEN = 7;
const MARGIN = 14;
const INK = "#111";

/** @typedef {{x: number, y: number}} Point */

/**
 * What the strokes cover, with some room around, within the pad.
 * @param {Point[][]} strokes @returns {{x: number, y: number, w: number, h: number} | null} null where nothing is drawn
 */
export function covered(strokes) {
  const all = strokes.flat();
  if (all.length === 0) return null;
  const [xs, ys] = [all.map((one) => one.x), all.map((one) => one.y)];
  const x = Math.max(0, Math.floor(Math.min(...xs)) - MARGIN);
  const y = Math.max(0, Math.floor(Math.min(...ys)) - MARGIN);
  return {
    x, y,
    w: Math.min(WIDTH, Math.ceil(Math.max(...xs)) + MARGIN) - x,
    h: Math.min(HEIGHT, Math.ceil(Math.max(...ys)) + MARGIN) - y,
  };
}

/** @param {CanvasRenderingContext2D} on @param {Point[]} stroke */
function line(on, stroke) {
  on.beginPath();
  on.moveTo(stroke[0].x, stroke[0].y);
  for (let at = 1; at < stroke.length - 1; at += 1) {
    const [here, next] = [stroke[at], stroke[at + 1]];
    on.quadraticCurveTo(here.x, here.y, (here.x + next.x) / 2, (here.y + next.y) / 2);
  }
  const last = /** @type {Point} */ (stroke.at(-1));
  on.lineTo(last.x, last.y);
  on.stroke();
}

/** @param {HTMLCanvasElement} canvas @param {Point[][]} strokes @param {Point} from what of the pad stands at its corner */
function draw(canvas, strokes, from = { x: 0, y: 0 }) {
  const on = canvas.getContext("2d");
  if (!on) return;
  on.setTransform(1, 0, 0, 1, 0, 0);
  on.clearRect(0, 0, canvas.width, canvas.height);
  on.translate(-from.x, -from.y);
  Object.assign(on, { lineWidth: PEN, lineCap: "round", lineJoin: "round", strokeStyle: INK });
  strokes.forEach((stroke) => line(on, stroke));
}

/** The picture of what was drawn, as a data address; empty where nothing is. @param {Point[][]} strokes */
function picture(strokes) {
  const box = covered(strokes);
  if (!box) return "";
  const sheet = document.createElement("canvas");
  sheet.width = box.w;
  sheet.height = box.h;
  draw(sheet, strokes, box);
  return sheet.toDataURL("image/png");
}

/** @param {PointerEvent} event @returns {Point} */
function place(event) {
  const canvas = /** @type {HTMLCanvasElement} */ (event.currentTarget);
  const box = canvas.getBoundingClientRect();
  return { x: ((event.clientX - box.left) / box.width) * WIDTH, y: ((event.clientY - box.top) / box.height) * HEIGHT };
}

/** The pad. @param {{name: string, words: string}} props `name` of the hidden field; `words` for who cannot see it */
export function Pad({ name, words }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const strokes = useRef(/** @type {Point[][]} */ ([]));
  const pointer = useRef(/** @type {number | null} */ (null));
  const [value, setValue] = useState("");
  useEffect(() => {
    if (canvas.current) draw(canvas.current, strokes.current);
  }, [value]);
  const down = (event) => {
    if (pointer.current !== null || event.button > 0) return;
    pointer.current = event.pointerId;
    event.currentTarget.setPointerCapture(event.pointerId);
    strokes.current.push([place(event)]);
    draw(event.currentTarget, strokes.current);
  };
  const move = (event) => {
    if (pointer.current !== event.pointerId) return;
    strokes.current.at(-1)?.push(place(event));
    draw(event.currentTarget, strokes.current);
  };
  const up = (event) => {
    if (pointer.current !== event.pointerId) return;
    pointer.current = null;
    setValue(picture(strokes.current));
  };
  const clear = () => {
    strokes.current = [];
    pointer.current = null;
    setValue("");
  };
  const pad = h("canvas", {
    ref: canvas, width: WIDTH, height: HEIGHT, role: "img", "aria-label": words, "data-testid": "sign-pad",
    onPointerDown: down, onPointerMove: move, onPointerUp: up, onPointerCancel: up,
  });
  const wipe = h("button", { type: "button", className: "btn plain", disabled: !value, onClick: clear, "data-testid": "sign-clear" }, "擦掉");
  return h("div", { className: "signpad" }, pad, wipe, h("input", { type: "hidden", name, value, readOnly: true }));
}
