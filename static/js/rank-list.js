// <rank-list data-url data-moved data-first data-last data-failed>: reorder by buttons (keyboard, screen reader) or by
// dragging the grip with mouse, pen or finger. Both end in one POST of the new order: order=<id>&order=<id>…
// Without this module each button is an ordinary submit: name="move" value="<id>:up" or "<id>:down".
import { post } from "./csrf.js";
import { problem } from "./toasts.js";

class RankList extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const button = event.target.closest("button[name=move]");
      if (!button) return;
      event.preventDefault();
      const item = button.closest("li[data-id]");
      const up = button.value.endsWith(":up");
      const other = up ? item.previousElementSibling : item.nextElementSibling;
      if (!other?.dataset.id) return this.say(this.dataset[up ? "first" : "last"], item);
      const before = this.order;
      up ? other.before(item) : other.after(item);
      button.focus();
      this.changed(item, before);
    });
    this.addEventListener("pointerdown", (event) => this.lift(event));
  }

  lift(event) {
    const grip = event.target.closest(".grip");
    const item = grip?.closest("li[data-id]");
    if (!item || event.button !== 0) return;
    event.preventDefault();
    const before = this.order;
    grip.setPointerCapture(event.pointerId);
    item.classList.add("is-dragging");
    // Nothing moves in the page while dragging: an element that is moved loses the pointer it has captured.
    let goal = null;
    const clear = () => this.items.forEach((each) => each.classList.remove("is-over", "is-after"));
    const move = (each) => {
      clear();
      const over = this.items.find((other) => { const box = other.getBoundingClientRect(); return each.clientY >= box.top && each.clientY <= box.bottom; });
      if (!over || over === item) { goal = null; return; }
      const box = over.getBoundingClientRect();
      goal = { over, after: each.clientY > box.top + box.height / 2 };
      over.classList.add(goal.after ? "is-after" : "is-over");
    };
    const done = (each) => {
      grip.removeEventListener("pointermove", move);
      grip.removeEventListener("pointerup", done);
      grip.removeEventListener("pointercancel", done);
      removeEventListener("keydown", escape);
      item.classList.remove("is-dragging");
      clear();
      if (each.type !== "pointerup" || !goal) return;
      goal.after ? goal.over.after(item) : goal.over.before(item);
      if (this.order.join() !== before.join()) this.changed(item, before);
    };
    const escape = (each) => { if (each.key === "Escape") done(each); };
    grip.addEventListener("pointermove", move);
    grip.addEventListener("pointerup", done);
    grip.addEventListener("pointercancel", done);
    addEventListener("keydown", escape);
  }

  get items() { return [...this.querySelectorAll("li[data-id]")]; }
  get order() { return this.items.map((item) => item.dataset.id); }
  name(item) { return (item.querySelector(".title a") ?? item.querySelector(".title")).textContent.trim(); }
  say(words, item) {
    const place = this.querySelector("[data-announce]");
    if (!place || !words) return;
    place.textContent = words.replace("{name}", this.name(item))
      .replace("{position}", this.items.indexOf(item) + 1).replace("{count}", this.items.length);
  }
  number() { this.items.forEach((item, index) => { const place = item.querySelector(".pos"); if (place) place.textContent = index + 1; }); }
  restore(order) {
    const byId = new Map(this.items.map((item) => [item.dataset.id, item]));
    const parent = this.items[0].parentElement;
    for (const id of order) parent.append(byId.get(id));
    this.number();
  }

  async changed(item, before) {
    this.number();
    this.say(this.dataset.moved, item);
    if (!this.dataset.url) return;
    const order = this.order;
    const fields = order.map((id) => ["order", id]);
    // One after the other: the last order asked for is the last one stored.
    this.sending = (this.sending ?? Promise.resolve()).then(() => post(this.dataset.url, fields)).then(async (answer) => {
      // Whoever shows something that hangs on the order hears of it: a part that htmx reloads.
      if (answer.ok && !answer.redirected) return this.dispatchEvent(new CustomEvent("ranked", { bubbles: true }));
      const body = await answer.json().catch(() => ({}));
      throw new Error(body.message ?? "");
    }).catch((error) => {
      if (this.order.join() === order.join()) this.restore(before);
      // A network that fails has words of the browser's own; ours are better.
      problem(error instanceof TypeError || !error.message ? this.dataset.failed : error.message);
    });
  }
}
customElements.define("rank-list", RankList);
