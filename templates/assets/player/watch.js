/* The watch page's entry: the element that turns the page's list of parts into one broadcast on one bar. Before the
   first press it draws the bar and offers where to begin, from what the page and this device know; everything that
   plays is fetched by that press (live.js and what it imports). */

import { button, icon } from "./elements.js";
import { listen } from "./keys.js";
import { placeOf, placeBeforeReload, ways } from "./memory.js";
import { Wall, clock, readFragment, say } from "./moment.js";
import { Panel } from "./panel.js";

const RESUME_FROM = 10;
const RESUME_UNTIL = 30;

function canPlay(format) {
  const canFeed = "MediaSource" in window || "ManagedMediaSource" in window;
  if (format === "hls") return canFeed || document.createElement("video").canPlayType("application/vnd.apple.mpegurl") !== "";
  return format === "flv" ? canFeed : format !== "dash";
}

/* The versions that this browser plays, best first: pictures before sound, flv after what phones play too, then by how
   much of the broadcast they have. */
function preferred({ tracks, length }) {
  const rank = ({ audio, format, parts }) => (audio ? 400 : 0) + (format === "flv" ? 200 : 0)
    - Math.round((100 * parts.reduce((sum, part) => sum + part.to - part.at, 0)) / length);
  return [...tracks.keys()].filter((track) => tracks[track].parts.length && canPlay(tracks[track].format))
    .sort((a, b) => rank(tracks[a]) - rank(tracks[b]) || a - b);
}

class Player {
  constructor(root, replay) {
    Object.assign(this, { root, replay, words: replay.words, ways: ways(), range: replay.trim ?? [0, replay.length] });
    this.wall = new Wall(replay.start, replay.offset);
    const langs = new Map([...document.querySelectorAll(".toc a[lang]")].map((link) => [link.textContent, link.lang]));
    this.chapters = (replay.chapters ?? []).map(([t, title]) => ({ t, title, lang: langs.get(title) }));
    /* Stands in for the deck until something plays. */
    const order = preferred(replay);
    this.deck = { state: "idle", time: this.range[0], order, track: order[0] ?? 0, stop: null, isWanted: false };
    this.panel = new Panel(root, this);
    this.#meetPage();
    listen(this);
    this.panel.widen(this.ways.theatre);
    this.panel.redraw();
    this.panel.show();
    this.#begin();
  }

  /* Ask the playing half for something; the first time it is fetched. Safari lets a media element play with sound only
     once it was touched in a press, hence load() here and now. */
  do(what, ...values) {
    if (this.live) return this.live[what](...values);
    for (const video of this.panel.videos) video.load();
    this.fetched ??= import("./live.js").then(({ Live }) => new Live(this));
    return this.fetched.then((live) => live[what](...values));
  }

  read(hash) { return readFragment(hash, this.wall); }

  #meetPage() {
    const { words, replay } = this;
    document.addEventListener("click", (event) => {
      const link = event.button || event.ctrlKey || event.metaKey || event.shiftKey ? null : event.target.closest("a[href^='#']");
      const moment = link && this.read(link.getAttribute("href"));
      if (!moment || event.defaultPrevented) return;
      event.preventDefault();
      this.do("open", moment, true);
      this.panel.section.scrollIntoView({ block: "nearest" });
    });
    window.addEventListener("hashchange", () => {
      const moment = this.read(location.href.split("#")[1] ?? "");
      if (moment) this.do("open", moment);
    });
    this.toc = [...document.querySelectorAll(".toc li")].map((item) =>
      ({ item, t: this.read(item.querySelector("a")?.getAttribute("href") ?? "")?.t }));
    this.versions = [...document.querySelectorAll(".versions > li")].map((item) => {
      const track = replay.tracks.findIndex((one) => one.words === item.querySelector("p")?.textContent);
      const press = button(words.play_this, () => this.do("use", track));
      if (replay.tracks.length > 1 && this.deck.order.includes(track)) item.append(" ", press);
      return { item, press, track };
    });
    this.link = button("", () => this.do("copyMoment"));
    ([...document.querySelectorAll(".actions")].at(-1) ?? this.panel.switches).prepend(
      this.link, " ", button(words.copy_clip, () => this.do("ask", "clip")), " ");
  }

  /* Where to begin: the place before a reload, else the moment a link names, else the place remembered here. */
  #begin() {
    const { deck, panel, words, range: [from, to] } = this;
    const reloaded = placeBeforeReload();
    const linked = this.read(location.href.split("#")[1] ?? "");
    const kept = placeOf(this.replay.tags ?? []);
    const place = kept && !kept.done ? this.wall.seconds(kept.at) : from;
    const isKept = place > from + RESUME_FROM && place < to - RESUME_UNTIL;
    deck.time = Math.min(to, Math.max(from, reloaded?.t ?? linked?.t ?? (isKept ? place : from)));
    if (!reloaded && linked?.until > deck.time) Object.assign(deck, { clip: deck.time, stop: Math.min(linked.until, to) });
    if (!reloaded && linked && Math.abs(deck.time - linked.t) > 1) {
      panel.say(say(words, "outside", { wall: this.wall.clock(linked.t) }));
    }
    const time = clock(deck.time);
    const [, n, m] = this.partAt(deck.time) ?? [];
    const key = deck.time <= from ? "play" : reloaded || linked ? "play_from" : m > 1 ? "continue_at" : "continue_one";
    const keys = [button(null, () => this.do("play"), icon("play"), ` ${say(words, key, { time, n, m })}`)];
    if (deck.time > from) keys.push(button(words.from_start, () => this.do("open", { t: from }, true)));
    panel.offer(...keys);
    panel.paint(true);
    if (reloaded?.isPlaying) this.do("play");
  }

  gapAt(t) { return (this.replay.gaps ?? []).find(([from, to]) => t >= from && t < to) ?? null; }
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
    if (!n) return this.gapAt(t) ? this.words.nothing : "";
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
