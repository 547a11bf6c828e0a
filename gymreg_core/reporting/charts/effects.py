"""Pictures of effect studies: estimates cohort by cohort, every specification at once, and applicants at a cut-off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gymreg_core.disclosure import Released
from gymreg_core.reporting.charts.canvas import (
    GRID,
    INK,
    NAVY,
    ORANGE,
    PALE,
    PAPER,
    QUIET,
    SMALL,
    WIDTH,
    Spec,
    axis,
    drawable,
    ends,
    mark,
    quantity,
    scale,
    svg,
    text_width,
    ticks,
)
from gymreg_core.reporting.charts.estimates import POINTS
from gymreg_core.reporting.charts.legend import Key, legend
from gymreg_core.reporting.charts.spread import SERIES
from gymreg_core.vocabulary.programmes import Language

_AXIS, _HEIGHT, _CURVE, _ROW, _HEAD = 52, 260, 200, 15, 20
_APART = 0.22
"""Years between the points of two series."""
_ROOM = 0.06
_MANY_YEARS = 9
_MANY, _MARK, _SMALL_MARK = 150, 26, 12
"""Specifications from which on their points are small."""
_ONCE: Spec = {"data": {"values": [{}]}}


def by_cohort(
    released: Released,
    *,
    cohort: str,
    value: str,
    band: tuple[str, str],
    series: str,
    before: tuple[float, str],
    titles: tuple[str, str],
    language: Language,
) -> bytes:
    """Estimates cohort by cohort with their intervals, the cohorts from before something began on a tinted ground.

    Parameters
    ----------
    released : a row per cohort and series, at most four series; differences of shares, bare points without ends.
    cohort, value, band, series : columns: the year, the difference, the ends of its interval, which series.
    before : the last cohort from before, and what the tinted ground is called. titles : what the years are, and what
        the difference is of.
    """
    low, high = band
    frame = drawable(released, cohort, value, low, high, series).dropna(subset=[value])
    names = list(dict.fromkeys(frame[series]))
    first, last = ends(frame[cohort])
    across = scale(first - 0.6, last + 0.6)
    years = list(range(int(first), int(last) + 1, 1 if last - first < _MANY_YEARS else 2))
    below = {"values": years, "labelExpr": "'' + datum.value", "grid": False}
    up = _up(*ends(frame[value], frame[low], frame[high]))
    edge = before[0] + 0.5
    ground = {
        "x": {"datum": first - 0.6, "type": "quantitative", "scale": across, "axis": below, "title": titles[0]},
        "x2": {"datum": edge},
        "y": {"value": 0},
        "y2": {"value": "height"},
    }
    layers: list[Spec] = [{**_ONCE, **mark("rect", ground, color=PALE, opacity=0.7)}, *_nought(up)]
    for at, (name, (colour, shape)) in enumerate(zip(names, SERIES, strict=False)):
        moved = _APART * (at - (len(names) - 1) / 2)
        own = [
            {"filter": {"field": series, "equal": name}},
            {"calculate": f"datum['{cohort}'] + {moved}", "as": "across"},
        ]
        x = quantity("across", scale=across, axis=below, title=titles[0])
        whisker = {"x": x, "y": quantity(low, **up), "y2": {"field": high}}
        look = {"shape": shape, "size": 75, "fill": colour, "stroke": PAPER, "strokeWidth": 1, "opacity": 1}
        known = {"filter": f"isValid(datum['{low}']) && isValid(datum['{high}'])"}
        layers.append({"transform": [*own, known], **mark("rule", whisker, color=colour, strokeWidth=2, opacity=0.75)})
        layers.append({"transform": own, **mark("point", {"x": x, "y": quantity(value, **up)}, **look)})
    keys = [Key(before[1], PALE, QUIET)]
    keys += [Key(name, colour, colour, shape) for name, (colour, shape) in zip(names, SERIES, strict=False) if name]
    return _drawn([(keys, layers, titles[1], _HEIGHT)], frame, language)


def specification_curve(  # noqa: PLR0913
    released: Released,
    *,
    number: str,
    value: str,
    band: tuple[str, str],
    planned: str,
    choices: Mapping[str, tuple[str, Mapping[str, str]]],
    keys: tuple[str, str],
    titles: tuple[str, str],
    language: Language,
) -> bytes:
    """Every specification by the size of its estimate, and below it a mark for each choice that it makes.

    Parameters
    ----------
    released : a row per specification that has an estimate.
    number, value, band, planned : columns: its place, the estimate, the ends of its interval, whether it stands in the
        plan.
    choices : column -> (what is chosen, value of the column -> its name), in the order to draw.
    keys : what a specification in the plan and what the others are called. titles : what the places are, and what the
        estimate is.
    """
    low, high = band
    frame = drawable(released, number, value, low, high, planned, *choices)
    frame[planned] = frame[planned].astype(int)
    frame = frame.sort_values([value, number], kind="stable").assign(**{number: range(1, len(frame) + 1)})
    rows = [(column, one, told) for column, (_, levels) in choices.items() for one, told in levels.items()]
    left = max(_AXIS, text_width([told for *_, told in rows], SMALL) + 8)
    across = {"scale": scale(0, len(frame) + 1), "axis": None}
    x = quantity(number, **across)
    up = _up(*ends(frame[value], frame[low], frame[high]), room=left)
    others, own = [{"filter": f"!datum['{planned}']"}], [{"filter": f"datum['{planned}']"}]
    whisker, point = {"x": x, "y": quantity(low, **up), "y2": {"field": high}}, {"x": x, "y": quantity(value, **up)}
    size = _MARK if len(frame) < _MANY else _SMALL_MARK
    look = {"shape": "diamond", "size": 110, "fill": ORANGE, "stroke": INK, "strokeWidth": 1, "opacity": 1}
    curve: list[Spec] = [
        *_nought(up),
        mark("rule", whisker, color=NAVY, strokeWidth=1, opacity=0.22),
        {"transform": others, **mark("point", point, filled=True, color=NAVY, opacity=1, size=size)},
        {"transform": own, **mark("rule", whisker, color=ORANGE, strokeWidth=2)},
        {"transform": own, **mark("point", point, **look)},
    ]
    told = [Key(keys[0], ORANGE, INK, "diamond"), Key(keys[1], NAVY, NAVY, "circle")]
    below, height = _choices(rows, {c: told for c, (told, _) in choices.items()}, x, planned, left)
    parts = [(told, curve, titles[1], _CURVE), ([], below, titles[0], height)]
    return _drawn(parts, frame, language, left=left)


def at_cutoff(
    released: Released,
    *,
    x: str,
    value: str,
    width: float,
    at: str,
    titles: tuple[str, str],
    language: Language,
) -> bytes:
    """Means of bins on both sides of a cut-off at 0, as points in the middle of their bins.

    Parameters
    ----------
    released : a row per bin. x, value : columns: where a bin begins, its mean (a share). width : of a bin.
    at : what the cut-off is called. titles : what the distance is, and what the mean is of.
    """
    frame = drawable(released, x, value).dropna(subset=[value])
    first, last = ends(frame[x])
    low, high = ends(frame[value])
    margin = max(high - low, 0.02) * 0.15
    up_axis = axis(low - margin, high + margin, percent=language, minExtent=_AXIS, maxExtent=_AXIS, domain=False)
    up = {"scale": scale(low - margin, high + margin), "title": None, "axis": up_axis}
    across = {"scale": scale(min(first, -width), max(last + width, width)), "title": titles[0]}
    across["axis"] = {
        "values": ticks(first, last + width, 6),
        "labelExpr": "datum.value == 0 ? '0' : format(datum.value, '+,.3~f')",
        "grid": False,
    }
    middle = [{"calculate": f"datum['{x}'] + {width / 2}", "as": "middle"}]
    place = {"x": quantity("middle", **across), "y": quantity(value, **up)}
    nought = {"x": {"datum": 0, "type": "quantitative", **across}, "y": {"value": 0}, "y2": {"value": "height"}}
    layers: list[Spec] = [{**_ONCE, **mark("rule", nought, color=INK, strokeWidth=1.5, strokeDash=[6, 4])}]
    for side, (colour, shape) in zip(("<", ">="), SERIES, strict=False):
        kept = [{"filter": f"datum['{x}'] {side} 0"}, *middle]
        layers.append(
            {"transform": kept, **mark("point", place, filled=True, color=colour, shape=shape, size=70, opacity=1)}
        )
    keys = [Key(at, INK, INK, "dash")]
    return _drawn([(keys, layers, titles[1], _HEIGHT)], frame, language)


def _choices(
    rows: Sequence[tuple[str, str, str]], heads: Mapping[str, str], x: Spec, planned: str, left: float
) -> tuple[list[Spec], float]:
    """A line of marks for each value of each choice, under the name of the choice; and how high they are together."""
    layers: list[Spec] = []
    y, said = 0.0, ""
    for column, one, told in rows:
        if column != said:
            y, said = y + _HEAD, column
            head = {"x": {"value": -left}, "y": {"value": y - _HEAD / 2 + 3}, "text": {"value": heads[column]}}
            bold = {"align": "left", "fontWeight": 600, "fontSize": SMALL, "color": INK, "baseline": "middle"}
            layers.append({**_ONCE, **mark("text", head, **bold)})
        middle = y + _ROW / 2
        name = {"x": {"value": -8}, "y": {"value": middle}, "text": {"value": told}}
        line = {"x": {"value": 0}, "x2": {"value": "width"}, "y": {"value": middle}}
        tick = {"x": x, "y": {"value": y + 2}, "y2": {"value": y + _ROW - 2}}
        look = {"align": "right", "fontSize": SMALL, "color": QUIET, "baseline": "middle"}
        layers += [{**_ONCE, **mark("text", name, **look)}, {**_ONCE, **mark("rule", line, color=GRID)}]
        of = {"field": column, "equal": one}
        layers.append({"transform": [{"filter": of}], **mark("rule", tick, color=NAVY, strokeWidth=1)})
        own = [{"filter": of}, {"filter": f"datum['{planned}']"}]
        layers.append({"transform": own, **mark("rule", tick, color=ORANGE, strokeWidth=3)})
        y += _ROW
    return layers, y


def _up(low: float, high: float, room: float = _AXIS) -> Spec:
    """Up, in percentage points, with 0 in it."""
    low, high = min(low, 0.0), max(high, 0.0)
    margin = ((high - low) or 0.02) * _ROOM
    left = {"minExtent": room, "maxExtent": room, "domain": False, "ticks": False}
    axis_ = {"values": ticks(low, high, 5), "labelExpr": POINTS, "grid": True, **left}
    return {"scale": scale(low - margin, high + margin), "title": None, "axis": axis_}


def _nought(up: Spec) -> list[Spec]:
    line = {"x": {"value": 0}, "x2": {"value": "width"}, "y": {"datum": 0, "type": "quantitative", **up}}
    return [{**_ONCE, **mark("rule", line, color=INK)}]


def _drawn(
    parts: Sequence[tuple[Sequence[Key], list[Spec], str, float]], frame: Any, language: Language, left: float = _AXIS
) -> bytes:
    width = WIDTH - left - 20
    blocks: list[Spec] = []
    for keys, layers, title, height in parts:
        if keys:
            blocks.append(legend(keys, width, left))
        named = {"text": title, "fontWeight": "normal", "color": QUIET}
        blocks.append({"width": width, "height": height, "title": named, "layer": layers})
    return svg({"vconcat": blocks, "spacing": 12}, frame, language)
