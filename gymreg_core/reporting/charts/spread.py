"""Distributions and movements: histograms, scatters, lines over years, ticks against a band."""

from __future__ import annotations

from gymreg_core.disclosure import Released
from gymreg_core.reporting.charts.canvas import (
    INK,
    NAVY,
    ORANGE,
    PALE,
    PAPER,
    PLUM,
    QUIET,
    SMALL,
    TEAL,
    TEXT,
    WIDTH,
    Spec,
    apart,
    axis,
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
from gymreg_core.reporting.charts.legend import Key, Shape, legend
from gymreg_core.vocabulary.programmes import Language

# Colour and shape together tell series apart, so that neither has to be seen alone.
SERIES: tuple[tuple[str, Shape], ...] = ((NAVY, "circle"), (ORANGE, "triangle-up"), (PLUM, "square"), (TEAL, "diamond"))
_STRIP_ROW, _BAND, _HEIGHT = 62, 38, 260


def histogram(
    released: Released,
    *,
    low: str,
    high: str,
    count: str,
    series: str,
    axis_title: str,
    language: Language,
    height: int = 150,
) -> bytes:
    """Counts in bins, one panel per series under a heading, the count above each bar.

    Parameters
    ----------
    released : one row per bin, panels in the order to draw; a single panel whose series is empty has no heading.
    low, high, count, series : columns: ends of the bin, its count, the panel it stands in.
    """
    frame = drawable(released, series, low, high, count)
    domain = ends(frame[low], frame[high])
    names = list(dict.fromkeys(frame[series]))

    def panel(name: str, title: str | None) -> Spec:
        top = float(frame.loc[frame[series] == name, count].max())
        place = {"scale": scale(*domain), "title": title, "axis": axis(*domain, about=6, grid=False)}
        y = {"y": quantity(count, axis=None, scale=scale(0, top * 1.15))}
        middle = {"calculate": f"(datum['{low}'] + datum['{high}']) / 2", "as": "middle"}
        bar = {"x": quantity(low, **place), "x2": {"field": high}, **y, "y2": {"datum": 0}}
        said = words({"x": quantity("middle", **place), **y}, count, dy=-8, fontSize=SMALL - 1)
        return {
            "width": WIDTH - 36,
            "height": height,
            "transform": [{"filter": {"field": series, "equal": name}}],
            "layer": [
                mark("bar", bar, orient="vertical", fill=NAVY, stroke=PAPER, strokeWidth=1),
                {"transform": [middle, {"filter": {"field": count, "gt": 0}}], **said},
            ],
            **({"title": name} if name else {}),
        }

    panels = [panel(name, axis_title if name == names[-1] else None) for name in names]
    return svg({"vconcat": panels, "spacing": 20}, frame, language)


def scatter(
    released: Released,
    *,
    x: str,
    y: str,
    series: str,
    titles: tuple[str, str],
    sides: tuple[str, str],
    language: Language,
) -> bytes:
    """Points of two admissions with the line where nothing changed.

    Parameters
    ----------
    x, y, series : columns: the earlier value, the later value, what the point is.
    titles : what the two axes are.
    sides : what it means to lie above and below the line.
    """
    frame = drawable(released, series, x, y)
    low, high = ends(frame[x], frame[y])
    low, high = low // 20 * 20, high // 20 * 20 + 20
    names = list(dict.fromkeys(frame[series]))
    place = {"scale": scale(low, high), "axis": axis(low, high)}
    across, up = quantity(x, title=titles[0], **place), quantity(y, title=None, **place)
    style = SERIES[: len(names)]
    look = {
        "color": category(series, scale={"domain": names, "range": [c for c, _ in style]}, sort=names),
        "shape": category(series, scale={"domain": names, "range": [s for _, s in style]}, sort=names),
    }

    def at(value_x: float, value_y: float) -> Spec:
        return {"x": {"datum": value_x, "type": "quantitative"}, "y": {"datum": value_y, "type": "quantitative"}}

    span, side = high - low, WIDTH - 70
    line = {**at(low, low), "x2": {"datum": high}, "y2": {"datum": high}}
    above, below = at(low + span * 0.03, high - span * 0.05), at(high - span * 0.03, low + span * 0.05)
    say = {"color": INK, "fontSize": TEXT, "fontStyle": "italic"}
    # What is drawn once has one empty row for data.
    once: Spec = {"data": {"values": [{}]}}
    spec = {
        "width": side,
        "height": side * 0.86,
        "title": {"text": titles[1], "fontWeight": "normal", "color": QUIET},
        "layer": [
            mark("point", {"x": across, "y": up, **look}, size=46, filled=True, opacity=0.62),
            {**once, **mark("rule", line, color=INK, strokeWidth=1.5, strokeDash=[6, 4])},
            {**once, **mark("text", {**above, "text": {"value": sides[0]}}, align="left", **say)},
            {**once, **mark("text", {**below, "text": {"value": sides[1]}}, align="right", **say)},
        ],
    }
    return svg(spec, frame, language)


def lines(
    released: Released,
    *,
    year: str,
    value: str,
    series: str,
    text: str,
    language: Language,
    band: tuple[str, str] | None = None,
    percent: bool = False,
) -> bytes:
    """Values over years, each series named at its end, the number written at each point, below it where the line comes
    from above; where a series ends before the others, a legend names them.

    Parameters
    ----------
    year, value, series, text : columns; `text` is what to write at a point.
    band : columns of the lower and upper end of an area around the line; percent : whether the values are shares.
    """
    frame = drawable(released, year, value, series, text, *(band or ()))
    names = list(dict.fromkeys(frame[series]))
    low, high = ends(*(frame[c] for c in (band or (value,))))
    margin = ((high - low) or 1) * 0.14
    low, high = low - margin, high + margin
    x: Spec = {"field": year, "type": "ordinal", "title": None, "axis": {"labelAngle": 0, "grid": False}}
    x |= {"scale": {"paddingOuter": 0.25}}
    place = {
        "scale": scale(low, high),
        "title": None,
        "axis": axis(low, high, percent=language if percent else None, domain=False, ticks=False),
    }
    at = {"x": x, "y": quantity(value, **place)}
    newest = int(frame[year].max()) if len(frame) else 0
    at_ends = bool((frame.groupby(series)[year].max() == newest).all())
    named = {"fontWeight": 600, "fontSize": TEXT}
    lasts = frame[frame[year] == newest].drop_duplicates(series).set_index(series)[value].astype(float)
    heights = {name: _HEIGHT * (high - lasts[name]) / (high - low) for name in names if name in lasts}
    moved = apart(list(heights.values()), _HEIGHT, TEXT + 3)
    away = {name: place - heights[name] for name, place in zip(heights, moved, strict=True)}
    layers: list[Spec] = []
    for name, (colour, shape) in zip(names, SERIES, strict=False):
        own = [{"filter": {"field": series, "equal": name}}]
        end = [*own, {"filter": {"field": year, "equal": newest}}]
        if band:
            area = {"x": x, "y": quantity(band[0], **place), "y2": {"field": band[1]}}
            layers.append({"transform": own, **mark("area", area, color=colour, opacity=0.16)})
        layers.append({"transform": own, **mark("line", at, color=colour, strokeWidth=2.5)})
        layers.append(
            {"transform": own, **mark("point", at, shape=shape, size=80, filled=True, color=colour, opacity=1)}
        )
        before = {"op": "lag", "field": value, "as": "before"}
        come = [*own, {"window": [before], "sort": [{"field": year}], "frame": [None, 0]}]
        falls = f"isValid(datum.before) && datum.before > datum['{value}']"
        layers.append({"transform": [*come, {"filter": f"!({falls})"}], **words(at, text, dy=-14)})
        layers.append({"transform": [*come, {"filter": falls}], **words(at, text, dy=16)})
        if at_ends:
            layers.append({"transform": end, **words(at, series, align="left", dx=20, dy=away[name], **named)})
    width = WIDTH - 66 - (text_width(names) if at_ends else 0)
    spec: Spec = {"width": width, "height": _HEIGHT, "layer": layers}
    if not at_ends:
        keys = [Key(name, colour, colour, shape) for name, (colour, shape) in zip(names, SERIES, strict=False)]
        spec = {"vconcat": [legend(keys, width), spec], "spacing": 14}
    return svg(spec, frame, language)


def strip(
    released: Released,
    *,
    value: str,
    series: str,
    band: tuple[str, str, str],
    names: tuple[str, str, str],
    axis_title: str,
    language: Language,
) -> bytes:
    """Each value as a tick, against the middle half and the median of a wider group.

    Parameters
    ----------
    value, series : columns: the value of a tick, the row it stands in.
    band : columns: lower quartile, median and upper quartile of the wider group of that row.
    names : what a tick, the band and the line in it are, for the legend.
    """
    low, middle, high = band
    frame = drawable(released, series, value, low, middle, high)
    order = list(dict.fromkeys(frame[series]))
    left = text_width(order)
    least, most = ends(frame[value], frame[low], frame[high])
    place = {
        "scale": scale(least - 8, most + 8),
        "title": axis_title,
        "axis": axis(least - 8, most + 8, about=6, grid=True),
    }
    extent = {"domain": False, "ticks": False, "minExtent": left, "maxExtent": left}
    # The band is the same on every row of a series, so it is drawn for one of them.
    once = [
        {"window": [{"op": "row_number", "as": "n"}], "groupby": [series]},
        {"filter": {"field": "n", "equal": 1}},
    ]
    half = {"x": quantity(low, **place), "x2": {"field": high}}
    drawn = {
        "width": WIDTH - left - 16,
        "height": {"step": _STRIP_ROW},
        "encoding": {"y": category(series, sort=order, title=None, axis=extent)},
        "layer": [
            {"transform": once, **mark("bar", half, height=_BAND, fill=PALE, stroke=QUIET, strokeWidth=0.75)},
            {
                "transform": once,
                **mark("tick", {"x": quantity(middle, **place)}, thickness=2.5, size=_BAND, color=ORANGE),
            },
            mark("tick", {"x": quantity(value, **place)}, thickness=2, size=24, color=NAVY, opacity=0.85),
        ],
    }
    keys = [Key(names[0], NAVY, NAVY, "tick"), Key(names[1], PALE, QUIET), Key(names[2], ORANGE, ORANGE, "tick")]
    return svg({"vconcat": [legend(keys, WIDTH - left - 16, left), drawn], "spacing": 14}, frame, language)
