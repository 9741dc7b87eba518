/** The phone's clock as the pages use it, in one place. */
import { iso } from "../clock.js";

/** Now, with the offset. */
export const now = () => iso();
