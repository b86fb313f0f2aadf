// Short news in the corner. It stays 8 seconds, and as long as it is pointed at or focused.
const region = document.getElementById("toasts");
export const text = (name) => region?.dataset[name] ?? "";

export function toast(words) {
  if (!region || !words) return;
  const box = document.createElement("div");
  box.className = "toast";
  const said = document.createElement("span");
  said.textContent = words;
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = text("close");
  box.append(said, close);
  region.append(box);
  let timer = 0;
  const stay = () => clearTimeout(timer);
  const leave = () => { stay(); timer = setTimeout(() => box.remove(), 8000); };
  close.addEventListener("click", () => { stay(); box.remove(); });
  for (const kind of ["pointerenter", "focusin"]) box.addEventListener(kind, stay);
  for (const kind of ["pointerleave", "focusout"]) box.addEventListener(kind, leave);
  leave();
}

/** A refused rule, where the page shows those: read at once, and it stays. */
export function problem(words) {
  const place = document.getElementById("problems");
  if (!place) return toast(words);
  const box = document.createElement("div");
  box.className = "problem";
  const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  icon.setAttribute("class", "icon");
  icon.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", "#i-alert");
  icon.append(use);
  const said = document.createElement("p");
  said.textContent = words;
  box.append(icon, said);
  place.replaceChildren(box);
  place.scrollIntoView({ block: "nearest" });
}
