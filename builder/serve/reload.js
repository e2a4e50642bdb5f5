// Served by the preview alone, never part of a published site: reloads the page after a build that changed it or a
// file that it uses, tells the player first so that it can keep its place, and shows a failed build with file and line
// until it is mended.
const { builds, file } = document.currentScript.dataset;
const base = document.currentScript.src.replace(/reload\.js.*$/, "");
let known = Number(builds);
let box;
performance.setResourceTimingBufferSize(10000);

async function look() {
  const state = await (await fetch(`${base}state?since=${known}`, { cache: "no-store" })).json();
  if (state.error) return show(state.error);
  if (box) box.remove();
  if (state.builds === known) return;
  known = state.builds;
  if (file && state.changed && !state.changed.some((path) => inUse().has(path))) return;
  document.dispatchEvent(new CustomEvent("aftercast-reload"));
  location.reload();
}

// The files of the output that this page is made of: itself, the address that it answers for, and what it loaded.
function inUse() {
  const urls = [location.href, ...performance.getEntriesByType("resource").map((entry) => entry.name)];
  const here = urls.map((url) => new URL(url)).filter((url) => url.origin === location.origin);
  return new Set([file, ...here.map((url) => decoded(url.pathname).slice(1).replace(/(^|\/)$/, "$1index.html"))]);
}

function decoded(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function show(sentence) {
  if (!box) {
    box = document.createElement("div");
    box.setAttribute("role", "alert");
    Object.assign(box.style, {
      position: "fixed", insetInline: "0", bottom: "0", padding: "1rem 1.5rem", zIndex: "9999", whiteSpace: "pre-wrap",
      background: "#7a1d00", color: "#fff", font: "16px/1.5 ui-monospace, monospace", overflowWrap: "anywhere",
    });
  }
  box.textContent = sentence;
  document.body.append(box);
}

const events = new EventSource(base + "events");
events.onmessage = () => look().catch(() => {});
addEventListener("pagehide", () => events.close());
