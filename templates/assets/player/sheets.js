/* What opens under the controls, as part of the page and never over it: the list of keys, and two small forms, one to go
   to a moment and one to copy a link to a clip. One is open at a time; Escape closes it. */

import { button, make } from "./elements.js";
import { clock, compact, readSeconds, say } from "./moment.js";

const CLIP_SECONDS = 60;
const DAY = 86400;

let open = null;
let before = null;

function close() {
  open?.remove();
  open = null;
  before?.focus({ preventScroll: true });
}

function show(live, name, label, ...children) {
  const { panel, words } = live;
  if (!open) before = document.activeElement === document.body ? panel.section : document.activeElement;
  open?.remove();
  open = make(name, { class: name === "form" ? "ask" : "help", "aria-label": label, keydown: (event) => event.key === "Escape" && close() },
    ...children, " ", button(words.close, close));
  panel.notice.after(open);
  return open;
}

export function help(live) {
  if (open?.localName === "section") return close();
  const title = make("h2", { tabindex: "-1" }, live.words.keys_title);
  const rows = live.words.keys_list.trim().split("\n").map((line) => line.split(" | ")).map(([keys, text]) => make("div", {},
    make("dt", {}, ...keys.split(" ").flatMap((key) => [make("kbd", {}, key), " "])), make("dd", {}, text)));
  show(live, "section", live.words.keys_title, title, make("dl", {}, ...rows));
  return title.focus();
}

/* A form of one line; what is typed is answered in words. */
function ask(live, label, submit, ...children) {
  const form = show(live, "form", label, ...children);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  form.elements[0].select();
}

const field = (label, value) => make("label", {}, `${label} `, make("input", { value, autocomplete: "off", size: 10 }));

/* A time of day when the broadcast has it, else a place in the broadcast; null when it is neither. */
function momentOf(text, wall, [from, to]) {
  const bare = text.trim().replaceAll("：", ":");
  const days = [from, from + DAY].map((t) => wall.read(`${wall.iso(t).slice(0, 10)}T${bare.replace(/^\d:/, "0$&")}`));
  return [...days, wall.read(bare), readSeconds(bare)].find((t) => t !== null && t >= from - 1 && t <= to + 1) ?? null;
}

export function goTo(live) {
  const { words, player } = live;
  const input = field(words.go_to, clock(live.deck.time));
  ask(live, words.go_to, () => {
    const text = input.firstElementChild.value;
    const t = momentOf(text, player.wall, player.range);
    if (t === null) return live.say("go_unknown", { text });
    close();
    live.seek(t);
    return live.panel.say(`${clock(t)} · ${player.wall.clock(t)}`);
  }, input, " ", make("button", { type: "submit" }, words.go), " ", make("small", {}, words.go_hint));
}

export function clip(live) {
  const { words, player: { range: [from, to] }, deck } = live;
  const fields = [field(words.clip_from, clock(deck.time)), field(words.clip_until, clock(Math.min(to, deck.time + CLIP_SECONDS)))];
  ask(live, words.copy_clip, () => {
    const texts = fields.map((label) => label.firstElementChild.value);
    const [start, end] = texts.map((text) => readSeconds(text.replaceAll("：", ":")));
    if (start === null || end === null || end <= start || start < from || end > to + 1) return live.say("go_unknown", { text: texts.join(", ") });
    close();
    return live.copy(`t=${compact(start)},${compact(end)}`, say(words, "copied_clip", { from: clock(start), to: clock(end) }));
  }, fields[0], " ", fields[1], " ", make("button", { type: "submit" }, words.copy));
}
