"""A map of tiles: one square per municipality, neighbours kept together."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from gymreg_core.disclosure import Released
from gymreg_core.reporting.charts.canvas import (
    INK,
    NAVY,
    PAPER,
    QUIET,
    TEXT,
    WIDTH,
    category,
    drawable,
    mark,
    svg,
    words,
)
from gymreg_core.reporting.charts.legend import Key, legend
from gymreg_core.vocabulary.programmes import Language

# From light to dark; every tile has its number too, so the shade repeats and never tells alone.
SHADES = ("#DCE5EE", "#9DB7CE", "#456E94", "#12436D")
DARK_SHADES = SHADES[2:]


def tiles(
    released: Released,
    *,
    x: str,
    y: str,
    name: str,
    text: str,
    shade: str,
    shades: Sequence[str],
    language: Language,
) -> bytes:
    """One tile per row: its name, its number and a shade.

    Parameters
    ----------
    x, y : columns: column and row of the tile.
    name, text, shade : columns: name of the tile ("\\n" breaks the line), the number in it, the class of its shade.
    shades : the classes from light to dark, at most four; a tile whose class is empty stays white.
    """
    frame = drawable(released, x, y, name, text, shade)
    colours = SHADES[: len(shades)]
    across, down = _span(frame[x]), _span(frame[y])
    step = (WIDTH - 10) / len(across)
    place = {
        key: {"field": field, "type": "ordinal", "axis": None, "scale": {"domain": span, "paddingInner": 0.05}}
        for key, field, span in (("x", x, across), ("y", y, down))
    }
    fill = category(shade, scale={"domain": [*shades, ""], "range": [*colours, PAPER]}, legend=None)
    dark = [s for s, c in zip(shades, colours, strict=True) if c in DARK_SHADES]
    ink = {"color": {"condition": {"test": {"field": shade, "oneOf": dark}, "value": PAPER}, "value": INK}}
    tile = {
        "width": {"step": step},
        "height": {"step": step},
        "encoding": place,
        "layer": [
            mark("rect", {"fill": fill}, stroke=QUIET, strokeWidth=1),
            words(ink, name, dy=-11, fontSize=11, lineBreak="\n", baseline="middle"),
            words(ink, text, dy=20, fontSize=TEXT, fontWeight=600),
        ],
    }
    keys = [Key(named, colour, NAVY) for named, colour in zip(shades, colours, strict=True)]
    return svg({"vconcat": [legend(keys, WIDTH - 10), tile], "spacing": 12}, frame, language)


def _span(values: pd.Series) -> list[int]:
    return list(range(int(values.min()), int(values.max()) + 1)) if len(values) else [0]
