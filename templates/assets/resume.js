/* The home page's row to go on with: the broadcasts that this device watched last and not to their end. */

import { button, make } from "./player/elements.js";
import { begun, keep, places as kept, words } from "./player/memory.js";

const ROW = 3;

const tile = (place) => make("li", {}, make("article", { class: "card tile", "data-hue": place.hue ?? 0 },
  place.poster ? make("img", { class: "poster", src: place.poster, alt: "", width: 320, height: 180 }) : null,
  make("h3", { class: "title" }, make("a", { href: place.url }, place.title)),
  make("p", { class: "when" }, [place.vj, begun(place)].filter(Boolean).join(" · "))));

export function offer() {
  const places = Object.values(kept()).filter((place) => place.url && place.title && !place.alias && !place.done && place.share)
    .sort((a, b) => b.saved - a.saved).slice(0, ROW);
  if (!places.length || !words.continue) return;
  const forget = button(words.forget, () => {
    keep("places", {});
    section.remove();
  });
  const section = make("section", { class: "sec resume", "aria-labelledby": "resume" }, make("h2", { id: "resume" }, words.continue),
    make("ul", { class: "tiles" }, ...places.map(tile)), make("p", { class: "turn" }, forget));
  document.querySelector("main > .lead")?.after(section);
}
