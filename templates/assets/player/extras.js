/* What follows playback and nobody waits for: the system's own media keys and lock screen, captions chosen last time. */

const LEAP = 10;

export class Extras {
  constructor(live) {
    this.live = live;
    const { replay, deck, player, ways } = live;
    if (ways.captions) this.#captions();
    deck.addEventListener("change", () => this.#state());
    const media = navigator.mediaSession;
    if (!media || !window.MediaMetadata) return;
    const poster = replay.poster ? [{ src: new URL(replay.poster, location.href).href }] : [];
    media.metadata = new MediaMetadata({ title: replay.title, artist: replay.vj, album: document.title, artwork: poster });
    const acts = {
      play: () => live.play(), pause: () => deck.pause(), stop: () => deck.pause(),
      seekbackward: ({ seekOffset }) => live.step(-(seekOffset ?? LEAP)),
      seekforward: ({ seekOffset }) => live.step(seekOffset ?? LEAP),
      seekto: ({ seekTime }) => live.seek(player.range[0] + seekTime),
      previoustrack: () => live.chapter(-1), nexttrack: () => live.chapter(1),
    };
    for (const [name, act] of Object.entries(acts)) {
      try { media.setActionHandler(name, act); } catch { /* a browser names only the actions it knows */ }
    }
    this.#state();
  }

  async #captions() {
    const { Captions } = await import("./captions.js");
    this.live.shownCaptions ??= new Captions(this.live);
  }

  #state() {
    const { deck, player: { range: [from, to] }, ways } = this.live;
    if (!navigator.mediaSession) return;
    navigator.mediaSession.playbackState = deck.isWanted ? "playing" : "paused";
    const position = Math.min(to, Math.max(from, deck.time)) - from;
    navigator.mediaSession.setPositionState?.({ duration: to - from, position, playbackRate: ways.rate });
  }
}
