"""Small multiples: the same lines over the years, one panel for each group."""

from __future__ import annotations

import pandas as pd

from gymreg_core.disclosure import Released
from gymreg_core.reporting.charts.canvas import (
    SMALL,
    WIDTH,
    Spec,
    axis,
    drawable,
    ends,
    mark,
    quantity,
    svg,
)
from gymreg_core.reporting.charts.legend import Key, legend
from gymreg_core.reporting.charts.spread import SERIES
from gymreg_core.vocabulary.programmes import Language

_PANELS, _HEIGHT, _AXIS, _END = 2, 96, 62, 12
_MARGIN = 1.04


def line_panels(released: Released, *, panel: str, year: str, value: str, series: str, language: Language) -> bytes:
    """Values above 0 over years: a panel for each group, two side by side, and in it a line for each series.

    All panels have a logarithmic scale over the same ratio, so that a line as steep as another rises by as many per
    cent, whatever its level. A year without a value is bridged; every value there is has its point.

    Parameters
    ----------
    released : panels and series in the order to draw; at most four series.
    panel, year, value, series : columns: heading of the panel, the year, the value, what the line is.
    """
    frame = drawable(released, panel, year, value, series)
    names, years = list(dict.fromkeys(frame[series])), sorted(set(frame[year]))
    groups = [(str(name), rows[value]) for name, rows in frame.groupby(panel, sort=False)]
    spans = [_middle(values) for _, values in groups]
    half = max((ratio for _, ratio in spans), default=1.0) ** 0.5 * _MARGIN
    width = (WIDTH - 8) / _PANELS - _AXIS - _END
    across: Spec = {"field": year, "type": "ordinal", "title": None, "scale": {"padding": 0.3, "domain": years}}
    across["axis"] = {
        "values": years[:: max(len(years) - 1, 1)],
        "labelAngle": 0,
        "grid": False,
        "labelFontSize": SMALL,
    }
    drawn = []
    for (name, _), (middle, _) in zip(groups, spans, strict=True):
        low, high = middle / half, middle * half
        left: Spec = {
            "minExtent": _AXIS - 6,
            "maxExtent": _AXIS - 6,
            "domain": False,
            "ticks": False,
            "labelFontSize": SMALL,
        }
        up = {"scale": {"type": "log", "domain": [low, high], "nice": False}, "title": None}
        up["axis"] = axis(low, high, about=3, **left)
        at = {"x": across, "y": quantity(value, **up)}
        layers = []
        for told, (colour, shape) in zip(names, SERIES, strict=False):
            own = {"transform": [{"filter": {"field": series, "equal": told}}]}
            layers.append({**own, **mark("line", at, color=colour, strokeWidth=2)})
            layers.append({**own, **mark("point", at, shape=shape, size=34, filled=True, color=colour, opacity=1)})
        drawn.append({
            "title": {"text": name, "fontSize": SMALL, "limit": width + _AXIS},
            "transform": [{"filter": {"field": panel, "equal": name}}],
            "width": width, "height": _HEIGHT, "layer": layers,
        })  # fmt: skip
    keys = [Key(name, colour, colour, shape) for name, (colour, shape) in zip(names, SERIES, strict=False)]
    rows = [{"hconcat": drawn[at : at + _PANELS], "spacing": 8} for at in range(0, len(drawn), _PANELS)]
    return svg({"vconcat": [legend(keys, WIDTH - _AXIS - 8, _AXIS), *rows], "spacing": 14}, frame, language)


def _middle(values: pd.Series) -> tuple[float, float]:
    """The geometric middle of values and the ratio of the largest to the smallest."""
    low, high = ends(values)
    return (low * high) ** 0.5, high / low
