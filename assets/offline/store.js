/**
 * The field face's store: what its pages show, and the actions its buttons call.
 *
 * `useField` is read by `offline.slice` and `actions` by `offline.action` (components/offline.py). The initial state is
 * also what the pages are drawn with at build time, so it is constant; `actions.start` fills it from the phone.
 */
import { create } from "zustand";

export const useField = create(() => ({
  /** @type {{path: string, params: Record<string, string>, query: Record<string, string>}} */
  route: { path: "", params: {}, query: {} },
  /** @type {import("./update.js").UpdateState} */
  update: { state: "none" },
  trial: { items: [], query: "", log: "" },
}));

export const actions = {
  /** Called once when the face opens in a tab. */
  start() {
    useField.setState({ trial: { items: [{ id: "1", name: "甲", kind: "due" }, { id: "2", name: "乙", kind: "x" }], query: "", log: "" } });
  },
  tap(...args) { useField.setState((s) => ({ trial: { ...s.trial, log: JSON.stringify(args) } })); },
  type(query) { useField.setState((s) => ({ trial: { ...s.trial, query } })); },
  /**
   * Called at each page of the field face, with the address taken apart.
   * @param {{path: string, params: Record<string, string>, query: Record<string, string>}} route
   */
  openRoute(route) {
    useField.setState({ route });
  },
};
