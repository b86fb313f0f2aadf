// A long list of boxes to tick gets a search field: <fieldset data-filter-list data-label="…">. Without this module the list is just long.
for (const group of document.querySelectorAll("[data-filter-list]")) {
  const list = group.querySelector(".choices, .choices-list");
  if (!list) continue;
  const input = document.createElement("input");
  input.type = "search";
  input.className = "field";
  input.setAttribute("aria-label", group.dataset.filterList);
  input.placeholder = group.dataset.filterList;
  input.autocomplete = "off";
  list.before(input);
  const rows = [...list.children];
  const plain = (words) => words.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const show = () => {
    const asked = plain(input.value.trim());
    for (const row of rows) row.hidden = Boolean(asked) && !plain(row.textContent).includes(asked) && !row.querySelector("input:checked");
  };
  input.addEventListener("input", show);
  input.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
}
