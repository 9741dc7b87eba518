/**
 * CEL, loaded when the first form is compiled: 27 KB that the list of today's visits does without.
 * It lies in the service worker's cache like everything else, so it comes without a network too.
 */

/** @type {import("@marcbachmann/cel-js").Environment | null} */
let environment = null;

/** To be awaited once before a form is compiled. */
export async function loadCel() {
  if (environment) return;
  const { Environment } = await import("@marcbachmann/cel-js");
  const made = new Environment({ unlistedVariablesAreDyn: false, homogeneousAggregateLiterals: false });
  for (const name of ["person", "household", "answers", "last", "on"]) made.registerVariable(name, "dyn");
  environment = made;
}

/** A condition ready to run. @param {string} source */
export function parse(source) {
  if (!environment) throw new Error("loadCel() comes before compile()");
  return environment.parse(source);
}
