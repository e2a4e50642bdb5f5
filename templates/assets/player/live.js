/* The playing half of the player: what the viewer asks for, by button, key, gesture or link, and what the deck reports
   back: in words, to the system's media keys, and to this device's memory. Fetched by the first press. */

import { Deck } from "./deck.js";
import { button, make } from "./elements.js";
import { keep, recall } from "./memory.js";
import { clock, compact, length, say } from "./moment.js";

const SAVE_EVERY = 5;
const DONE_BEFORE_END = 30;
const FOLLOW_MS = 300;
const FRAME = 1 / 30;
const RATES = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];
const LEAP = 10;
const PLACES_KEPT = 500;
const TAGS_KEPT = 8;

export class Live {
  constructor(player) {
    const { panel, replay, words, ways, deck: idle } = player;
    Object.assign(this, { player, panel, replay, words, ways, saved: idle.time });
    this.deck = new Deck(replay, panel.videos, idle, Number(player.root.getAttribute("patience")));
    Object.assign(player, { deck: this.deck, live: this });
    keep("reload", {}, "sessionStorage");
    this.#hear();
    this.#applyWays();
    panel.redraw();
  }

  say(key, values = {}) { this.panel.say(say(this.words, key, values)); }

  #version(track) { return this.replay.tracks[track].words.split(" · ")[0]; }

  #hear() {
    const { deck, panel, words, player: { wall } } = this;
    deck.told = {
      change: () => this.#changed(),
      time: () => this.#moved(),
      rest: () => this.#rested(),
      clip: () => panel.paint(true),
      longer: () => panel.stretch(deck.to),
      swap: ({ from, to }) => this.#swapped(from, to),
      shown: () => this.#shown(),
      blocked: () => this.say("blocked"),
      gap: ([from, to]) => panel.instead(say(words, "nothing_between", { from: wall.clock(from), to: wall.clock(to) }),
        [say(words, "lost_long", { length: length(words, to - from) }), " · ", button(words.skip, () => deck.skip())]),
      crossed: ([from, to]) => this.say("crossed",
        { length: length(words, to - from), from: wall.clock(from), to: wall.clock(to) }),
      retry: ({ track }) => this.say("retrying", { version: this.#version(track), time: clock(deck.at) }),
      switched: ({ from, to }) => this.say("next_version",
        { version: this.#version(from.track), other: this.#version(to.track), time: clock(deck.at) }),
      passed: ({ from, to }) => this.say("next_part", { n: from.index + 1, m: to.index + 1, time: clock(to.part.at) }),
      dead: () => this.#dead(),
      over: () => this.#over(),
      clipped: () => panel.say(`${words.clip_over} · `, button(words.play_rest, () => this.play())),
    };
    window.addEventListener("pagehide", () => this.#save());
    document.addEventListener("visibilitychange", () => document.hidden && this.#save());
    document.addEventListener("aftercast-reload", () => keep("reload",
      { path: location.pathname, t: deck.time, isPlaying: deck.isWanted, saved: Date.now() }, "sessionStorage"));
    document.addEventListener("fullscreenchange", () => {
      panel.full?.setAttribute("aria-label", document.fullscreenElement ? words.fullscreen_leave : words.fullscreen);
      panel.redraw();
    });
  }

  #changed() {
    this.panel.show();
    this.#tellSystem();
  }

  #moved() {
    this.panel.paint();
    this.shownCaptions?.show(this.deck.time);
    if (Math.abs(this.deck.time - this.saved) >= SAVE_EVERY) this.#save();
  }

  /* After a pause or a seek. The address follows a little later: a held key must not flood the history interface. */
  #rested() {
    const { deck } = this;
    this.#save();
    this.panel.paint(true);
    clearTimeout(this.later);
    const t = deck.stop === null ? compact(deck.time) : `${compact(deck.clip)},${compact(deck.stop)}`;
    this.later = setTimeout(() => history.replaceState(history.state, "", `#t=${t}`), FOLLOW_MS);
  }

  #save() {
    const { deck, replay, player: { range: [from, to], wall } } = this;
    if (deck.state === "idle") return;
    const t = deck.time;
    this.saved = t;
    const place = {
      at: wall.ms(t), t: Math.floor(t), share: Math.round((1000 * (t - from)) / (to - from)) / 1000, saved: Date.now(),
      done: deck.state === "over" || t > to - Math.min(DONE_BEFORE_END, (to - from) / 10),
      url: location.pathname, title: replay.title, vj: replay.vj, hue: replay.hue,
      poster: replay.poster && new URL(replay.poster, location.href).pathname,
    };
    const places = recall("places");
    (replay.tags ?? []).slice(0, TAGS_KEPT).forEach((tag, i) => { places[tag] = { ...place, alias: i > 0 }; });
    keep("places", Object.fromEntries(Object.entries(places).sort((one, two) => two[1].saved - one[1].saved).slice(0, PLACES_KEPT)));
  }

  #shown() {
    const { panel } = this;
    if (panel.poster?.parentNode === panel.stage) panel.poster.hidden = true;
    this.#face();
    if (this.isKnown) return;
    this.isKnown = true;
    this.#meetSystem();
    if (this.ways.captions) this.#fetchCaptions();
  }

  /* Media keys, headsets, lock screens. */
  #meetSystem() {
    const { replay, deck, player: { range: [from] } } = this;
    const media = navigator.mediaSession;
    if (!media || !window.MediaMetadata) return;
    const artwork = replay.poster ? [{ src: new URL(replay.poster, location.href).href }] : [];
    media.metadata = new MediaMetadata({ title: replay.title, artist: replay.vj, artwork });
    const acts = {
      play: () => deck.play(), pause: () => deck.pause(), seekto: ({ seekTime }) => this.seek(from + seekTime),
      seekbackward: ({ seekOffset = LEAP }) => this.step(-seekOffset), seekforward: ({ seekOffset = LEAP }) => this.step(seekOffset),
      previoustrack: () => this.chapter(-1), nexttrack: () => this.chapter(1),
    };
    for (const [name, act] of Object.entries(acts)) {
      try { media.setActionHandler(name, act); } catch { /* a browser names only the actions it knows */ }
    }
    this.#tellSystem();
  }

  #tellSystem() {
    const { deck: { isWanted, time }, player: { range: [from, to] }, ways } = this;
    if (!this.isKnown || !navigator.mediaSession) return;
    navigator.mediaSession.playbackState = isWanted ? "playing" : "paused";
    navigator.mediaSession.setPositionState?.({ duration: to - from, position: time - from, playbackRate: ways.rate });
  }

  #swapped(from, to) {
    this.#face();
    if (document.pictureInPictureElement === from) to.requestPictureInPicture().catch(() => {});
  }

  #face() {
    for (const video of this.panel.videos) video.style.visibility = video === this.deck.video ? "" : "hidden";
  }

  #dead() {
    const { words, deck, panel, replay: { tracks } } = this;
    const places = tracks.map(({ parts }) => parts.findIndex((part) => deck.at < part.to || part === parts.at(-1)));
    const links = places.flatMap((place, track) => (place < 0 ? [] : [make("a",
      { href: tracks[track].parts[place].url, download: true, rel: "noreferrer" },
      say(words, "download_part", { version: this.#version(track), n: place + 1 })), " · "]));
    const key = !tracks.length ? "dead_empty" : !deck.order.length ? "dead_format" : tracks.length > 1 ? "dead_all" : "dead_one";
    const formats = [...new Set(tracks.map((track) => track.format))].join(", ");
    const sentence = say(words, key, { formats, count: tracks.length, time: clock(deck.at) });
    panel.instead(sentence, [...links, button(words.try_again, () => deck.again())]);
    panel.say(sentence);
  }

  #over() {
    const { words, replay: { next } } = this;
    const url = next && new URL(next, location.href).href;
    const title = [...document.querySelectorAll(".nextprev a")].find((link) => link.href === url);
    const up = next ? [make("a", { href: url, lang: title?.lang }, title?.textContent ?? words.up_next), " · "] : [];
    this.panel.instead(title ? words.up_next : words.over, [...up, button(words.watch_again, () => this.play())]);
    this.#save();
  }

  play() { this.deck.play(); }
  toggle() { this.deck.toggle(); }
  skip() { this.deck.skip(); }
  seek(t) { this.deck.seek(t); }
  step(seconds) { this.deck.seek(this.deck.time + seconds); }
  tenth(tenth) { this.seek(this.deck.from + (tenth * (this.deck.to - this.deck.from)) / 10); }

  /* A moment from an address or a link: {t}, {t, until}. */
  open({ t, until }, isPlayed) {
    this.panel.say("");
    this.deck.setClip(null);
    this.deck.seek(t);
    if (until) this.deck.setClip(this.deck.at, Math.min(until, this.deck.to));
    if (isPlayed) this.play();
  }

  setWay(name, value = !this.ways[name]) {
    this.ways[name] = value;
    keep("ways", { ...recall("ways"), [name]: value });
    this.#applyWays();
    if (name === "scale") this.panel.redraw();
    if (name === "keys" && !value) this.say("keys_off");
  }

  setRate(rate) {
    this.setWay("rate", rate);
    this.say("rate", { rate });
  }

  nextRate(by, isRound) {
    const place = RATES.indexOf(this.ways.rate) + by;
    this.setRate(RATES[isRound ? place % RATES.length : Math.min(RATES.length - 1, Math.max(0, place))]);
  }

  setVolume(volume, muted = false) {
    this.setWay("volume", Math.round(100 * Math.min(1, Math.max(0, volume))) / 100);
    this.setWay("muted", muted);
    this.say(muted ? "muted" : "volume_is", { percent: Math.round(this.ways.volume * 100) });
  }

  louder(by) { this.setVolume(this.ways.volume + by); }
  mute() { this.setVolume(this.ways.volume, !this.ways.muted); }

  #applyWays() {
    const { rate, volume, muted, theatre, scale } = this.ways;
    for (const video of this.panel.videos) Object.assign(video, { defaultPlaybackRate: rate, playbackRate: rate, volume, muted });
    this.deck.isTrueScale = scale;
    this.panel.widen(theatre);
    this.panel.show();
  }

  use(track) {
    this.deck.use(track);
    this.panel.redraw();
    this.say("playing_version", { version: this.replay.tracks[track].words });
    this.play();
  }

  chapter(step) {
    const t = this.deck.time;
    const { chapters, range } = this.player;
    const found = step > 0 ? chapters.find((one) => one.t > t + 0.5) : chapters.findLast((one) => one.t < t - 2);
    if (found || step < 0) this.seek(found?.t ?? range[0]);
    else this.say("no_chapter");
  }

  /* Where parts and gaps begin, one after the other. */
  border(step) {
    const t = this.deck.time;
    const starts = [...this.player.parts().map((part) => part.at), ...this.deck.gaps.map(([from]) => from)].sort((a, b) => a - b);
    const found = step > 0 ? starts.find((one) => one > t + 0.5) : starts.findLast((one) => one < t - 2);
    if (found !== undefined) this.seek(found);
  }

  frame(step) {
    this.deck.pause();
    this.step(step * FRAME);
  }

  picture() {
    const { video } = this.deck;
    if (document.pictureInPictureElement) document.exitPictureInPicture();
    else video.requestPictureInPicture?.().catch(() => {});
  }

  /* The whole player, so that our own controls stay; an iPhone only knows how to enlarge the picture. */
  fullscreen() {
    const { section } = this.panel;
    if (document.fullscreenElement) document.exitFullscreen();
    else if (section.requestFullscreen) section.requestFullscreen().catch(() => {});
    else this.deck.video.webkitEnterFullscreen?.();
  }

  async copy(fragment, text) {
    const url = `${location.href.split("#")[0]}#${fragment}`;
    try {
      await navigator.clipboard.writeText(url);
      this.panel.say(text);
    } catch {
      const field = make("input", { value: url, readonly: true, size: 48, "aria-label": this.words.copy_failed });
      this.panel.say(`${this.words.copy_failed} `, field);
      field.select();
    }
  }

  copyMoment() {
    const { player: { wall }, deck: { time } } = this;
    return this.copy(`at=${wall.stamp(time)}`, say(this.words, "copied", { time: clock(time), wall: wall.clock(time) }));
  }

  leave(way) { if (this.replay[way]) location.assign(this.replay[way]); }
  async captions() {
    if (!this.replay.captions?.length) return;
    await this.#fetchCaptions();
    this.shownCaptions.next();
  }

  async #fetchCaptions() {
    const { Captions } = await import("./captions.js");
    this.shownCaptions ??= new Captions(this);
  }

  async help() { (await import("./sheets.js")).help(this); }
  async ask(what) { (await import("./sheets.js"))[what](this); }
  async point() {
    this.pointer ??= import("./pointer.js").then(({ Pointer }) => new Pointer(this));
    await this.pointer;
  }
}
