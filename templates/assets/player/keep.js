/* What this device remembers, written. Storage may be full or refused: then the page goes on without. */

import { NAMES, recall } from "./memory.js";

const PLACES_KEPT = 500;
const TAGS_KEPT = 8;

function write(name, value, storage = "localStorage") {
  try { window[storage].setItem(NAMES[name], JSON.stringify(value)); } catch { /* the page's own copy stands */ }
}

export const keepWays = (changed) => write("ways", { ...recall("ways"), ...changed });

/* Under the broadcast's own tag and those it had before; the newest few hundred broadcasts stay. */
export function keepPlace(tags, place) {
  const places = recall("places");
  tags.slice(0, TAGS_KEPT).forEach((tag, i) => { places[tag] = { ...place, alias: i > 0 }; });
  write("places", Object.fromEntries(Object.entries(places).sort((a, b) => b[1].saved - a[1].saved).slice(0, PLACES_KEPT)));
}

/* Across one reload of the page: where it was and whether it ran. */
export function keepForReload(t, isPlaying) {
  write("reload", { path: location.pathname, t, isPlaying, saved: Date.now() }, "sessionStorage");
}

export const forgetReload = () => write("reload", {}, "sessionStorage");
