"""A drawing of shapes and text for what Vega-Lite has no mark: the same look, the same bytes for the same shapes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from gymreg_core.reporting.charts.canvas import FONT, INK, PAPER, SMALL

_HALO = 4


def drawing(width: float, height: float, shapes: Iterable[str]) -> bytes:
    """An SVG of so many pixels on paper, the shapes in the order in which they are laid on each other."""
    size = f'width="{_n(width)}" height="{_n(height)}" viewBox="0 0 {_n(width)} {_n(height)}"'
    paper = rectangle(0, 0, width, height, PAPER)
    return f'<svg xmlns="http://www.w3.org/2000/svg" version="1.1" {size}>{paper}{"".join(shapes)}</svg>'.encode()


def rectangle(x: float, y: float, width: float, height: float, fill: str) -> str:
    """A filled rectangle from its upper left corner."""
    return f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" fill={quoteattr(fill)}/>'


def band(start: tuple[float, float], end: tuple[float, float], thickness: float, fill: str, opacity: float) -> str:
    """A band from the upper corner `start` to the upper corner `end` that leaves and arrives level."""
    (x, y), (to_x, to_y) = start, end
    middle, low, to_low = _n((x + to_x) / 2), y + thickness, to_y + thickness
    out = f"M{_n(x)},{_n(y)}C{middle},{_n(y)},{middle},{_n(to_y)},{_n(to_x)},{_n(to_y)}"
    back = f"V{_n(to_low)}C{middle},{_n(to_low)},{middle},{_n(low)},{_n(x)},{_n(low)}Z"
    return f'<path d="{out}{back}" fill={quoteattr(fill)} fill-opacity="{_n(opacity)}"/>'


def words_at(x: float, y: float, lines: Sequence[str], *, size: float = SMALL, bold_first: bool = False) -> str:
    """Lines of text from x on, around the height y, on a halo of paper so that they can be read on any colour."""
    out, step = [], size * 1.15
    first = y - step * (len(lines) - 1) / 2 + size * 0.35
    for place, line in enumerate(lines):
        weight = ' font-weight="600"' if bold_first and place == 0 else ""
        at = (
            f'x="{_n(x)}" y="{_n(first + place * step)}" font-family={quoteattr(FONT)} font-size="{_n(size)}px"{weight}'
        )
        halo = f'stroke="{PAPER}" stroke-width="{_HALO}" stroke-linejoin="round" paint-order="stroke"'
        out.append(f'<text {at} {halo} fill="{INK}">{escape(line)}</text>')
    return "".join(out)


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
