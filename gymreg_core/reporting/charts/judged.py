"""Groups beside what was expected of them: schools in a funnel, and tenths of predicted risk beside the diagonal."""

from __future__ import annotations

from gymreg_core.disclosure import Released
from gymreg_core.reporting.charts.canvas import (
    INK,
    NAVY,
    ORANGE,
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
    ticks,
)
from gymreg_core.reporting.charts.estimates import POINTS
from gymreg_core.reporting.charts.legend import Key, Shape, legend
from gymreg_core.reporting.charts.spread import SERIES
from gymreg_core.vocabulary.programmes import Language

_AXIS, _HEIGHT, _SIDE, _STEPS = 56, 330, 440, 60
LIMITS = (1.959964, 3.090232)
"""Standard deviations within which 95 and 99.8 % lie by chance alone."""


def funnel(
    released: Released,
    *,
    pupils: str,
    value: str,
    spread: str,
    series: str,
    titles: tuple[str, str],
    limits: tuple[str, str],
    language: Language,
) -> bytes:
    """Schools as dots: the more pupils the further to the right, and between the lines those that chance may explain.

    The lines are drawn for a school whose pupils vary as those of all schools do on the average (the spread of each
    follows from its own intake, and differs little). No school is named.

    Parameters
    ----------
    released : a row per school.
    pupils, value, spread, series : columns: pupils, the difference from what was expected (share), the standard
        deviation that chance gives it, what kind of dot it is; dots of the second kind are emphasised.
    titles : what the two axes are. limits : what the inner and the outer lines are.
    """
    frame = drawable(released, pupils, value, spread, series)
    known = frame.dropna(subset=[pupils, value, spread])
    kinds = list(dict.fromkeys(frame[series]))
    unit = float((known[spread].astype(float) ** 2 * known[pupils].astype(float)).mean() ** 0.5) if len(known) else 0.0
    least, most = ends(known[pupils])
    first, last = max(least * 0.8, 1.0), most * 1.05
    widest = max(float(known[value].abs().max()) if len(known) else 0.0, LIMITS[1] * unit / first**0.5 * 0.6, 0.01)
    top = widest * 1.1
    x = {"scale": scale(0, last), "title": titles[0], "axis": axis(0, last, grid=False)}
    left = {"minExtent": _AXIS, "maxExtent": _AXIS, "domain": False, "ticks": False}
    y = {"scale": scale(-top, top), "title": None, "axis": {"values": ticks(-top, top, 6), "labelExpr": POINTS, **left}}
    across, up = quantity(pupils, **x), quantity(value, **y)
    layers: list[Spec] = [{"data": {"values": [{}]}, **mark("rule", {"y": {"datum": 0}}, color=INK, strokeWidth=1)}]
    steps = {"values": [{"step": step} for step in range(_STEPS + 1)]}
    size = {"calculate": f"{first} + {last - first} * datum.step / {_STEPS}", "as": "size"}
    for reach, dash in zip(LIMITS, ([6, 4], [1, 0]), strict=True):
        for sign in (1, -1):
            limit = {"calculate": f"{sign * reach * unit} / sqrt(datum.size)", "as": "limit"}
            inside = {"filter": f"abs(datum.limit) <= {top}"}
            at = {"x": quantity("size", **x), "y": quantity("limit", **y)}
            look = {"color": QUIET, "strokeWidth": 1.5, "strokeDash": dash}
            layers.append({"data": steps, "transform": [size, limit, inside], **mark("line", at, **look)})
    looks: list[tuple[str, str, Shape, int]] = [(PAPER, NAVY, "circle", 48), (ORANGE, INK, "triangle-up", 90)]
    for kind, (fill, stroke, shape, area) in zip(kinds, looks, strict=False):
        own = [{"filter": {"field": series, "equal": kind}}, {"filter": f"isValid(datum['{value}'])"}]
        look = {"shape": shape, "size": area, "fill": fill, "stroke": stroke, "strokeWidth": 1.5, "opacity": 1}
        layers.append({"transform": own, **mark("point", {"x": across, "y": up}, **look)})
    keys = [
        Key(kind, fill, stroke, shape) for kind, (fill, stroke, shape, _) in zip(kinds, looks, strict=False) if kind
    ]
    keys += [Key(limits[0], QUIET, QUIET, "dash"), Key(limits[1], QUIET, QUIET, "line")]
    width = WIDTH - _AXIS - 24
    title = {"text": titles[1], "fontWeight": "normal", "color": QUIET}
    drawn = {"width": width, "height": _HEIGHT, "title": title, "layer": layers}
    shown = frame.drop(columns=spread)
    return svg({"vconcat": [legend(keys, width, _AXIS), drawn], "spacing": 14}, shown, language)


def calibration(
    released: Released,
    *,
    predicted: str,
    observed: str,
    series: str,
    titles: tuple[str, str],
    right: str,
    language: Language,
) -> bytes:
    """Tenths of predicted risk: what was predicted of each and what came, beside the line where both are the same.

    Parameters
    ----------
    released : a row per tenth and series, from the lowest risk up.
    predicted, observed, series : columns: mean predicted share, share that it came true for, who predicted.
    titles : what the two axes are; right : what the straight line is.
    """
    frame = drawable(released, series, predicted, observed)
    names = list(dict.fromkeys(frame[series]))
    top = max(ends(frame[predicted], frame[observed])[1] * 1.06, 0.01)
    place = {"scale": scale(0, top), "axis": axis(0, top, percent=language)}
    up = {**place, "axis": {**place["axis"], "minExtent": _AXIS, "maxExtent": _AXIS}}
    at = {"x": quantity(predicted, title=titles[0], **place), "y": quantity(observed, title=None, **up)}
    corner: Spec = {key: {"datum": 0, "type": "quantitative"} for key in ("x", "y")}
    line = {**corner, "x2": {"datum": top}, "y2": {"datum": top}}
    layers: list[Spec] = [
        {"data": {"values": [{}]}, **mark("rule", line, color=INK, strokeWidth=1.5, strokeDash=[6, 4])}
    ]
    for name, (colour, shape) in zip(names, SERIES, strict=False):
        own = [{"filter": {"field": series, "equal": name}}, {"filter": f"isValid(datum['{observed}'])"}]
        layers.append({"transform": own, **mark("line", at, color=colour, strokeWidth=2)})
        look = {"shape": shape, "size": 80, "filled": True, "color": colour, "opacity": 1}
        layers.append({"transform": own, **mark("point", at, **look)})
    keys = [Key(name, colour, colour, shape) for name, (colour, shape) in zip(names, SERIES, strict=False) if name]
    title = {"text": titles[1], "fontWeight": "normal", "color": QUIET}
    drawn = {"width": _SIDE, "height": _SIDE * 0.85, "title": title, "layer": layers}
    return svg(
        {"vconcat": [legend([*keys, Key(right, INK, INK, "dash")], _SIDE, _AXIS), drawn], "spacing": 12},
        frame,
        language,
    )
