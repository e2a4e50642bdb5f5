/* What feeds a media element where the browser cannot: HLS through hls.js, FLV through mpegts.js. Both are fetched when
   a part of theirs is first needed. Where hls.js cannot work (a host without CORS) the browser gets the file itself. */

const MANIFEST = ["manifestLoadError", "manifestLoadTimeOut", "levelLoadError"];
let script = null;

export async function hls(video, url, seconds, engines, watch) {
  const { default: Hls } = await import(engines.hls);
  const retreat = video.canPlayType("application/vnd.apple.mpegurl") ? watch.native : () => watch.failed("source");
  if (!Hls.isSupported()) return retreat();
  const engine = new Hls({ startPosition: seconds || -1, maxBufferLength: 30, backBufferLength: 60 });
  let isRepaired = false;
  for (const name of ["MANIFEST_PARSED", "LEVEL_LOADED", "FRAG_LOADED"]) engine.on(Hls.Events[name], watch.alive);
  engine.on(Hls.Events.ERROR, (_, problem) => {
    if (!problem.fatal) return;
    if (MANIFEST.includes(problem.details)) retreat();
    else if (problem.type !== "mediaError" || isRepaired) watch.failed("source");
    else engine.recoverMediaError();
    isRepaired = true;
  });
  engine.loadSource(url);
  engine.attachMedia(video);
  return engine;
}

/* mpegts.js is a script of the older kind: it is added once and found on window. */
function older(url) {
  script ??= new Promise((resolve, reject) => {
    const tag = document.createElement("script");
    tag.src = url;
    tag.onload = () => resolve(window.mpegts);
    tag.onerror = reject;
    document.head.append(tag);
  });
  return script;
}

export async function flv(video, url, seconds, engines, watch) {
  const mpegts = await older(engines.mpegts);
  if (!mpegts.isSupported()) return watch.failed("silent");
  mpegts.LoggingControl.enableAll = false;
  const engine = mpegts.createPlayer({ type: "flv", url, cors: true }, { lazyLoadMaxDuration: 60, accurateSeek: true });
  engine.on(mpegts.Events.ERROR, () => watch.failed("source"));
  engine.on(mpegts.Events.STATISTICS_INFO, ({ speed }) => speed > 0 && watch.alive());
  engine.attachMediaElement(video);
  engine.load();
  if (seconds) video.currentTime = seconds;
  return engine;
}
