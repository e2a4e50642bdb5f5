/* The tape: the bar drawn to scale from the records, with chapters, losses, hours and the needle. It is redrawn when
   its width or scale changes; in between only the needle moves. A gap is drawn narrower than it was, unless the viewer
   wants it true; all gaps together never take more than a third. */

import { draw } from "./elements.js";
import { length, say } from "./moment.js";

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440].map((minutes) => minutes * 60000);
const GAP_LEAST = 0.015;
const GAP_MOST = 0.032;
const GAPS_TOGETHER = 0.35;
const HOUR_ROOM = 76;
const WHOLE_HOURS_FROM = 7200;
const NAME_LEAST = 26;

const sum = (numbers) => numbers.reduce((all, one) => all + one, 0);
export const percent = (share) => `${(100 * share).toFixed(3)}%`;
export const wide = (text) => sum([...text].map((letter) => (letter > "\u2e7f" ? 12.4 : 6.9)));

function cut(text, room) {
  if (wide(text) <= room) return text;
  let kept = "";
  for (const letter of text) {
    if (wide(kept + letter) > room - 12) break;
    kept += letter;
  }
  return kept ? `${kept.trimEnd()}…` : "";
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

export class Tape {
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
    this.width = this.svg.clientWidth || 1000;
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
    for (const [from, to] of this.gaps) {
      const text = say(this.words, "lost", { length: length(this.words, to - from) });
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
      const stops = [shown[i + 1] ? this.pixel(shown[i + 1].t) : this.width, ...losses.map((loss) => loss.start)];
      const isCovered = losses.some((loss) => x > loss.start - 8 && x < loss.end);
      const room = Math.min(...stops.filter((stop) => stop > x)) - x - 14;
      const at = percent(this.scale.share(chapter.t));
      if (chapter.t > this.range[0]) shapes.push(draw("rect", { class: "cut", x: at }));
      if (chapter.t > this.range[0] && !isCovered) shapes.push(draw("rect", { class: "mark", x: at }));
      const text = isCovered || room < NAME_LEAST ? "" : cut(chapter.title, room);
      if (!text) return;
      const name = draw("text", { class: "name", x: at, dx: x > 1 ? 6 : 0, y: 14, lang: chapter.lang }, text);
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
    const shapes = [];
    let last = -HOUR_ROOM;
    for (let ms = Math.ceil((this.wall.ms(from) + shift) / step) * step - shift; ms < this.wall.ms(to); ms += step) {
      const t = this.wall.seconds(ms);
      const x = this.pixel(t);
      if (this.gaps.some(([a, b]) => t >= a && t < b) || x - last < HOUR_ROOM * 0.75) continue;
      last = x;
      const isLate = x > this.width - 60;
      const words = [this.wall.clock(t).slice(0, 5)];
      if (words[0] === "00:00") words.unshift(draw("tspan", { class: "name" }, `${this.#weekday(t)} `));
      shapes.push(draw("rect", { class: "hour", x: percent(x / this.width) }), draw("text",
        { x: percent(x / this.width), y: 60, dx: isLate ? -4 : 4, "text-anchor": isLate ? "end" : null }, ...words));
    }
    return shapes;
  }

  #weekday(t) {
    const lang = document.documentElement.lang || undefined;
    return new Intl.DateTimeFormat(lang, { weekday: "short", timeZone: "UTC" }).format(this.wall.local(t));
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
