/**
 * The photo on a reviewer's desk, and the pen: circle, arrow, words, undo, enlarge, turn. No stroke goes to the server;
 * what was drawn stands in the hidden field `marks` of the decision's form, and on this machine until it is sent.
 *
 * A mark is `{kind, points, text?}`, its points parts (0 to 1) of the upright picture's width and height, however it is
 * turned or enlarged on the screen.
 */
import { createElement as h, useEffect, useRef, useState } from "react";

const MOST_POINTS = 120;
const MOST_MARKS = 40;
const DOUBLE_TAP_MS = 400;
const narrow = () => typeof matchMedia === "function" && matchMedia("(max-width: 900px)").matches;
const fine = () => typeof matchMedia === "function" && matchMedia("(pointer: fine)").matches;

const icon = (name) =>
  h("svg", { className: "i s", "aria-hidden": "true", focusable: "false" }, h("use", { href: `/icons.svg#i-${name}` }));

/** @param {number} value */
const part = (value) => Math.round(Math.min(1, Math.max(0, value)) * 10000) / 10000;

/** Fewer points along the same line. @param {number[][]} points */
export function thinned(points) {
  if (points.length <= MOST_POINTS) return points;
  const step = (points.length - 1) / (MOST_POINTS - 1);
  return Array.from({ length: MOST_POINTS }, (_, at) => points[Math.round(at * step)]);
}

/** The line of a mark in the picture's own pixels. @param {object} mark @param {{w: number, h: number}} size */
export function lineOf(mark, size) {
  const at = mark.points.map(([x, y]) => [x * size.w, y * size.h]);
  const line = `M${at.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}`;
  if (mark.kind !== "arrow" || at.length < 2) return line;
  const [[x1, y1], [x2, y2]] = [at[0], at.at(-1)];
  const angle = Math.atan2(y2 - y1, x2 - x1);
  const barb = Math.max(size.w, size.h) / 24;
  const end = (turn) => `M${x2.toFixed(1)} ${y2.toFixed(1)}L${(x2 - barb * Math.cos(angle + turn)).toFixed(1)} ${(y2 - barb * Math.sin(angle + turn)).toFixed(1)}`;
  return line + end(0.5) + end(-0.5);
}

/** @param {object} mark @param {number} at @param {{w: number, h: number}} size */
function drawn(mark, at, size) {
  const unit = Math.max(size.w, size.h) / 100;
  if (mark.kind === "text") {
    const [[x, y]] = mark.points;
    const place = { x: x * size.w, y: y * size.h, fontSize: unit * 4.4, key: at };
    return h("text", { ...place, fill: "var(--mark)", stroke: "#fff", strokeWidth: unit * 0.9, paintOrder: "stroke", fontWeight: 700 }, mark.text);
  }
  const d = lineOf(mark, size);
  return h("g", { key: at }, h("path", { d, className: "edge", strokeWidth: unit * 1.5 }), h("path", { d, className: "ink", strokeWidth: unit * 0.85 }));
}

const stored = (key) => {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "[]");
  } catch {
    return [];
  }
};

/** @param {string} key @param {object[]} marks */
function keep(key, marks) {
  const field = document.getElementById("review-marks");
  if (field instanceof HTMLInputElement) {
    field.value = JSON.stringify(marks);
    field.form?.toggleAttribute("data-marked", marks.length > 0);
  }
  try {
    if (marks.length) sessionStorage.setItem(key, JSON.stringify(marks));
    else sessionStorage.removeItem(key);
  } catch {
    // A full or forbidden store costs only that an unsent mark does not survive a reload.
  }
}

/** The room that the picture may take, as it changes. @param {{current: HTMLElement | null}} box */
function useRoom(box) {
  const [room, setRoom] = useState({ w: 0, h: 0 });
  useEffect(() => {
    if (!box.current) return undefined;
    const watch = new ResizeObserver(([entry]) => setRoom({ w: entry.contentRect.width, h: entry.contentRect.height }));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, [box]);
  return room;
}

/** What is drawn on one picture, and the stroke that is being drawn. @param {string} key @param {boolean} drawing */
function useMarks(key, drawing) {
  const [tool, setTool] = useState(() => (drawing && fine() ? "circle" : ""));
  // The circle is ready at a desk before anybody asked: the first press on it takes it up, it does not put it down.
  const [taken, setTaken] = useState(false);
  const [made, setMade] = useState(() => (drawing ? stored(key) : []));
  const [stroke, setStroke] = useState(/** @type {number[][] | null} */ (null));
  const [writing, setWriting] = useState(/** @type {{point: number[], x: number, y: number} | null} */ (null));
  useEffect(() => {
    if (drawing) keep(key, made);
  }, [drawing, key, made]);
  const add = (mark) => setMade((now) => (now.length < MOST_MARKS ? [...now, mark] : now));
  return {
    tool, made, stroke, writing,
    choose(code) {
      setTool(taken && tool === code ? "" : code);
      setTaken(true);
    },
    undo: () => setMade((now) => now.slice(0, -1)),
    begin: (point) => setStroke([point]),
    go: (point) => stroke && setStroke(tool === "arrow" ? [stroke[0], point] : [...stroke, point]),
    end() {
      if (stroke && stroke.length > (tool === "arrow" ? 1 : 2)) add({ kind: tool, points: thinned(stroke) });
      setStroke(null);
    },
    drop: () => setStroke(null),
    write: setWriting,
    wrote(text) {
      if (writing && text.trim()) add({ kind: "text", points: [writing.point], text: text.trim().slice(0, 40) });
      setWriting(null);
    },
  };
}

/** @param {{pen: ReturnType<typeof useMarks>, drawing: boolean, zoom: number, onZoom: () => void, onTurn: () => void}} props */
function Tools({ pen, drawing, zoom, onZoom, onTurn }) {
  const button = (label, mark, props) => h("button", { type: "button", ...props, key: label }, icon(mark), label);
  const tool = (code, label, mark) => button(label, mark, { "aria-pressed": pen.tool === code, onClick: () => pen.choose(code) });
  return h(
    "div",
    { className: "tools", role: "toolbar", "aria-label": "标记工具" },
    drawing && tool("circle", "圈", "circle"),
    drawing && tool("arrow", "箭头", "move-up-right"),
    drawing && tool("text", "写字", "pencil"),
    drawing && button("撤销", "undo-2", { disabled: pen.made.length === 0, onClick: pen.undo }),
    h("span", { key: "gap" }),
    button(zoom === 1 ? "放大" : "缩小", "zoom-in", { onClick: onZoom }),
    button("转", "rotate-cw", { onClick: onTurn }),
  );
}

/** Words for the place that was tapped. @param {{pen: ReturnType<typeof useMarks>}} props */
function Writing({ pen }) {
  if (!pen.writing) return null;
  return h("input", {
    className: "penword", autoFocus: true, maxLength: 40, "aria-label": "写在照片上的字", placeholder: "写几个字，回车",
    style: { left: Math.min(pen.writing.x, innerWidth - 240), top: Math.min(pen.writing.y, innerHeight - 70) },
    onKeyDown: (event) => {
      if (event.key === "Escape") pen.write(null);
      if (event.key === "Enter" && !event.nativeEvent.isComposing) pen.wrote(event.target.value);
    },
    onBlur: (event) => pen.wrote(event.target.value),
  });
}

/** The lines over the picture, and where the pen goes down. @param {{pen: ReturnType<typeof useMarks>, size: {w: number, h: number}, before: object[]}} props */
function Overlay({ pen, size, before }) {
  const sheet = useRef(null);
  const at = (event) => {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(sheet.current.getScreenCTM().inverse());
    return [part(point.x / size.w), part(point.y / size.h)];
  };
  const down = (event) => {
    if (!pen.tool || event.button > 0) return;
    if (pen.tool === "text") {
      pen.write({ point: at(event), x: event.clientX, y: event.clientY });
      event.preventDefault();
      return;
    }
    event.currentTarget.setPointerCapture(event.pointerId);
    pen.begin(at(event));
  };
  const marks = [...before, ...pen.made, ...(pen.stroke ? [{ kind: pen.tool, points: pen.stroke }] : [])];
  return h(
    "svg",
    {
      ref: sheet, className: "pen", viewBox: `0 0 ${size.w} ${size.h}`, "data-drawing": pen.tool ? "" : undefined,
      onPointerDown: down, onPointerMove: (event) => pen.stroke && pen.go(at(event)), onPointerUp: pen.end, onPointerCancel: pen.drop,
    },
    marks.map((mark, place) => drawn(mark, place, size)),
  );
}

/**
 * How large the picture is drawn, turned and enlarged, and the box around it that has the size that is seen.
 * @param {{w: number, h: number} | null} size @param {{w: number, h: number}} room @param {number} turn @param {number} zoom
 */
function layout(size, room, turn, zoom) {
  if (!size || !room.w) return { shot: {}, outer: {}, inner: {}, image: {} };
  const [w, height] = turn % 180 ? [size.h, size.w] : [size.w, size.h];
  const scale = Math.min(room.w / w, room.h / height) * zoom;
  const shown = { width: size.w * scale, height: size.h * scale };
  const middle = { position: "absolute", left: "50%", top: "50%", transform: `translate(-50%, -50%) rotate(${turn}deg)` };
  return {
    shot: narrow() ? { height: Math.min(innerHeight * 0.52, (room.w * height) / w) } : {},
    outer: { width: w * scale, height: height * scale },
    inner: { ...middle, ...shown },
    image: shown,
  };
}

/**
 * The picture with its pen.
 * @param {{name: string, src: string, thumb: string, words: string, marks: string, drawing: boolean}} props
 *   `name` says which review and version this is (a new one is a new Stage); `marks` are those of an earlier return,
 *   shown but not sent again.
 */
export function Stage({ name, src, thumb, words, marks, drawing }) {
  const box = useRef(null);
  const room = useRoom(box);
  const pen = useMarks(`review-marks:${name}`, drawing);
  const [size, setSize] = useState(/** @type {{w: number, h: number} | null} */ (null));
  const [turn, setTurn] = useState(0);
  const [zoom, setZoom] = useState(1);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    setSize(null);
    setFailed(false);
  }, [src]);

  const place = layout(size, room, turn, zoom);
  const picture = h("img", {
    src,
    alt: words,
    draggable: false,
    style: { ...place.image, backgroundImage: `url("${thumb}")` },
    onLoad: (event) => setSize({ w: event.target.naturalWidth, h: event.target.naturalHeight }),
    onError: () => setFailed(true),
  });
  const overlay = size && h(Overlay, { pen, size, before: marks ? JSON.parse(marks) : [] });
  const frame = failed
    ? h("p", { className: "soft-text" }, "这张照片暂时打不开，刷新再试一次。")
    : h("div", { className: "turned", style: place.outer }, h("div", { className: "leaf", style: place.inner }, picture, overlay));
  const turned = { zoom, onZoom: () => setZoom(zoom === 1 ? 2 : 1), onTurn: () => setTurn((turn + 90) % 360) };
  return h(
    "div",
    { className: "stage" },
    h(Tools, { pen, drawing, ...turned }),
    h("div", { className: "shot", ref: box, style: place.shot, "data-zoomed": zoom > 1 ? "" : undefined }, frame),
    h(Writing, { pen }),
  );
}

const items = () => /** @type {HTMLElement[]} */ ([...document.querySelectorAll('[data-testid="review-item"]')]);

/** @param {number} step */
function walk(step) {
  const all = items();
  const here = all.findIndex((one) => one.getAttribute("aria-current") === "true");
  const next = all[here + step];
  next?.click();
  next?.scrollIntoView({ block: "nearest" });
}

const KEYS = {
  a: () => document.getElementById("review-accept")?.click(),
  r: () => document.getElementById("review-return")?.click(),
  j: () => walk(1),
  ArrowDown: () => walk(1),
  ArrowRight: () => walk(1),
  k: () => walk(-1),
  ArrowUp: () => walk(-1),
  ArrowLeft: () => walk(-1),
};

/** When the last decision was pressed, in the clock of the page, which starts at 0 with it. */
let decidedAt = -Infinity;
let listTop = 0;

/** On a phone the picture opens at its top, and the queue comes back where it was. @param {Element} desk */
function placed(desk) {
  const watch = new MutationObserver(() => {
    if (narrow()) scrollTo(0, desk.getAttribute("data-opened") === "true" ? 0 : listTop);
  });
  watch.observe(desk, { attributeFilter: ["data-opened"] });
  return watch;
}

/** A second tap of a double tap must not decide the next picture. @param {MouseEvent} event */
function guard(event) {
  const button = /** @type {Element} */ (event.target).closest?.("#review-accept, #review-return, [data-testid='review-item']");
  if (!button) return;
  if (button.matches("[data-testid='review-item']")) {
    decidedAt = -Infinity;
    listTop = scrollY;
    return;
  }
  if (event.timeStamp - decidedAt < DOUBLE_TAP_MS) {
    event.preventDefault();
    event.stopPropagation();
    return;
  }
  if (button.id === "review-return" && !saysWhy(button)) {
    event.preventDefault();
    event.stopPropagation();
    return;
  }
  decidedAt = event.timeStamp;
}

/** Whether a return says anything; if not, the reasons come up. @param {Element} button */
function saysWhy(button) {
  const form = button.closest("form");
  if (!form) return true;
  const given = new FormData(form);
  const asked = form.hasAttribute("data-asking");
  // A mark says it too; on a phone, where the reasons are put away, they come up once before it is sent.
  const marked = form.hasAttribute("data-marked") && (asked || !narrow());
  if (given.get("reason") || String(given.get("note") ?? "").trim() || marked) return true;
  form.setAttribute("data-asking", "");
  if (asked) form.setAttribute("data-nothing", "");
  return false;
}

/** @param {KeyboardEvent} event */
function press(event) {
  const target = /** @type {Element} */ (event.target);
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (target.closest?.("input, textarea, select, [contenteditable], summary")) return;
  const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act || !document.getElementById("review-desk")) return;
  event.preventDefault();
  act();
}

/** Draws nothing: keys A, R, J, K and the arrows, and the guard against double taps. */
export function Keys() {
  useEffect(() => {
    document.addEventListener("keydown", press);
    document.addEventListener("click", guard, true);
    const desk = document.getElementById("review-desk");
    const watch = desk && placed(desk);
    return () => {
      watch?.disconnect();
      document.removeEventListener("keydown", press);
      document.removeEventListener("click", guard, true);
    };
  }, []);
  return null;
}

/** Puts the reasons away again (取消). */
export function putAway() {
  const form = document.getElementById("review-decision");
  form?.removeAttribute("data-asking");
  form?.removeAttribute("data-nothing");
}
