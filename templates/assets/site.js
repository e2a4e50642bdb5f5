/* Every page: the viewer's own clock beside the site's, the choice of light or dark, and days until a date. What this
   device remembers of broadcasts is shown by cards.js, fetched only where there are cards. */

const THEME = "aftercast:theme";
const DAY_MS = 86400000;
const switcher = document.querySelector(".theme");
const words = switcher?.dataset ?? {};
const lang = document.documentElement.lang || undefined;

function kept(name) {
  try { return localStorage.getItem(name); } catch { return null; }
}

function choose(theme) {
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  for (const button of switcher?.querySelectorAll("button") ?? []) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === (theme || "auto")));
  }
}

choose(kept(THEME));
if (switcher) {
  switcher.hidden = false;
  switcher.addEventListener("click", ({ target }) => {
    const theme = target.dataset?.themeChoice;
    if (!theme) return;
    choose(theme);
    try { localStorage.setItem(THEME, theme); } catch { /* not remembered, still chosen */ }
  });
}

/* "+08:00" in minutes; a date alone has no clock. */
function offset(text) {
  const [, sign, hours, minutes] = /T.*([+-])(\d\d):(\d\d)$/.exec(text) ?? [];
  return sign ? (sign === "-" ? -1 : 1) * (60 * hours + Number(minutes)) : /T.*Z$/.test(text) ? 0 : null;
}

const clock = new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const full = new Intl.DateTimeFormat(lang, { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

for (const time of words.local ? document.querySelectorAll("time[datetime]") : []) {
  const at = new Date(time.dateTime);
  const site = offset(time.dateTime);
  if (site === null || Number.isNaN(at.getTime()) || site === -at.getTimezoneOffset()) continue;
  const isSameDay = new Date(at.getTime() + site * 60000).getUTCDate() === at.getDate();
  const text = words.local.replace("{time}", (isSameDay ? clock : full).format(at));
  if (!("local" in time.dataset)) time.title = text;
  else (time.closest(".span") ?? time).after(Object.assign(document.createElement("span"), { className: "local", textContent: `, ${text}` }));
}

for (const time of document.querySelectorAll(".soon time")) {
  const days = Math.ceil((new Date(time.dateTime) - Date.now()) / DAY_MS);
  if (days >= 0 && days < 60) time.after(` (${new Intl.RelativeTimeFormat(lang, { numeric: "auto" }).format(days, "day")})`);
}

if (document.querySelector(".card")) {
  import("./cards.js").then(({ show }) => show(words), () => {});
  if (document.querySelector("[data-storyboard]")) import("./preview.js").then(({ watch }) => watch(), () => {});
}
