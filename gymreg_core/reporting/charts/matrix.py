"""A matrix in shades: who pays whom, or any other table of two sets of names."""

from __future__ import annotations

from collections.abc import Sequence

from gymreg_core.disclosure import Released
from gymreg_core.reporting.charts.canvas import (
    GRID,
    NAVY,
    PAPER,
    QUIET,
    WIDTH,
    Spec,
    category,
    drawable,
    mark,
    svg,
    text_width,
)
from gymreg_core.reporting.charts.legend import Key, legend
from gymreg_core.reporting.charts.tilemap import SHADES
from gymreg_core.vocabulary.programmes import Language

_NAME, _HEAD = 12, 14
_WIDEST, _ROW = 40, 18


def heat_map(
    released: Released,
    *,
    row: str,
    column: str,
    shade: str,
    shades: Sequence[str],
    suppressed: str,
    titles: tuple[str, str],
    language: Language,
) -> bytes:
    """One cell per row of the table, shaded by class; the numbers stand in the table beside the figure.

    Parameters
    ----------
    released : one row per cell; rows and columns are drawn in the order in which their names first stand.
    row, column, shade : columns: the name to the left, the name above, the class of the shade.
    shades : the classes from light to dark, at most four; a cell whose class is empty stays white.
    suppressed : the class of cells that are not shown; they carry a cross, so that they are not taken for empty ones.
    titles : what the rows and the columns are.
    """
    frame = drawable(released, row, column, shade)
    down, across = (list(dict.fromkeys(frame[name])) for name in (row, column))
    left = text_width(down, _NAME)
    width = WIDTH - left - 14
    step = min(width / max(len(across), 1), _WIDEST)
    colours = SHADES[: len(shades)]
    fill = category(shade, scale={"domain": [*shades, suppressed, ""], "range": [*colours, PAPER, PAPER]}, legend=None)
    edge = {"condition": {"test": {"field": shade, "oneOf": list(shades)}, "value": QUIET}, "value": GRID}
    look = {"domain": False, "ticks": False, "labelFontSize": _NAME, "labelPadding": 4}
    heads = {**look, "orient": "top", "labelAngle": -90, "labelAlign": "left", "labelBaseline": "middle"}
    place = {
        "x": category(column, sort=across, title=None, axis=heads),
        "y": category(row, sort=down, title=None, axis={**look, "minExtent": left, "maxExtent": left}),
    }
    hidden = [{"filter": {"field": shade, "equal": suppressed}}]
    cross = {"shape": "M-1,-1L1,1M1,-1L-1,1", "size": (min(step, _ROW) * 0.36) ** 2}
    drawn: Spec = {
        "width": step * len(across),
        "height": {"step": _ROW},
        "encoding": place,
        "title": {"text": [f"{titles[0]} \N{DOWNWARDS ARROW}   {titles[1]} \N{RIGHTWARDS ARROW}"], **_TITLE},
        "layer": [
            mark("rect", {"fill": fill, "stroke": edge}, strokeWidth=1),
            {"transform": hidden, **mark("point", {}, **cross, stroke=QUIET, strokeWidth=1.5, opacity=1)},
        ],
    }
    keys = [Key(named, colour, NAVY) for named, colour in zip(shades, colours, strict=True)]
    if suppressed in set(frame[shade]):
        keys.append(Key(suppressed, PAPER, QUIET, "cross"))
    return svg({"vconcat": [legend(keys, width, left), drawn], "spacing": 12}, frame, language)


_TITLE = {"fontWeight": "normal", "fontSize": _HEAD, "color": QUIET}
