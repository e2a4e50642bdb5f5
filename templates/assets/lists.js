/* Pages that list broadcasts: what this device remembers of each, and, where the page has a place for it, the row to go on
   with and the look through a broadcast. */

import { mark, recall } from "./player/memory.js";

mark();
if (document.querySelector(".dayblock")) import("./resume.js").then(({ offer }) => offer(), () => {});
if (document.querySelector("[data-storyboard]")) import("./preview.js").then(({ watch }) => watch(), () => {});

/* The Back button brings the page as it was left; when something was watched since, it is loaded anew. */
const kept = JSON.stringify(recall("places"));
window.addEventListener("pageshow", ({ persisted }) => persisted && JSON.stringify(recall("places")) !== kept && location.reload());
