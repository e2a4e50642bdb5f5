/* What the viewer sees and presses: stage, bar, controls, notice line, switches. It shows a deck and asks it for things;
   it decides nothing about files. */

import { button, icon, make, draw, reshape } from "./elements.js";
import { clock, say } from "./moment.js";
import { Tape } from "./tape.js";

const VALUE_MS = 10000;

export class Panel {
  constructor(root, player) {
    Object.assign(this, { root, player, valued: 0 });
    const { words, replay } = player;
    const isAudio = replay.tracks.length > 0 && replay.tracks.every((track) => track.audio);
    this.videos = [0, 1].map(() =>
      make("video", { playsinline: true, preload: "none", tabindex: "-1", hidden: isAudio }));
    this.poster = replay.poster ? make("img", { src: replay.poster, alt: "", width: 1280, height: 720 }) : null;
    this.wall = make("time", { class: "wall" });
    this.hollow = make("div", { class: isAudio ? "notice" : "hollow", hidden: true });
    this.keys = make("div", { class: isAudio ? "actions" : "keys", hidden: true });
    this.captions = make("div", { class: "cues", hidden: true });
    this.stage = make("div", { class: isAudio ? null : "stage" }, ...(isAudio ? [] : [this.poster]), ...this.videos,
      ...(isAudio ? [] : [this.captions, this.wall]), this.hollow, this.keys);
    this.isAudio = isAudio;
    this.svg = draw("svg", { class: "tape", "aria-hidden": "true" });
    this.bar = make("div", { class: "bar", role: "slider", tabindex: "0", "aria-label": words.seek }, this.svg);
    this.notice = make("p", { class: "notice vh", role: "status" });
    this.#makeControls(words);
    this.#makeSwitches(words);
    const deck = [this.bar, this.controls];
    if (isAudio) {
      this.poster?.classList.add("poster");
      deck.splice(0, 2, make("div", { class: "deck" }, this.poster, make("div", {}, this.bar), this.controls));
    }
    this.section = make("section", { class: isAudio ? "player audio" : "player", "aria-label": words.label, tabindex: "-1" },
      ...(isAudio ? [...deck, this.stage] : [this.stage, ...deck]), this.notice, this.switches);
    root.append(this.section);
    root.classList.add("ready", ...(isAudio ? ["audio"] : []));
    this.tape = new Tape(this.svg, { wall: player.wall, words, chapters: player.chapters, range: player.range, gaps: replay.gaps ?? [] });
    this.bar.setAttribute("aria-valuemin", Math.floor(player.range[0]));
    this.bar.addEventListener("click", (event) => player.do("seek", this.timeUnder(event)));
    this.stage.addEventListener("click", (event) => this.isPicture(event) && event.pointerType !== "touch" && player.do("toggle"));
    for (const name of ["pointerenter", "pointerdown", "focusin"]) this.section.addEventListener(name, () => player.do("point"), { once: true });
    new ResizeObserver(() => this.svg.clientWidth !== this.tape.width && this.redraw()).observe(this.bar);
  }

  #makeControls(words) {
    const { player } = this;
    this.play = button(words.play, () => player.do("toggle"), icon("play"));
    this.play.classList.add("play");
    const step = (label, seconds) => button(label, () => player.do("step", seconds), seconds < 0 ? "−10" : "+10");
    this.time = make("b");
    this.total = make("span", { class: "dim" });
    this.place = make("small");
    this.rate = button("1×", () => player.do("nextRate", 1, true), "1×");
    this.cc = player.replay.captions?.length ? button(words.captions_off, () => player.do("captions"), words.captions_short) : null;
    this.mute = button(words.muted, () => player.do("mute"), icon("loud"));
    this.volume = make("input", { class: "volume", type: "range", min: 0, max: 100, step: 5,
      input: () => player.do("setVolume", this.volume.value / 100) });
    this.picture = document.pictureInPictureEnabled ? button(words.picture, () => player.do("picture"), icon("picture")) : null;
    this.picture?.classList.add("wide");
    const hasFull = document.fullscreenEnabled || this.videos[0].webkitEnterFullscreen;
    this.full = hasFull ? button(words.fullscreen, () => player.do("fullscreen"), icon("full")) : null;
    this.controls = make("div", { class: "controls", role: "group", "aria-label": words.controls },
      this.play, step(words.back, -10), step(words.ahead, 10),
      make("p", { class: "readout" }, this.time, " ", this.total, " ", this.place),
      this.rate, this.cc, this.mute, this.volume, this.picture, this.full);
  }

  #makeSwitches(words) {
    const box = (key, name) => {
      const input = make("input", { type: "checkbox", change: () => this.player.do("setWay", name, input.checked) });
      input.checked = Boolean(this.player.ways[name]);
      this[`${name}Box`] = input;
      return make("label", {}, input, ` ${words[key]}`);
    };
    this.help = button(words.all_keys, () => this.player.do("help"));
    const gaps = this.player.replay.gaps?.length ? [box("gaps_to_scale", "scale"), " "] : [];
    this.switches = make("p", { class: "switches" }, ...gaps, box("wall_clock", "wall"), " ", box("wide", "theatre"), " ",
      box("single_keys", "keys"), " ", this.help);
  }

  isPicture({ target }) { return target === this.poster || target === this.stage || this.videos.includes(target); }

  timeUnder({ clientX }) {
    const { left, width } = this.svg.getBoundingClientRect();
    return this.tape.scale.time((clientX - left) / width);
  }

  widen(isWide) { document.body.classList.toggle("theatre", Boolean(isWide)); }

  stretch(to) {
    this.player.range[1] = to;
    this.redraw();
  }

  redraw() {
    this.bar.setAttribute("aria-valuemax", Math.floor(this.player.range[1]));
    this.tape.draw(this.player.parts(), this.player.ways.scale);
    this.paint(true);
  }

  paint(isForced = false) {
    const { deck, words, wall } = this.player;
    const t = deck.time;
    const chapter = this.player.chapterAt(t);
    const clip = deck.stop === null ? null : [deck.clip, deck.stop];
    this.tape.place(t, clip, chapter);
    const second = Math.floor(t);
    const what = `${second} ${deck.state} ${deck.isWanted} ${chapter?.t} ${deck.track} ${clip}`;
    if (what === this.painted && !isForced) return;
    this.painted = what;
    const part = deck.state === "gap" ? words.nothing : this.player.partText(t);
    const heard = this.isAudio && this.player.ways.wall ? wall.clock(t) : "";
    this.wall.textContent = wall.clock(t);
    this.wall.dateTime = wall.iso(t);
    this.time.textContent = clock(t);
    this.total.textContent = clip ? say(words, "clip_to", { time: clock(clip[1]) }) : `/ ${clock(this.player.range[1])}`;
    const name = chapter && make("span", { lang: chapter.lang }, chapter.title);
    const rest = [heard, deck.state === "loading" && deck.isWanted ? words.loading : part].filter(Boolean).join(" · ");
    this.place.replaceChildren(...(name ? [name, " · "] : []), rest || wall.clock(t));
    if (clip) this.place.replaceChildren(make("a", { href: `#t=${second}` }, words.play_rest));
    this.#value(t, [say(words, "of_total", { time: clock(t), total: clock(this.player.range[1]) }), wall.clock(t), part, chapter?.title], isForced);
    this.player.painted(t, chapter);
  }

  /* A screen reader reads every new value of the slider that has the focus: once in a while is enough. */
  #value(t, texts, isForced) {
    const now = performance.now();
    if (document.activeElement === this.bar && this.player.deck.isWanted && !isForced && now - this.valued < VALUE_MS) return;
    this.valued = now;
    this.bar.setAttribute("aria-valuenow", Math.floor(t));
    this.bar.setAttribute("aria-valuetext", texts.filter(Boolean).join(", "));
  }

  /* What the state of the deck means for the buttons and the picture. */
  show() {
    const { deck, words, ways } = this.player;
    this.play.setAttribute("aria-label", deck.isWanted ? words.pause : words.play);
    reshape(this.play, deck.isWanted ? "pause" : "play");
    this.section.classList.toggle("playing", deck.isWanted);
    this.section.classList.toggle("loading", deck.state === "loading");
    if (deck.state === "on" || deck.isWanted) this.keys.hidden = true;
    if (["on", "loading"].includes(deck.state)) this.hollow.hidden = true;
    this.wall.hidden = !ways.wall;
    this.rate.textContent = `${ways.rate}×`;
    this.rate.setAttribute("aria-label", say(words, "speed", { rate: ways.rate }));
    const percent = Math.round(ways.volume * 100);
    reshape(this.mute, ways.muted || !percent ? "mute" : "loud");
    this.mute.setAttribute("aria-label", words.muted);
    this.mute.setAttribute("aria-pressed", String(ways.muted));
    this.volume.value = ways.muted ? 0 : percent;
    this.volume.setAttribute("aria-label", say(words, "volume", { percent: ways.muted ? 0 : percent }));
    for (const name of ["scale", "wall", "theatre", "keys"]) if (this[`${name}Box`]) this[`${name}Box`].checked = Boolean(ways[name]);
    this.paint();
  }

  say(text, ...more) {
    this.notice.classList.toggle("vh", !text);
    this.notice.replaceChildren(text, ...more);
  }

  /* Words instead of a picture: each argument is a line of texts and buttons. */
  instead(...lines) {
    this.hollow.replaceChildren(...lines.map((line) => make("p", {}, ...[line].flat())));
    this.hollow.hidden = false;
    this.keys.hidden = true;
  }

  offer(...keys) {
    this.keys.replaceChildren(...keys);
    this.keys.hidden = this.isAudio && keys.length < 2;
  }
}
