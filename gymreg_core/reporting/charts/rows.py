"""Bars and dumbbells: one row per group, its name to the left and its number to the right."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from gymreg_core.disclosure import Released
from gymreg_core.reporting.charts.canvas import (
    NAVY,
    PALE,
    PAPER,
    QUIET,
    SMALL,
    WIDTH,
    Spec,
    axis,
    category,
    drawable,
    ends,
    mark,
    quantity,
    scale,
    svg,
    text_width,
    words,
)
from gymreg_core.reporting.charts.legend import Key, legend
from gymreg_core.vocabulary.programmes import Language

_ROW, _BAR, _GAP = 26, 17, 14


@dataclass(frozen=True)
class _Layout:
    """Pixels to the left for names, for the plot, and inside it to the right for numbers."""

    left: float
    plot: float
    right: float

    @classmethod
    def of(cls, names: pd.Series, numbers: pd.Series) -> _Layout:
        left = text_width(names.tolist())
        return cls(left, WIDTH - left - 12, text_width(numbers.tolist(), SMALL) + 14)

    def scale(self, low: float, high: float) -> Spec:
        """A scale on which `high` leaves room for the numbers to its right."""
        return scale(low, low + ((high - low) or 1) / (1 - self.right / self.plot))


def filled_bars(
    released: Released,
    *,
    label: str,
    part: str,
    whole: str,
    text: str,
    names: tuple[str, str],
    language: Language,
    group: str | None = None,
) -> bytes:
    """Horizontal bars of a whole with its filled part, the number written beside each.

    Parameters
    ----------
    released : one row per bar, in the order to draw.
    label, part, whole, text : columns: name of the bar, length of the filled part, of the whole bar, what to write.
    names : what the filled and the unfilled part are, for the legend.
    group : column that splits the bars into blocks with a heading each.
    """
    frame = drawable(released, *([group] if group else []), label, part, whole, text)
    layout = _Layout.of(frame[label], frame[text])
    place = {"scale": layout.scale(0, ends(frame[whole])[1]), "axis": None}
    end, filled = ({"x": quantity(name, **place)} for name in (whole, part))
    marks = [
        mark("bar", end, height=_BAR, fill=PALE, stroke=NAVY, strokeWidth=1),
        mark("bar", filled, height=_BAR, fill=NAVY, stroke=NAVY, strokeWidth=1),
        words(end, text, align="left", dx=7),
    ]
    keys = [Key(names[0], NAVY, NAVY), Key(names[1], PALE, NAVY)]
    return _draw(frame, label, group, layout, marks, keys, language)


def bars(
    released: Released,
    *,
    label: str,
    value: str,
    text: str,
    language: Language,
    maximum: float | None = None,
    highlight: str | None = None,
) -> bytes:
    """Horizontal bars, the number written beside each.

    Parameters
    ----------
    released : one row per bar, in the order to draw.
    label, value, text : columns: name of the bar, its length, what to write.
    maximum : the longest bar there could be; by default the longest there is.
    highlight : name of a bar that the others are to be held against; it is outlined, not filled.
    """
    frame = drawable(released, label, value, text)
    layout = _Layout.of(frame[label], frame[text])
    end = {"x": quantity(value, scale=layout.scale(0, maximum or ends(frame[value])[1]), axis=None)}
    held = {"condition": {"test": {"field": label, "equal": highlight or ""}, "value": PALE}, "value": NAVY}
    marks = [
        mark("bar", {**end, "fill": held}, height=_BAR, stroke=NAVY, strokeWidth=1),
        words(end, text, align="left", dx=7),
    ]
    return _draw(frame, label, None, layout, marks, [], language)


def dumbbells(
    released: Released,
    *,
    label: str,
    values: tuple[str, str],
    text: str,
    names: tuple[str, str],
    language: Language,
    group: str | None = None,
    percent: bool = False,
) -> bytes:
    """Two values per row joined by a line: hollow for the one to compare with, filled for the one in focus.

    Parameters
    ----------
    released : one row per pair, in the order to draw.
    label, values, text : columns: name of the row, the value to compare with and the one in focus, what to write.
    names : what the hollow and the filled mark are, for the legend.
    group : column that splits the rows into blocks with a heading each.
    percent : whether the values are shares.
    """
    before, now = values
    frame = drawable(released, *([group] if group else []), label, before, now, text)
    layout = _Layout.of(frame[label], frame[text])
    low, high = ends(frame[before], frame[now])
    start = low - ((high - low) or 1) * 0.06
    below = axis(start, high, percent=language if percent else None, about=4, grid=False, orient="bottom")
    place = {"scale": layout.scale(start, high), "title": None, "axis": below}
    first, last, far = ({"x": quantity(name, **place)} for name in (before, now, "far"))
    beyond = {"calculate": f"max(datum['{before}'], datum['{now}'])", "as": "far"}
    point = {"shape": "circle", "stroke": NAVY, "opacity": 1}
    marks = [
        mark("rule", {**first, "x2": {"field": now}}, color=QUIET, strokeWidth=2),
        mark("point", first, size=110, fill=PAPER, strokeWidth=2, **point),
        mark("point", last, size=120, fill=NAVY, strokeWidth=1, **point),
        {"transform": [beyond], **words(far, text, align="left", dx=11)},
    ]
    keys = [Key(names[0], PAPER, NAVY, "circle"), Key(names[1], NAVY, NAVY, "circle")]
    return _draw(frame, label, group, layout, marks, keys, language)


def _draw(
    frame: pd.DataFrame,
    label: str,
    group: str | None,
    layout: _Layout,
    marks: list[Spec],
    keys: list[Key],
    language: Language,
) -> bytes:
    """The blocks below each other, their plots aligned, under the legend; the data stand in the specification once."""
    names = {"domain": False, "ticks": False, "minExtent": layout.left, "maxExtent": layout.left}
    blocks = [legend(keys, layout.plot, layout.left)] if keys else []
    for name, rows in frame.groupby(group, sort=False) if group else [("", frame)]:
        y = category(label, sort=rows[label].tolist(), title=None, axis=names)
        block: Spec = {"width": layout.plot, "height": {"step": _ROW}, "encoding": {"y": y}, "layer": marks}
        if group:
            block |= {"title": str(name), "transform": [{"filter": {"field": group, "equal": str(name)}}]}
        blocks.append(block)
    return svg({"vconcat": blocks, "spacing": _GAP}, frame, language)
