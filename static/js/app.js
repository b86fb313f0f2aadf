// Entry point: plain ES modules, no build, no eval, no inline handlers. Nothing here is needed to read or to post.
// The only module a page names; the others are imported from here, so that each exists once.
import "./live-timer.js";
import "./rank-list.js";
import "./outbox.js";
import "./theme.js";
import "./live.js";
import "./filter-list.js";
import "./pick.js";
import "./palette.js";
import "./sign-out.js";
import { token } from "./csrf.js";
import { toast, problem, text } from "./toasts.js";

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  opener.closest("[popover]")?.hidePopover();
  document.getElementById(opener.dataset.open).showModal();
});

// htmx: the token goes along, a lapsed session goes to the sign-in page, a silent server is said so.
document.addEventListener("htmx:configRequest", (event) => { event.detail.headers["X-CSRFToken"] = token(); });
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  const signIn = document.body.dataset.signIn;
  if (signIn && xhr.responseURL && new URL(xhr.responseURL).pathname === signIn) {
    event.detail.shouldSwap = false;
    location.reload();
  }
});
document.addEventListener("htmx:beforeRequest", () => document.getElementById("problems")?.replaceChildren());
// A part that refreshes itself stays quiet when it fails: the next round tries again, and a toast every 3 s helps nobody.
const loud = (event) => event.detail.requestConfig?.verb !== "get" || event.detail.requestConfig?.triggeringEvent?.isTrusted;
document.addEventListener("htmx:responseError", (event) => { if (loud(event)) toast(text("failed")); });
document.addEventListener("htmx:sendError", (event) => { if (loud(event)) toast(text("unreached")); });

// The server can say something short with the header HX-Trigger: {"toast": {"text": "…"}}.
document.addEventListener("toast", (event) => toast(event.detail.text));

// A press that the server refused after it had waited here.
document.addEventListener("outbox-answer", (event) => {
  if (!event.detail.ok) problem(event.detail.body.message ?? text("failed"));
});

// Good news from the last page moves to the corner; bad news stays where it is read.
for (const item of document.querySelectorAll(".messages > [data-level='success'], .messages > [data-level='info']")) {
  toast(item.textContent.trim());
  item.remove();
}
for (const list of document.querySelectorAll(".messages")) if (!list.children.length) list.remove();

// After a form that did not pass, reading starts at the summary of what is wrong.
document.querySelector("[data-focus]")?.focus();

// What was opened closes again: with Escape, by a press elsewhere, once a file was chosen.
document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && event.target.closest?.("[data-closes][open], details.how[open], details.as-table[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("[data-closes][open]")) {
    const inside = open.contains(event.target);
    if (inside && !event.target.closest("a")) continue;
    open.open = false;
    // What is hidden cannot keep the focus: it goes back to what opened it.
    if (inside) open.querySelector("summary").focus();
  }
});

// A file may be dropped anywhere on its frame.
for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const frame = event.target.closest?.(".file-drop");
    if (!frame) return;
    event.preventDefault();
    frame.classList.toggle("is-over", kind === "dragenter" || kind === "dragover");
    if (kind !== "drop" || !event.dataTransfer.files.length) return;
    const input = frame.querySelector("input[type=file]");
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

// A choice that is also a form: <select data-submit> sends at once, the button beside it is for when this did not load.
document.addEventListener("change", (event) => { if (event.target.closest("[data-submit]")) event.target.form.requestSubmit(); });
const needless = (root) => { for (const button of root.querySelectorAll("[data-without-js]")) button.hidden = true; };
needless(document);
document.addEventListener("htmx:load", (event) => needless(event.detail.elt));
