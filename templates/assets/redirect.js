/* Goes on to the new address of a replay and takes the moment along: #t is session time and moves by the difference of
   the two starts; any other fragment (#at is wall clock) stays as it is. Without scripts the page refreshes by itself. */

const MOMENT = /^#t=(?:npt:)?([\dhms.:]+)(?:,([\dhms.:]+))?$/;

function seconds(text) {
  const parts = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s?)?$/.exec(text) ?? /^(?:(\d+):)?(\d+):(\d\d(?:\.\d+)?)$/.exec(text);
  return parts ? (parts[1] ?? 0) * 3600 + (parts[2] ?? 0) * 60 + Number(parts[3] ?? 0) : 0;
}

function moved(hash, shift) {
  const moment = shift ? MOMENT.exec(hash) : null;
  if (!moment) return hash;
  return `#t=${moment.slice(1).filter(Boolean).map((text) => Math.max(0, seconds(text) + shift)).join(",")}`;
}

const link = document.querySelector("a.to");
location.replace(link.href + moved(location.hash, Number(link.dataset.shift)));
