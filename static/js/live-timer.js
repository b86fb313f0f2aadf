// <live-timer since="ISO"> counts up, <live-timer until="ISO"> counts down, both on the SERVER's clock.
// The offset is measured once per page from data-server-now and corrected by any later "server-time" event,
// which a live part sends with the header HX-Trigger: {"server-time": {"server": <milliseconds since 1970>}}.
let offset = 0;
const local = () => performance.timeOrigin + performance.now();
const stamp = document.body?.dataset.serverNow;
const keep = (value) => { try { localStorage.setItem("clock", JSON.stringify(value)); } catch { /* storage may be closed */ } };
const kept = () => { try { return JSON.parse(localStorage.getItem("clock") ?? "null"); } catch { return null; } };
if (stamp) {
  // A page opened offline is an old copy with an old stamp: then the offset measured the first time still holds.
  const known = kept();
  offset = known?.stamp === stamp ? known.offset : Date.parse(stamp) - local();
  keep({ stamp, offset });
}
document.addEventListener("server-time", (event) => { offset = event.detail.server - local(); });
export const serverNow = () => local() + offset;

export function clock(ms) {
  const total = Math.max(0, Math.floor(Math.abs(ms) / 1000));
  const pad = (value) => String(value).padStart(2, "0");
  const hours = Math.floor(total / 3600);
  return (hours ? `${hours}:` : "") + `${pad(Math.floor(total / 60) % 60)}:${pad(total % 60)}`;
}

class LiveTimer extends HTMLElement {
  connectedCallback() {
    this.target = this.querySelector("[role=timer]") ?? this;
    this.tick();
    this.timer = setInterval(() => this.tick(), 1000);
    this.wake = () => this.tick();
    document.addEventListener("visibilitychange", this.wake);
  }
  disconnectedCallback() {
    clearInterval(this.timer);
    document.removeEventListener("visibilitychange", this.wake);
  }
  tick() {
    const since = this.getAttribute("since");
    const ms = since ? serverNow() - Date.parse(since) : Date.parse(this.getAttribute("until")) - serverNow();
    const over = !since && ms < 0;
    this.target.textContent = (over ? "+" : "") + clock(since ? Math.max(0, ms) : ms);
    this.closest(".timer")?.classList.toggle("is-over", over);
    const bar = this.closest(".timer")?.querySelector("progress");
    if (bar && !since) bar.value = bar.max - Math.max(0, ms) / 1000;
  }
}
customElements.define("live-timer", LiveTimer);
