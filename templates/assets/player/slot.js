/* One media element and what feeds it: the browser itself, for HLS hls.js, for FLV mpegts.js; the two engines are fetched
   when a part of theirs is first needed. A slot reports to its owner in words (ready, moved, ended, failed, …) and
   forgets what an old source still says. */

const HEARD = { ready: ["loadeddata", "seeked", "canplay", "playing"], alive: ["progress", "loadedmetadata"],
  moved: ["timeupdate"], ended: ["ended"], play: ["play"], pause: ["pause"] };

let script = null;

/* Where hls.js cannot work (no media sources, a host without CORS) the browser gets the file itself. */
function hls({ default: Hls }, video, url, seconds, watch) {
  const retreat = video.canPlayType("application/vnd.apple.mpegurl") ? watch.native : watch.failed;
  if (!Hls.isSupported()) return retreat();
  const engine = new Hls({ startPosition: seconds, maxBufferLength: 30, backBufferLength: 60 });
  for (const name of ["LEVEL_LOADED", "FRAG_LOADED"]) engine.on(Hls.Events[name], watch.alive);
  engine.on(Hls.Events.ERROR, (_, problem) => {
    if (problem.fatal) (/^(manifest|level)Load/.test(problem.details) ? retreat : watch.failed)();
  });
  engine.loadSource(url);
  engine.attachMedia(video);
  return engine;
}

/* mpegts.js is a script of the older kind: it is added once and found on window. */
function older(url) {
  script ??= new Promise((resolve, reject) => {
    const onload = () => resolve(window.mpegts);
    const onerror = () => {
      script = null;
      reject();
    };
    document.head.append(Object.assign(document.createElement("script"), { src: url, onload, onerror }));
  });
  return script;
}

function flv(mpegts, video, url, seconds, watch) {
  if (!mpegts.isSupported()) return watch.failed(Infinity);
  mpegts.LoggingControl.enableAll = false;
  const engine = mpegts.createPlayer({ type: "flv", url, cors: true }, { lazyLoadMaxDuration: 60, accurateSeek: true });
  engine.on(mpegts.Events.ERROR, () => watch.failed());
  engine.on(mpegts.Events.STATISTICS_INFO, ({ speed }) => speed > 0 && watch.alive());
  engine.attachMediaElement(video);
  engine.load();
  if (seconds) video.currentTime = seconds;
  return engine;
}

const ENGINES = { hls: [({ hls: url }) => import(url), hls], flv: [({ mpegts }) => older(mpegts), flv] };

export class Slot {
  constructor(video, engines, tell) {
    Object.assign(this, { video, engines, spot: null, last: null, asked: 0, turn: 0 });
    this.tell = (what, why) => this.spot && tell(this, what, why);
    for (const [what, names] of Object.entries(HEARD)) {
      for (const name of names) video.addEventListener(name, () => this.#hear(what));
    }
    /* Without any sound output Firefox reports an error and plays on. */
    video.addEventListener("error", () => {
      if (/MediaSinkAudio/.test(video.error?.message)) this.tell("soundless");
      else if (!this.engine) this.tell("failed");
    });
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
    const place = Math.max(0, Math.min(wanted, video.duration - 0.2));
    if (Math.abs(video.currentTime - place) > 0.3) video.currentTime = place;
  }

  holds(spot) { return this.spot?.part === spot.part; }

  /* Whether the place asked for was not to be had. */
  get isStuck() {
    const { video: { currentTime, duration, seekable }, asked } = this;
    return Math.min(asked, duration) - Math.max(currentTime, seekable.length && seekable.end(seekable.length - 1)) > 2;
  }

  async load(spot, { url, format }, seconds) {
    this.release();
    const { turn, video } = this;
    Object.assign(this, { spot, last: spot.part, asked: seconds, wanted: seconds });
    video.preload = "auto";
    if (!ENGINES[format]) return this.#native(url, seconds);
    const now = (act) => (what) => (turn === this.turn ? act(what) : null);
    const failed = now((tries) => this.tell("failed", tries));
    const watch = { failed, alive: now(() => this.tell("alive")), native: now(() => this.#native(url, seconds)) };
    try {
      const [fetched, feed] = ENGINES[format];
      const engine = await fetched(this.engines);
      /* The engine may come when something else was chosen meanwhile. */
      if (turn === this.turn) this.engine = feed(engine, video, url, seconds, watch);
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
    this.asked = seconds;
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
