"""What all charts share: the gate, the palette, the type, and the way from a Vega-Lite specification to SVG.

Specifications are written as plain dictionaries: building the same ones from Altair's objects takes longer than
drawing them (0.2 s a chart), and there are a few hundred charts in a build. Tests hold them against Altair's schema.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import vl_convert

from gymreg_core.disclosure import Released, require_released
from gymreg_core.vocabulary.programmes import Language

Spec = dict[str, Any]

# Each passes 3:1 against white; neighbours in the list differ in lightness too. Light tones carry an outline.
PALETTE = ("#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D", "#A285D1")
NAVY, TEAL, PLUM, ORANGE, DARK, LILAC = PALETTE
PAPER, INK, QUIET, GRID, PALE = "#FFFFFF", "#1D252C", "#4C5A67", "#DDE3E8", "#DCE5EE"
FONT = "Inter, Helvetica Neue, Arial, Noto Sans, sans-serif"
# A phone shows a chart at two thirds of this width and a desktop at a quarter more: text of 14 reads on both.
WIDTH = 540
TEXT, SMALL = 14, 13

_EM, _HUNDRED = 0.55, 100
_FONTS = Path(__file__).resolve().parents[3] / "reports" / "assets" / "fonts"
_HIDDEN = re.compile(r' (?:role|aria-[a-z]+|class|pointer-events|tabindex)="[^"]*"')
_LONG_DECIMAL = re.compile(r"-?\d+\.\d{3,}(?:e-?\d+)?")


def drawable(released: Released, *columns: str) -> pd.DataFrame:
    """The data of a chart: exactly the columns that it encodes, of a released table.

    Errors: DisclosureRefused for anything that is not a released table.
    """
    return require_released(released, list(dict.fromkeys(columns))).table


def svg(spec: Spec, frame: pd.DataFrame, language: Language) -> bytes:
    """Draw to a static SVG that holds marks and text, and nothing for scripts or screen readers to dig in.

    The alternative text and the folded table beside the figure tell what it shows.
    """
    _fonts()
    whole = {**specification(spec, frame), "config": _theme()}
    drawing = vl_convert.vegalite_to_svg(whole, format_locale=_locale(language))
    return _LONG_DECIMAL.sub(_short, _HIDDEN.sub("", drawing)).encode()


def specification(spec: Spec, frame: pd.DataFrame) -> Spec:
    """The specification with its data: one record per row, missing values as null."""
    values = frame.astype("object").where(frame.notna(), None).to_dict("records")
    return {"$schema": "https://vega.github.io/schema/vega-lite/v6.json", "data": {"values": values}, **spec}


def mark(kind: str, encoding: Spec, **properties: Any) -> Spec:
    """One mark of a layer: its kind and look, and what its places and texts come from."""
    return {"mark": {"type": kind, **properties}, "encoding": encoding}


def words(encoding: Spec, text: str, **properties: Any) -> Spec:
    """A mark that writes what stands in a column."""
    return mark("text", {**encoding, "text": category(text)}, **{"color": INK, "fontSize": SMALL, **properties})


def quantity(field: str, **more: Any) -> Spec:
    """A place that comes from a number."""
    return {"field": field, "type": "quantitative", **more}


def category(field: str, **more: Any) -> Spec:
    """A place, colour or text that comes from a name."""
    return {"field": field, "type": "nominal", **more}


def scale(low: float, high: float) -> Spec:
    """A linear scale with exactly these ends."""
    return {"domain": [low, high], "nice": False, "zero": False}


def axis(
    low: float, high: float, *, percent: Language | None = None, about: int = 5, least: float = 1, **more: Any
) -> Spec:
    """An axis with round numbers from `low` to `high`, at whole numbers and written so, or as per cent in a language.

    least : see `ticks`; 0 where the numbers are written otherwise."""
    written = "format(datum.value, ',.0f')"
    if percent:
        sign = "\u00a0%" if percent == "sv" else "%"
        written = f"format(datum.value * 100, ',.0f') + '{sign}'"
    values = [value / _HUNDRED for value in ticks(low * _HUNDRED, high * _HUNDRED, about, least=1)] if percent else None
    return {"values": values or ticks(low, high, about, least), "labelExpr": written, **more}


def ticks(low: float, high: float, about: int = 5, least: float = 0) -> list[float]:
    """Round values from `low` to `high`, about so many, none beyond; from `least` on they are whole numbers apart."""
    span = high - low
    if span <= 0:
        return [low]
    power = 10.0 ** math.floor(math.log10(span / about))
    steps = [power * f for f in (1, 2, 2.5, 5, 10)]
    whole = [step for step in steps if step >= least and step == round(step)] if least else steps
    step = min(whole or [max(least, 1.0)], key=lambda s: abs(span / s - about))
    near = 1e-9
    return [round(n * step, 10) for n in range(math.ceil(low / step - near), math.floor(high / step + near) + 1)]


def ends(*columns: pd.Series) -> tuple[float, float]:
    """The smallest and the largest value of some columns; 0 and 1 where there is none."""
    values = pd.concat(columns).dropna().astype(float)
    return (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)


def apart(heights: Sequence[float], height: float, line: float) -> list[float]:
    """Heights of labels, moved so that each has a line of its own within a plot of `height`."""
    order = sorted(range(len(heights)), key=heights.__getitem__)
    placed, lowest = dict.fromkeys(order, 0.0), -line
    for at in order:
        lowest = placed[at] = max(heights[at], lowest + line)
    highest = height + line
    for at in reversed(order):
        highest = placed[at] = min(placed[at], highest - line)
    return [placed[at] for at in range(len(heights))]


def text_width(texts: Sequence[str], size: float = TEXT) -> float:
    """An upper estimate of the width of the longest text in pixels: the type is 0.55 em wide on average."""
    return max((len(t) for t in texts), default=0) * size * _EM


@cache
def _fonts() -> None:
    """Measure text with the type that the pages carry, where it is there."""
    if _FONTS.is_dir():
        vl_convert.register_font_directory(str(_FONTS))


@cache
def _locale(language: Language) -> dict[str, Any]:
    found: dict[str, Any] = dict(vl_convert.get_format_locale("sv-SE" if language == "sv" else "en-GB"))
    return found | {"minus": "\N{MINUS SIGN}"}


def _short(match: re.Match[str]) -> str:
    return f"{float(match[0]):.2f}".rstrip("0").rstrip(".")


def _theme() -> Spec:
    label = {"labelFont": FONT, "labelFontSize": TEXT, "labelColor": INK, "labelLimit": 0}
    axis_look = {"gridColor": GRID, "domainColor": QUIET, "tickColor": QUIET, "labelPadding": 6, "titlePadding": 10}
    heading = {"titleFont": FONT, "titleFontSize": TEXT, "titleFontWeight": "normal", "titleColor": QUIET}
    symbols = {"symbolSize": 130, "columnPadding": 22, "offset": 10, "symbolOpacity": 1}
    title = {"font": FONT, "fontSize": TEXT, "fontWeight": 600, "color": INK, "anchor": "start", "frame": "bounds"}
    return {
        "aria": False,
        "background": PAPER,
        "padding": 4,
        "font": FONT,
        "axis": {**label, **axis_look, **heading},
        "legend": {**label, **symbols, "title": None, "orient": "top"},
        "title": {**title, "offset": 6},
        "text": {"font": FONT, "fontSize": TEXT, "color": INK},
        "view": {"stroke": None},
    }
