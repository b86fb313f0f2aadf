// <live-timer since="ISO"> counts up, <live-timer until="ISO"> counts down, both on the SERVER's clock.
//
// The server's clock is known from every answer that carries it: the page's own stamp (data-server-now) and later
// "server-time" events with {server, rtt} in milliseconds. A sample is half its round trip uncertain; a narrower one
// replaces a wider one, and so does any that contradicts what is believed.
// Between samples the device's clock is followed, because the counting clock stands still while a phone sleeps. A jump
// backwards can only be a clock that was set, and is taken off; a jump forwards is taken for sleep until a sample says
// otherwise. What the server makes of a press does not depend on any of this: it checks one clock by the other.
const UNKNOWN_RTT = 1000, JUMP = 1000;
const nothing = { offset: 0, heard: 0, rtt: Infinity };
// Infinity does not survive JSON, and a kept sample always has a width.
const kept = () => { try { return JSON.parse(localStorage.getItem("clock")) ?? nothing; } catch { return nothing; } };
const keep = (value) => { try { localStorage.setItem("clock", JSON.stringify(value)); } catch { /* storage may be closed */ } };

let known = nothing, back = 0, last = { wall: Date.now(), mono: performance.now() };
function local() {
  const wall = Date.now(), mono = performance.now();
  const jump = wall - last.wall - (mono - last.mono);
  if (jump < -JUMP) back -= jump;
  last = { wall, mono };
  return wall + back;
}

function sample(server, rtt) {
  const offset = server + rtt / 2 - local();
  const apart = Math.abs(offset - known.offset);
  if (rtt <= known.rtt || apart > rtt / 2 + known.rtt / 2) known = { ...known, offset, rtt };
  known = { ...known, heard: server };
  keep({ ...known, offset: known.offset + back });
}

const stamp = Date.parse(document.body?.dataset.serverNow ?? "");
if (stamp) {
  const old = kept();
  const nav = performance.getEntriesByType("navigation")[0];
  // A page that was kept on the device has a stamp that was heard before: then what was known still holds.
  if (old.heard && stamp <= old.heard) known = { ...nothing, ...old };
  else {
    const rtt = nav && nav.responseStart > nav.requestStart ? nav.responseStart - nav.requestStart : UNKNOWN_RTT;
    const answered = nav?.responseStart ? performance.now() - nav.responseStart : 0;
    sample(stamp + answered, rtt);
  }
}
document.addEventListener("server-time", (event) => sample(event.detail.server, event.detail.rtt ?? UNKNOWN_RTT));

/** Now on the server's clock, in milliseconds since 1970; never before what the server has said itself. */
export const serverNow = () => Math.max(local() + known.offset, known.heard);
/** The last of the server's instants that this device has heard, in milliseconds since 1970; 0 for none. */
export const heard = () => known.heard;

/** What the wall says at an instant: in the person's zone and 24 hours, as everywhere else. `how` as for Intl. */
export const onTheWall = (at, how) => new Date(at).toLocaleString(document.documentElement.lang,
  { ...how, hourCycle: "h23", timeZone: document.body.dataset.zone || undefined });

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
