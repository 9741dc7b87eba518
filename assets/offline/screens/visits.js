/** 走访 (tab): what was not finished, and a search for the home to go to. */
import { drafts, isBegun } from "../drafts.js";
import { households, search } from "../rows.js";
import { patch } from "../state.js";
import { householdRow } from "../views/households.js";
import { placeWords, whenWords } from "../views/words.js";
import { now } from "./moment.js";

const FEW = 20;
let asked = 0;

/** @param {(done: () => void) => void} settle */
export async function loadVisits(settle) {
  const homes = new Map((await households()).map((home) => [home.id, home]));
  const open = (await drafts()).filter(isBegun);
  settle(() => patch("visits", {
    phase: "ready",
    drafts: open.map((draft) => {
      const home = homes.get(draft.household_id);
      return {
        id: draft.id,
        href: `/visit/${draft.household_id}${draft.corrects ? `?fix=${draft.corrects}` : ""}`,
        name: home ? `${home.head || home.name}家` : "已经转走的一户",
        line: [placeWords(home?.plaque), draft.corrects ? `改${whenWords(draft.started_at, now())}那次` : `${whenWords(draft.saved_at, now())}写的`].filter(Boolean).join("，"),
      };
    }),
  }));
}

export const actions = {
  /** @param {string} typed */
  async searchVisits(typed) {
    const query = typed.trim();
    const turn = (asked += 1);
    const found = query ? await search(query) : [];
    if (turn !== asked) return;
    const rows = found.slice(0, FEW).map((item) => ({ ...householdRow(item, query), href: `/visit/${item.id}` }));
    patch("visits", { query, found: rows, none: query && rows.length === 0 ? `没找到 ${query}` : "" });
  },
};
