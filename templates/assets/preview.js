/* A look through a broadcast while a mouse rests on its card: the pictures of its storyboard, one after another, in place
   of the poster. Only where there is a storyboard; nothing is fetched before, and nothing moves where motion is unwanted. */

import { read } from "./player/captions.js";

const STEP_MS = 700;
const PICTURES = 12;
const still = matchMedia("(prefers-reduced-motion: reduce)");

function loaded(url) {
  const picture = new Image();
  picture.src = url;
  return picture.decode().then(() => picture);
}

function cut(picture, [left, top, width, height]) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.getContext("2d").drawImage(picture, left, top, width, height, 0, 0, width, height);
  return canvas.toDataURL("image/jpeg");
}

/* Up to a dozen moments, evenly spread. */
async function moments(url) {
  const cues = await read(url);
  const step = Math.max(1, cues.length / PICTURES);
  const chosen = Array.from({ length: Math.min(PICTURES, cues.length) }, (_, at) => cues[Math.floor(at * step)].text.split("#xywh="));
  return chosen.map(([file, place = "0,0,160,90"]) => ({ url: new URL(file, url).href, place: place.split(",").map(Number) }));
}

async function play(card, poster, isOver) {
  const before = poster.src;
  const pictures = new Map();
  try {
    for (const { url, place } of await moments(new URL(card.dataset.storyboard, location.href).href)) {
      if (!pictures.has(url)) pictures.set(url, await loaded(url));
      if (isOver()) break;
      poster.src = cut(pictures.get(url), place);
      await new Promise((resolve) => setTimeout(resolve, STEP_MS));
      if (isOver()) break;
    }
  } catch { /* no pictures: the poster stays */ }
  poster.src = before;
}

export function watch() {
  let shown = null;
  document.addEventListener("pointerover", ({ target, pointerType }) => {
    const card = target.closest?.("[data-storyboard]") ?? null;
    if (card === shown) return;
    shown = card;
    const poster = card?.querySelector("img.poster");
    if (!poster || pointerType !== "mouse" || still.matches || poster.dataset.playing) return;
    poster.dataset.playing = "yes";
    play(card, poster, () => shown !== card).finally(() => delete poster.dataset.playing);
  });
}
