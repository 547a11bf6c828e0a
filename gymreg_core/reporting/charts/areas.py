"""Where a cohort is month by month: its states stacked on each other."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from gymreg_core.disclosure import Released
from gymreg_core.reporting.charts.canvas import (
    INK,
    PAPER,
    QUIET,
    SMALL,
    WIDTH,
    Spec,
    axis,
    category,
    drawable,
    mark,
    quantity,
    scale,
    svg,
)
from gymreg_core.reporting.charts.legend import Key, legend
from gymreg_core.reporting.charts.states import STATE_COLOURS, in_order
from gymreg_core.vocabulary.numbers import month as month_name
from gymreg_core.vocabulary.programmes import Language

_HEIGHT, _AXIS, _YEAR, _OCTOBER = 300, 62, 12, 10


def stacked_areas(
    released: Released,
    *,
    month: str,
    value: str,
    state: str,
    names: Mapping[str, str],
    suppressed: str,
    language: Language,
    percent: bool = True,
) -> bytes:
    """The states of a cohort stacked over the months, in the order of `STATE_COLOURS` from the bottom.

    A month of which any value is missing is not drawn: a field with the word `suppressed` stands there.

    Parameters
    ----------
    released : one row per month and state; every state has a row in every month.
    month, value, state : columns: YYYYMM, the number or share, which state (a key of `STATE_COLOURS`).
    names : what the states are called. suppressed : what is written where a month is not shown.
    percent : whether the values are shares.
    """
    frame = drawable(released, month, value, state)
    order = in_order(frame[state])
    runs, gaps = _runs(frame, month, value)
    months = sorted({int(one) for one in frame[month]})
    first, last = (_index(months[at]) for at in (0, -1)) if months else (0, 1)
    known = frame.groupby(month)[value].sum(min_count=len(order)).dropna()
    top = 1.0 if percent else float(known.max() if len(known) else 1)
    counted = {"calculate": f"floor(datum['{month}'] / 100) * 12 + datum['{month}'] % 100", "as": "at"}
    ranked = {"calculate": f"indexof({order}, datum['{state}'])", "as": "rank"}
    place = {"scale": scale(first, max(last, first + 1)), "title": None, "axis": _months(first, last, language)}
    left = {"minExtent": _AXIS, "maxExtent": _AXIS, "domain": False, "ticks": False}
    up = {"scale": scale(0, top), "title": None, "axis": axis(0, top, percent=language if percent else None, **left)}
    colours = [STATE_COLOURS[one] for one in order]
    look: Spec = {
        "x": quantity("at", **place),
        "y": quantity(value, stack="zero", **up),
        "fill": category(state, scale={"domain": order, "range": colours}, legend=None),
        "order": quantity("rank"),
    }
    layers = [
        {
            "transform": [{"filter": {"field": month, "range": [start, end]}}, counted, ranked],
            **mark("area", look, stroke=PAPER, strokeWidth=1, opacity=1),
        }
        for start, end in runs
    ]
    for start, end in gaps:
        layers += _not_shown(_index(start), _index(end), suppressed, place)
    keys = [Key(names[one], STATE_COLOURS[one], STATE_COLOURS[one]) for one in order[::-1]]
    width = WIDTH - _AXIS - 26
    drawn: Spec = {"width": width, "height": _HEIGHT, "layer": layers}
    return svg({"vconcat": [legend(keys, width, _AXIS), drawn], "spacing": 14}, frame, language)


def _runs(frame: pd.DataFrame, month: str, value: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """(first, last) of the months that are whole without a break, and of those between them that are not, YYYYMM."""
    whole = frame[value].notna().groupby(frame[month]).all().sort_index()
    found: tuple[list[tuple[int, int]], list[tuple[int, int]]] = ([], [])
    for same, months in whole.groupby((whole != whole.shift()).cumsum()):
        del same
        span = (int(months.index[0]), int(months.index[-1]))
        found[0 if months.iloc[0] else 1].append(span)
    return found


def _index(month: int) -> int:
    return month // 100 * _YEAR + month % 100


def _months(first: int, last: int, language: Language) -> Spec:
    """An axis of months with October and its year written below."""
    marked = [at for at in range(first, last + 1) if at % _YEAR == _OCTOBER]
    name = month_name(_OCTOBER, language, year=False)[:3]
    said = f"['{name}', '' + (datum.value - {_OCTOBER}) / {_YEAR}]"
    return {"values": marked, "labelExpr": said, "grid": False, "labelFontSize": SMALL}


def _not_shown(start: int, end: int, text: str, place: Spec) -> list[Spec]:
    """A field over months that are not shown, with the word for it standing upright."""
    once: Spec = {"data": {"values": [{}]}}
    ends = {"x": {"datum": start - 0.5, "type": "quantitative", **place}, "x2": {"datum": end + 0.5}}
    field = mark("rect", {**ends, "y": {"value": 0}, "y2": {"value": "height"}}, fill=PAPER, stroke=QUIET)
    middle = {"x": {"datum": (start + end) / 2, "type": "quantitative", **place}, "y": {"value": _HEIGHT / 2}}
    said = mark("text", {**middle, "text": {"value": text}}, angle=270, color=INK, fontSize=SMALL)
    return [
        {
            **once,
            **field,
        },
        {**once, **said},
    ]
