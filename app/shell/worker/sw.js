/**
 * The field face without a network: everything it needs is put away at install and answered from there first.
 *
 * - Only GET of the field face's own pages and files; /api, /_event and /office go by untouched.
 * - What is put away is checked: an answer that was redirected, is not ok, or whose sha384 is not the build's (a captive
 *   portal's login page) makes the install fail, and the version before stays in charge.
 * - A new version waits until a page sends SKIP_WAITING. The cache of the version before is kept, so that a tab still
 *   running it finds its chunks.
 *
 * It also holds, in memory only, the keys of unlocked pages for the page that comes after them (a reload), and never
 * longer than the phone may stay unlocked unused.
 *
 * Built and filled with its list by worker/build.mjs. To switch it off on every phone, see sw-off.js.
 */
import { PrecacheController } from "workbox-precaching";

const PREFIX = "ruhutong-field-";
const CACHE = `${PREFIX}${self.__RUHUTONG_BUILD}`;
const TOOK_OVER = "/__took-over";
const SERVER = /^\/(api|_event|_health|ping|office)(\/|$)/;

const controller = new PrecacheController({
  cacheName: CACHE,
  plugins: [
    {
      fetchDidSucceed: async ({ response }) => {
        if (!response.ok || response.redirected) throw new Error(`not ours: ${response.status} ${response.url}`);
        return response;
      },
    },
  ],
});
controller.addToCacheList(self.__WB_MANIFEST);

async function ourCaches() {
  return (await caches.keys()).filter((name) => name.startsWith(PREFIX));
}

/** What an earlier version already holds need not come over a slow line again. */
async function carryOver() {
  const mine = await caches.open(CACHE);
  const others = (await ourCaches()).filter((name) => name !== CACHE).reverse();
  for (const key of controller.getURLsToCacheKeys().values()) {
    if (await mine.match(key, { ignoreVary: true })) continue;
    for (const name of others) {
      const found = await (await caches.open(name)).match(key, { ignoreVary: true });
      if (found) {
        await mine.put(key, found);
        break;
      }
    }
  }
}

self.addEventListener("install", (event) => {
  event.waitUntil(carryOver().then(() => controller.install(event)));
});

/** The cache of the last version that was in charge stays; older ones, and those whose install failed, go. */
async function keepOneGeneration() {
  let previous;
  const others = (await ourCaches()).filter((name) => name !== CACHE);
  for (const name of others) {
    if (await (await caches.open(name)).match(TOOK_OVER)) previous = name;
  }
  await Promise.all(others.filter((name) => name !== previous).map((name) => caches.delete(name)));
  await (await caches.open(CACHE)).put(TOOK_OVER, new Response());
}

self.addEventListener("activate", (event) => {
  event.waitUntil(keepOneGeneration().then(() => self.clients.claim()));
});

/** @type {Map<string, {raw: Uint8Array, until: number}>} */
const keys = new Map();

function keyFor(user) {
  const found = keys.get(user);
  if (found && found.until > Date.now()) return found.raw;
  keys.delete(user);
  return null;
}

self.addEventListener("message", (event) => {
  const { type, user, raw, until } = event.data ?? {};
  if (type === "SKIP_WAITING") self.skipWaiting();
  else if (type === "key-hold") keys.set(user, { raw, until });
  else if (type === "key-drop") keys.delete(user);
  else if (type === "key-want") event.ports[0].postMessage({ raw: keyFor(user) });
});

/** Signal came back while no page looked (Chrome, Edge): whoever is open sends. A bonus, never the mechanism. */
self.addEventListener("sync", (event) => {
  if (event.tag !== "ruhutong-outbox") return;
  const pages = self.clients.matchAll({ type: "window" });
  event.waitUntil(pages.then((open) => open.forEach((one) => one.postMessage({ type: "sync" }))));
});

async function fromCaches(key) {
  const names = (await ourCaches()).filter((name) => name !== CACHE).reverse();
  for (const name of [CACHE, ...names]) {
    const found = await (await caches.open(name)).match(key, { ignoreVary: true });
    if (found) return found;
  }
  return undefined;
}

/** The page drawn at build time where there is one; the empty shell, which draws any address, where there is none. */
async function page(request, pathname) {
  const trimmed = pathname.replace(/\/+$/, "");
  const key =
    controller.getCacheKeyForURL(`${trimmed}/index.html`) ?? controller.getCacheKeyForURL("/__spa-fallback.html");
  return (key && (await fromCaches(key))) ?? fetch(request);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin || SERVER.test(pathname)) return;
  if (request.mode === "navigate") {
    event.respondWith(page(request, pathname));
    return;
  }
  const key = controller.getCacheKeyForURL(pathname) ?? (pathname.startsWith("/assets/") ? request.url : undefined);
  if (key) event.respondWith(fromCaches(key).then((found) => found ?? fetch(request)));
});
