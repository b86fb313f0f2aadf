// Keeps grab packs on a device: only pages under /packs/ that somebody asked to keep, and what those pages load.
// Network first with 4 s of patience, then the kept copy. Never a POST, never a page that nobody asked to keep.
// Version 1. Signing out clears all of it (Clear-Site-Data).
const CACHE = "continuity-packs-1";
const PATIENCE_MS = 4000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("continuity-packs-") && name !== CACHE) await caches.delete(name);
  await self.clients.claim();
})()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin || url.search) return;
  if (url.pathname.startsWith("/packs/") || url.pathname.startsWith("/static/")) event.respondWith(answer(request));
});

async function answer(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request, { ignoreVary: true });
  if (!kept) return fetch(request);
  let timer = 0;
  const tooLong = new Promise((resolve, reject) => { timer = setTimeout(reject, PATIENCE_MS); });
  try {
    const fresh = await Promise.race([fetch(request), tooLong]);
    if (fresh.ok && !fresh.redirected) await cache.put(request, fresh.clone());
    return fresh.status >= 500 ? kept : fresh;
  } catch {
    return kept;
  } finally {
    clearTimeout(timer);
  }
}
