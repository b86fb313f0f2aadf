// Keeps the live page on this device while it is open, so that it opens again without a network.
// Without a service worker (plain http in a network, a very old browser) nothing is kept, and all else works.
const CACHE = "continuity-live-1", MOST_PAGES = 12, SOON = 1500, SPREAD = 4000;

const root = document.querySelector("#live[data-kept]");
const address = location.pathname + location.search;

async function keepFiles(cache) {
  const names = performance.getEntriesByType("resource").map((entry) => new URL(entry.name)).filter((url) => url.origin === location.origin && url.pathname.startsWith("/static/"));
  for (const { pathname } of names) {
    if (await cache.match(pathname)) continue;
    const file = await fetch(pathname).catch(() => null);
    if (file?.ok) await cache.put(pathname, file);
  }
}

async function keepPage() {
  const cache = await caches.open(CACHE);
  const page = await fetch(address, { credentials: "same-origin", cache: "no-store" });
  if (!page.ok || page.redirected) return;
  await cache.put(address, page);
  await keepFiles(cache);
  const pages = (await cache.keys()).filter((request) => !new URL(request.url).pathname.startsWith("/static/"));
  for (const old of pages.slice(0, Math.max(0, pages.length - MOST_PAGES))) await cache.delete(old);
}

let timer = 0;
/** Keep the page as the server has it now, in a moment; `crowd` spreads it out where everyone's page changes at once. */
export function keepSoon(crowd = false) {
  if (!root || !("serviceWorker" in navigator) || !("caches" in window)) return;
  clearTimeout(timer);
  timer = setTimeout(() => keepPage().catch(() => { /* no network: the older copy stays */ }), SOON + (crowd ? Math.random() * SPREAD : 0));
}

if (root && "serviceWorker" in navigator && "caches" in window) {
  navigator.serviceWorker.register("/sw.js", { scope: "/" }).then(() => navigator.serviceWorker.ready).then(() => keepSoon(), () => { /* closed here */ });
}
