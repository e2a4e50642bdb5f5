/* WebVTT in session time, for a broadcast of many files: captions over the picture, the transcript under the player,
   and the storyboard over the bar. The files are the site's own; their text is shown as text. */

import { draw, make } from "./elements.js";
import { clock, say } from "./moment.js";

const STAMP = /(?:(\d+):)?(\d\d):(\d\d\.\d+)/;

function seconds(text) {
  const [, h = 0, m, s] = STAMP.exec(text);
  return h * 3600 + m * 60 + Number(s);
}

/* Who speaks stands in front; of the rest nothing but a sign such as &amp; is ever parsed. */
const plain = (text) => text.replace(/<v[^\s>]*\s+([^>]*)>/g, "$1: ").replace(/<[^>]*>/g, "")
  .replace(/&#?\w+;/g, (sign) => new DOMParser().parseFromString(sign, "text/html").body.textContent);

/* [{from, to, text}] in order of time; styling and settings are left out, tags inside the text too but for who speaks. */
export async function read(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(answer.status);
  const blocks = (await answer.text()).replace(/\r\n?/g, "\n").split(/\n{2,}/);
  return blocks.flatMap((block) => {
    const lines = block.split("\n");
    const place = lines.findIndex((line) => line.includes("-->") && STAMP.test(line));
    if (place < 0) return [];
    const [from, to] = lines[place].split("-->").map(seconds);
    return [{ from, to, text: plain(lines.slice(place + 1).join("\n")).trim() }];
  }).sort((a, b) => a.from - b.from);
}

export class Captions {
  constructor(live) {
    Object.assign(this, { live, cues: [], files: live.replay.captions });
    this.box = live.panel.captions;
    this.#choose(this.files.find((file) => file.lang === live.ways.captions));
  }

  next() {
    const place = this.files.indexOf(this.file) + 1;
    this.#choose(this.files[place]);
    this.live.setWay("captions", this.file?.lang ?? "");
  }

  async #choose(file) {
    const { live, box } = this;
    const { words, panel } = live;
    this.file = file;
    panel.cc.setAttribute("aria-label", file ? say(words, "captions_on", { label: file.label }) : words.captions_off);
    panel.cc.setAttribute("aria-pressed", String(Boolean(file)));
    box.hidden = true;
    this.cues = [];
    this.list?.remove();
    if (!file) return;
    const cues = await read(file.url).catch(() => null);
    if (this.file !== file) return;
    if (!cues) {
      live.say("captions_failed", { label: file.label });
      this.#choose();
      return;
    }
    this.cues = cues;
    box.lang = file.lang;
    this.#transcript(file);
    this.show(live.deck.time);
  }

  /* The page may have it already, for pages without scripts; the whole of it in one language. */
  #transcript(file) {
    if ([...document.querySelectorAll(".transcript")].some((list) => list.dataset.whole === file.lang)) return;
    const items = this.cues.map((cue) => {
      const t = Math.floor(cue.from);
      return make("li", {}, make("span", {}, clock(t)), " ", make("a", { href: `#t=${t}`, lang: file.lang }, cue.text));
    });
    this.list = make("details", { class: "transcript" }, make("summary", {}, this.live.words.transcript), make("ol", { class: "toc" }, ...items));
    this.live.panel.section.append(this.list);
  }

  show(t) {
    const texts = this.cues.filter((cue) => t >= cue.from && t < cue.to).map((cue) => cue.text);
    const text = texts.join("\n");
    if (text === this.text) return;
    this.text = text;
    this.box.hidden = !text;
    this.box.replaceChildren(...texts.map((line) => make("p", {}, line)));
  }
}

/* Small pictures cut from larger ones: each cue names a file and, after #xywh=, a place in it. */
export class Storyboard {
  constructor({ replay: { storyboard }, panel }) {
    this.base = new URL(storyboard, location.href);
    this.image = draw("image");
    this.thumb = draw("svg", { class: "thumb" }, this.image);
    panel.svg.append(this.thumb);
    read(storyboard).then((cues) => {
      this.cues = cues;
      this.show(this.at, panel.tape);
    }, () => {});
  }

  show(t, tape) {
    this.at = t;
    const cue = t === null ? null : this.cues?.findLast((one) => one.from <= t);
    this.thumb.setAttribute("visibility", cue ? "visible" : "hidden");
    if (!cue) return;
    const [file, place = "0,0,160,90"] = cue.text.split("#xywh=");
    const [left, top, width, height] = place.split(",").map(Number);
    const x = Math.min(tape.width - width, Math.max(0, tape.pixel(t) - width / 2));
    const look = { viewBox: `${left} ${top} ${width} ${height}`, width, height, x, y: -4 - height };
    for (const [name, value] of Object.entries(look)) this.thumb.setAttribute(name, value);
    const { href } = new URL(file, this.base);
    if (this.image.getAttribute("href") !== href) this.image.setAttribute("href", href);
  }
}
