"""Pictures of how money is shared out: the Lorenz curve, and the amount of each level over the merit value."""

from __future__ import annotations

from gymreg_core.disclosure import Released
from gymreg_core.reporting.charts.canvas import (
    INK,
    NAVY,
    PAPER,
    QUIET,
    WIDTH,
    Spec,
    axis,
    drawable,
    ends,
    mark,
    quantity,
    scale,
    svg,
    words,
)
from gymreg_core.reporting.charts.legend import Key, legend
from gymreg_core.reporting.charts.spread import SERIES
from gymreg_core.vocabulary.programmes import Language

_SIDE, _AXIS = 440, 56
_LEVELS, _LINE = 220, 17


def lorenz(
    released: Released,
    *,
    x: str,
    y: str,
    series: str,
    titles: tuple[str, str],
    equal: str,
    language: Language,
) -> bytes:
    """Cumulative shares of one thing over those of another, with the line where all have equally much.

    Parameters
    ----------
    released : the points of each curve from (0, 0) to (1, 1), poorest first.
    x, y, series : columns: share of those who share (0-1), share of what is shared (0-1), which curve.
    titles : what the two axes are; equal : what the straight line is.
    """
    frame = drawable(released, series, x, y)
    names = list(dict.fromkeys(frame[series]))
    place = {"scale": scale(0, 1), "axis": axis(0, 1, percent=language)}
    up = {**place, "axis": {**place["axis"], "minExtent": _AXIS, "maxExtent": _AXIS}}
    at = {"x": quantity(x, title=titles[0], **place), "y": quantity(y, title=None, **up)}
    straight = {key: {"datum": ends, "type": "quantitative"} for key, ends in (("x", 0), ("y", 0))}
    line = {**straight, "x2": {"datum": 1}, "y2": {"datum": 1}}
    layers: list[Spec] = [
        {"data": {"values": [{}]}, **mark("rule", line, color=INK, strokeWidth=1.5, strokeDash=[6, 4])}
    ]
    for name, (colour, _) in zip(names, SERIES, strict=False):
        own = {"transform": [{"filter": {"field": series, "equal": name}}]}
        layers.append({**own, **mark("line", at, color=colour, strokeWidth=2.5)})
    drawn = {
        "width": _SIDE,
        "height": _SIDE * 0.9,
        "title": {"text": titles[1], "fontWeight": "normal", "color": QUIET},
        "layer": layers,
    }
    keys = [Key(name, colour, colour, "line") for name, (colour, _) in zip(names, SERIES, strict=False) if name]
    return svg(
        {"vconcat": [legend([*keys, Key(equal, INK, INK, "dash")], _SIDE, _AXIS), drawn], "spacing": 12},
        frame,
        language,
    )


def levels(
    released: Released, *, low: str, high: str, amount: str, text: str, titles: tuple[str, str], language: Language
) -> bytes:
    """A column for each band of a value, as wide as the band and as high as its amount.

    Parameters
    ----------
    low, high, amount, text : columns: where the band begins and ends, its amount, what to write above ("\\n" breaks).
    titles : what the band is of, and what the amount is.
    """
    frame = drawable(released, low, high, amount, text)
    domain = ends(frame[low], frame[high])
    top = ends(frame[amount])[1] or 1
    edges = sorted({*frame[low].dropna().tolist(), *frame[high].dropna().tolist()})
    place = {"scale": scale(*domain), "title": titles[0], "axis": axis(*domain, grid=False) | {"values": edges}}
    up = {"scale": scale(0, top * 1.3), "axis": None}
    column = {"x": quantity(low, **place), "x2": {"field": high}, "y": quantity(amount, **up), "y2": {"datum": 0}}
    middle = {"calculate": f"(datum['{low}'] + datum['{high}']) / 2", "as": "middle"}
    said = {"x": quantity("middle", **place), "y": quantity(amount, **up)}
    above = -6 - _LINE * max((str(written).count("\n") for written in frame[text]), default=0)
    drawn = {
        "width": WIDTH - 36,
        "height": _LEVELS,
        "title": {"text": titles[1], "fontWeight": "normal", "color": QUIET},
        "layer": [
            mark("bar", column, orient="vertical", fill=NAVY, stroke=PAPER, strokeWidth=2),
            {"transform": [middle], **words(said, text, baseline="bottom", lineBreak="\n", lineHeight=_LINE, dy=above)},
        ],
    }
    return svg(drawn, frame, language)
