/** 农户: search on each key; at once the rows that the screen holds, fifty soon after, the rest on scrolling. */
import { households, search, syncedAt } from "../rows.js";
import { show, shown } from "../state.js";
import { FIRST, PAGE, householdsOf } from "../views/households.js";

/** The rest of the page of rows waits until nobody types; whoever scrolls gets it at once. */
const SOON = 800;

let view = { query: "", filter: "all", rows: FIRST };
let asked = 0;
/** How many homes there are; known from the last drawing that was not for a key. */
let total = 0;

/** A key asks the store for as little as can be. @param {number} turn @param {boolean} [key] */
async function draw(turn, key = false) {
  const homes = key && total > 0 ? null : households();
  const [found, all] = await Promise.all([view.query ? search(view.query) : (homes ?? households()), homes]);
  if (all) total = all.length;
  const synced = total > 0 || (await syncedAt()) !== null;
  if (turn !== asked) return;
  show("households", householdsOf({ found, all: total, query: view.query, filter: view.filter, shown: view.rows, synced }));
  if (view.rows < PAGE && found.length > view.rows) setTimeout(() => grow(turn), SOON);
}

/** @param {number} turn */
function grow(turn) {
  if (turn !== asked) return;
  view.rows = PAGE;
  void draw(turn);
}

export const loadHouseholds = () => draw((asked += 1));

/** Coming to the list anew keeps what was sought; a new start shows it all. */
export function openHouseholds() {
  view.rows = Math.max(FIRST, Math.min(view.rows, PAGE));
  return loadHouseholds();
}

export const actions = {
  /** @param {string} query */
  searchHouseholds(query) {
    view = { ...view, query: query.trim(), rows: FIRST };
    void draw((asked += 1), true);
  },
  clearSearch() {
    const input = /** @type {HTMLInputElement | null} */ (document.getElementById("household-search"));
    if (input) {
      input.value = "";
      input.focus();
    }
    actions.searchHouseholds("");
  },
  /** @param {string} filter */
  filterHouseholds(filter) {
    view = { ...view, filter, rows: FIRST };
    void loadHouseholds();
  },
  /** @param {Event} event */
  scrollHouseholds(event) {
    const box = /** @type {HTMLElement} */ (event.currentTarget);
    if (!shown("households").more || box.scrollTop + box.clientHeight * 2 < box.scrollHeight) return;
    view.rows = Math.max(PAGE, shown("households").rows.length + PAGE);
    void loadHouseholds();
  },
};
