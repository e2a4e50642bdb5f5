/* One media element and what feeds it: the browser itself, or an engine fetched when first needed.
   It reports to its owner in words (ready, moved, ended, failed, …) and forgets what an old source still says. */

const HEARD = { ready: ["loadeddata", "seeked", "canplay", "playing"], alive: ["progress", "loadedmetadata"],
  moved: ["timeupdate"], ended: ["ended"], play: ["play"], pause: ["pause"] };

export function canPlay(format) {
  const canFeed = "MediaSource" in window || "ManagedMediaSource" in window;
  const canNative = () => document.createElement("video").canPlayType("application/vnd.apple.mpegurl") !== "";
  if (format === "hls") return canFeed || canNative();
  return format === "flv" ? canFeed : format !== "dash";
}

export class Slot {
  constructor(video, engines, tell) {
    Object.assign(this, { video, engines, spot: null, turn: 0 });
    this.tell = (what) => this.spot && tell(this, what);
    for (const [what, names] of Object.entries(HEARD)) {
      for (const name of names) video.addEventListener(name, () => this.#hear(what));
    }
    video.addEventListener("error", () => this.engine || this.tell("failed"));
  }

  #hear(what) {
    if (what === "ready" && (this.video.seeking || this.video.readyState < 2)) return;
    if (what === "alive" && this.video.readyState) this.#land();
    this.tell(what);
  }

  /* Some browsers forget a place asked for before the length was known; a part may be shorter than it was said to be. */
  #land() {
    const { video, wanted } = this;
    this.wanted = 0;
    if (!wanted) return;
    const place = Number.isFinite(video.duration) ? Math.max(0, Math.min(wanted, video.duration - 0.2)) : wanted;
    if (Math.abs(video.currentTime - place) > 0.3) video.currentTime = place;
  }

  holds(spot) { return this.spot?.part === spot.part; }

  async load(spot, { url, format }, seconds) {
    this.release();
    const { turn, video } = this;
    Object.assign(this, { spot, wanted: seconds });
    video.preload = "auto";
    if (format !== "hls" && format !== "flv") return this.#native(url, seconds);
    const now = (act) => (what) => (turn === this.turn ? act(what) : null);
    const failed = now((why) => this.tell(why === "silent" ? why : "failed"));
    const watch = { failed, alive: now(() => this.tell("alive")), native: now(() => this.#native(url, seconds)) };
    try {
      const engines = await import("./engines.js");
      const engine = await engines[format](video, url, seconds, this.engines, watch);
      if (turn !== this.turn) engine?.destroy();
      else if (engine) this.engine = engine;
    } catch {
      failed();
    }
    return null;
  }

  #native(url, seconds) {
    this.engine?.destroy();
    this.engine = null;
    this.video.src = url;
    if (seconds) this.video.currentTime = seconds;
  }

  seek(seconds) {
    this.wanted = this.video.readyState ? 0 : seconds;
    this.video.currentTime = seconds;
  }

  release() {
    this.turn += 1;
    if (!this.spot) return;
    this.spot = null;
    this.engine?.destroy();
    this.engine = null;
    this.video.pause();
    this.video.removeAttribute("src");
    this.video.load();
  }
}
