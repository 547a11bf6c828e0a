"""Pictures of an amount and its dose: steps beside a line, quantiles over years, and the power to see an effect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gymreg_core.disclosure import Released
from gymreg_core.reporting.charts.canvas import (
    INK,
    NAVY,
    ORANGE,
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
    text_width,
)
from gymreg_core.reporting.charts.legend import Key, legend
from gymreg_core.reporting.charts.spread import SERIES
from gymreg_core.vocabulary.programmes import Language

_AXIS, _HEIGHT, _ROOM, _TOP = 44, 270, 1.12, 12
_BANDS = (0.16, 0.3)
"""Opacity of the bands from the widest inwards."""


def stepped(
    released: Released,
    *,
    x: str,
    step: str,
    line: str,
    names: tuple[str, str],
    titles: tuple[str, str],
    at: tuple[float, str],
    language: Language,
) -> bytes:
    """One amount in steps and another as a line over the same values, with a dashed line at a value.

    Parameters
    ----------
    released : a row per value, ascending. x, step, line : columns: where a row begins, the amount that steps, the one
        that does not.
    names : what the two are. titles : what the values are, and what the amounts are. at : the value, and its name.
    """
    frame = drawable(released, x, step, line).sort_values(x, kind="stable")
    low, high = ends(frame[x])
    top = max(ends(frame[step], frame[line])[1], 1e-9) * _ROOM
    across = quantity(x, scale=scale(low, high), title=titles[0], axis=axis(low, high, about=6, grid=False))
    up = _up(0, top)
    layers = [
        *_ruled(at, across),
        mark("line", {"x": across, "y": quantity(step, **up)}, color=NAVY, strokeWidth=2.5, interpolate="step-after"),
        mark("line", {"x": across, "y": quantity(line, **up)}, color=ORANGE, strokeWidth=2.5),
    ]
    keys = [Key(names[0], NAVY, NAVY, "line"), Key(names[1], ORANGE, ORANGE, "line")]
    return _drawn(frame, layers, keys, titles[1], language)


def quantile_bands(
    released: Released,
    *,
    year: str,
    quantile: str,
    value: str,
    bands: Sequence[tuple[float, float, str]],
    middle: tuple[float, str],
    titles: tuple[str, str],
    language: Language,
) -> bytes:
    """How a value lies over the years: bands between quantiles, the widest first, and a line in the middle.

    Parameters
    ----------
    released : a row per year and quantile. bands : lower and upper quantile of each, and its name. middle : the
        quantile of the line, and its name. titles : what the years are, and what the value is.
    """
    frame = drawable(released, year, quantile, value)
    years = ends(frame[year])
    top = max(ends(frame[value])[1], 1e-9) * _ROOM
    across = quantity(year, scale=scale(*years), title=titles[0], axis=_years(*years))
    up = _up(0, top)
    layers: list[Spec] = []
    for (low, high, _), opacity in zip(bands, _BANDS, strict=False):
        by_end = {
            "aggregate": [
                {"op": "min", "field": value, "as": "from"},
                {"op": "max", "field": value, "as": "to"},
            ],
            "groupby": [year],
        }
        kept = [{"filter": f"abs(datum['{quantile}'] - {low}) < 1e-6 || abs(datum['{quantile}'] - {high}) < 1e-6"}]
        area = {"x": across, "y": quantity("from", **up), "y2": {"field": "to"}}
        layers.append({"transform": [*kept, by_end], **mark("area", area, color=NAVY, opacity=opacity)})
    of_line = [{"filter": f"abs(datum['{quantile}'] - {middle[0]}) < 1e-6"}]
    line = {"x": across, "y": quantity(value, **up)}
    layers.append({"transform": of_line, **mark("line", line, color=NAVY, strokeWidth=2.5)})
    layers.append({"transform": of_line, **mark("point", line, color=NAVY, filled=True, size=60, opacity=1)})
    shades = ("#DADFE6", "#98A9BC")
    keys = [Key(middle[1], NAVY, NAVY, "line")]
    keys += [Key(name, shade, QUIET) for (_, _, name), shade in zip(bands, shades, strict=False)]
    return _drawn(frame, layers, keys, titles[1], language)


def power_curves(
    released: Released,
    *,
    x: str,
    y: str,
    series: str,
    level: tuple[float, str],
    at: tuple[float, str],
    titles: tuple[str, str],
    language: Language,
) -> bytes:
    """The chance to tell an effect from none by its size, a line for each series, with what is asked for.

    Parameters
    ----------
    released : a row per size and series, at most four series. x, y, series : columns: the size in percentage points,
        the chance (0-1), which line.
    level : the chance that is asked for, and its name. at : the size of interest, and its name.
    titles : what the size is, and what the chance is.
    """
    frame = drawable(released, series, x, y)
    names = list(dict.fromkeys(frame[series]))
    high = max(ends(frame[x])[1], at[0])
    across = quantity(x, scale=scale(0, high), title=titles[0], axis=_decimals(0, high, grid=False))
    left = {"minExtent": _AXIS, "maxExtent": _AXIS, "domain": False, "ticks": False}
    up = {"scale": scale(0, 1), "title": None, "axis": axis(0, 1, percent=language, **left)}
    asked = {"x": {"value": 0}, "x2": {"value": "width"}, "y": {"datum": level[0], "type": "quantitative", **up}}
    once: Spec = {"data": {"values": [{}]}}
    layers: list[Spec] = [
        {**once, **mark("rule", asked, color=QUIET, strokeWidth=1.5, strokeDash=[5, 3])},
        *_ruled(at, across, _HEIGHT - _TOP),
    ]
    for name, (colour, shape) in zip(names, SERIES, strict=False):
        own = [{"filter": {"field": series, "equal": name}}]
        place = {"x": across, "y": quantity(y, **up)}
        layers.append({"transform": own, **mark("line", place, color=colour, strokeWidth=2.5)})
        look = {"shape": shape, "size": 60, "filled": True, "color": colour, "opacity": 1}
        layers.append({"transform": own, **mark("point", place, **look)})
    keys = [Key(name, colour, colour, shape) for name, (colour, shape) in zip(names, SERIES, strict=False)]
    keys.append(Key(level[1], QUIET, QUIET, "dash"))
    return _drawn(frame, layers, keys, titles[1], language)


def _drawn(frame: Any, layers: list[Spec], keys: list[Key], title: str, language: Language) -> bytes:
    width = WIDTH - _AXIS - 24
    plot = {
        "width": width,
        "height": _HEIGHT,
        "title": {"text": title, "fontWeight": "normal", "color": QUIET},
        "layer": layers,
    }
    return svg({"vconcat": [legend(keys, width, _AXIS), plot], "spacing": 14}, frame, language)


def _ruled(at: tuple[float, str], across: Spec, height: float = _TOP) -> list[Spec]:
    """A dashed line from the ground up at a value, named beside it at a height where there is room."""
    place = {key: across[key] for key in ("scale", "title", "axis")}
    low, high = across["scale"]["domain"]
    where = {"datum": at[0], "type": "quantitative", **place}
    rule = {"x": where, "y": {"value": 0}, "y2": {"value": "height"}}
    room = (high - at[0]) / (high - low or 1) * (WIDTH - _AXIS - 24) > text_width([at[1]]) + 8
    side = {"align": "left", "dx": 6} if room else {"align": "right", "dx": -6}
    said = {"x": where, "y": {"value": height}, "text": {"value": at[1]}}
    once: Spec = {"data": {"values": [{}]}}
    return [
        {**once, **mark("rule", rule, color=INK, strokeWidth=1.5, strokeDash=[6, 4])},
        {**once, **mark("text", said, color=INK, **side)},
    ]


def _up(low: float, high: float) -> Spec:
    left = {"minExtent": _AXIS, "maxExtent": _AXIS, "domain": False, "ticks": False}
    return {"scale": scale(low, high), "title": None, "axis": _decimals(low, high, **left)}


def _decimals(low: float, high: float, **more: Any) -> Spec:
    """An axis whose numbers have the decimals that they need."""
    written = "format(datum.value, ',.3~f')"
    return {**axis(low, high, least=0, **more), "labelExpr": written}


def _years(first: float, last: float) -> Spec:
    step = max(1, round((last - first) / 6))
    years = list(range(int(first), int(last) + 1, step))
    return {"values": years, "labelExpr": "'' + datum.value", "grid": False}
