/* Moments of a broadcast: session time and wall clock in words, and back from what links and people write.
   Session time counts the seconds since the broadcast began, gaps included. Pure: no page, no storage. */

const pad = (number) => String(number).padStart(2, "0");
const whole = (seconds) => Math.max(0, Math.floor(seconds + 0.001));

export function say(words, key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

export function clock(seconds) {
  const s = whole(seconds);
  return `${Math.floor(s / 3600)}:${pad(Math.floor(s / 60) % 60)}:${pad(s % 60)}`;
}

/* 3723 as 1h2m3s, the form that links carry. */
export function compact(seconds) {
  const s = whole(seconds);
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  return (h ? `${h}h` : "") + (m ? `${m}m` : "") + (s % 60 || s === 0 ? `${s % 60}s` : "");
}

export function length(words, seconds) {
  const s = Math.round(seconds);
  if (s < 60) return say(words, "seconds", { s });
  if (s < 600 && s % 60) return say(words, "minutes_seconds", { m: Math.floor(s / 60), s: s % 60 });
  const m = Math.round(s / 60);
  return m < 60 ? say(words, "minutes", { m }) : say(words, "hours", { h: Math.floor(m / 60), m: m % 60 });
}

/* The clock of the site's zone; the page says how far it is from UTC, so no zone database is asked. */
export class Wall {
  constructor(start, offsets) {
    Object.assign(this, { start, offsets });
  }

  ms(t) { return this.start + Math.round(t * 1000); }

  offset(ms) {
    return (this.offsets.findLast(([from]) => ms >= from) ?? this.offsets[0])[1];
  }

  local(t) { return new Date(this.ms(t) + this.offset(this.ms(t)) * 60000); }

  clock(t) { return this.local(t).toISOString().slice(11, 19); }

  zone(t) {
    const minutes = this.offset(this.ms(t));
    const size = Math.abs(minutes);
    return `${minutes < 0 ? "-" : "+"}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
  }

  iso(t) { return this.local(t).toISOString().slice(0, 19) + this.zone(t); }

  stamp(t) { return this.iso(t).slice(0, 19).replace(/[-:]/g, "") + this.zone(t).replace(":", ""); }

  /* "20220113T213705+0800", with colons and dashes or without, Z, or no zone at all (then the site's). */
  read(text) {
    const found = /^(\d{4})-?(\d\d)-?(\d\d)[T ](\d\d):?(\d\d)(?::?(\d\d)(\.\d+)?)?(Z|[-+]\d\d:?(?:\d\d)?)?$/i.exec(text);
    if (!found) return null;
    const [, year, month, day, hour, minute, second = "0", part = "0", zone] = found;
    const utc = Date.UTC(year, month - 1, day, hour, minute, second) + Number(part) * 1000;
    if (!zone) return this.seconds(utc - this.offset(utc - this.offset(utc) * 60000) * 60000);
    const [, sign, hours, minutes] = /^([-+])(\d\d):?(\d\d)?$/.exec(zone) ?? [0, "+", 0, 0];
    return this.seconds(utc - (sign === "-" ? -1 : 1) * (hours * 60 + Number(minutes ?? 0)) * 60000);
  }

  seconds(ms) { return (ms - this.start) / 1000; }
}

/* "1h2m3s", "734", "12.5", "1:02:11", also with npt: before; null when it is none of them. */
export function readSeconds(text) {
  const bare = text.trim().replace(/^npt:/, "");
  const colons = /^(?:(\d+):)?(\d{1,3}):(\d\d(?:\.\d+)?)$/.exec(bare);
  const units = /^(?=\d)(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s?)?$/.exec(bare);
  const [, h = 0, m = 0, s = 0] = colons ?? units ?? [];
  const t = h * 3600 + m * 60 + Number(s);
  return (colons ?? units) && t < Infinity ? t : null;
}

/* What a fragment names: {t} or {t, until} or null. Read raw: URLSearchParams would make a space of the plus. */
export function readFragment(hash, wall) {
  let raw = hash.replace(/^#/, "");
  try { raw = decodeURIComponent(raw); } catch { /* a stray % names nothing we know, the raw text decides */ }
  for (const piece of raw.split("&")) {
    if (piece.startsWith("at=")) {
      const t = wall.read(piece.slice(3));
      if (t !== null) return { t, wall: true };
    }
    if (piece.startsWith("t=")) {
      const [from, until] = piece.slice(2).split(",");
      const [t, end] = [from ? readSeconds(from) : 0, until ? readSeconds(until) : null];
      if (t !== null && end !== null && end > t) return { t, until: end };
      if (t !== null && (from || until)) return { t };
    }
  }
  return null;
}

/* A time of day when the broadcast has it, else a place in the broadcast; null when it is neither. */
export function momentOf(text, wall, [from, to]) {
  const bare = text.trim().replaceAll("：", ":");
  const days = [from, from + 86400].map((t) => wall.read(`${wall.iso(t).slice(0, 10)}T${bare.replace(/^\d:/, "0$&")}`));
  return [...days, wall.read(bare), readSeconds(bare)].find((t) => t !== null && t >= from - 1 && t <= to + 1) ?? null;
}
