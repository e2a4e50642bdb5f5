/* Pointing: the readout over the bar, dragging, double clicks and touch on the picture, and controls that rest in full
   screen. A press on the bar becomes a seek when it ends (panel.js), so that dragging loads nothing on its way. */

import { draw } from "./elements.js";
import { clock } from "./moment.js";
import { percent, wide } from "./panel.js";

const IDLE_MS = 3000;
const HOLD_MS = 500;
const DOUBLE_MS = 300;
const LEAP = 10;
const HELD_RATE = 2;
const DRAWN = 8;

export class Pointer {
  constructor(live) {
    const { panel, player } = live;
    Object.assign(this, { live, panel, player, tape: panel.tape });
    this.hand = draw("rect", { class: "hand" });
    this.text = draw("text", { class: "peek", y: 14 });
    this.group = draw("g", { visibility: "hidden" }, this.hand, this.text);
    panel.svg.append(this.group);
    this.#bar(panel.bar);
    this.#stage(panel.stage);
    const wake = () => {
      panel.section.classList.remove("idle");
      clearTimeout(this.sleep);
      this.sleep = setTimeout(() => panel.section.classList.toggle("idle", live.deck.isWanted), IDLE_MS);
    };
    for (const name of ["pointermove", "pointerdown", "keydown", "focusin"]) document.addEventListener(name, wake);
  }

  #bar(bar) {
    let pressed = null;
    const point = (event) => this.#peek(this.panel.timeUnder(event));
    const leave = () => {
      pressed = null;
      this.#peek(null);
    };
    bar.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      pressed = event;
      bar.setPointerCapture(event.pointerId);
      point(event);
    });
    bar.addEventListener("pointermove", point);
    /* A finger that was drawn along the bar makes no click. */
    bar.addEventListener("pointerup", (event) => {
      const isDrawn = pressed && event.pointerType !== "mouse" && Math.abs(event.clientX - pressed.clientX) > DRAWN;
      pressed = null;
      if (isDrawn) this.live.deck.seek(this.panel.timeUnder(event));
      if (event.pointerType !== "mouse") leave();
    });
    bar.addEventListener("pointercancel", leave);
    bar.addEventListener("pointerleave", () => pressed || leave());
  }

  /* The chapter lane becomes the readout of the place pointed at. */
  #peek(t) {
    const { tape, player, group, text, hand } = this;
    group.setAttribute("visibility", t === null ? "hidden" : "visible");
    for (const shape of tape.plate.querySelectorAll(":scope > .name, .gap, .mark")) {
      shape.setAttribute("visibility", t === null ? "inherit" : "hidden");
    }
    this.board?.show(t, tape);
    if (t === null) return;
    text.textContent = [clock(t), player.wall.clock(t), player.partText(t)].filter(Boolean).join(" · ");
    const half = wide(text.textContent) / 2;
    hand.setAttribute("x", percent(tape.scale.share(t)));
    text.setAttribute("x", percent(Math.min(tape.width - half, Math.max(half, tape.pixel(t))) / tape.width));
    if (!player.replay.storyboard || this.fetched) return;
    this.fetched = import("./captions.js").then(({ Storyboard }) => {
      this.board = new Storyboard(this.live);
      this.board.show(t, tape);
    });
  }

  #stage(stage) {
    const { live, panel } = this;
    let tapped = 0;
    panel.hasPointer = true;
    stage.addEventListener("dblclick", (event) => panel.isPicture(event) && !panel.isTouch && live.fullscreen());
    stage.addEventListener("contextmenu", (event) => panel.isTouch && panel.isPicture(event) && event.preventDefault());
    stage.addEventListener("pointerdown", (event) => {
      clearTimeout(this.hold);
      if (event.isPrimary && panel.isTouch && panel.isPicture(event)) this.hold = setTimeout(() => this.#rush(HELD_RATE), HOLD_MS);
    });
    const release = () => {
      clearTimeout(this.hold);
      if (this.isRushed) this.#rush(null);
    };
    stage.addEventListener("pointercancel", release);
    stage.addEventListener("pointerup", (event) => {
      const wasRushed = this.isRushed;
      release();
      if (!panel.isTouch || !panel.isPicture(event) || wasRushed) return;
      const { left, width } = stage.getBoundingClientRect();
      const third = Math.floor((3 * (event.clientX - left)) / width);
      const isDouble = event.timeStamp - tapped < DOUBLE_MS;
      tapped = isDouble ? 0 : event.timeStamp;
      clearTimeout(this.single);
      if (!isDouble) this.single = setTimeout(() => live.deck.toggle(), DOUBLE_MS);
      else if (third === 1) live.fullscreen();
      else live.step(third ? LEAP : -LEAP);
    });
  }

  #rush(rate) {
    const { live } = this;
    this.isRushed = rate !== null;
    for (const video of this.panel.videos) video.playbackRate = rate ?? live.ways.rate;
    live.say("rate", { rate: rate ?? live.ways.rate });
  }
}
