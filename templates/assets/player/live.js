/* The playing half of the player: what the viewer asks for, by button, key, gesture, link or a form under the controls,
   and what the deck reports back: in words, to the system's media keys, and to this device's memory. Fetched by the
   first press. */

import { Deck } from "./deck.js";
import { button, make } from "./elements.js";
import { keep, places, recall } from "./memory.js";
import { clock, compact, length, momentOf, readSeconds, say } from "./moment.js";

const [SAVE_EVERY, DONE_BEFORE_END, LEAP, CLIP] = [5, 30, 10, 60]; // seconds
const [PLACES_KEPT, TAGS_KEPT] = [500, 8];
const [FOLLOW_MS, FRAME] = [300, 1 / 30];
const RATES = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];

const field = (label, value) => make("label", {}, `${label} `, make("input", { value, autocomplete: "off", size: 10 }));

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
  #report(key, { track }, more) { this.say(key, { version: this.#version(track), time: clock(this.deck.time), ...more }); }

  #hear() {
    const { deck, panel, words, player: { wall } } = this;
    const named = (key, gap) => (gap[2] ? `${key}_gone` : key);
    const hole = ([from, to]) => ({ length: length(words, to - from), from: wall.clock(from), to: wall.clock(to) });
    deck.told = {
      change: () => this.#changed(),
      time: () => this.#moved(),
      rest: () => this.#rested(),
      clip: () => panel.paint(true),
      longer: () => panel.stretch(deck.to),
      swap: ({ from, to }) => {
        this.#face();
        if (document.pictureInPictureElement === from) to.requestPictureInPicture().catch(() => {});
      },
      shown: () => this.#shown(),
      blocked: () => this.say("blocked"),
      soundless: () => this.say("soundless"),
      stuck: (spot) => this.#report("stuck", spot),
      gap: (gap) => panel.instead(say(words, named("nothing_between", gap), hole(gap)),
        [say(words, named("lost_long", gap), hole(gap)), " · ", button(words.skip, () => deck.skip())]),
      crossed: (gap) => this.say(named("crossed", gap), hole(gap)),
      retry: (spot) => {
        this.#report("retrying", spot);
        this.retrying = panel.notice.textContent;
      },
      switched: ({ from, to }) => this.#report("next_version", from, { other: this.#version(to.track) }),
      passed: ({ from, to }) => this.say("next_part", { n: from.index + 1, m: to.index + 1, time: clock(to.part.at) }),
      dead: () => this.#dead(),
      over: () => this.#over(),
      clipped: () => panel.say(`${words.clip_over} · `, button(words.play_rest, () => deck.play())),
    };
    document.addEventListener("visibilitychange", () => document.hidden && this.#save());
    document.addEventListener("aftercast-reload", () => keep("reload",
      { path: location.pathname, t: deck.time, isPlaying: deck.isWanted, saved: Date.now() }, "sessionStorage"));
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
    const { deck, player } = this;
    this.#save();
    if (deck.state === "idle") player.offer();
    this.panel.paint(true);
    clearTimeout(this.later);
    const own = `#t=${compact(deck.time)}`;
    const hash = deck.stop === null ? own : `#t=${compact(deck.clip)},${compact(deck.stop)}`;
    this.later = setTimeout(() => history.replaceState({ ...history.state, own }, "", hash), FOLLOW_MS);
  }

  #save() {
    const { deck, deck: { time: t }, replay, panel: { poster }, player: { range: [from, to], wall } } = this;
    if (!this.isKnown || deck.stop !== null) return;
    this.saved = t;
    const place = {
      at: wall.ms(t), t: Math.floor(t), share: Math.round((1000 * (t - from)) / (to - from)) / 1000, saved: Date.now(),
      done: deck.state === "over" || t > to - Math.min(DONE_BEFORE_END, (to - from) / 10),
      url: location.pathname, title: replay.title, vj: replay.vj, hue: replay.hue,
      poster: poster && new URL(poster.src).pathname,
    };
    const kept = places();
    replay.tags.slice(0, TAGS_KEPT).forEach((tag, i) => { kept[tag] = { ...place, alias: i > 0 }; });
    keep("places", Object.fromEntries(Object.entries(kept).sort((one, two) => two[1].saved - one[1].saved).slice(0, PLACES_KEPT)));
  }

  #shown() {
    const { poster, stage, notice } = this.panel;
    if (this.retrying === notice.textContent) this.panel.say("");
    if (poster?.parentNode === stage) poster.hidden = true;
    this.#face();
    if (this.isKnown) return;
    this.isKnown = true;
    this.#meetSystem();
    if (this.ways.captions) this.#fetchCaptions();
  }

  /* Media keys, headsets, lock screens. */
  #meetSystem() {
    const { replay, deck, panel: { poster }, player: { range: [from] } } = this;
    const media = navigator.mediaSession;
    if (!media) return;
    media.metadata = new MediaMetadata({ title: replay.title, artist: replay.vj, artwork: poster ? [{ src: poster.src }] : [] });
    const acts = {
      play: () => deck.play(), pause: () => deck.pause(), seekto: ({ seekTime }) => deck.seek(from + seekTime),
      seekbackward: ({ seekOffset = LEAP }) => this.step(-seekOffset), seekforward: ({ seekOffset = LEAP }) => this.step(seekOffset),
      previoustrack: () => this.chapter(-1), nexttrack: () => this.chapter(1),
    };
    for (const [name, act] of Object.entries(acts)) {
      try { media.setActionHandler(name, act); } catch { /* a browser names only the actions it knows */ }
    }
    this.#changed();
  }

  #changed() {
    this.panel.show();
    const { deck: { isWanted, time }, player: { range: [from, to] }, ways } = this;
    if (!this.isKnown || !navigator.mediaSession) return;
    navigator.mediaSession.playbackState = isWanted ? "playing" : "paused";
    navigator.mediaSession.setPositionState?.({ duration: to - from, position: Math.min(to, time) - from, playbackRate: ways.rate });
  }

  #face() {
    for (const video of this.panel.videos) video.style.visibility = video === this.deck.video ? "" : "hidden";
  }

  #dead() {
    const { words, deck, panel, replay: { tracks } } = this;
    const links = tracks.flatMap(({ parts }, i) => {
      const n = parts.findIndex((part) => deck.at < part.to) + 1 || parts.length;
      const text = say(words, parts[1] ? "download_part" : "download", { version: this.#version(i), n });
      return n ? [make("a", { href: parts[n - 1].url, download: true, rel: "noreferrer" }, text), " · "] : [];
    });
    const expiry = document.querySelector(".badges .soon time");
    const key = !tracks.length ? "dead_empty" : !deck.order.length ? "dead_format" : !navigator.onLine ? "dead_offline"
      : Date.parse(expiry?.dateTime) < Date.now() ? "dead_expired" : tracks.length > 1 ? "dead_all" : "dead_one";
    const formats = [...new Set(tracks.map(({ format }) => format))].join(", ");
    panel.instead(say(words, key, { formats, count: tracks.length, time: clock(deck.at), date: expiry?.textContent }),
      [...links, button(words.try_again, () => deck.play())]);
  }

  #over() {
    const { words, replay: { next } } = this;
    const url = next && new URL(next, location.href).href;
    const title = [...document.querySelectorAll(".nextprev a")].find((link) => link.href === url);
    const up = next ? [make("a", { href: url, lang: title?.lang }, title?.textContent ?? words.up_next), " · "] : [];
    this.panel.instead(title ? words.up_next : words.over, [...up, button(words.watch_again, () => this.deck.play())]);
    this.#save();
  }

  step(seconds) { this.deck.seek(this.deck.time + seconds); }
  tenth(tenth) { this.deck.seek(this.deck.from + (tenth * (this.deck.to - this.deck.from)) / 10); }

  /* A moment from an address or a link: {t}, {t, until}. */
  open(moment, isPlayed) {
    const { deck, panel, player } = this;
    panel.say("");
    deck.setClip(null);
    deck.seek(moment.t);
    player.tellOutside(moment);
    if (moment.until > deck.at) deck.setClip(deck.at, Math.min(moment.until, deck.to));
    if (isPlayed) deck.play();
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
    this.setRate(RATES[isRound ? place % RATES.length : place] ?? this.ways.rate);
  }

  setVolume(volume, muted = false) {
    this.setWay("volume", Math.round(100 * Math.min(1, Math.max(0, volume))) / 100);
    this.setWay("muted", muted);
    this.say(muted ? "muted" : "volume_is", { percent: Math.round(this.ways.volume * 100) });
  }

  louder(by) { this.setVolume(this.ways.volume + by); }
  mute() { this.setVolume(this.ways.volume, !this.ways.muted); }

  #applyWays() {
    const { ways, ways: { muted, theatre, scale } } = this;
    const rate = RATES.includes(ways.rate) ? ways.rate : 1;
    const volume = Math.min(1, Math.max(0, ways.volume)) || 0;
    Object.assign(ways, { rate, volume });
    for (const video of this.panel.videos) Object.assign(video, { defaultPlaybackRate: rate, playbackRate: rate, volume, muted });
    this.deck.isTrueScale = scale;
    this.panel.widen(theatre);
    this.panel.show();
  }

  use(track) {
    this.deck.use(track);
    this.deck.play();
    this.panel.redraw();
    this.say("playing_version", { version: this.replay.tracks[this.deck.track].words });
  }

  #beside(starts, step) {
    const t = this.deck.time;
    return step > 0 ? starts.find((one) => one > t + 0.5) : starts.findLast((one) => one < t - 2);
  }

  chapter(step) {
    const t = this.#beside(this.player.chapters.map((one) => one.t), step) ?? (step < 0 ? this.deck.from : NaN);
    if (t >= 0) this.deck.seek(t);
    else this.say("no_chapter");
  }

  /* Where parts and gaps begin, one after the other. */
  border(step) {
    const starts = [...this.player.parts().map((part) => part.at), ...this.deck.gaps.map(([from]) => from)].sort((a, b) => a - b);
    this.deck.seek(this.#beside(starts, step));
  }

  frame(step) {
    this.deck.pause();
    this.step(step * FRAME);
  }

  picture() {
    if (document.pictureInPictureElement) document.exitPictureInPicture();
    else this.deck.video.requestPictureInPicture?.().catch(() => {});
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

  copyMoment({ player: { wall }, deck: { time } } = this) {
    return this.copy(`at=${wall.stamp(time)}`, say(this.words, "copied", { time: clock(time), wall: wall.clock(time) }));
  }

  leave(way) { if (this.replay[way]) location.assign(this.replay[way]); }
  async captions() { (await this.#fetchCaptions())?.next(); }
  async #fetchCaptions() {
    if (!this.replay.captions.length) return null;
    const made = ({ Captions }) => (this.shownCaptions ??= new Captions(this));
    return import("./captions.js").then(made, () => this.say("unfetched"));
  }

  point() { this.pointer ??= import("./pointer.js").then(({ Pointer }) => new Pointer(this), () => {}); }

  /* What opens under the controls is part of the page and never over it: one at a time, Escape closes it. */
  #open(name, label, ...children) {
    if (!this.sheet) this.before = document.activeElement === document.body ? this.panel.section : document.activeElement;
    this.sheet?.remove();
    const close = () => this.#close();
    this.sheet = make(name, { class: name === "form" ? "ask" : "help", "aria-label": label,
      keydown: (event) => event.key === "Escape" && !event.isComposing && close() }, ...children, " ", button(this.words.close, close));
    this.panel.notice.after(this.sheet);
  }

  #close() {
    this.sheet.remove();
    this.sheet = null;
    this.before?.focus({ preventScroll: true });
  }

  help() {
    const { words, sheet } = this;
    if (sheet?.localName === "section") return this.#close();
    const title = make("h2", { tabindex: "-1" }, words.keys_title);
    const rows = words.keys_list.trim().split("\n").map((line) => line.split(" | ")).map(([keys, text]) => make("div", {},
      make("dt", {}, ...keys.split(" ").flatMap((key) => [make("kbd", {}, key), " "])), make("dd", {}, text)));
    this.#open("section", words.keys_title, title, make("dl", {}, ...rows));
    return title.focus();
  }

  /* A form of one line; `answer` gets what was typed, and returns whether it could be used. */
  #ask(label, press, fields, answer, ...more) {
    this.#open("form", label, ...fields.flatMap((one) => [one, " "]), make("button", { type: "submit" }, press), ...more);
    const { elements } = this.sheet;
    this.sheet.addEventListener("submit", (event) => {
      event.preventDefault();
      const texts = fields.map((_, i) => elements[i].value);
      const done = answer(...texts);
      if (!done) return this.say("go_unknown", { text: texts.join(", ") });
      this.#close();
      return done();
    });
    elements[0].select();
  }

  goTo() {
    const { words, deck, player: { wall, range } } = this;
    this.#ask(words.go_to, words.go, [field(words.go_to, clock(deck.time))], (text) => {
      const t = momentOf(text, wall, range);
      return t !== null && (() => {
        deck.seek(t);
        this.panel.say(`${clock(t)} · ${wall.clock(t)}`);
      });
    }, " ", make("small", {}, words.go_hint));
  }

  clip() {
    const { words, deck: { time }, player: { range: [from, to] } } = this;
    const fields = [field(words.clip_from, clock(time)), field(words.clip_until, clock(Math.min(to, time + CLIP)))];
    this.#ask(words.copy_clip, words.copy, fields, (...texts) => {
      const [start, end] = texts.map((text) => readSeconds(text.replaceAll("：", ":")));
      return start !== null && end !== null && start >= from && start < end && end <= to + 1 && (() =>
        this.copy(`t=${compact(start)},${compact(end)}`, say(words, "copied_clip", { from: clock(start), to: clock(end) })));
    });
  }
}
