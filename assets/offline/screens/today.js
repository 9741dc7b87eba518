/** Loads 今日 from the phone; it never waits for the net. */
import { drafts, isBegun } from "../drafts.js";
import { items } from "../outbox.js";
import { form, households, reviews, syncedAt, tasks } from "../rows.js";
import { thumbUrl } from "../photos.js";
import { show } from "../state.js";
import { isReturned, returnedRow } from "../views/review.js";
import { todayOf } from "../views/today.js";
import { dayOf, whenWords } from "../views/words.js";
import { now } from "./moment.js";

/** The question that a returned picture belongs to, in its form's words. @param {object} review */
export async function whatOf(review) {
  if (!review.question) return "";
  for (const code of [review.form_code ?? "home", "contact"]) {
    const found = await form(code).catch(() => null);
    for (const section of found?.sections ?? []) {
      const question = section.questions.find((one) => one.code === review.question);
      if (question) return question.label;
    }
  }
  return "";
}

/** @param {object[]} returned */
async function returnedRows(returned) {
  const homes = new Map((await households()).map((home) => [home.id, home]));
  // What has to be taken again stands before what one is only asked.
  const ordered = [...returned].sort((one, other) => Number(isReturned(other)) - Number(isReturned(one)));
  return Promise.all(ordered.map(async (review) => returnedRow(review, {
    name: homes.get(review.household_id)?.head ?? homes.get(review.household_id)?.name ?? "",
    url: await thumbUrl(review.sha256).catch(() => null),
    what: await whatOf(review),
  })));
}

/**
 * Homes whose visit of today waits on this phone: the county's list of what is due does not know of it yet.
 * @param {import("../types.js").OutboxItem[]} all @param {string} today
 */
function visitedToday(all, today) {
  const sent = all.filter((item) => item.type === "visit" && item.receipt?.status !== "rejected" && dayOf(item.at) === today);
  return new Set(sent.map((item) => item.household_id));
}

/** What to say where the rows are of an earlier day. @param {string | null} at @param {string} moment */
const staleWords = (at, moment) => (at && dayOf(at) < dayOf(moment) ? `资料没更新成，用的是${whenWords(at, moment)}的` : "");

/** @param {(done: () => void) => void} settle keeps the result only while this screen is still open */
export async function loadToday(settle) {
  const moment = now();
  const today = dayOf(moment);
  const found = await Promise.all([tasks(today), reviews(), items(), drafts(), syncedAt()]);
  const [due, returned, written, open, at] = found;
  const rows = await returnedRows(returned);
  settle(() => show("today", {
    ...todayOf({ tasks: due, reviews: rows, visited: visitedToday(written, today), today, stale: staleWords(at, moment), whole: at !== null }),
    unfinished: open.filter(isBegun).length,
    to_fix: written.filter((item) => item.state === "fix").length,
  }));
}
