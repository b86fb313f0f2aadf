// Light, dark or as the device. The change is seen at once and posted; the server writes data-theme from then on.
import { post } from "./csrf.js";

const root = document.documentElement;
const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-theme-form]");
  const button = event.submitter;
  if (!form || !button) return;
  event.preventDefault();
  // The button in the bar has no aria-pressed: it means "the other one", whatever the device says.
  const choice = button.hasAttribute("aria-pressed") ? button.value : isDark() ? "light" : "dark";
  if (choice) root.dataset.theme = choice;
  else delete root.dataset.theme;
  for (const each of document.querySelectorAll("[data-theme-form] [aria-pressed]")) {
    each.setAttribute("aria-pressed", String(each.value === choice));
  }
  // Not kept means it looks right until the next page; nothing to say about that.
  await post(form.action, { theme: choice, next: location.pathname }, {}).catch(() => {});
});
