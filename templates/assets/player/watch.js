/* The watch page's entry: the element that turns the page's list of parts into one broadcast on one bar, and the keys.
   Before the first press it draws the bar and offers where to begin, from what the page and this device know; everything
   that plays is fetched by that press (live.js and what it imports). */

import { button, icon } from "./elements.js";
import { mark, placeBeforeReload, placeOf, ways } from "./memory.js";
import { Wall, clock, readFragment, say } from "./moment.js";
import { Panel } from "./panel.js";

const RESUME_FROM = 10;
const RESUME_UNTIL = 30;

/* Keys of the page. A letter counts as printed on the key, and where the layout or an input method prints no Latin
   letter, by its place on the keyboard. Keys are left alone while somebody writes or holds a modifier. */

const TABLE = {
  " ": ["toggle"], k: ["toggle"], j: ["step", -10], l: ["step", 10], ArrowLeft: ["step", -5], ArrowRight: ["step", 5],
  "Shift+ArrowLeft": ["step", -60], "Shift+ArrowRight": ["step", 60], PageDown: ["step", -60], PageUp: ["step", 60],
  ArrowUp: ["louder", 0.05], ArrowDown: ["louder", -0.05], m: ["mute"], f: ["fullscreen"], i: ["picture"],
  t: ["setWay", "theatre"], c: ["captions"], "<": ["nextRate", -1], ">": ["nextRate", 1], "=": ["setRate", 1],
  ",": ["frame", -1], ".": ["frame", 1], "Control+ArrowLeft": ["chapter", -1], "Control+ArrowRight": ["chapter", 1],
  "[": ["border", -1], "]": ["border", 1], x: ["skip"], w: ["setWay", "wall"], g: ["goTo"], y: ["copyMoment"],
  "Shift+n": ["leave", "next"], "Shift+p": ["leave", "prev"], "?": ["help"], Home: ["tenth", 0], End: ["tenth", 10],
};
const PLACES = { Comma: ",<", Period: ".>", Slash: "/?", Equal: "=+", BracketLeft: "[{", BracketRight: "]}" };
const WRITING = "input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable]";
const PRESSABLE = "a[href], button, summary, input";
const SCROLLING = /^(Home|End|Page)/;

function find(name) { return /^\d$/.test(name) ? ["tenth", Number(name)] : TABLE[name]; }

/* What a key asks for: a name in the table, by its letter and then by its place. */
function nameOf({ key, code, shiftKey, ctrlKey }) {
  const isNamed = /^(Arrow|Page|Home|End)/.test(key);
  if (isNamed || ctrlKey) return (ctrlKey ? "Control+" : "") + (shiftKey ? "Shift+" : "") + key;
  const place = PLACES[code]?.[shiftKey ? 1 : 0] ?? (/^Key/.test(code) ? code[3] : shiftKey ? "" : /^Digit(\d)$/.exec(code)?.[1] ?? "");
  return (/^[a-z]$/i.test(key) ? [key] : [key, place]).map((letter) => letter.toLowerCase())
    .map((letter) => (shiftKey && /^[a-z]$/.test(letter) ? `Shift+${letter}` : letter)).find(find);
}

function listen(player) {
  document.addEventListener("keydown", (event) => {
    const { target } = event;
    if (event.defaultPrevented || event.isComposing || event.altKey || event.metaKey || target.closest?.(WRITING)) return;
    const name = nameOf(event);
    const act = name && find(name);
    if (!act) return;
    const isInside = player.root.contains(target) || document.fullscreenElement;
    if (SCROLLING.test(name) && target !== player.panel.bar && !document.fullscreenElement) return;
    if (/^Arrow(Up|Down)/.test(name) && !isInside && !(target === document.body && player.deck.isWanted)) return;
    if (/^Shift.A/.test(name) && !isInside && !getSelection().isCollapsed) return;
    if (target.matches?.("input") && name.length > 1) return;
    if (name === " " && target.matches?.(PRESSABLE)) return;
    if (name !== " " && /^(Shift\+)?.$/.test(name) && !player.ways.keys) return;
    event.preventDefault();
    if (!event.repeat || /step|louder|frame|nextRate/.test(act[0])) player.do(...act);
  });
  document.addEventListener("click", (event) => {
    const link = event.button || event.ctrlKey || event.metaKey || event.shiftKey ? null : event.target.closest("a[href^='#']");
    const moment = link && player.read(link.getAttribute("href"));
    if (!moment || event.defaultPrevented) return;
    event.preventDefault();
    player.do("open", moment, true);
    player.panel.section.scrollIntoView({ block: "nearest" });
  });
  window.addEventListener("hashchange", () => {
    const moment = player.read(location.hash);
    if (moment) player.do("open", moment);
  });
}

function canPlay(format) {
  const canFeed = "MediaSource" in window || "ManagedMediaSource" in window;
  if (format === "hls") return canFeed || document.createElement("video").canPlayType("application/vnd.apple.mpegurl") !== "";
  return format === "flv" ? canFeed : format !== "dash";
}

/* The versions that this browser plays, best first: pictures before sound, flv after what phones play too, then by how
   much of the broadcast they have. */
function preferred({ tracks, length }) {
  const rank = ({ audio, format, parts }) => (audio ? 400 : 0) + (format === "flv" ? 200 : 0)
    - Math.round((100 * parts.reduce((sum, part) => sum + part.to - part.at, 0)) / (length || 1));
  return [...tracks.keys()].filter((track) => tracks[track].parts.length && canPlay(tracks[track].format))
    .sort((a, b) => rank(tracks[a]) - rank(tracks[b]) || a - b);
}

class Player {
  constructor(root, replay) {
    Object.assign(this, { root, replay, words: replay.words, ways: ways(), range: replay.trim });
    this.wall = new Wall(replay.start, replay.offset);
    const langs = new Map([...document.querySelectorAll(".toc a[lang]")].map((link) => [link.textContent, link.lang]));
    this.chapters = replay.chapters.map(([t, title]) => ({ t, title, lang: langs.get(title) }));
    /* Stands in for the deck until something plays. */
    const order = preferred(replay);
    this.deck = { state: "idle", time: this.range[0], order, track: order[0] ?? 0, stop: null, isWanted: false };
    this.panel = new Panel(root, this);
    this.#meetPage();
    this.panel.widen(this.ways.theatre);
    this.panel.redraw();
    this.panel.show();
    this.#begin();
    mark();
    listen(this);
  }

  /* Ask the playing half, or the deck, for something; the first time it is fetched. Safari lets a media element play with
     sound only once it was touched in a press, hence load() here and now. */
  do(what, ...values) {
    const act = ({ live, deck }) => (live[what] ? live : deck)[what](...values);
    if (this.live) return act(this);
    const { panel, words } = this;
    for (const video of panel.videos) video.load();
    this.fetched ??= import("./live.js").then(({ Live }) => new Live(this));
    return this.fetched.then(() => act(this), () => panel.instead(words.unfetched, button(words.try_again, () => location.reload())));
  }

  read(hash) { return readFragment(hash, this.wall); }

  #meetPage() {
    const { words, replay } = this;
    this.toc = [...document.querySelectorAll(".toc li")].map((item) =>
      ({ item, t: this.read(item.querySelector("a")?.getAttribute("href") ?? "")?.t }));
    this.versions = [...document.querySelectorAll(".versions > li")].map((item, track) => {
      const press = button(words.play_this, () => this.do("use", track));
      if (replay.tracks.length > 1 && this.deck.order.includes(track)) item.children[0].after(" ", press);
      return { item, press, track };
    });
    this.link = button("", () => this.do("copyMoment"));
    ([...document.querySelectorAll(".actions")].at(-1) ?? this.panel.switches).prepend(
      this.link, " ", button(words.copy_clip, () => this.do("clip")), " ");
  }

  /* Where to begin: the place before a reload, else the moment a link names, else the place remembered here, which is
     newer than a moment that we wrote into the address ourselves. */
  #begin() {
    const { deck, panel, range: [from, to] } = this;
    const reloaded = placeBeforeReload();
    const kept = placeOf(this.replay.tags);
    const linked = kept && history.state?.own === location.hash ? null : this.read(location.hash);
    const place = kept && !kept.done ? this.wall.seconds(kept.at) : from;
    const isKept = place > from + RESUME_FROM && place < to - RESUME_UNTIL;
    deck.time = Math.min(to, Math.max(from, reloaded?.t ?? linked?.t ?? (isKept ? place : from)));
    if (!reloaded && linked?.until > deck.time) Object.assign(deck, { clip: deck.time, stop: Math.min(linked.until, to) });
    if (!reloaded && linked) this.tellOutside(linked);
    this.offer(!reloaded && !linked);
    panel.paint(true);
    if (reloaded?.isPlaying) this.do("play");
  }

  /* The keys on the picture: from here, and from the start. */
  offer(isKept) {
    const { deck, panel, words, range: [from, to] } = this;
    const [, n, m] = this.partAt(deck.time) ?? [];
    const isStart = deck.time <= from || deck.time > to - 0.05;
    const key = isStart ? "play" : !isKept ? "play_from" : m > 1 ? "continue_at" : "continue_one";
    const keys = [button(null, () => this.do("play"), icon("play"), ` ${say(words, key, { time: clock(deck.time), n, m })}`)];
    if (!isStart) keys.push(button(words.from_start, () => this.do("open", { t: from }, true)));
    panel.offer(...keys);
  }

  tellOutside({ t, wall }) {
    if (Math.abs(this.deck.time - t) > 1) this.panel.say(say(this.words, "outside", { wall: wall ? this.wall.clock(t) : clock(t) }));
  }

  gapAt(t) { return this.replay.gaps.find(([from, to]) => t >= from && t < to) ?? null; }
  chapterAt(t) { return this.chapters.findLast((chapter) => chapter.t <= t + 0.5) ?? null; }
  parts() { return this.replay.tracks[this.deck.track]?.parts ?? []; }

  /* The part at t of the version now chosen: [part, its number, how many]. */
  partAt(t) {
    const parts = this.parts();
    const here = this.deck.slot?.spot?.part;
    const part = here && t >= here.at && t <= here.to ? here : parts.findLast((one) => one.at <= t && t < one.to);
    return part ? [part, parts.indexOf(part) + 1, parts.length] : null;
  }

  partText(t) {
    const [, n, m] = this.partAt(t) ?? [];
    const gap = this.gapAt(t);
    if (!n) return gap ? this.words[gap[2] ? "nothing_gone" : "nothing"] : "";
    return m > 1 ? say(this.words, "part_of", { n, m }) : "";
  }

  painted(t, chapter) {
    const mark = (item, isCurrent) => (isCurrent ? item.setAttribute("aria-current", "true") : item.removeAttribute("aria-current"));
    this.link.textContent = say(this.words, "copy_link", { time: clock(t) });
    for (const { item, t: at } of this.toc) mark(item, chapter && Math.abs(at - chapter.t) < 1);
    for (const { item, press, track } of this.versions) {
      mark(item, track === this.deck.track);
      press.hidden = track === this.deck.track;
    }
  }
}

customElements.define("aftercast-player", class extends HTMLElement {
  connectedCallback() {
    if (this.player) return;
    const block = this.querySelector("script.replay");
    const fallback = [...this.children].filter((child) => child !== block);
    try {
      this.player = new Player(this, JSON.parse(block.textContent));
    } catch (problem) {
      /* A browser too old for this, or data it cannot read: the players without scripts stay. */
      this.querySelector(".player")?.remove();
      throw problem;
    }
    for (const child of fallback) child.remove();
  }
});
