/* What this device remembers: places in broadcasts (as wall clock, so that a part found later moves nothing), the
   viewer's ways (speed, volume …), visits, and the place before a reload; and how cards show it. Nothing is sent anywhere.
   Storage may be full, refused, or hold nonsense; then the page goes on without. */

import { draw, make } from "./elements.js";
import { clock } from "./moment.js";

const RELOAD_LASTS_MS = 60000;

export function recall(name, storage = "localStorage") {
  try { return Object(JSON.parse(window[storage].getItem(`aftercast:${name}`))); } catch { return {}; }
}

export function keep(name, value, storage = "localStorage") {
  try { window[storage].setItem(`aftercast:${name}`, JSON.stringify(value)); } catch { /* the page's own copy stands */ }
}

export const ways = () => ({ rate: 1, volume: 1, muted: false, captions: "", wall: true, keys: true, ...recall("ways") });

/* The places kept, by tag; what is none of ours is left out. */
export const places = () => Object.fromEntries(Object.entries(recall("places")).filter(([, place]) => Number.isFinite(place?.saved)));

/* The newest place under any of the broadcast's tags: {at, share, done, saved, …}. */
export function placeOf(tags) {
  const kept = places();
  return tags.map((tag) => kept[tag]).filter(Boolean).sort((a, b) => b.saved - a.saved)[0];
}

export function placeBeforeReload() {
  const kept = recall("reload", "sessionStorage");
  return kept.path === location.pathname && Date.now() - kept.saved < RELOAD_LASTS_MS ? kept : null;
}

export const words = document.querySelector(".theme")?.dataset ?? {};
export const begun = (place) => words.begun.replace("{time}", clock(place.t));

/* When the visit before this one ended; a visit lasts as long as its tab. */
function lastVisit() {
  const { now = 0 } = recall("visit");
  const { before = now } = recall("visit", "sessionStorage");
  keep("visit", { before }, "sessionStorage");
  keep("visit", { now: Date.now() });
  return before;
}

/* Shows on every card how far its broadcast was watched, or that it is new since the last visit. */
export function mark() {
  const kept = places();
  const before = lastVisit();
  for (const card of words.begun ? document.querySelectorAll(".card") : []) {
    const place = kept[card.querySelector(".title a")?.pathname.split("/").at(-2)];
    const isNew = before && Date.parse(card.querySelector(".when time")?.dateTime) > before;
    const text = place?.done ? words.watched : place?.share ? begun(place) : isNew ? words.fresh : null;
    if (!text) continue;
    const list = card.querySelector(".badges") ?? card.appendChild(make("ul", { class: "badges" }));
    list.append(make("li", {}, text));
    const strip = place && card.querySelector(".strip");
    if (!strip) continue;
    const shown = (100 * (place.done ? 1 : place.share) * strip.getBBox().width) / strip.clientWidth;
    strip.append(draw("rect", { class: "seen", width: `${shown.toFixed(1)}%` }));
  }
}
