/** 一户: what comparisons of lists found there, each with what to do and the three ways to settle it. */
import { dueWords } from "./today.js";

/**
 * What is to be looked at here, the earliest first.
 * @param {Record<string, any[]>} registers rows of the home by type
 * @param {string} today
 */
export const doubtsOf = (registers, today) => (registers.finding ?? [])
  .filter((one) => one.kind === "finding" && one.questions?.length > 0)
  .sort((a, b) => String(a.due_on ?? "9").localeCompare(String(b.due_on ?? "9")))
  .map((one) => ({
    id: one.id,
    why: one.why,
    todo: one.todo,
    due: one.due_on ? dueWords(one.due_on, today) : "",
    ways: one.questions[0].options.map((/** @type {any} */ way) => ({ key: way.code, label: way.label })),
    problem: "",
  }));
