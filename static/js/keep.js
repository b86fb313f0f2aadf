// "Keep on this device" on a grab pack: stores the page, the list of packs and what both load, and says when.
// Without a service worker (plain http in a network, a very old browser) the button stays hidden; saving the file works.
const CACHE = "continuity-packs-1";
const LIST = "/packs/";
const box = document.querySelector("[data-keep]");

async function fetchWhole(address) {
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok || answer.redirected) throw new Error(address);
  return answer;
}

async function keepPage(cache, address) {
  const page = await fetchWhole(address);
  const html = new DOMParser().parseFromString(await page.clone().text(), "text/html");
  const parts = [...html.querySelectorAll("link[rel=stylesheet][href], script[src]")].map((part) => part.getAttribute("href") ?? part.getAttribute("src"));
  for (const part of parts) if (!(await cache.match(part))) await cache.put(part, await fetchWhole(part));
  await cache.put(address, page);
}

async function show() {
  const kept = await caches.match(location.pathname, { cacheName: CACHE, ignoreVary: true });
  const said = box.querySelector("[data-kept]");
  const at = kept && new Date(kept.headers.get("date") ?? Date.now());
  said.textContent = at ? box.dataset.since.replace("{when}", at.toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short", hourCycle: "h23", timeZone: document.body.dataset.zone || undefined })) : "";
  box.querySelector("[data-drop]").hidden = !kept;
}

async function start() {
  await navigator.serviceWorker.register("/sw.js", { scope: "/" });
  box.querySelector("[data-take]").addEventListener("click", async (event) => {
    event.target.disabled = true;
    try {
      const cache = await caches.open(CACHE);
      await keepPage(cache, location.pathname);
      await keepPage(cache, LIST);
      await show();
    } catch {
      box.querySelector("[data-kept]").textContent = box.dataset.failed;
    } finally {
      event.target.disabled = false;
    }
  });
  box.querySelector("[data-drop]").addEventListener("click", async () => {
    await (await caches.open(CACHE)).delete(location.pathname, { ignoreVary: true });
    await show();
    box.querySelector("[data-take]").focus();
  });
  // Not before the buttons listen: a press must never fall on deaf ears.
  box.hidden = false;
  await show();
}

if (box && "serviceWorker" in navigator && "caches" in window) start().catch(() => { box.hidden = true; });
