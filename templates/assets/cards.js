/* What this device remembers, shown on cards: how far a broadcast was watched, which are new since the last visit, and
   on the home page a row to go on with. Nothing is sent anywhere; "forget" empties it. */

const PLACES = "aftercast:places";
const VISIT = "aftercast:visit";
const ROW = 3;
const SVG = "http://www.w3.org/2000/svg";

function read(name, storage = localStorage) {
  try { return JSON.parse(storage.getItem(name)); } catch { return null; }
}

function write(name, value, storage = localStorage) {
  try { storage.setItem(name, JSON.stringify(value)); } catch { /* not remembered */ }
}

function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/* When the visit before this one ended; a visit lasts as long as its tab. */
function lastVisit() {
  const now = Date.now();
  const visit = read(VISIT) ?? {};
  let before = null;
  try {
    before = read(VISIT, sessionStorage);
    if (before === null) write(VISIT, (before = visit.now ?? 0), sessionStorage);
  } catch { return 0; }
  write(VISIT, { now });
  return before;
}

function badge(card, name, text) {
  let list = card.querySelector(".badges");
  if (!list) card.append((list = make("ul", { class: "badges" })));
  list.append(make("li", { class: name }, text));
}

function progress(card, share) {
  const strip = card.querySelector(".strip svg") ?? card.querySelector(".strip");
  if (!strip) return;
  const line = document.createElementNS(SVG, "rect");
  const look = { class: "seen", x: 0, y: 10, height: 2, width: `${(100 * share).toFixed(1)}%`, fill: "currentColor" };
  for (const [key, value] of Object.entries(look)) line.setAttribute(key, value);
  strip.append(line);
}

function clock(seconds) {
  const pad = (number) => String(Math.floor(number) % 60).padStart(2, "0");
  return `${Math.floor(seconds / 3600)}:${pad(seconds / 60)}:${pad(seconds)}`;
}

function row(places, words) {
  const lead = document.querySelector("main > .lead");
  const begun = Object.values(places).filter((place) => !place.alias && !place.done && place.url && place.title)
    .sort((a, b) => b.saved - a.saved).slice(0, ROW);
  if (!lead || !document.querySelector(".dayblock") || !begun.length || !words.continue) return;
  const tiles = begun.map((place) => make("li", {}, make("article", { class: "card tile", "data-hue": place.hue ?? 0 },
    ...(place.poster ? [make("img", { class: "poster", src: place.poster, alt: "", width: 320, height: 180 })] : []),
    make("h3", { class: "title" }, make("a", { href: place.url }, place.title)),
    make("p", { class: "when" }, [place.vj, words.begun?.replace("{time}", clock(place.t))].filter(Boolean).join(" · ")))));
  const forget = make("button", { type: "button" }, words.forget ?? "×");
  const section = make("section", { class: "sec resume", "aria-labelledby": "resume" },
    make("h2", { id: "resume" }, words.continue), make("ul", { class: "tiles" }, ...tiles), make("p", { class: "turn" }, forget));
  forget.addEventListener("click", () => {
    write(PLACES, {});
    section.remove();
  });
  lead.after(section);
}

export function show(words) {
  const places = read(PLACES) ?? {};
  const before = lastVisit();
  for (const card of document.querySelectorAll(".card")) {
    const link = card.querySelector(".title a");
    const place = places[link?.pathname.split("/").filter(Boolean).at(-1)];
    if (place) progress(card, place.done ? 1 : place.share);
    if (place?.done && words.watched) badge(card, "done", words.watched);
    else if (place && words.begun) badge(card, "begun", words.begun.replace("{time}", clock(place.t)));
    const start = new Date(card.querySelector(".when time")?.dateTime ?? NaN).getTime();
    if (!place && before && start > before && words.fresh) badge(card, "fresh", words.fresh);
  }
  row(places, words);
}
