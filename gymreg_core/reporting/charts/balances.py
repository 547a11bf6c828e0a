"""Amounts that go either way: bars from a middle line, and the steps from one total to another."""

from __future__ import annotations

from gymreg_core.disclosure import Released
from gymreg_core.reporting.charts.canvas import (
    INK,
    NAVY,
    ORANGE,
    QUIET,
    SMALL,
    WIDTH,
    Spec,
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

# Up and down differ in lightness too, and the number beside each bar carries its sign.
UP, DOWN = NAVY, ORANGE
_ROW, _BAR, _STEP = 26, 17, 32
_AWAY = 7
_ONCE: Spec = {"data": {"values": [{}]}}


def diverging_bars(
    released: Released, *, label: str, value: str, text: str, names: tuple[str, str], language: Language
) -> bytes:
    """Horizontal bars to the right of a middle line where the value is above 0 and to the left where it is below.

    Parameters
    ----------
    released : one row per bar, in the order to draw.
    label, value, text : columns: name of the bar, its length with its sign, what to write at its end.
    names : what a bar to the right and one to the left are, for the legend.
    """
    frame = drawable(released, label, value, text)
    left, room = text_width(frame[label].tolist()), text_width(frame[text].tolist(), SMALL) + _AWAY
    plot = WIDTH - left - 12
    least, most = ends(frame[value])
    domain = _with_room(min(least, 0.0), max(most, 0.0), room + _AWAY if least < 0 else 0, room, plot)
    end = {"x": quantity(value, scale=scale(*domain), axis=None)}
    bar = {**end, "x2": {"datum": 0}, "fill": _either(f"datum['{value}'] < 0")}
    axis_look = {"domain": False, "ticks": False, "minExtent": left, "maxExtent": left}
    drawn: Spec = {
        "width": plot,
        "height": {"step": _ROW},
        "encoding": {"y": category(label, sort=frame[label].tolist(), title=None, axis=axis_look)},
        "layer": [
            mark("bar", bar, orient="horizontal", height=_BAR),
            *_both(end, text, f"datum['{value}'] < 0"),
            {**_ONCE, **mark("rule", {"x": {"datum": 0}, "y": {"value": 0}, "y2": {"value": "height"}}, color=INK)},
        ],
    }
    keys = [Key(names[0], UP, UP), Key(names[1], DOWN, DOWN)]
    return svg({"vconcat": [legend(keys, plot, left), drawn], "spacing": 14}, frame, language)


def waterfall(
    released: Released, *, label: str, start: str, end: str, text: str, names: tuple[str, str], language: Language
) -> bytes:
    """From one total to another: a line at each total, and between them a bar for what every step adds or takes away.

    The totals are lines and not bars, since the scale does not begin at 0.

    Parameters
    ----------
    released : the first row is the total before, the last the one after, those between are the steps; no name twice.
    label, start, end, text : columns: name of the row, where it begins and ends, what to write.
    names : what a step up and a step down are, for the legend.
    """
    frame = drawable(released, label, start, end, text)
    order = frame[label].tolist()
    left, room = text_width(order), text_width(frame[text].tolist(), SMALL) + _AWAY
    plot = WIDTH - left - 12
    low, high = ends(frame[start], frame[end])
    falls = bool((frame[end] < frame[start]).any())
    place = {"scale": scale(*_with_room(low, high, room if falls else 4, room, plot)), "axis": None}
    first, last = quantity(start, **place), quantity(end, **place)
    totals = [{"filter": {"field": label, "oneOf": [order[0], order[-1]]}}] if order else []
    fell = f"datum['{end}'] < datum['{start}']"
    onward = [{"window": [{"op": "lead", "field": label, "as": "next"}]}, {"filter": "isValid(datum.next)"}]
    down = {"y": category(label, sort=order), "y2": {"field": "next"}}
    axis_look = {"domain": False, "ticks": False, "minExtent": left, "maxExtent": left}
    drawn: Spec = {
        "width": plot,
        "height": {"step": _STEP},
        "encoding": {"y": category(label, sort=order, title=None, axis=axis_look)},
        "layer": [
            {"transform": onward, **mark("rule", {"x": last, **down}, color=QUIET, strokeDash=[3, 3])},
            mark("bar", {"x": first, "x2": {"field": end}, "fill": _either(fell)}, orient="horizontal", height=_BAR),
            {"transform": totals, **mark("tick", {"x": last}, thickness=4, size=_BAR + 7, color=INK, opacity=1)},
            *_both({"x": last}, text, fell),
        ],
    }
    keys = [Key(names[0], UP, UP), Key(names[1], DOWN, DOWN)]
    return svg({"vconcat": [legend(keys, plot, left), drawn], "spacing": 14}, frame, language)


def _either(below: str) -> Spec:
    """The colour of a bar that goes down where an expression holds, of one that goes up elsewhere."""
    return {"condition": {"test": below, "value": DOWN}, "value": UP}


def _both(end: Spec, text: str, below: str) -> list[Spec]:
    """What is written beyond the end of a bar: to its left where an expression holds, else to its right."""
    sides = ((f"!({below})", "left", _AWAY), (below, "right", -_AWAY))
    return [{"transform": [{"filter": test}], **words(end, text, align=side, dx=away)} for test, side, away in sides]


def _with_room(low: float, high: float, before: float, after: float, plot: float) -> tuple[float, float]:
    """The ends of a scale over `plot` pixels on which `low` has so many pixels to its left, and `high` to its right."""
    unit = ((high - low) or 1) / max(plot - before - after, plot / 4)
    return low - before * unit, high + after * unit
