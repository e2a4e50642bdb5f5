/* The playing half of the player: what the viewer asks for, by button, key, gesture or link, and what the deck reports
   back, in words. Fetched by the first press. */

import { Deck } from "./deck.js";
import { button, make } from "./elements.js";
import { forgetReload, keepForReload, keepPlace, keepWays } from "./keep.js";
import { clock, compact, length, say } from "./moment.js";

const SAVE_EVERY = 5;
const DONE_BEFORE_END = 30;
const FOLLOW_MS = 300;
const FRAME = 1 / 30;
const RATES = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];
const LINKS_SHOWN = 6;

export class Live {
  constructor(player) {
    const { panel, replay, words, ways, deck: idle } = player;
    Object.assign(this, { player, panel, replay, words, ways, saved: idle.time });
    this.deck = new Deck(replay, panel.videos, idle, Number(player.root.getAttribute("patience")));
    Object.assign(player, { deck: this.deck, live: this });
    forgetReload();
    this.#hear();
    this.#applyWays();
    panel.redraw();
  }

  say(key, values = {}) { this.panel.say(say(this.words, key, values)); }

  #version(track) { return this.replay.tracks[track].words.split(" · ")[0]; }

  #hear() {
    const { deck, panel, words, player: { wall } } = this;
    const told = {
      change: () => panel.show(),
      time: () => this.#moved(),
      rest: () => this.#rested(),
      swap: ({ from, to }) => this.#swapped(from, to),
      shown: () => this.#shown(),
      blocked: () => this.say("blocked"),
      gap: ([from, to]) => panel.instead(say(words, "nothing_between", { from: wall.clock(from), to: wall.clock(to) }),
        [say(words, "lost_long", { length: length(words, to - from) }), " · ", button(words.skip, () => deck.skip())]),
      crossed: ([from, to]) => this.say("crossed",
        { length: length(words, to - from), from: wall.clock(from), to: wall.clock(to) }),
      hole: ({ part }) => this.say("hole", { time: clock(part.at) }),
      retry: ({ track }) => this.say("retrying", { version: this.#version(track), time: clock(deck.at) }),
      switched: ({ from, to }) => this.say("next_version",
        { version: this.#version(from.track), other: this.#version(to.track), time: clock(deck.at) }),
      passed: ({ from, to }) => this.say("next_part", { n: from.index + 1, m: to.index + 1, time: clock(to.part.at) }),
      dead: () => this.#dead(),
      over: () => this.#over(),
      clipped: () => panel.say(`${words.clip_over} · `, button(words.play_rest, () => this.play())),
    };
    for (const [name, act] of Object.entries(told)) deck.addEventListener(name, ({ detail }) => act(detail));
    window.addEventListener("pagehide", () => this.#save());
    document.addEventListener("visibilitychange", () => document.hidden && this.#save());
    document.addEventListener("aftercast-reload", () => keepForReload(deck.time, deck.isWanted));
    document.addEventListener("fullscreenchange", () => {
      panel.full?.setAttribute("aria-label", document.fullscreenElement ? words.fullscreen_leave : words.fullscreen);
      panel.redraw();
    });
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
    keepPlace(replay.tags ?? [], {
      at: wall.ms(t), share: Math.round((1000 * (t - from)) / (to - from)) / 1000, saved: Date.now(),
      done: deck.state === "over" || t > to - Math.min(DONE_BEFORE_END, (to - from) / 10),
      url: location.pathname, title: replay.title, vj: replay.vj, hue: replay.hue,
      poster: replay.poster && new URL(replay.poster, location.href).pathname,
    });
  }

  #shown() {
    const { panel } = this;
    if (panel.poster?.parentNode === panel.stage) panel.poster.hidden = true;
    this.#face();
    this.extras ??= import("./extras.js").then(({ Extras }) => new Extras(this));
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
    panel.instead(sentence, [...links.slice(0, 2 * LINKS_SHOWN), button(words.try_again, () => deck.again())]);
    if (!panel.isAudio) panel.say(sentence);
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
  tenth(tenth) { this.seek(this.player.range[0] + (tenth * (this.player.range[1] - this.player.range[0])) / 10); }

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
    keepWays({ [name]: value });
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
    document.body.classList.toggle("theatre", Boolean(theatre));
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
    else if (video.requestPictureInPicture) video.requestPictureInPicture().catch(() => {});
    else video.webkitSetPresentationMode?.("picture-in-picture");
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
    const { Captions } = await import("./captions.js");
    this.shownCaptions ??= new Captions(this);
    this.shownCaptions.next();
  }
  async help() { (await import("./sheet.js")).toggle(this); }
  async ask(what) { (await import("./ask.js"))[what](this); }
  async point() {
    this.pointer ??= import("./pointer.js").then(({ Pointer }) => new Pointer(this));
    await this.pointer;
  }
}
