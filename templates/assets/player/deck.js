/* One broadcast over many files: session time, parts, gaps, versions and what to do when a file fails.
   Two media elements take turns; the one that is not heard holds the next part, loaded near the end of this one.
   Nothing is loaded before play. It draws nothing: it tells what happened, and the page shows it. */

import { Slot } from "./slot.js";

const NEXT_IS_NEAR = 20;
const SEAM = 10;
const OVERLAP = 2;
const GAP_SHOWN = 3;
const TICK_MS = 250;
const TICK_MOST = 1.5;
const RETRY_AFTER_MS = 700;
const STRIKES = 3;
const FORGIVEN_AFTER = 5;
const PATIENCE = 15;
const PATIENCE_WITH_BYTES = 45;

export class Deck {
  constructor(replay, videos, idle, patience) {
    Object.assign(this, { replay, tracks: replay.tracks, gaps: replay.gaps, patience: patience || PATIENCE });
    [this.from, this.to] = replay.trim;
    Object.assign(this, { order: idle.order, track: idle.track, at: idle.time, clip: idle.clip, stop: idle.stop, state: "idle", isWanted: false });
    const hear = (slot, what, why) => (slot === this.slot ? this.#hear(what, why) : what === "failed" && slot.release());
    [this.slot, this.spare] = videos.map((video) => new Slot(video, replay.engines, hear));
    this.#revive();
  }

  get video() { return this.slot.video; }
  get time() { return this.state === "on" ? Math.min(this.to, Math.max(this.from, this.slot.spot.part.at + this.video.currentTime)) : this.at; }
  gapAt(t) { return this.gaps.find(([from, to]) => t >= from && t < to); }

  /* Whatever goes wrong in telling, playback goes on. */
  tell(what, detail) {
    try { this.told[what](detail); } catch (problem) { reportError(problem); }
  }

  #spot(track, index, t) {
    const part = this.tracks[track].parts[index];
    return { track, index, part, media: Math.max(0, t - part.at) };
  }

  #isAlive(track, index) { return !this.dead.has(`${track}:${index}`); }

  /* Sound alone, where a picture had failed: played only as long as there is none. */
  get isPoor() { return this.tracks[this.track].audio && !this.tracks[this.order[0]]?.audio; }

  /* Of each version the living part that fits, the one now playing first. */
  #find(how, fits, t) {
    const versions = this.isPoor || !this.order.includes(this.track) ? this.order : new Set([this.track, ...this.order]);
    return [...versions].flatMap((track) => {
      const index = this.tracks[track].parts[how]((part, i) => fits(part) && this.#isAlive(track, i));
      return index < 0 ? [] : [this.#spot(track, index, t)];
    });
  }

  #cover(t) { return this.#find("findLastIndex", (part) => part.at <= t + 0.001 && t < part.to, t); }

  #ahead(t) {
    const spots = this.#find("findIndex", (part) => part.at >= t - 0.001 && part.at <= this.to, 0);
    return spots.reduce((best, spot) => (best && spot.part.at >= best.part.at - SEAM ? best : spot), null);
  }

  play() {
    this.isWanted = true;
    if (this.stop !== null && this.time >= this.stop - 0.01) this.setClip(null);
    if (!this.spare.spot) this.spare.video.load();
    if (this.state !== "loading" && this.time >= this.to - 0.05) {
      this.at = this.from;
      this.state = "idle";
    }
    if (["idle", "dead"].includes(this.state)) this.#aim(this.at);
    else {
      if (this.state !== "loading") this.#set(this.state);
      if (this.state !== "gap") this.#run();
    }
    this.tell("change");
  }

  pause() {
    this.isWanted = false;
    this.video.pause();
    this.tell("change");
    this.tell("rest");
  }

  toggle() { return this.isWanted ? this.pause() : this.play(); }

  seek(t) {
    if (!Number.isFinite(t)) return;
    this.at = Math.min(this.to, Math.max(this.from, t));
    if (this.stop !== null && (this.at < this.clip || this.at >= this.stop)) this.setClip(null);
    if (this.state !== "idle") this.#aim(this.at);
    this.tell("time");
    this.tell("rest");
  }

  setClip(from, until = null) {
    this.clip = from;
    this.stop = until;
    this.tell("clip");
  }

  /* The viewer's choice of a version, at the same moment. */
  use(track) {
    this.at = this.time;
    this.track = track;
    this.order = [track, ...this.order.filter((one) => one !== track)];
    if (this.state !== "idle") this.#aim(this.at);
    this.tell("change");
  }

  /* What failed is tried anew: by then the network may be back. */
  #revive() {
    this.dead = new Set();
    this.tries = new Map();
    this.strikes = 0;
    if (!this.spare.spot) this.spare.last = null;
  }

  skip() {
    const gap = this.gapAt(this.time);
    if (gap) this.#cross(gap);
  }

  #set(state) {
    clearInterval(this.clockwork);
    clearTimeout(this.later);
    Object.assign(this, { state, quiet: 0, still: 0, ticked: performance.now() });
    if (state === "loading" || (this.isWanted && ["on", "gap"].includes(state))) this.clockwork = setInterval(() => this.#tick(), TICK_MS);
    this.tell("change");
  }

  /* Long ticks count for short ones: a machine that slept has not waited. */
  #tick() {
    const now = performance.now();
    const passed = Math.min(TICK_MOST, (now - this.ticked) / 1000);
    this.ticked = now;
    if (!this.isWanted && this.state !== "loading") return clearInterval(this.clockwork);
    if (this.state === "gap") return this.#wait(passed);
    if (this.state === "on" && this.video.paused) return null;
    this.quiet += passed;
    this.still += passed;
    if (this.quiet <= this.patience && this.still <= Math.max(this.patience, PATIENCE_WITH_BYTES)) return null;
    if (this.isWanted) return this.#fail(this.state === "on" ? 1 : Infinity);
    /* A phone may load nothing of a place that was sought while paused. */
    this.slot.release();
    return this.#set("idle");
  }

  #aim(t) {
    this.#revive();
    const [spot] = this.#cover(t);
    if (spot) return this.#start(spot);
    const gap = this.gapAt(t);
    const ahead = this.#ahead(gap ? Math.max(t, gap[1] - SEAM) : t);
    if (ahead) return gap ? this.#enter(gap, t) : this.#start(ahead);
    return this.order.length ? this.#end() : this.#die();
  }

  #start(spot) {
    this.track = spot.track;
    this.at = this.since = spot.part.at + spot.media;
    /* An iPhone in full screen shows this one element and no other. */
    const isNext = !this.slot.holds(spot) && this.spare.holds(spot) && !this.video.webkitDisplayingFullscreen;
    this.#set("loading");
    if (isNext) this.#swap();
    if (!this.slot.holds(spot)) this.slot.load(spot, this.#source(spot), spot.media);
    else if (!isNext || Math.abs(this.video.currentTime - spot.media) > 0.05) this.slot.seek(spot.media);
    else if (this.video.readyState > 1) this.#ready();
    if (this.isWanted) this.#run();
  }

  #swap() {
    [this.slot, this.spare] = [this.spare, this.slot];
    this.tell("swap", { from: this.spare.video, to: this.slot.video });
    if (this.isWanted) this.#run();
    this.spare.release();
  }

  #source({ track, index, part }) {
    const first = { url: part.url, format: this.tracks[track].format };
    return [first, first, ...part.renditions][this.tries.get(`${track}:${index}`) ?? 0];
  }

  /* At the end of a file, a browser would play it again from its beginning. */
  #run() {
    if (this.state === "on" && this.video.ended) return this.#over();
    return this.video.play()?.catch((problem) => {
      if (problem.name !== "NotAllowedError") return;
      this.isWanted = false;
      this.tell("change");
      this.tell("blocked");
    });
  }

  #hear(what, why) {
    const isOn = this.state === "on";
    const isUp = isOn || this.state === "loading";
    const { paused, ended, error } = this.video;
    if (what === "failed") return isUp ? this.#fail(why) : this.slot.release();
    if (what === "soundless") this.tell(what);
    if (what === "alive") this.quiet = 0;
    this.#learn();
    if (what === "ready" && this.state === "loading") this.#ready();
    if (what === "moved" && isOn) this.#moved();
    if (what === "ended" && ended && isUp) this.#over();
    if (what === "play" && !this.isWanted && !paused) this.play();
    if (what === "pause" && paused && !ended && !error && this.isWanted && isOn) this.pause();
  }

  /* A part of unknown length gets it from its file, and the broadcast with it; should that not know either, from what played. */
  #learn() {
    const { video: { duration, currentTime }, slot: { spot: { part } } } = this;
    const to = part.at + (duration < Infinity ? duration : currentTime);
    if (part.length || !(to > part.to)) return;
    part.to = to;
    this.to = Math.max(this.to, to);
    this.tell("longer");
  }

  /* Where a server sends a file only from its beginning, another version may have the place; else it plays from there. */
  #ready() {
    const { slot: { spot, isStuck } } = this;
    if (isStuck) {
      this.dead.add(`${spot.track}:${spot.index}`);
      const [other] = this.#cover(this.at);
      if (other) return this.#pass(spot, other);
    }
    this.#set("on");
    this.tell("shown");
    if (isStuck) this.tell("stuck", spot);
    if (this.isWanted && this.video.paused) this.#run();
  }

  #moved() {
    const { time: now, isWanted, stop, video } = this;
    if (video.currentTime !== this.heard) this.still = this.quiet = 0;
    this.heard = video.currentTime;
    if (now > this.since + 0.5) this.strikes = 0;
    if (now > this.since + FORGIVEN_AFTER) this.tries.clear();
    this.at = now;
    this.tell("time");
    if (isWanted && stop !== null && now >= stop - 0.01) {
      this.pause();
      this.tell("clipped");
    } else if (isWanted && now >= this.to - 0.01 && now < this.replay.length - 0.5) this.#end();
    else if (isWanted && video.duration - video.currentTime < NEXT_IS_NEAR * video.playbackRate) this.#prepare();
  }

  /* The part after this one: the next in the version, beginning where this one ends if the two overlap. */
  #after({ track, index, part }) {
    const next = this.tracks[track].parts[index + 1];
    const isNext = next && this.#isAlive(track, index + 1) && Math.abs(next.at - part.to) < SEAM;
    const found = [isNext && this.#spot(track, index + 1, part.to - next.at > OVERLAP ? part.to : 0),
      this.#cover(part.to + 0.05).find((spot) => spot.part.to > part.to + 1 && spot.part !== part)];
    return (this.isPoor ? found.reverse() : found).find(Boolean) ?? null;
  }

  /* What failed to load ahead is not asked for again before its time has come. */
  #prepare() {
    const here = this.slot.spot;
    const spot = this.#after(here) ?? this.#ahead(here.part.to);
    if (spot && spot.part !== this.spare.last && spot.part.at <= this.to) this.spare.load(spot, this.#source(spot), spot.media);
  }

  #over() {
    const here = this.slot.spot;
    const next = this.#after(here);
    if (next?.part.at <= this.to && (here.part.to < this.to || !next.part.length)) return this.#start(next);
    if (here.part.to >= this.to) return this.#end();
    this.at = Math.max(this.at, here.part.to);
    const gap = this.gapAt(here.part.to + 0.05);
    if (gap) return this.isTrueScale ? this.#enter(gap, gap[0]) : this.#cross(gap);
    /* What this version alone has lost is told too. */
    const ahead = this.#ahead(here.part.to)?.part.at;
    return ahead - here.part.to >= SEAM ? this.#cross([here.part.to, ahead]) : this.#onward(here.part.to);
  }

  #cross(gap) {
    this.tell("crossed", gap);
    const [spot] = gap[1] < this.to ? this.#cover(gap[1] + 0.001) : [];
    return spot ? this.#start({ ...spot, media: spot.media < OVERLAP ? 0 : spot.media }) : this.#onward(Math.max(this.at, gap[1] - SEAM));
  }

  #onward(t) {
    const spot = this.#ahead(t);
    return spot ? this.#start(spot) : this.#end();
  }

  /* Inside a gap there is a clock and no picture. Drawn short, it is stepped over after a look; true to scale, it is waited out. */
  #enter(gap, t) {
    this.video.pause();
    Object.assign(this, { gap, waited: 0, at: Math.min(Math.max(t, gap[0]), gap[1]) });
    this.#set("gap");
    this.tell("gap", gap);
    this.tell("time");
  }

  #wait(passed) {
    this.at += passed * this.video.playbackRate;
    this.waited += passed;
    this.tell("time");
    if (this.at >= this.gap[1] || (!this.isTrueScale && this.waited > GAP_SHOWN)) this.#cross(this.gap);
  }

  #end() {
    this.isWanted = false;
    this.video.pause();
    this.at = this.to;
    this.#set("over");
    this.tell("time");
    this.tell("over");
  }

  /* The ladder: the same file again, its other forms, another version at this moment, the next part, then words. */
  #fail(tries = 1) {
    const here = this.slot.spot;
    if (!here) return;
    const key = `${here.track}:${here.index}`;
    this.tries.set(key, (this.tries.get(key) ?? 0) + tries);
    this.at = Math.min(Math.max(this.time, this.at), here.part.to);
    this.slot.release();
    this.#set("loading");
    if (this.#source(here)) {
      this.tell("retry", here);
      const wait = this.tries.get(key) > 1 ? 0 : RETRY_AFTER_MS;
      this.later = setTimeout(() => this.#start(this.#spot(here.track, here.index, this.at)), wait);
      return;
    }
    this.dead.add(key);
    if (!this.strikes++) this.fell = this.at;
    const next = this.#cover(this.at)[0] ?? (this.strikes < STRIKES ? this.#ahead(this.at) : null);
    if (next) return this.#pass(here, next);
    /* Back where it began to fail: what could not be shown is not behind the viewer. */
    this.at = this.fell;
    this.#die();
  }

  #pass(from, to) {
    this.tell(from.track === to.track || to.part.at > this.at ? "passed" : "switched", { from, to });
    this.#start(to);
  }

  #die() {
    this.isWanted = false;
    this.#set("dead");
    this.tell("dead");
  }
}
