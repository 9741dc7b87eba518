/** The order in which one walks: village, group, door. Pure. */
import { groupOrder } from "./views/words.js";

/** @typedef {import("./types.js").HouseholdItem} HouseholdItem */

/** @template T @param {T} a @param {T} b */
const compare = (a, b) => (a === b ? 0 : a < b ? -1 : 1);

/** @param {HouseholdItem[]} homes @returns {HouseholdItem[]} */
export function inDoorOrder(homes) {
  const keyed = homes.map((home) => ({
    home, group: groupOrder(home.plaque.group), door: Number.parseInt(home.plaque.door, 10) || Infinity,
  }));
  keyed.sort((a, b) =>
    compare(a.home.village, b.home.village) || compare(a.group, b.group) || compare(a.door, b.door) ||
    compare(a.home.id, b.home.id));
  return keyed.map(({ home }) => home);
}
