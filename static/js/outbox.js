// Outbox: a button press is written to IndexedDB BEFORE it is sent, with its own time and an idempotency key.
// Order is kept, nothing is dropped on a bad network, and the server may receive a press twice but records it once.
//
// <form data-outbox> posts its own fields, as without this module, and five more: key, pressed_at (ISO, on the server's
// clock), heard_at (the last instant heard from the server by then), wall_ms (age by the device's clock) and age_ms (age
// by the clock that only counts, when the page is still the same; else empty). domain/clocks.place weighs them. The
// answer to Accept: application/json is 2xx, or 4xx with {"message": …}. A redirect means: not signed in any more.
//
// An entry belongs to who pressed (body[data-who]): on a shared phone nobody sends what somebody else has pressed.
import { serverNow, heard } from "./live-timer.js";
import { post } from "./csrf.js";

const DB = "continuity-outbox", STORE = "actions";
const open = () => new Promise((resolve, reject) => {
  const request = indexedDB.open(DB, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "seq", autoIncrement: true });
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
async function store(mode, work) {
  const db = await open();
  return new Promise((resolve, reject) => {
    const tx = db.transaction(STORE, mode, { durability: "strict" });
    const request = work(tx.objectStore(STORE));
    tx.oncomplete = () => { db.close(); resolve(request?.result); };
    tx.onerror = tx.onabort = () => { db.close(); reject(tx.error); };
  });
}
const who = () => document.body.dataset.who ?? "";
/** What this person has pressed and the server has not heard of, oldest first. */
export const pending = async () => (await store("readonly", (s) => s.getAll())).filter((entry) => entry.who === who());

// randomUUID is closed on plain http in a local network, where this may well run.
const key = () => crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");

/** Save one press. `at` is the time of the press on the server's clock, not the time it is sent. */
export async function record(url, fields) {
  const entry = { url, fields, who: who(), key: key(), at: new Date(serverNow()).toISOString(), heard: heard() ? new Date(heard()).toISOString() : "", wall: Date.now(), page: PAGE, mono: performance.now() };
  await store("readwrite", (s) => s.add(entry));
  announce();
  flush();
  return entry;
}

// Not performance.timeOrigin: a clock that is set can give two pages the same one.
const PAGE = key(), PATIENCE_MS = 15000;
const turn = (work) => navigator.locks ? navigator.locks.request("outbox", work) : work();
let sending = null, wait = 1000, timer = 0;
/** Send what is saved, oldest first, one at a time, in one tab at a time. */
export function flush() {
  sending ??= turn(async () => {
    for (const entry of await pending()) {
      let answer;
      // Same page since the press? Then a clock that only counts knows the age, whatever was done to the phone's.
      const age = entry.page === PAGE ? Math.round(performance.now() - entry.mono) : "";
      const own = entry.fields.filter(([name]) => !["key", "pressed_at"].includes(name));
      const fields = [...own, ["key", entry.key], ["pressed_at", entry.at], ["heard_at", entry.heard], ["wall_ms", Math.max(0, Date.now() - entry.wall)], ["age_ms", age]];
      try {
        answer = await post(entry.url, fields, { "Idempotency-Key": entry.key }, AbortSignal.timeout(PATIENCE_MS));
      } catch { return false; }
      if (answer.redirected || answer.status === 401 || answer.status === 403) { announce("sign-in"); return false; }  // kept, the user signs in again
      if (answer.status >= 500 || answer.status === 429) return false;                                                 // kept, tried again
      const body = await answer.json().catch(() => ({}));
      await store("readwrite", (s) => s.delete(entry.seq));                                                             // 2xx recorded; 4xx refused and shown
      document.dispatchEvent(new CustomEvent("outbox-answer", { detail: { entry, ok: answer.ok, body } }));
    }
    return true;
  }).catch(() => false).then((done) => {
    sending = null;
    clearTimeout(timer);
    if (done) { wait = 1000; announce(); }
    else { timer = setTimeout(flush, wait + Math.random() * 500); wait = Math.min(wait * 2, 30000); announce(); }
    return done;
  });
  return sending;
}

let why = "";
async function announce(reason = "") {
  const count = (await pending()).length;
  why = count ? reason || why : "";
  document.dispatchEvent(new CustomEvent("outbox-change", { detail: { count, reason: why } }));
  for (const banner of document.querySelectorAll("[data-outbox-banner]")) {
    const { one, many, signIn } = banner.dataset;
    banner.querySelector("[data-outbox-text]").textContent = why === "sign-in" ? signIn : count === 1 ? one : many.replace("{count}", count);
    banner.hidden = count === 0;
  }
}

if (globalThis.indexedDB) {
  // Every sign of life is a reason to try. navigator.onLine is only a hint: it is true behind a dead router.
  addEventListener("online", flush);
  addEventListener("pageshow", async () => { if ((await pending().catch(() => [])).length) flush(); });
  document.addEventListener("visibilitychange", async () => {
    if (document.visibilityState === "visible" && (await pending().catch(() => [])).length) flush();
  });
  document.addEventListener("click", (event) => { if (event.target.closest("[data-outbox-retry]")) flush(); });

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-outbox]");
    if (!form) return;
    event.preventDefault();
    const button = event.submitter;
    const fields = [...new FormData(form, button)].filter(([name]) => name !== "csrfmiddlewaretoken");
    try {
      await record(form.action, fields);
      navigator.storage?.persist?.();
    } catch {
      form.removeAttribute("data-outbox");  // no storage (a private window): then the ordinary way, at once
      form.requestSubmit(button);
    }
  });
}
