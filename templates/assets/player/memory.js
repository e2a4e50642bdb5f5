/* What this device remembers, read: places in broadcasts (as wall clock, so that a part found later moves nothing), the
   viewer's ways (speed, volume …), and the place before a reload. Storage may be refused; then there is nothing. */

const RELOAD_LASTS_MS = 60000;

export const NAMES = { places: "aftercast:places", ways: "aftercast:ways", reload: "aftercast:reload" };

export function recall(name, storage = "localStorage") {
  try { return JSON.parse(window[storage].getItem(NAMES[name])) ?? {}; } catch { return {}; }
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
