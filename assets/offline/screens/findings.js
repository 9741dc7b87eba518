/** A finding settled at the door: 已纠正, 核实无误 or 误报, and why; sent like any other command. */
import { tell } from "../errors.js";
import { enqueue } from "../outbox.js";
import { patch, shown } from "../state.js";
import { toast } from "./toast.js";

/** @param {string} id @param {string} problem */
const say = (id, problem) => patch("household", {
  doubts: shown("household").doubts.map((/** @type {any} */ one) => (one.id === id ? { ...one, problem } : one)),
});

export const actions = {
  /** The form names the finding. @param {Event} event */
  async settleFinding(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const id = form.dataset.finding ?? "";
    const said = new FormData(form);
    const how = String(said.get("how") ?? "");
    const reason = String(said.get("reason") ?? "").trim();
    const evidence = String(said.get("evidence") ?? "").trim();
    if (!how) return say(id, "先选核实下来怎么样。");
    if (reason.length < 2) return say(id, "写一句怎么办的，或为什么没问题。");
    if (how === "in_order" && evidence.length < 2) return say(id, "没有问题的，要写看了什么，问了谁。");
    try {
      const payload = { finding_id: id, how, reason, ...(evidence && { evidence }) };
      await enqueue({ type: "finding.settle", payload, household_id: shown("household").id });
      patch("household", { doubts: shown("household").doubts.filter((/** @type {any} */ one) => one.id !== id) });
      toast("已存在手机");
    } catch (error) {
      say(id, tell(error).message);
    }
  },
};
