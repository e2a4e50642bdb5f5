// Served by the preview alone, never part of a published site: reloads the page after a build, tells the player
// first so that it can keep its place, and shows a failed build with file and line until it is mended.
const base = document.currentScript.src.replace(/reload\.js.*$/, "");
const known = document.currentScript.dataset.builds;
let box;

async function look(builds) {
  const state = await (await fetch(base + "state", { cache: "no-store" })).json();
  if (state.error) return show(state.error);
  if (box) box.remove();
  if (String(builds) !== known) {
    document.dispatchEvent(new CustomEvent("aftercast-reload"));
    location.reload();
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
events.onmessage = (event) => look(Number(event.data)).catch(() => {});
addEventListener("pagehide", () => events.close());
