/* The remembered choice of light or dark, before anything is painted. The one script that the page waits for, a plain one
   and as small as can be: a module would come after the first frame, which then flashes in the other theme. */

try {
  const theme = localStorage.getItem("aftercast:theme");
  if (/^(light|dark)$/.test(theme)) document.documentElement.dataset.theme = theme;
} catch { /* no storage: the system's theme stands */ }
