/* Keys of the page. A letter counts as printed on the key, and where the layout or an input method prints no Latin
   letter, by its place on the keyboard. Keys are left alone while somebody writes or holds a modifier. */

const TABLE = {
  " ": ["toggle"], k: ["toggle"], j: ["step", -10], l: ["step", 10], ArrowLeft: ["step", -5], ArrowRight: ["step", 5],
  "Shift+ArrowLeft": ["step", -60], "Shift+ArrowRight": ["step", 60], PageDown: ["step", -60], PageUp: ["step", 60],
  ArrowUp: ["louder", 0.05], ArrowDown: ["louder", -0.05], m: ["mute"], f: ["fullscreen"], i: ["picture"],
  t: ["setWay", "theatre"], c: ["captions"], "<": ["nextRate", -1], ">": ["nextRate", 1], "=": ["setRate", 1],
  ",": ["frame", -1], ".": ["frame", 1], "Control+ArrowLeft": ["chapter", -1], "Control+ArrowRight": ["chapter", 1],
  "[": ["border", -1], "]": ["border", 1], x: ["skip"], w: ["setWay", "wall"], g: ["ask", "goTo"], y: ["copyMoment"],
  "Shift+n": ["leave", "next"], "Shift+p": ["leave", "prev"], "?": ["help"], Home: ["tenth", 0], End: ["tenth", 10],
};
const PLACES = { Comma: ",<", Period: ".>", Slash: "/?", Equal: "=+", BracketLeft: "[{", BracketRight: "]}" };
const WRITING = "input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable]";
const PRESSABLE = "a[href], button, summary, input";
const INSIDE_ONLY = ["ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"];

function find(name) { return /^\d$/.test(name) ? ["tenth", Number(name)] : TABLE[name]; }

/* What a key asks for: a name in the table, by its letter and then by its place. */
function nameOf({ key, code, shiftKey, ctrlKey }) {
  const isNamed = /^(Arrow|Page|Home|End)/.test(key);
  if (isNamed || ctrlKey) return (ctrlKey ? "Control+" : "") + (shiftKey ? "Shift+" : "") + key;
  const place = PLACES[code]?.[shiftKey ? 1 : 0] ?? (/^Key/.test(code) ? code[3] : shiftKey ? "" : /^Digit(\d)$/.exec(code)?.[1] ?? "");
  return [key, place].map((letter) => letter.toLowerCase())
    .map((letter) => (shiftKey && /^[a-z]$/.test(letter) ? `Shift+${letter}` : letter)).find(find);
}

export function listen(player) {
  document.addEventListener("keydown", (event) => {
    const { target } = event;
    if (event.defaultPrevented || event.isComposing || event.altKey || event.metaKey || target.closest?.(WRITING)) return;
    const name = nameOf(event);
    const act = name && find(name);
    if (!act) return;
    const isInside = player.root.contains(target) || document.fullscreenElement;
    if (INSIDE_ONLY.includes(name) && !isInside && !(target === document.body && player.deck.isWanted)) return;
    if (target.matches?.("input") && name.length > 1) return;
    if (name === " " && (event.repeat || target.matches?.(PRESSABLE))) return;
    if (name !== " " && /^(Shift\+)?.$/.test(name) && !player.ways.keys) return;
    event.preventDefault();
    player.do(...act);
  });
}
