"""Fans: what is expected of each row as two intervals, one in the other, with the middle and what came."""

from __future__ import annotations

from gymreg_core.disclosure import Released
from gymreg_core.reporting.charts.canvas import (
    INK,
    NAVY,
    ORANGE,
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
)
from gymreg_core.reporting.charts.legend import Key, legend
from gymreg_core.vocabulary.programmes import Language

_ROW, _GAP, _LABELS = 42, 8, 250
_ORDER = "_order"


def fans(
    released: Released,
    *,
    label: str,
    below: str,
    quantiles: tuple[str, str, str, str, str],
    point: str,
    names: tuple[str, str, str, str],
    language: Language,
) -> bytes:
    """A row per forecast: a thin line over the wide interval, a thick one over the narrow one, and two points.

    Parameters
    ----------
    released : a row per forecast, in the order to draw.
    label, below : columns: name of the row, and what stands under it in a smaller type.
    quantiles : columns from the lowest to the highest; the third is the middle.
    point : column with another value to show beside the middle; rows without one have no such point.
    names : what the wide interval, the narrow one, the middle and the point are.
    """
    lowest, low, middle, high, highest = quantiles
    frame = drawable(released, label, below, *quantiles, point)
    left = min(_LABELS, text_width([*frame[label], *frame[below]], SMALL))
    plot = WIDTH - left - 12
    least, most = ends(frame[lowest], frame[highest], frame[point])
    span = scale(least - 4, most + 4)
    place = {"scale": span, "title": None, "axis": axis(least, most, grid=True, domain=False, ticks=False)}
    rows = {"field": _ORDER, "type": "ordinal", "title": None, "axis": None}

    def across(start: str, end: str, colour: str, width: float) -> Spec:
        return mark("rule", {"x": quantity(start, **place), "x2": {"field": end}}, color=colour, strokeWidth=width)

    def dot(of: str, **look: object) -> Spec:
        valid = [{"filter": f"isValid(datum['{of}'])"}]
        return {"transform": valid, **mark("point", {"x": quantity(of, **place)}, opacity=1, **look)}

    def said(of: str, up: float, **look: object) -> Spec:
        text = {"x": {"value": -left}, "text": category(of)}
        return mark("text", text, align="left", baseline="middle", dy=up, limit=left - 8, fontSize=SMALL, **look)

    drawn: Spec = {
        "width": plot,
        "height": {"step": _ROW},
        "transform": [{"window": [{"op": "row_number", "as": _ORDER}]}],
        "encoding": {"y": rows},
        "layer": [
            across(lowest, highest, QUIET, 2.5),
            across(low, high, NAVY, 12),
            dot(middle, shape="circle", size=70, fill=PAPER, stroke=NAVY, strokeWidth=2),
            dot(point, shape="diamond", size=110, fill=ORANGE, stroke=INK, strokeWidth=1),
            said(label, -_GAP, color=INK),
            said(below, _GAP, color=QUIET),
        ],
    }
    keys = [Key(names[0], QUIET, QUIET, "line"), Key(names[1], NAVY, NAVY), Key(names[2], PAPER, NAVY, "circle")]
    if frame[point].notna().any():
        keys.append(Key(names[3], ORANGE, INK, "diamond"))
    return svg({"vconcat": [legend(keys, plot, left), drawn], "spacing": 14}, frame, language)
