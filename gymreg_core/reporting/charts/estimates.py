"""Estimates with their 95 % intervals: curves over months within a band, and effects as points on lines."""

from __future__ import annotations

from collections.abc import Mapping

from gymreg_core.disclosure import Released
from gymreg_core.reporting.charts.canvas import (
    INK,
    NAVY,
    PAPER,
    QUIET,
    SMALL,
    TEXT,
    WIDTH,
    Spec,
    apart,
    axis,
    category,
    drawable,
    ends,
    mark,
    quantity,
    scale,
    svg,
    text_width,
    ticks,
    words,
)
from gymreg_core.reporting.charts.legend import Key, legend
from gymreg_core.reporting.charts.states import STATE_COLOURS
from gymreg_core.vocabulary.programmes import Language

_AXIS, _HEIGHT, _LINE = 62, 300, 18
_ROW, _GAP, _AWAY = 26, 14, 12
_YEAR = 12


def bands(
    released: Released,
    *,
    month: str,
    value: str,
    band: tuple[str, str],
    state: str,
    names: Mapping[str, str],
    axis_title: str,
    language: Language,
) -> bytes:
    """Probabilities over months as steps, each within its interval and named at its end.

    Parameters
    ----------
    released : a row per month and curve; months whose value is missing are not drawn.
    month, value, band, state : columns: months since the start, the probability, the ends of its interval, the state
        that it is of.
    names : what the states are called. axis_title : what the months are counted from.
    """
    low, high = band
    frame = drawable(released, month, value, low, high, state)
    known = frame.dropna(subset=[value, low, high])
    order = [one for one in STATE_COLOURS if one in set(known[state])]
    first, last = ends(known[month])
    top = min(max(ends(known[high])[1] * 1.05, 0.02), 1.0)
    years = [at for at in range(0, int(last) + 1, _YEAR) if at >= first]
    across = {"values": years, "labelExpr": f"'' + datum.value / {_YEAR}", "grid": False}
    x = quantity(month, scale=scale(first, max(last, first + 1)), title=axis_title, axis=across)
    left = {"minExtent": _AXIS, "maxExtent": _AXIS, "domain": False, "ticks": False}
    place = {"scale": scale(0, top), "title": None, "axis": axis(0, top, percent=language, **left)}
    last_of = known.sort_values(month, kind="stable").groupby(state)[value].last().astype(float).to_dict()
    heights = apart([_HEIGHT * (1 - last_of[one] / top) for one in order], _HEIGHT, _LINE)
    layers: list[Spec] = []
    for one in order:
        valid = [{"filter": f"datum['{state}'] == '{one}' && isValid(datum['{value}']) && isValid(datum['{low}'])"}]
        area = {"x": x, "y": quantity(low, **place), "y2": {"field": high}}
        line = {"x": x, "y": quantity(value, **place)}
        look = {"color": STATE_COLOURS[one], "interpolate": "step-after"}
        layers.append({"transform": valid, **mark("area", area, opacity=0.22, **look)})
        layers.append({"transform": valid, **mark("line", line, strokeWidth=2.5, **look)})
    for one, y in zip(order, heights, strict=True):
        said = {"x": {"value": "width"}, "y": {"value": y}, "text": {"value": names[one]}}
        bold = {"align": "left", "baseline": "middle", "dx": _AWAY, "fontWeight": 600, "fontSize": TEXT, "color": INK}
        end = mark("text", said, **bold)
        dot = {"x": {"value": "width"}, "y": {"value": y}}
        key = mark("point", dot, shape="circle", size=60, filled=True, opacity=1, color=STATE_COLOURS[one], xOffset=5)
        layers += [{"data": {"values": [{}]}, **key}, {"data": {"values": [{}]}, **end}]
    width = WIDTH - _AXIS - _AWAY - 14 - text_width([names[one] for one in order])
    return svg({"width": width, "height": _HEIGHT, "layer": layers}, frame, language)


def intervals(  # noqa: PLR0913
    released: Released,
    *,
    label: str,
    value: str,
    band: tuple[str, str],
    text: str,
    group: str,
    hollow: tuple[str, str] | None = None,
    axis_title: str,
    language: Language,
) -> bytes:
    """Differences as points with their intervals against a line at 0, what each is written beside it.

    Parameters
    ----------
    released : a row per difference, in the order to draw; differences of shares.
    label, value, band, text : columns: name of the row, the difference, the ends of its interval, what to write.
    group : column that splits the rows into blocks with a heading each. axis_title : what the scale is.
    hollow : a column, and the word in it of the rows whose points are not filled; the word stands in the legend.
    """
    low, high = band
    frame = drawable(released, group, label, value, low, high, text, *(hollow or ())[:1])
    empty = hollow is not None and hollow[1] in set(frame[hollow[0]])
    left, right = text_width(frame[label].tolist()), text_width(frame[text].tolist(), SMALL) + _AWAY
    plot = WIDTH - left - right - 12
    least, most = ends(frame[low], frame[high])
    least, most = min(least, 0.0), max(most, 0.0)
    margin = ((most - least) or 1) * 0.05
    place = {"scale": scale(least - margin, most + margin), "title": None}
    below = {"values": ticks(least, most, 4), "labelExpr": POINTS, "grid": True, "domain": False, "ticks": False}
    names = {"domain": False, "ticks": False, "minExtent": left, "maxExtent": left}
    blocks: list[Spec] = []
    if hollow and empty:
        blocks.append(legend([Key(hollow[1], PAPER, NAVY, "circle")], plot, left))
    groups = list(frame.groupby(group, sort=False))
    for at, (name, rows) in enumerate(groups):
        last = at == len(groups) - 1
        own = {**place, "axis": {**below, "labels": last}, "title": axis_title if last else None}
        beyond = {"x": quantity(low, **own), "x2": {"field": high}}
        middle, aside = {"x": quantity(value, **own)}, {"x": {"value": plot}}
        point = {"shape": "circle", "size": 110, "fill": NAVY, "stroke": PAPER, "strokeWidth": 1, "opacity": 1}
        points = [mark("point", middle, **point)]
        if hollow and empty:
            unfilled = {**point, "fill": PAPER, "stroke": NAVY, "strokeWidth": 2}
            of = {"field": hollow[0], "equal": hollow[1]}
            points += [{"transform": [{"filter": of}], **mark("point", middle, **unfilled)}]
        nought = {"x": {"datum": 0, "type": "quantitative", **own}, "y": {"value": 0}, "y2": {"value": "height"}}
        blocks.append({
            "title": str(name),
            "width": plot,
            "height": {"step": _ROW},
            "transform": [{"filter": {"field": group, "equal": str(name)}}],
            "encoding": {"y": category(label, sort=rows[label].tolist(), title=None, axis=names)},
            "layer": [
                {"data": {"values": [{}]}, **mark("rule", nought, color=INK)},
                mark("rule", beyond, color=QUIET, strokeWidth=2.5),
                *points,
                words(aside, text, align="left", dx=_AWAY),
            ],
        })  # fmt: skip
    return svg({"vconcat": blocks, "spacing": _GAP}, frame, language)


POINTS = "datum.value == 0 ? '0' : format(datum.value * 100, '+,.3~f')"
"""The label of a tick at a difference of shares: in percentage points with its sign."""
