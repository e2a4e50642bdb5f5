/* Every page: the viewer's own clock beside the site's, the choice of light or dark (theme.js has made a remembered one),
   and days until a date. */

const DAY_MS = 86400000;
const switcher = document.querySelector(".theme");
const words = switcher?.dataset ?? {};
const lang = document.documentElement.lang || undefined;

function choose(theme) {
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  for (const button of document.querySelectorAll(".theme button")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === (theme || "auto")));
  }
}

choose(document.documentElement.dataset.theme);
if (switcher) {
  switcher.hidden = false;
  switcher.addEventListener("click", ({ target }) => {
    const theme = target.dataset?.themeChoice;
    if (!theme) return;
    choose(theme);
    try { localStorage.setItem("aftercast:theme", theme); } catch { /* not remembered, still chosen */ }
  });
}

const written = (options) => new Intl.DateTimeFormat(lang, { ...options, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const [clock, full] = [written({}), written({ weekday: "short" })];

/* Where the site's wall clock and the viewer's show the same, nothing is added; a date alone has no clock. */
for (const time of words.local ? document.querySelectorAll("time[datetime]") : []) {
  const [, day, wall] = /-(\d\d)T(\d\d:\d\d)/.exec(time.dateTime) ?? [];
  const at = new Date(time.dateTime);
  if (!wall || Number.isNaN(at.getTime())) continue;
  const isSameDay = at.getDate() === Number(day);
  if (isSameDay && clock.format(at) === wall) continue;
  const text = words.local.replace("{time}", (isSameDay ? clock : full).format(at));
  if (!("local" in time.dataset)) time.title = text;
  else (time.closest("p") ?? time.parentNode).append(Object.assign(document.createElement("span"), { className: "local", textContent: text }));
}

for (const time of document.querySelectorAll(".soon time")) {
  const days = Math.ceil((new Date(time.dateTime) - Date.now()) / DAY_MS);
  if (days >= 0 && days < 60) time.after(` (${new Intl.RelativeTimeFormat(lang, { numeric: "auto" }).format(days, "day")})`);
}
