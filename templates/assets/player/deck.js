/* One broadcast over many files: session time, parts, gaps, versions and what to do when a file fails.
   Two media elements take turns; the one that is not heard holds the next part, loaded near the end of this one.
   Nothing is loaded before play. It draws nothing: it tells what happened, and the page shows it. */

import { Slot } from "./slot.js";

const NEXT_IS_NEAR = 20;
const SEAM = 10;
const OVERLAP = 2;
const GAP_SHOWN_MS = 3000;
const TICK_MS = 250;
const RETRY_AFTER_MS = 700;
const STRIKES = 3;
const PATIENCE = 15;
const PATIENCE_WITH_BYTES = 45;

export class Deck {
  constructor(replay, videos, idle, patience) {
    Object.assign(this, { replay, tracks: replay.tracks, gaps: replay.gaps ?? [], patience: patience || PATIENCE });
    [this.from, this.to] = replay.trim ?? [0, replay.length];
    Object.assign(this, { order: idle.order, track: idle.track, at: idle.time, clip: idle.clip, stop: idle.stop, state: "idle", isWanted: false, strikes: 0 });
    this.dead = new Set();
    this.tries = new Map();
    const hear = (slot, what) => (slot === this.slot ? this.#hear(what) : what === "failed" && slot.release());
    [this.slot, this.spare] = videos.map((video) => new Slot(video, replay.engines ?? {}, hear));
  }

  get video() { return this.slot.video; }
  get time() { return this.state === "on" ? Math.min(this.to, Math.max(this.from, this.slot.spot.part.at + this.video.currentTime)) : this.at; }
  gapAt(t) { return this.gaps.find(([from, to]) => t >= from && t < to) ?? null; }
  tell(what, detail) { this.told[what](detail); }

  #spot(track, index, t) {
    const part = this.tracks[track].parts[index];
    return { track, index, part, media: Math.max(0, t - part.at) };
  }

  /* Every living part at t, the version now playing first; sound alone only where a picture was never to be had. */
  #cover(t, isDeadToo = false) {
    const found = [];
    for (const track of new Set([this.track, ...this.order])) {
      const { parts } = this.tracks[track] ?? { parts: [] };
      const index = parts.findLastIndex((part) => part.at <= t + 0.001 && t < part.to);
      if (index >= 0 && this.order.includes(track) && (isDeadToo || this.#isAlive(track, index))) found.push(this.#spot(track, index, t));
    }
    return found;
  }

  #ahead(t) {
    let best = null;
    for (const track of new Set([this.track, ...this.order])) {
      const index = (this.tracks[track]?.parts ?? []).findIndex((part, i) => part.at >= t - 0.001 && this.#isAlive(track, i));
      if (index < 0 || !this.order.includes(track)) continue;
      const spot = this.#spot(track, index, 0);
      if (!best || spot.part.at < best.part.at - SEAM) best = spot;
    }
    return best;
  }

  #isAlive(track, index) { return !this.dead.has(`${track}:${index}`); }

  play() {
    this.isWanted = true;
    if (!this.spare.spot) this.spare.video.load();
    if (this.state === "over" || this.time >= this.to - 0.05) this.at = this.from;
    if (this.state === "dead") return this.again();
    if (this.state === "on") {
      this.#set("on");
      this.#run();
    } else if (this.state === "gap") this.#enter(this.gapAt(this.at));
    else if (this.state !== "loading") this.#aim(this.at);
    return this.tell("change");
  }

  pause() {
    this.isWanted = false;
    this.video.pause();
    this.tell("change");
    this.tell("rest");
  }

  toggle() { return this.isWanted ? this.pause() : this.play(); }

  seek(t) {
    this.at = Math.min(this.to, Math.max(this.from, t));
    this.strikes = 0;
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
    this.#revive();
    if (this.state !== "idle") this.#aim(this.at);
    this.tell("change");
  }

  again() {
    this.#revive();
    this.state = "idle";
    this.play();
  }

  #revive() {
    this.dead.clear();
    this.tries.clear();
    this.strikes = 0;
  }

  skip() {
    const gap = this.gapAt(this.time);
    if (gap) this.#cross(gap);
  }

  #set(state) {
    clearInterval(this.clockwork);
    clearTimeout(this.later);
    this.state = state;
    if (state === "loading" || (state === "on" && this.isWanted)) this.#watch();
    this.tell("change");
  }

  #aim(t) {
    const [spot] = this.#cover(t);
    if (spot) return this.#start(spot);
    const gap = this.gapAt(t);
    if (gap && this.#ahead(gap[1] - SEAM)) return this.#enter(gap, t);
    const ahead = this.#ahead(t);
    if (ahead && this.strikes < STRIKES) return this.#start(ahead);
    return this.#cover(t, true).length || !this.order.length ? this.#die() : this.#end();
  }

  #start(spot) {
    this.track = spot.track;
    this.at = spot.part.at + spot.media;
    if (this.slot.holds(spot)) {
      this.#set("loading");
      this.slot.seek(spot.media);
    } else if (this.spare.holds(spot)) {
      this.#swap();
      this.#set("loading");
      if (Math.abs(this.video.currentTime - spot.media) > 0.05) this.slot.seek(spot.media);
      else if (this.video.readyState > 1) this.#ready();
    } else {
      this.#set("loading");
      this.slot.load(spot, this.#source(spot), spot.media);
    }
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
    return [first, first, ...(part.renditions ?? [])][this.tries.get(`${track}:${index}`) ?? 0];
  }

  #run() {
    this.video.play()?.catch((problem) => {
      if (problem.name !== "NotAllowedError") return;
      this.isWanted = false;
      this.tell("change");
      this.tell("blocked");
    });
  }

  #hear(what) {
    if (what === "failed" || what === "silent") return this.#fail(what);
    if (what === "alive") this.#learn();
    if (what === "ready") this.#ready();
    if (what === "moved") this.#moved();
    if (what === "ended" && this.state !== "gap") this.#over();
    if (what === "play" && !this.isWanted && !this.video.paused) this.play();
    const isHeld = this.video.paused && !this.video.ended && !this.video.error;
    if (what === "pause" && isHeld && this.isWanted && this.state === "on") this.pause();
  }

  /* A part of unknown length gets it from its file, and the broadcast with it. */
  #learn() {
    const { video, slot: { spot: { part } } } = this;
    this.heard = performance.now();
    if (part.to > part.at || !Number.isFinite(video.duration)) return;
    part.to = part.at + video.duration;
    this.to = Math.max(this.to, part.to);
    this.tell("longer");
  }

  #ready() {
    if (this.state !== "loading") return;
    this.#set("on");
    this.tell("shown");
    if (this.isWanted && this.video.paused) this.#run();
  }

  #moved() {
    if (this.state !== "on") return;
    const now = this.time;
    if (Math.abs(now - this.at) > 0.01) this.moved = this.heard = performance.now();
    if (this.strikes && now - this.at > 0.5) this.strikes = 0;
    this.at = now;
    this.tell("time");
    const stop = this.stop ?? this.to;
    if (this.isWanted && now >= stop - 0.01 && (this.stop !== null || now < this.replay.length - 0.5)) return this.#halt();
    const left = this.video.duration - this.video.currentTime;
    if (this.isWanted && left < NEXT_IS_NEAR * this.video.playbackRate) this.#prepare();
    return undefined;
  }

  #halt() {
    const isClip = this.stop !== null;
    this.at = isClip ? this.stop : this.to;
    if (!isClip) return this.#end();
    this.setClip(null);
    this.pause();
    return this.tell("clipped");
  }

  /* The part after this one: the next in the version, beginning where this one ends if the two overlap. */
  #after({ track, index, part }) {
    const next = this.tracks[track].parts[index + 1];
    if (next && this.#isAlive(track, index + 1) && next.at - part.to < SEAM) {
      return this.#spot(track, index + 1, part.to - next.at > OVERLAP ? part.to : 0);
    }
    return this.#cover(part.to + 0.05).find((spot) => spot.part.to > part.to + 1 && spot.part !== part) ?? null;
  }

  #prepare() {
    const here = this.slot.spot;
    const spot = this.#after(here) ?? this.#ahead(here.part.to);
    if (!spot || this.spare.holds(spot) || spot.part.at > this.to) return;
    this.spare.load(spot, this.#source(spot), spot.media);
  }

  #over() {
    const here = this.slot.spot;
    const next = this.#after(here);
    if (here.part.to >= this.to) return this.#end();
    if (next) return this.#start(next);
    this.at = Math.max(this.at, here.part.to);
    const gap = this.gapAt(here.part.to + 0.05);
    if (gap && this.isTrueScale) return this.#enter(gap, gap[0]);
    return gap ? this.#cross(gap) : this.#onward(here.part.to);
  }

  #cross(gap) {
    this.tell("crossed", gap);
    const [spot] = this.#cover(gap[1] + 0.001);
    return spot ? this.#start({ ...spot, media: spot.media < OVERLAP ? 0 : spot.media }) : this.#onward(gap[1] - SEAM);
  }

  #onward(t) {
    const spot = this.#ahead(t);
    return spot ? this.#start(spot) : this.#end();
  }

  /* Inside a gap there is a clock and no picture. Drawn short, it is stepped over after a look; true to scale, it is waited out. */
  #enter(gap, t = this.at) {
    this.video.pause();
    this.#set("gap");
    this.at = Math.min(Math.max(t, gap[0]), gap[1]);
    this.tell("gap", gap);
    this.tell("time");
    if (!this.isWanted) return;
    const entered = performance.now();
    this.clockwork = setInterval(() => {
      if (!this.isWanted) return clearInterval(this.clockwork);
      this.at += (TICK_MS / 1000) * this.video.playbackRate;
      this.tell("time");
      return this.at >= gap[1] || (!this.isTrueScale && performance.now() - entered > GAP_SHOWN_MS) ? this.#cross(gap) : null;
    }, TICK_MS);
  }

  #end() {
    this.isWanted = false;
    this.video.pause();
    this.at = this.to;
    this.#set("over");
    this.tell("time");
    this.tell("over");
  }

  #watch() {
    this.heard = this.moved = performance.now();
    this.clockwork = setInterval(() => {
      const quiet = (performance.now() - this.heard) / 1000;
      const still = (performance.now() - this.moved) / 1000;
      if (this.state === "on" && (!this.isWanted || this.video.paused)) this.heard = this.moved = performance.now();
      else if (quiet > this.patience || still > Math.max(this.patience, PATIENCE_WITH_BYTES)) this.#fail("silent");
    }, 500);
  }

  /* The ladder: the same file again, its other forms, another version at this moment, the next part, then words. */
  #fail(why) {
    const here = this.slot.spot;
    if (!here) return undefined;
    const key = `${here.track}:${here.index}`;
    const tries = (this.tries.get(key) ?? 0) + 1;
    this.at = Math.min(Math.max(this.time, this.at), here.part.to);
    this.slot.release();
    this.#set("loading");
    this.tries.set(key, tries);
    if (why === "silent") this.tries.set(key, 99);
    if (this.#source(here)) {
      this.tell("retry", here);
      this.later = setTimeout(() => this.#start(this.#spot(here.track, here.index, this.at)), tries > 1 ? 0 : RETRY_AFTER_MS);
      return undefined;
    }
    this.dead.add(key);
    this.strikes += 1;
    const [other] = this.#cover(this.at);
    const next = other ?? (this.strikes < STRIKES ? this.#ahead(this.at) : null);
    if (!next) return this.#die();
    this.tell(other ? "switched" : "passed", { from: here, to: next });
    return this.#start(next);
  }

  #die() {
    this.isWanted = false;
    this.#set("dead");
    this.tell("dead");
  }
}
