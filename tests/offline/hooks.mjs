/**
 * How the engine is loaded under Node: its bare imports come from this folder's packages, and a module
 * asked for with `?tab=3` gets its neighbours with the same mark, so that one process holds several tabs.
 */
import { registerHooks } from "node:module";

const packages = new URL("./package.json", import.meta.url).href;
const engine = new URL("../../assets/offline/", import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    if (!context.parentURL?.startsWith(engine)) return next(specifier, context);
    if (!/^[./]/.test(specifier)) return next(specifier, { ...context, parentURL: packages });
    const mark = new URL(context.parentURL).search;
    return next(specifier + mark, context);
  },
});
