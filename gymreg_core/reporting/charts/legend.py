"""Legends drawn as marks, so that each symbol looks like what it explains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gymreg_core.reporting.charts.canvas import INK, TEXT, Spec, mark, text_width

_SYMBOL, _GAP, _HEIGHT = 24, 18, 22
Shape = Literal["square", "circle", "triangle-up", "diamond", "tick", "dash", "line", "cross"]
SHAPES = {"cross": "M-1,-1L1,1M1,-1L-1,1"}
"""Shapes of our own, as paths."""


@dataclass(frozen=True)
class Key:
    """A symbol and what it stands for."""

    name: str
    fill: str
    stroke: str
    shape: Shape = "square"


def legend(keys: Sequence[Key], width: float, left: float = 0) -> Spec:
    """The keys in a row above a plot of `width` pixels whose labels take `left` pixels to its left.

    A key that does not fit begins a new row.
    """
    places = _places(keys, width + left)
    drawn: list[Spec] = []
    for key, (place, row) in zip(keys, places, strict=True):
        x, y = place - left, (row + 0.5) * _HEIGHT
        said = {"x": {"value": x + _SYMBOL}, "y": {"value": y}, "text": {"value": key.name}}
        look = {"align": "left", "baseline": "middle", "color": INK, "fontSize": TEXT}
        drawn += [_symbol(key, x, y), mark("text", said, **look)]
    height = (places[-1][1] + 1) * _HEIGHT if places else 0
    return {"data": {"values": [{}]}, "width": width, "height": height, "layer": drawn}


def _symbol(key: Key, x: float, y: float) -> Spec:
    if key.shape in ("dash", "line"):
        ends = {"x": {"value": x}, "x2": {"value": x + _SYMBOL - 6}, "y": {"value": y}}
        broken = {"strokeDash": [5, 3]} if key.shape == "dash" else {}
        return mark("rule", ends, color=key.stroke, strokeWidth=2, **broken)
    if key.shape == "tick":
        ends = {"x": {"value": x + 9}, "y": {"value": y - 8}, "y2": {"value": y + 8}}
        return mark("rule", ends, color=key.stroke, strokeWidth=2.5)
    look = {"fill": key.fill, "stroke": key.stroke, "strokeWidth": 1.5, "opacity": 1, "size": 130}
    if key.shape == "cross":
        look |= {"strokeWidth": 2, "size": 50}
    return mark("point", {"x": {"value": x + 9}, "y": {"value": y}}, shape=SHAPES.get(key.shape, key.shape), **look)


def _places(keys: Sequence[Key], width: float) -> list[tuple[float, int]]:
    """(x in pixels, row) of each key."""
    places: list[tuple[float, int]] = []
    place, row = 0.0, 0
    for key in keys:
        size = _SYMBOL + text_width([key.name])
        if place and place + size > width:
            place, row = 0.0, row + 1
        places.append((place, row))
        place += size + _GAP
    return places
