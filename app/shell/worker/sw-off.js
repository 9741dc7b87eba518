/**
 * The way out, should a service worker ever do harm: served in place of /sw.js when RUHUTONG_SERVICE_WORKER=off.
 * It unregisters itself and drops the cached pages; what the cadre wrote lies in IndexedDB and is not touched.
 */
self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
  const leave = async () => {
    for (const name of await caches.keys()) await caches.delete(name);
    await self.registration.unregister();
  };
  event.waitUntil(leave());
});
