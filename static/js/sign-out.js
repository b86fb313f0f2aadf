// Signing out clears what this device keeps. Presses that have not reached the server yet go first; what cannot be
// sent keeps the person signed in, since it would be lost.
import { pending, flush } from "./outbox.js";
import { problem, text } from "./toasts.js";

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-sign-out]");
  if (!form || form.dataset.sent) return;
  event.preventDefault();
  const waiting = (await pending().catch(() => [])).length;
  if (waiting && !(await flush())) return problem(text("unsent"));
  form.dataset.sent = "1";
  form.requestSubmit();
});
