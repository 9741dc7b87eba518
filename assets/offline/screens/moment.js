/** The phone's clock as the pages use it, in one place. */
import { iso } from "../clock.js";

/** Now, with the offset. */
export const now = () => iso();
/** Longer than a slow phone's frame; a hidden page draws none. */
const A_FRAME = 100;

/** When what was just shown stands on the screen. @returns {Promise<void>} */
export const drawn = () =>
  new Promise((done) => {
    setTimeout(done, A_FRAME);
    globalThis.requestAnimationFrame?.(() => setTimeout(done));
  });
