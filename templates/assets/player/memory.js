/* What this device remembers: places in broadcasts (as wall clock, so that a part found later moves nothing), the
   viewer's ways (speed, volume …), and the place before a reload. Storage may be
   full or refused; then the page goes on without. */

const RELOAD_LASTS_MS = 60000;

const NAMES = { places: "aftercast:places", ways: "aftercast:ways", reload: "aftercast:reload" };

export function recall(name, storage = "localStorage") {
  try { return JSON.parse(window[storage].getItem(NAMES[name])) ?? {}; } catch { return {}; }
}

export function keep(name, value, storage = "localStorage") {
  try { window[storage].setItem(NAMES[name], JSON.stringify(value)); } catch { /* the page's own copy stands */ }
}

export const ways = () => ({ rate: 1, volume: 1, muted: false, captions: "", wall: true, keys: true, ...recall("ways") });

/* The newest place under any of the broadcast's tags: {at, share, done, saved, …}. */
export function placeOf(tags) {
  const places = recall("places");
  return tags.map((tag) => places[tag]).filter(Boolean).sort((a, b) => b.saved - a.saved)[0];
}

export function placeBeforeReload() {
  const kept = recall("reload", "sessionStorage");
  return kept.path === location.pathname && Date.now() - kept.saved < RELOAD_LASTS_MS ? kept : null;
}
