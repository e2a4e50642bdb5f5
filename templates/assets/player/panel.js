/* What the viewer sees and presses: stage, tape, controls, notice line, switches. It shows a deck and asks it for things; it
   decides nothing about files.
   The tape is the bar drawn to scale from the records, with chapters, losses, hours and the needle. It is redrawn when its
   width or scale changes; in between only the needle moves. A gap is drawn narrower than it was, unless the viewer wants it
   true; all gaps together never take more than a third. */

import { button, icon, make, draw, reshape } from "./elements.js";
import { clock, length, say } from "./moment.js";

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440].map((minutes) => minutes * 60000);
const GAP_LEAST = 0.015;
const GAP_MOST = 0.032;
const GAPS_TOGETHER = 0.35;
const HOUR_ROOM = 76;
const PAPER = 640; // a printed page's width
const WHOLE_HOURS_FROM = 7200;
const NAME_LEAST = 26;
const VALUE_MS = 10000;

const sum = (numbers) => numbers.reduce((all, one) => all + one, 0);
export const percent = (share) => `${(100 * share).toFixed(3)}%`;
export const wide = (text) => sum([...text].map((letter) => (letter > "\u2e7f" ? 12.4 : 6.9)));

function cut(text, room) {
  if (wide(text) <= room) return text;
  const letters = [...text];
  while (letters.length && wide(letters.join("")) > room - 12) letters.pop();
  return letters.length ? `${letters.join("").trimEnd()}…` : "";
}

/* Session time to a share of the width and back. */
export class Scale {
  constructor([from, to], gaps, isTrue) {
    const all = Math.max(to - from, 0.001);
    const shown = gaps.map(([a, b]) => [Math.max(a, from), Math.min(b, to)]).filter(([a, b]) => b > a);
    const real = shown.map(([a, b]) => (b - a) / all);
    let drawn = isTrue ? real : real.map((share) => Math.min(GAP_MOST, Math.max(GAP_LEAST, share)));
    if (!isTrue && sum(drawn) > GAPS_TOGETHER) drawn = drawn.map((share) => (share * GAPS_TOGETHER) / sum(drawn));
    const stretch = (1 - sum(drawn)) / (1 - sum(real) || 1) / all;
    this.pieces = [];
    let [t, x] = [from, 0];
    const add = (end, width, isGap) => {
      if (end > t) this.pieces.push({ t, end, x, width, isGap });
      [t, x] = [end, x + width];
    };
    shown.forEach(([a, b], i) => {
      add(a, stretch * (a - t), false);
      add(b, drawn[i], true);
    });
    add(from + all, Math.max(0, 1 - x), false);
  }

  share(t) {
    const piece = this.pieces.find((one) => t <= one.end) ?? this.pieces.at(-1);
    return Math.min(1, piece.x + piece.width * Math.max(0, (t - piece.t) / (piece.end - piece.t)));
  }

  time(share) {
    const piece = this.pieces.find((one) => share <= one.x + one.width) ?? this.pieces.at(-1);
    const inside = piece.width ? Math.min(1, Math.max(0, (share - piece.x) / piece.width)) : 0;
    return piece.t + inside * (piece.end - piece.t);
  }
}

class Tape {
  constructor(svg, { wall, words, chapters, range, gaps }) {
    Object.assign(this, { svg, wall, words, chapters, range, gaps, names: [] });
    this.plate = draw("g");
    this.seen = draw("rect", { class: "seen", x: 0, width: 0 });
    this.clip = draw("rect", { class: "clip", visibility: "hidden" });
    this.needle = draw("rect", { class: "needle" });
    this.knob = draw("circle", { class: "knob", transform: "translate(1)" });
    svg.replaceChildren(this.plate, this.seen, this.clip, this.needle, this.knob);
  }

  draw(parts, isTrue) {
    Object.assign(this, { scale: new Scale(this.range, this.gaps, isTrue), names: [] });
    this.width = (!this.isPaper && this.svg.clientWidth) || PAPER;
    const shapes = this.scale.pieces.map((piece) =>
      draw("rect", { class: piece.isGap ? "lost" : "on", x: percent(piece.x), width: percent(piece.width) }));
    for (const part of parts.slice(1)) {
      if (this.#isIn(part.at) && !this.gaps.some(([, to]) => Math.abs(to - part.at) < 1)) {
        shapes.push(draw("rect", { class: "seam", x: percent(this.scale.share(part.at)) }));
      }
    }
    const losses = this.#losses();
    this.plate.replaceChildren(...shapes, ...this.#marks(losses), ...losses.map((loss) => loss.shape), ...this.#hours());
  }

  #isIn(t) { return t >= this.range[0] && t < this.range[1]; }
  pixel(t) { return this.scale.share(t) * this.width; }

  #losses() {
    const drawn = [];
    for (const [from, to, isGone] of this.gaps) {
      const text = say(this.words, isGone ? "lost_gone" : "lost", { length: length(this.words, to - from) });
      const middle = (this.pixel(from) + this.pixel(to)) / 2;
      const half = wide(text) / 2;
      const at = Math.min(this.width - half, Math.max(half, middle));
      if (drawn.length && at - half < drawn.at(-1).end + 8) continue;
      const shape = draw("text", { class: "gap", x: percent(at / this.width), y: 14 }, text);
      drawn.push({ start: at - half, end: at + half, shape });
    }
    return drawn;
  }

  #marks(losses) {
    const shapes = [];
    const shown = this.chapters.filter(({ t }) => this.#isIn(t));
    shown.forEach((chapter, i) => {
      const x = this.pixel(chapter.t);
      const at = percent(x / this.width);
      const cover = losses.find((loss) => x > loss.start - 8 && x < loss.end);
      const first = cover?.end ?? x; // a chapter that begins under the words of a loss is named behind them
      const next = losses.find((loss) => loss.start > first)?.start ?? this.width;
      const room = Math.min(next, this.pixel(shown[i + 1]?.t ?? this.range[1])) - first - 14;
      if (x) shapes.push(draw("rect", { class: "cut", x: at }));
      if (x && !cover) shapes.push(draw("rect", { class: "mark", x: at }));
      const text = room >= NAME_LEAST && cut(chapter.title, room);
      if (!text) return;
      const name = draw("text", { class: "name", x: percent(first / this.width), dx: first > 1 ? 6 : 0, y: 14, lang: chapter.lang }, text);
      this.names.push({ chapter, name });
      shapes.push(name);
    });
    return shapes;
  }

  #hours() {
    const [from, to] = this.range;
    const least = Math.max(((to - from) * 1000) / Math.max(1, this.width / HOUR_ROOM), to - from > WHOLE_HOURS_FROM ? 3600000 : 0);
    const step = STEPS.find((ms) => ms >= least) ?? STEPS.at(-1);
    const shift = this.wall.offset(this.wall.ms(from)) * 60000;
    const weekday = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "short", timeZone: "UTC" });
    const shapes = [];
    let last = -HOUR_ROOM;
    for (let ms = Math.ceil((this.wall.ms(from) + shift) / step) * step - shift; ms < this.wall.ms(to); ms += step) {
      const t = this.wall.seconds(ms);
      const x = this.pixel(t);
      const at = percent(x / this.width);
      const isLate = x > this.width - 60;
      if (this.gaps.some(([a, b]) => t >= a && t < b) || x - last < HOUR_ROOM * (isLate ? 1.2 : 0.75)) continue;
      last = x;
      const words = [this.wall.clock(t).slice(0, 5)];
      if (words[0] === "00:00") words.unshift(draw("tspan", { class: "name" }, `${weekday.format(this.wall.local(t))} `));
      shapes.push(draw("rect", { class: "hour", x: at }), draw("text",
        { x: at, y: 60, dx: isLate ? -4 : 4, "text-anchor": isLate ? "end" : null }, ...words));
    }
    return shapes;
  }

  place(t, clip, current) {
    const x = percent(this.scale.share(t));
    this.seen.setAttribute("width", x);
    this.needle.setAttribute("x", x);
    this.knob.setAttribute("cx", x);
    for (const { chapter, name } of this.names) name.classList.toggle("here", chapter === current);
    this.clip.setAttribute("visibility", clip ? "visible" : "hidden");
    if (!clip) return;
    const [from, to] = clip.map((end) => this.scale.share(end));
    this.clip.setAttribute("x", percent(from));
    this.clip.setAttribute("width", percent(to - from));
  }
}

export class Panel {
  constructor(root, player) {
    Object.assign(this, { root, player, valued: 0, boxes: {} });
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
    this.tape = new Tape(this.svg, { wall: player.wall, words, chapters: player.chapters, range: player.range, gaps: replay.gaps });
    this.bar.setAttribute("aria-valuemin", Math.floor(player.range[0]));
    this.bar.addEventListener("click", (event) => player.do("seek", this.timeUnder(event)));
    /* What kind of pointer pressed is told by every browser at pointerdown, at click by new ones only. */
    this.stage.addEventListener("pointerdown", ({ pointerType }) => { this.isTouch = this.hasPointer && pointerType === "touch"; });
    this.stage.addEventListener("click", (event) => this.isPicture(event) && !this.isTouch && player.do("toggle"));
    for (const name of ["pointerenter", "pointerdown", "focusin"]) this.section.addEventListener(name, () => player.do("point"), { once: true });
    for (const when of ["before", "after"]) addEventListener(`${when}print`, () => {
      this.tape.isPaper = when === "before";
      this.redraw();
    });
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
    this.cc = player.replay.captions.length ? button(words.captions_off, () => player.do("captions"), words.captions_short) : null;
    this.mute = button(words.muted, () => player.do("mute"), icon("loud"));
    this.volume = make("input", { class: "volume", type: "range", min: 0, max: 100, step: 5,
      input: () => player.do("setVolume", this.volume.value / 100) });
    this.picture = document.pictureInPictureEnabled && !this.isAudio ? button(words.picture, () => player.do("picture"), icon("picture")) : null;
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
      const change = () => {
        this.player.ways[name] = input.checked;
        this.player.do("setWay", name, input.checked);
      };
      const input = make("input", { type: "checkbox", change });
      this.boxes[name] = input;
      return make("label", {}, input, ` ${words[key]}`);
    };
    this.help = button(words.all_keys, () => this.player.do("help"));
    const gaps = this.player.replay.gaps.length ? [box("gaps_to_scale", "scale"), " "] : [];
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
    const part = this.player.partText(t);
    const heard = this.isAudio && this.player.ways.wall ? wall.clock(t) : "";
    this.wall.textContent = wall.clock(t);
    this.wall.dateTime = wall.iso(t);
    this.time.textContent = clock(t);
    this.total.textContent = clip ? say(words, "clip_to", { time: clock(clip[1]) }) : `/ ${clock(this.player.range[1])}`;
    /* A chapter that is named by the clock alone tells nothing beside one. */
    const title = chapter && chapter.title !== wall.clock(chapter.t).slice(0, 5) ? chapter.title : "";
    const rest = [heard, deck.state === "loading" && deck.isWanted ? words.loading : part].filter(Boolean).join(" · ");
    this.place.replaceChildren(...(title ? [make("bdi", { lang: chapter.lang }, title), " · "] : []), rest || wall.clock(t));
    if (clip) this.place.replaceChildren(make("a", { href: `#t=${second}` }, words.play_rest));
    this.#value(t, [say(words, "of_total", { time: clock(t), total: clock(this.player.range[1]) }), wall.clock(t), part, title], isForced);
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
    if (deck.state === "on" || deck.isWanted) this.#hide(this.keys);
    if (["on", "loading"].includes(deck.state)) this.#hide(this.hollow);
    if (!deck.isWanted) this.section.classList.remove("idle");
    this.wall.hidden = !ways.wall;
    this.rate.textContent = `${ways.rate}×`;
    this.rate.setAttribute("aria-label", say(words, "speed", { rate: ways.rate }));
    const percent = Math.round(ways.volume * 100);
    reshape(this.mute, ways.muted || !percent ? "mute" : "loud");
    this.mute.setAttribute("aria-label", words.muted);
    this.mute.setAttribute("aria-pressed", String(ways.muted));
    this.volume.value = ways.muted ? 0 : percent;
    this.volume.setAttribute("aria-label", say(words, "volume", { percent: ways.muted ? 0 : percent }));
    for (const [name, box] of Object.entries(this.boxes)) box.checked = Boolean(ways[name]);
    this.paint();
  }

  say(text, ...more) {
    this.notice.classList.toggle("vh", !text);
    this.notice.replaceChildren(text, ...more);
  }

  /* Words instead of a picture: each argument is a line of texts and buttons. Screen readers hear it from the status line. */
  instead(...lines) {
    this.#hide(this.keys);
    this.#hide(this.hollow);
    this.hollow.replaceChildren(...lines.map((line) => make("p", {}, ...[line].flat())));
    this.hollow.hidden = false;
    this.say("");
    this.notice.textContent = this.hollow.textContent;
  }

  /* The focus does not go down with what was pressed. */
  #hide(box) {
    if (box.contains(document.activeElement)) this.play.focus({ preventScroll: true });
    box.hidden = true;
  }

  offer(...keys) {
    this.#hide(this.keys);
    this.keys.replaceChildren(...keys);
    this.keys.hidden = this.isAudio && keys.length < 2;
  }
}
