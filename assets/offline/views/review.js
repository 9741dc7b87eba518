/** 照片要重拍: the picture with the reviewer's marks and note, and the two answers: another picture, or a sentence. */
import { dayWords } from "./words.js";

export const initial = {
  phase: "loading", id: "", home: "", what: "", title: "照片要重拍", note: "", reason: "", url: "", marks: [], date: "",
  taken: null, returned: true, questions: [], text: "", busy: false, problem: "", saving: false, href: "",
};

export const REASONS = { unclear: "看不清", missing: "没拍到", face: "拍到人脸", other: "请再看一看" };

/** @param {string | null | undefined} reason */
export const reasonWords = (reason) => REASONS[reason ?? ""] ?? reason ?? "请再拍一张";

/**
 * A mark as the path of a pen, in thousandths of the picture.
 * Marks come as `{kind: circle|arrow|text|line, points: [[x, y], ...], text?}` with x and y from 0 to 1.
 * @param {object} mark @param {number} index
 */
export function markPath(mark, index) {
  const points = (mark.points ?? []).map((point) => [Math.round(1000 * (point[0] ?? point.x)), Math.round(1000 * (point[1] ?? point.y))]);
  const text = mark.text ?? "";
  const at = points[0] ?? [500, 500];
  const joined = points.map(([x, y]) => `${x} ${y}`).join(" L ");
  const head = mark.kind === "arrow" && points.length > 1 ? arrowHead(points.at(-2), points.at(-1)) : "";
  return { key: `m${index}`, path: points.length > 1 ? `M ${joined}${head}` : "", text, x: at[0], y: at[1] };
}

/** @param {number[]} from @param {number[]} to */
function arrowHead(from, to) {
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
  const barb = (turn) => {
    const x = Math.round(to[0] - 60 * Math.cos(angle + turn));
    const y = Math.round(to[1] - 60 * Math.sin(angle + turn));
    return ` M ${to[0]} ${to[1]} L ${x} ${y}`;
  };
  return barb(0.5) + barb(-0.5);
}

/** @param {object} review */
export const isReturned = (review) => review.state === "returned";

/** What the county asks the author first: questions, never accusations. @param {object} review @returns {Array<{id: string, text: string}>} */
export const openQuestions = (review) => (review.questions ?? []).filter((one) => !one.answer).map(({ id, text }) => ({ id, text }));

/** The row on 今日. @param {object} review @param {{name: string, url: string | null, what: string}} facts */
export function returnedRow(review, { name, url, what }) {
  return {
    id: review.id,
    href: `/reviews/${review.id}`,
    url: url ?? "",
    where: [name ? `${name}家` : "", what].filter(Boolean).join("\u2060·\u200b"),
    note: isReturned(review) ? review.note || reasonWords(review.reason) : openQuestions(review)[0].text,
    title: isReturned(review) ? "照片要重拍" : "请看一眼",
    returned: isReturned(review),
  };
}

/** @param {object} review @param {object} facts */
export function reviewOf(review, { name, what, url, today, taken, text, busy, problem, saving }) {
  return {
    ...initial,
    phase: "ready",
    id: review.id,
    home: name ? `${name}家` : "",
    href: `/households/${review.household_id}`,
    what,
    title: isReturned(review) ? "照片要重拍" : "请看一眼",
    returned: isReturned(review),
    questions: openQuestions(review),
    note: review.note ?? "",
    reason: reasonWords(review.reason),
    url: url ?? "",
    marks: isReturned(review) ? (review.marks ?? []).map(markPath) : [],
    date: review.decided_at ? `${dayWords(review.decided_at, today)} 退回` : "",
    taken,
    text,
    busy,
    problem,
    saving,
  };
}
