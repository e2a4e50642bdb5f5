/* The list of keys: a part of the page that opens under the player, not a window over it. */

import { button, make } from "./elements.js";

const KEYS = [
  ["key_play", "key_space", "k"], ["key_5", "←", "→"], ["key_10", "j", "l"], ["key_60", "Shift+←", "Shift+→"],
  ["key_volume", "↑", "↓"], ["key_mute", "m"], ["key_fullscreen", "f"], ["key_picture", "i"], ["key_wide", "t"],
  ["key_captions", "c"], ["key_speed", "<", ">"], ["key_normal", "="], ["key_frame", ",", "."], ["key_tenths", "0–9"],
  ["key_chapter", "Ctrl+←", "Ctrl+→"], ["key_part", "[", "]"], ["key_skip", "x"], ["key_wall", "w"], ["key_go", "g"],
  ["key_copy", "y"], ["key_next", "Shift+N", "Shift+P"], ["key_help", "?"],
];

let open = null;
let before = null;

function close() {
  open.remove();
  open = null;
  before?.focus();
}

export function toggle(live) {
  if (open) return close();
  const { words, panel } = live;
  before = document.activeElement === document.body ? panel.help : document.activeElement;
  const rows = KEYS.map(([word, ...keys]) => make("div", {},
    make("dt", {}, ...keys.flatMap((key) => [make("kbd", {}, words[key] ?? key), " "])), make("dd", {}, words[word])));
  const title = make("h2", { tabindex: "-1" }, words.keys_title);
  open = make("section", { class: "help", "aria-label": words.keys_title, keydown: (event) => event.key === "Escape" && close() },
    title, make("dl", {}, ...rows), button(words.close, close));
  panel.section.append(open);
  title.focus();
  return null;
}
