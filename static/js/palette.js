// The search palette and the keys. What is found are links: the arrows move among them, Enter follows the one that has
// the focus, or the first while the field has it. Without this module the link to the search page is a link.
import { shortcuts } from "./shortcuts.js";

const palette = document.getElementById("palette");
const help = document.getElementById("shortcuts");
const show = (dialog) => { if (dialog && !dialog.open) dialog.showModal(); };

if (palette) {
  const input = palette.querySelector("input[type=search]");
  const found = palette.querySelector(".palette-found");
  const links = () => [...found.querySelectorAll("a")];
  const fresh = () => found.querySelector("[data-q]")?.dataset.q === input.value.trim();

  palette.addEventListener("toggle", (event) => {
    if (event.newState !== "open") return;
    input.focus();
    input.select();
    if (!found.children.length) input.form.dispatchEvent(new CustomEvent("palette-open"));
  });
  palette.addEventListener("click", (event) => { if (event.target === palette) palette.close(); });
  palette.addEventListener("keydown", (event) => {
    // A search field takes the first Esc to empty itself; here one closes.
    if (event.key === "Escape") { event.preventDefault(); palette.close(); return; }
    const all = links(), at = all.indexOf(document.activeElement);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const next = event.key === "ArrowDown" ? at + 1 : at - 1;
      (all[next] ?? (next < 0 && event.key === "ArrowUp" ? input : all[at]))?.focus();
    } else if (event.key === "Enter" && event.target === input && fresh() && all.length) {
      event.preventDefault();
      all[0].click();
    } else if (at >= 0 && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
      input.focus();
    }
  });
}

// Rows of the list on this page: what j and k move through.
const step = (by) => {
  const rows = [...document.querySelectorAll("main tbody th[scope=row] a")];
  const at = rows.findIndex((link) => link.closest("tr").contains(document.activeElement));
  rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))]?.focus();
};
const keys = { "Ctrl+K": () => { help?.close(); show(palette); }, "/": () => show(palette), "?": () => show(help), J: () => step(1), K: () => step(-1) };
for (const link of document.querySelectorAll("a[data-keys]")) keys[link.dataset.keys] ??= () => link.click();
shortcuts(keys);
