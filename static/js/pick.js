// Rows of a list that are ticked to be changed together: the box in the head ticks all on the page. Without this module one ticks them one by one, or takes all by the choice below.
const boxes = () => [...document.querySelectorAll("input[name=pick]")];

function show() {
  const all = document.querySelector("[data-pick-all]");
  if (!all) return;
  const picked = boxes().filter((box) => box.checked).length;
  all.hidden = false;
  all.checked = picked > 0 && picked === boxes().length;
  all.indeterminate = picked > 0 && picked < boxes().length;
}

document.addEventListener("change", (event) => {
  const { target } = event;
  if (target.matches("[data-pick-all]")) for (const box of boxes()) box.checked = target.checked;
  else if (!target.matches("input[name=pick]")) return;
  const scope = document.getElementById("many-scope");
  if (scope) scope.value = "picked";
  show();
});
document.addEventListener("htmx:afterSettle", show);
show();
