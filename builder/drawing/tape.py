"""The tape: the broadcast as the watch page's bar shows it, drawn on the server for print and for scripts off.

Gaps are compressed: a gap is as wide as its true share, but not under `GAP_LEAST` nor over `GAP_MOST`, and all gaps
together take at most `GAPS_MOST`, so that a broadcast in hundreds of pieces still shows its pieces. The player's
script draws the same picture from the same numbers.
"""

from __future__ import annotations

from builder.drawing.lettering import fit, width_px
from builder.drawing.strips import Interval, recorded_intervals
from builder.drawing.svg import lang, named, percent, rect, text
from builder.model import Value

GAP_LEAST = 0.015
GAP_MOST = 0.032
GAPS_MOST = 0.35

_LANE_PX = 640  # a printed page's, and less than a screen's: names are cut once for both
_MARGIN = 8 / _LANE_PX  # between words


class Mark(Value, frozen=True):
    """A named instant: a chapter, or an hour of the clock ("21:00"). `before` is a word for wide bars ("Fri ")."""

    at_ms: int
    words: str
    language: str = ""
    before: str = ""


class Gap(Value, frozen=True):
    """A hole, with its words: "lost 11 m"."""

    start_ms: int
    end_ms: int
    words: str = ""


class Tape(Value, frozen=True):
    """Everything the bar shows of one broadcast."""

    start_ms: int
    end_ms: int
    gaps: tuple[Gap, ...] = ()
    chapters: tuple[Mark, ...] = ()
    hours: tuple[Mark, ...] = ()
    seams: tuple[int, ...] = ()  # instants where one part ends and the next begins without a hole


class Loss(Value, frozen=True):
    """The words of a gap as they lie over the bar, in shares of its width."""

    start: float
    end: float
    words: str


class TapeScale(Value, frozen=True):
    """Where instants stand on the bar: (instant, share) knots, straight between them."""

    knots: tuple[tuple[int, float], ...]

    def share(self, at_ms: int) -> float:
        """Return where an instant stands, cut to the bar."""
        before = self.knots[0]
        for knot in self.knots[1:]:
            if at_ms <= knot[0]:
                span_ms = knot[0] - before[0]
                inside = max(0, at_ms - before[0]) / span_ms if span_ms else 1.0
                return before[1] + inside * (knot[1] - before[1])
            before = knot
        return 1.0


def tape_scale(start_ms: int, end_ms: int, gaps: tuple[Interval, ...]) -> TapeScale:
    """Return the scale of a bar, its gaps compressed."""
    span_ms = end_ms - start_ms
    if span_ms <= 0:
        return TapeScale(((start_ms, 0.0), (start_ms + 1, 1.0)))
    widths = [min(GAP_MOST, max(GAP_LEAST, (high - low) / span_ms)) for low, high in gaps]
    total = sum(widths)
    if total > GAPS_MOST:
        widths = [width * GAPS_MOST / total for width in widths]
    recorded = recorded_intervals(start_ms, end_ms, gaps)
    recorded_ms = sum(high - low for low, high in recorded)
    per_ms = (1 - sum(widths)) / recorded_ms if recorded_ms else 0.0
    knots, at_ms, share = [(start_ms, 0.0)], start_ms, 0.0
    for (low, high), width in zip(gaps, widths, strict=True):
        share += (low - at_ms) * per_ms
        knots.append((low, share))
        share += width
        at_ms = high
        knots.append((high, share))
    return TapeScale((*knots, (end_ms, 1.0)))


def tape_svg(tape: Tape, label: str = "") -> str:
    """Draw the bar: what was recorded and lost, chapters, seams, gaps in words, hours of the day."""
    gaps = tuple((gap.start_ms, gap.end_ms) for gap in tape.gaps)
    scale = tape_scale(tape.start_ms, tape.end_ms, gaps)
    recorded = recorded_intervals(tape.start_ms, tape.end_ms, gaps) or [(tape.start_ms, tape.start_ms + 1)]
    drawn = "".join(_span("on", scale, low, high) for low, high in recorded)
    drawn += "".join(_span("lost", scale, low, high) for low, high in gaps)
    drawn += "".join(rect("seam", scale.share(at_ms)) for at_ms in tape.seams)
    losses = _losses(tape, scale)
    drawn += _chapters(tape, scale, losses) + "".join(map(_loss_words, losses)) + _hours(tape, scale)
    return f'<svg class="tape" {named(label)}>{drawn}</svg>'


def _span(name: str, scale: TapeScale, low: int, high: int) -> str:
    first = scale.share(low)
    return rect(name, first, scale.share(high) - first)


def _chapters(tape: Tape, scale: TapeScale, losses: list[Loss]) -> str:
    drawn = ""
    stops = [scale.share(mark.at_ms) for mark in tape.chapters]
    for at, (mark, share) in enumerate(zip(tape.chapters, stops, strict=True)):
        cover = next((loss for loss in losses if loss.start - _MARGIN < share < loss.end), None)
        if share > 0:
            drawn += ("" if cover else rect("mark", share)) + rect("cut", share)
        first = cover.end if cover else share  # a chapter that begins under the words of a loss is named behind them
        later = (loss.start for loss in losses if loss.start > first)
        words = fit(mark.words, (min([1.0, *stops[at + 1 : at + 2], *later]) - first) * _LANE_PX - 12)
        shift = ' dx="6"' if first > 0 else ""
        # Drawn also without words, so that no title decides about the structure of a page.
        drawn += f'<text class="name" x="{percent(first)}"{shift} y="14"{lang(mark.language)}>{text(words)}</text>'
    return drawn


def _losses(tape: Tape, scale: TapeScale) -> list[Loss]:
    """Set the length of each gap over it, moved inside the bar, as long as it does not run into the one before."""
    losses: list[Loss] = []
    for gap in tape.gaps:
        half = width_px(gap.words) / _LANE_PX / 2
        middle = (scale.share(gap.start_ms) + scale.share(gap.end_ms)) / 2
        middle = min(1 - half, max(half, middle))
        if gap.words and (not losses or middle - half >= losses[-1].end + _MARGIN):
            losses.append(Loss(middle - half, middle + half, gap.words))
    return losses


def _loss_words(loss: Loss) -> str:
    return f'<text class="gap" x="{percent((loss.start + loss.end) / 2)}" y="14">{text(loss.words)}</text>'


def _hours(tape: Tape, scale: TapeScale) -> str:
    """Set hours under the bar, to the right of their marks but near its end to the left, where they do not touch."""
    drawn, free = "", 0.0
    for mark in tape.hours:
        share = scale.share(mark.at_ms)
        wide = (width_px(mark.before + mark.words) + 4) / _LANE_PX
        is_late = share > 0.92
        if (share - wide if is_late else share) < free:
            continue
        side = 'dx="-4" text-anchor="end"' if is_late else 'dx="4"'
        before = f'<tspan class="name">{text(mark.before)}</tspan>' if mark.before else ""
        words = f'<text x="{percent(share)}" y="60" {side}>{before}{text(mark.words)}</text>'
        drawn += rect("hour", share) + words
        free = share + _MARGIN + (0 if is_late else wide)
    return drawn
