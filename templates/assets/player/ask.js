/* Two small forms under the controls: go to a moment, and copy a link to a clip. Whatever is typed is answered in words. */

import { button, make } from "./elements.js";
import { clock, compact, readSeconds, say } from "./moment.js";

const CLIP_SECONDS = 60;

let open = null;

function close(live) {
  open?.remove();
  open = null;
  live.panel.section.focus({ preventScroll: true });
}

function show(live, label, submit, ...children) {
  open?.remove();
  open = make("form", { class: "ask", "aria-label": label, submit: (event) => {
    event.preventDefault();
    submit();
  }, keydown: (event) => event.key === "Escape" && close(live) }, ...children, " ", button(live.words.close, () => close(live)));
  live.panel.notice.after(open);
  const [first] = open.elements;
  first.focus();
  first.select();
}

const field = (label, value) => make("label", {}, `${label} `, make("input", { value, autocomplete: "off", size: 10 }));

/* A time of day when the broadcast has it, else a place in the broadcast; null when it is neither. */
export function momentOf(text, wall, [from, to]) {
  const bare = text.trim().replace(/：/g, ":");
  const isIn = (t) => t !== null && t >= from - 1 && t <= to + 1;
  const day = /^(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(bare);
  if (day) {
    const midnight = wall.read(`${wall.iso(from).slice(0, 10)}T00:00:00`);
    const seconds = day[1] * 3600 + day[2] * 60 + Number(day[3] ?? 0);
    for (const t of [midnight + seconds, midnight + 86400 + seconds]) if (Number(day[1]) < 24 && isIn(t)) return t;
  }
  const t = wall.read(bare) ?? readSeconds(bare);
  return isIn(t) ? t : null;
}

export function goTo(live) {
  const { words, player } = live;
  const input = field(words.go_to, clock(live.deck.time));
  show(live, words.go_to, () => {
    const text = input.firstElementChild.value;
    const t = momentOf(text, player.wall, player.range);
    if (t === null) return live.say("go_unknown", { text });
    close(live);
    live.seek(t);
    return live.panel.say(`${clock(t)} · ${player.wall.clock(t)}`);
  }, input, " ", make("button", { type: "submit" }, words.go), " ", make("small", {}, words.go_hint));
}

export function clip(live) {
  const { words, player: { range: [from, to] }, deck } = live;
  const fields = [field(words.clip_from, clock(deck.time)), field(words.clip_until, clock(Math.min(to, deck.time + CLIP_SECONDS)))];
  show(live, words.copy_clip, () => {
    const texts = fields.map((label) => label.firstElementChild.value);
    const [start, end] = texts.map((text) => readSeconds(text.replace(/：/g, ":")));
    if (start === null || end === null || end <= start || start < from || end > to + 1) return live.say("go_unknown", { text: texts.join(", ") });
    close(live);
    return live.copy(`t=${compact(start)},${compact(end)}`, say(words, "copied_clip", { from: clock(start), to: clock(end) }));
  }, fields[0], " ", fields[1], " ", make("button", { type: "submit" }, words.copy));
}
