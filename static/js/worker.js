// Keeps pages on a device so that they open without a network, for two kinds of page and no other:
// - grab packs under /packs/ that somebody asked to keep ("continuity-packs-1");
// - the live page of an outage, and of a participant's link, once it has been open ("continuity-live-1").
// Network first with 4 s of patience, then the kept copy. Never a POST, never a page of another kind.
// Version 2. A cache of an older version is deleted; signing out clears all of it (Clear-Site-Data).
const PACKS = "continuity-packs-1", LIVE = "continuity-live-1";
const PATIENCE_MS = 4000;
const LIVE_PAGE = /^\/outages\/(\d+\/live|by-link\/[^/]+)\/$/;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("continuity-") && ![PACKS, LIVE].includes(name)) await caches.delete(name);
  await self.clients.claim();
})()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  // A live page is asked for by its address alone; its polls are not navigations and go straight to the network.
  if (LIVE_PAGE.test(url.pathname)) { if (request.mode === "navigate") event.respondWith(answer(request, LIVE, request.url, url.pathname)); return; }
  if (url.search) return;
  if (url.pathname.startsWith("/packs/")) event.respondWith(answer(request, PACKS, request));
  else if (url.pathname.startsWith("/static/")) event.respondWith(file(request));
});

// What either kind of page loads; each keeps its own, so that forgetting one leaves the other whole.
async function file(request) {
  for (const name of [LIVE, PACKS]) if (await kept(name, request)) return answer(request, name, request);
  return fetch(request);
}

async function kept(name, ...addresses) {
  if (!(await caches.has(name))) return undefined;
  const cache = await caches.open(name);
  for (const address of addresses) {
    const found = await cache.match(address, { ignoreVary: true }) ?? (typeof address === "string" && address.startsWith("/") ? await cache.match(address, { ignoreVary: true, ignoreSearch: true }) : undefined);
    if (found) return found;
  }
  return undefined;
}

async function answer(request, name, ...addresses) {
  const copy = await kept(name, ...addresses);
  if (!copy) return fetch(request);
  let timer = 0;
  const tooLong = new Promise((resolve, reject) => { timer = setTimeout(reject, PATIENCE_MS); });
  try {
    const fresh = await Promise.race([fetch(request), tooLong]);
    // A page that was refused or has gone must not stay on the device.
    const cache = await caches.open(name);
    if (fresh.ok && !fresh.redirected) await cache.put(addresses[0], fresh.clone());
    else if ([403, 404, 410].includes(fresh.status)) for (const address of addresses) await cache.delete(address, { ignoreVary: true });
    return fresh.status >= 500 ? copy : fresh;
  } catch {
    return copy;
  } finally {
    clearTimeout(timer);
  }
}
