/* Pages that list broadcasts: what this device remembers of each, and, where the page has a place for it, the row to go on
   with and the look through a broadcast. */

import { mark } from "./player/memory.js";

mark();
if (document.querySelector(".dayblock")) import("./resume.js").then(({ offer }) => offer(), () => {});
if (document.querySelector("[data-storyboard]")) import("./preview.js").then(({ watch }) => watch(), () => {});
