/**
 * Bundles sw.js and fills in its list. Run in `.web` after Vite:
 * node worker/build.mjs <static folder> <JSON file with the names to put away>
 */
import { createHash } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { injectManifest } from "workbox-build";

const [folder, list] = process.argv.slice(2);
const here = path.dirname(fileURLToPath(import.meta.url));
const bundle = path.join(here, "bundle");
const files = JSON.parse(await readFile(list, "utf8"));

await build({
  configFile: false,
  root: here,
  logLevel: "warn",
  define: { "process.env.NODE_ENV": JSON.stringify("production") },
  build: {
    outDir: bundle,
    emptyOutDir: true,
    lib: { entry: path.join(here, "sw.js"), formats: ["iife"], name: "worker", fileName: () => "sw.js" },
  },
});

/** The browser itself then refuses an answer that is not the file of this build. */
const withIntegrity = async (entries) => {
  const manifest = [];
  for (const { size, ...entry } of entries) {
    const bytes = await readFile(path.join(folder, entry.url));
    const digest = createHash("sha384").update(bytes).digest("base64");
    manifest.push({ ...entry, url: `/${entry.url}`, integrity: `sha384-${digest}` });
  }
  return { manifest, warnings: [] };
};

const target = path.join(folder, "sw.js");
const { count, warnings } = await injectManifest({
  swSrc: path.join(bundle, "sw.js"),
  swDest: target,
  globDirectory: folder,
  globPatterns: files.map((name) => name.replace(/[[\]{}()*?!+@]/g, "\\$&")),
  dontCacheBustURLsMatching: /^assets\/.+-[A-Za-z0-9_-]{8}\.\w+$/,
  manifestTransforms: [withIntegrity],
});
if (warnings.length > 0 || count !== files.length) {
  throw new Error(`service worker: ${count} of ${files.length} files listed; ${warnings.join("; ")}`);
}

const filled = await readFile(target, "utf8");
const name = createHash("sha256").update(filled).digest("hex").slice(0, 12);
await writeFile(target, `self.__RUHUTONG_BUILD="${name}";\n${filled}`);
await rm(bundle, { recursive: true });
