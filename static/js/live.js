// The live page of an outage: asks every 3 s while it is looked at, swaps what has changed and nothing else.
// What someone is typing in, or has open, stays as it is until they are done; the focus stays where it was.
// Whether anything has changed is asked at the pulse, without a session, so that the server can answer all who look at
// the same outage at once; only who has to hear more asks for the page's parts.
import { onTheWall, serverNow } from "./live-timer.js";
import { pending } from "./outbox.js";
import { keepSoon } from "./kept-page.js";

const EVERY = 3000, PATIENCE = 8000, SLOW = 600, REST = 1500;
const STEPS = ["acknowledged", "switched", "minimum"];
const OVER = /-(ended|reviewed|aborted|missed)$/;
const root = document.getElementById("live");
if (root) {
  let { version, ticket } = root.dataset, stale = false, forced = false, asking = false, began = 0;
  const whole = () => { began = performance.now(); root.dispatchEvent(new CustomEvent("live-poll")); };
  async function poll() {
    if (document.visibilityState !== "visible" || asking || !(stale || forced || !OVER.test(version))) return;
    if (stale || forced) return whole();
    asking = true;
    const sent = performance.now();
    try {
      const answer = await fetch(`${root.dataset.pulse}?${new URLSearchParams({ v: version, ticket })}`, { credentials: "omit", cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
      const server = Number(answer.headers.get("Server-Now"));
      if (server) document.dispatchEvent(new CustomEvent("server-time", { detail: { server, rtt: performance.now() - sent } }));
      if (answer.status === 204) connected(true);
      else if (answer.ok || answer.status === 403) whole();
      else connected(false);
    } catch {
      connected(false);
    } finally {
      asking = false;
    }
  }
  setInterval(poll, EVERY);
  document.addEventListener("visibilitychange", poll);

  // What a part says, without what differs at every reading: tokens, keys, running clocks.
  const said = (element) => {
    const copy = element.cloneNode(true);
    copy.removeAttribute("hx-swap-oob");
    for (const node of copy.querySelectorAll("input[name=csrfmiddlewaretoken], input[name=key]")) node.remove();
    for (const node of copy.querySelectorAll("live-timer, progress, [data-conn]")) node.replaceWith(node.getAttribute("since") ?? node.getAttribute("until") ?? "");
    return copy.innerHTML.replace(/\s+/g, " ");
  };
  const shown = new Map();
  for (const part of root.querySelectorAll("section[id^=live-]")) shown.set(part.id, said(part));

  const TYPED = "input:not([type=hidden]), textarea, select";
  const engaged = (part) => part.querySelector(":popover-open, details[open]") || (part.contains(document.activeElement) && document.activeElement.matches(TYPED));

  root.addEventListener("htmx:configRequest", (event) => { event.detail.parameters.v = stale || forced ? "" : version; });
  // A refused press is read at leisure: our own questions must not clear it.
  root.addEventListener("htmx:beforeRequest", (event) => { if (event.target === root) event.stopPropagation(); });
  // htmx hands the server's time on without how long it took to come: that is known here.
  root.addEventListener("server-time", (event) => { if (event.detail.rtt === undefined && began) event.detail.rtt = performance.now() - began; });
  root.addEventListener("live-version", (event) => {
    const before = version.split("-")[1];
    ({ version, ticket } = event.detail);
    stale = false;
    if (version.split("-")[1] !== before) keepSoon(true);
  });
  let held = false;
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    const fresh = fragment.firstElementChild;
    if (!root.contains(target) || !fresh) return;
    const words = said(fresh);
    if (shown.get(target.id) === words && !forced) { event.detail.shouldSwap = false; return; }
    if (engaged(target) && !(forced && target.id === "live-part")) { event.detail.shouldSwap = false; stale = true; return; }
    shown.set(target.id, words);
    held ||= target.contains(document.activeElement);
  });
  root.addEventListener("htmx:afterRequest", (event) => {
    if (event.target !== root) return;
    connected(event.detail.successful);
    if (!event.detail.successful) return;
    forced = false;
    if (held && document.activeElement === document.body) refocus();
    held = false;
    document.body.classList.toggle("has-action-bar", Boolean(root.querySelector(".action-bar")));
    waiting();
  });

  // The button that was pressed may be gone, as "Undo" is: then the next step is where the keyboard goes on.
  function refocus() {
    const place = root.querySelector("#press-big") ?? root.querySelector("#me");
    if (place?.id === "me") place.tabIndex = -1;
    place?.focus({ preventScroll: true });
  }

  let lost = null;
  function connected(yes) {
    lost = yes ? null : lost ?? new Date(serverNow());
    const place = root.querySelector("[data-conn]"), words = root.querySelector("[data-conn-text]");
    if (!place) return;
    place.classList.toggle("is-off", !yes);
    words.textContent = yes ? words.dataset.live : `${root.dataset.paused} ${onTheWall(lost, { timeStyle: "short" })}`;
  }

  // A press that is still here shows as saved, and the next step can be pressed after it.
  async function waiting() {
    for (const entry of await pending()) {
      const clock = Object.fromEntries(entry.fields).clock;
      const form = [...root.querySelectorAll("form[data-press]")].find((form) => form.action === entry.url);
      const step = form && root.querySelector(`#live-part .step[data-clock="${clock}"]`);
      if (!step || step.classList.contains("is-done") || step.classList.contains("is-saved")) continue;
      step.classList.replace("is-now", "is-saved") || step.classList.add("is-saved");
      step.querySelector(".when").textContent = `${onTheWall(entry.at, { timeStyle: "medium" })} · ${root.dataset.saved}`;
      const next = STEPS[STEPS.indexOf(clock) + 1];
      const words = form.querySelector("[data-press-text]");
      if (!next) { form.hidden = true; continue; }
      if (!form.elements.clock) continue;
      form.elements.clock.value = next;
      words.textContent = words.dataset[next];
      root.querySelector(`#live-part .step[data-clock="${next}"]`)?.classList.add("is-now");
    }
  }
  document.addEventListener("outbox-change", () => { setTimeout(waiting, SLOW); });
  document.addEventListener("outbox-answer", () => { forced = true; poll(); keepSoon(); });

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-outbox]");
    if (!form) return;
    // After the outbox has read the form. The rest keeps a second tap from meaning the next step.
    setTimeout(() => {
      form.closest("[popover]")?.hidePopover();
      if (form.querySelector("textarea, input[type=file]")) form.reset();
      const button = form.querySelector("[type=submit]");
      button.setAttribute("aria-disabled", "true");
      setTimeout(() => button.removeAttribute("aria-disabled"), REST);
    });
  });
  document.addEventListener("click", (event) => { if (event.target.closest("form[data-outbox] [aria-disabled=true]")) event.preventDefault(); });

  // What may be taken back for a minute is offered for a minute.
  setInterval(() => {
    for (const form of root.querySelectorAll("[data-expires]")) form.hidden = Date.parse(form.dataset.expires) < serverNow();
  }, 1000);
}
