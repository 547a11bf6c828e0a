"""Charts: exactly what is shown and nothing else, the same every time, and to be told apart by every eye."""

# ruff: noqa: E501 - cases are written as wide as they are

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import altair as alt
import pandas as pd
import pytest

from gymreg_core.cohort import histories
from gymreg_core.disclosure import Released, release_published
from gymreg_core.reporting import charts
from gymreg_core.reporting.charts import (
    PALETTE,
    areas,
    balances,
    canvas,
    curves,
    doses,
    effects,
    estimates,
    flow,
    forecasts,
    judged,
    matrix,
    panels,
    rows,
    spread,
    tilemap,
)
from gymreg_core.reporting.charts.tilemap import DARK_SHADES, SHADES
from tests.admissions import published
from tests.spec.test_disclosure_wall import WAYS

CHARTS = [name for name in WAYS if name not in ("table", "download")]
SHAPES = ("flow_diagram",)
"""Drawn without Vega-Lite."""
SVG = "{http://www.w3.org/2000/svg}"
# A secret stands in every column that a chart does not encode.
SECRET = 987654


@pytest.fixture
def released() -> Released:
    return release_published(
        pd.DataFrame({
            "label": ["Ekonomi", "Teknik", "Bygg & anläggning"],
            "group": ["Högskoleförberedande", "Högskoleförberedande", "Yrkes"],
            "series": ["", "", ""],
            "seats": pd.array([30, 40, 20], "Int64"),
            "admitted": pd.array([28, 20, 5], "Int64"),
            "note": ["6\u00a0626", "20", "5"],
            "value": [0.0, 0.5, 1.0], "share": [0.0, 0.2, 1.0], "x": [1, 2, 3], "y": [1, 1, 2], "status": ["diploma", "interrupted", "diploma"],
            "intake_year": [2021, 2022, 2023],
            "cutoff_p25": [180.0, 180.0, 120.0], "cutoff_p50": [240.0, 240.0, 170.0], "cutoff_p75": [280.0, 280.0, 200.0],
            "bin_from": [0, 20, 40], "bin_to": [20, 40, 60],
            "reserves": [SECRET, SECRET, SECRET], "study_path_name": ["hemlig", "hemlig", "hemlig"],
        }),
        published(),
    )  # fmt: skip


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast of two colours."""

    def luminance(colour: str) -> float:
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_marks_pass_contrast_against_the_paper() -> None:
    assert [c for c in PALETTE if contrast(c, canvas.PAPER) < 3] == []


def test_text_passes_contrast_wherever_it_stands() -> None:
    assert contrast(canvas.INK, canvas.PAPER) >= 4.5
    assert contrast(canvas.QUIET, canvas.PAPER) >= 4.5
    for shade in SHADES:
        assert contrast(canvas.PAPER if shade in DARK_SHADES else canvas.INK, shade) >= 4.5


def test_series_differ_in_shape_as_well_as_in_colour() -> None:
    assert (
        len({shape for _, shape in spread.SERIES}) == len({colour for colour, _ in spread.SERIES}) == len(spread.SERIES)
    )
    # The two series that share a chart are told apart without colour too: one is much lighter.
    assert contrast(spread.SERIES[0][0], spread.SERIES[1][0]) >= 3


@pytest.mark.parametrize("chart", CHARTS)
def test_an_svg_holds_what_is_drawn_and_nothing_else(chart: str, released: Released) -> None:
    drawing = WAYS[chart](released).decode()
    root = ET.fromstring(drawing)
    assert str(SECRET) not in drawing
    assert "hemlig" not in drawing
    allowed = {"svg", "g", "path", "rect", "text", "line", "defs", "clipPath", "tspan"}
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= allowed
    names = {name for element in root.iter() for name in element.attrib}
    assert not [n for n in names if n.startswith(("aria", "data", "on", "role", "class")) or "href" in n]
    assert "http" not in drawing.replace("http://www.w3.org/", "")


@pytest.mark.parametrize("chart", CHARTS)
def test_the_same_table_gives_the_same_bytes(chart: str, released: Released) -> None:
    first = WAYS[chart](released)
    for other in CHARTS:
        WAYS[other](released)
    assert WAYS[chart](released) == first


@pytest.mark.parametrize("chart", CHARTS)
def test_a_chart_is_no_wider_than_a_phone_can_show(chart: str, released: Released) -> None:
    root = ET.fromstring(WAYS[chart](released))
    assert float(root.attrib["width"]) <= canvas.WIDTH + 12
    sizes = [
        float(e.attrib["font-size"].removesuffix("px")) for e in root.iter(f"{SVG}text") if "font-size" in e.attrib
    ]
    assert min(sizes, default=canvas.SMALL) >= 11


def test_text_keeps_its_no_break_spaces_and_asks_for_the_pages_type_first(released: Released) -> None:
    drawing = WAYS["filled_bars"](released).decode()
    assert "6\u00a0626" in drawing
    assert "Bygg &amp; anläggning" in drawing
    families = set(re.findall(r'font-family="([^"]+)"', drawing))
    assert families
    assert all(f.startswith("Inter") and f.endswith("sans-serif") for f in families)


@pytest.mark.parametrize("chart", [chart for chart in CHARTS if chart not in SHAPES])
def test_specifications_are_vega_lite_with_exactly_the_encoded_columns(
    chart: str, released: Released, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, Any]] = []

    def keep(spec: dict[str, Any], frame: pd.DataFrame, language: str) -> bytes:
        seen.append(canvas.specification(spec, frame))
        return b"drawn"

    drawing = (areas, balances, curves, doses, effects, estimates, forecasts, judged, matrix, panels, rows, spread)
    for module in (*drawing, tilemap):
        monkeypatch.setattr(module, "svg", keep)
    WAYS[chart](released)
    (whole,) = seen
    alt.Chart.from_dict(whole, validate=True)
    given = set(whole["data"]["values"][0])
    made = {field for key, field in pairs(whole) if key == "as"}
    used = {field for key, field in pairs(whole) if key == "field"} | set(re.findall(r"datum\['(\w+)'\]", str(whole)))
    grouped = {name for key, names in pairs(whole, list) if key == "groupby" for name in names}
    assert given == (used | grouped) - made


def pairs(node: Any, kind: type = str) -> Iterator[tuple[str, Any]]:
    """Every key with a value of a kind, at any depth below the data."""
    if isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, kind):
                yield key, value
            if key != "data":
                yield from pairs(value, kind)
    elif isinstance(node, list):
        yield from itertools.chain.from_iterable(pairs(item, kind) for item in node)


@pytest.mark.parametrize("chart", CHARTS)
def test_a_single_row_and_equal_values_are_drawn(chart: str, released: Released) -> None:
    assert b"<svg" in WAYS[chart](released.head(1))


def test_missing_values_are_left_out_of_the_drawing() -> None:
    frame = pd.DataFrame({"label": ["a", "b"], "seats": pd.array([1, None], "Int64"), "note": ["1", "–"]})
    drawing = rows.bars(release_published(frame, published()), label="label", value="seats", text="note", language="en")
    assert "NaN" not in drawing.decode()
    assert "null" not in drawing.decode()


def drawn(kind: str, drawing: bytes) -> list[dict[str, str]]:
    """The attributes of every element of a kind."""
    return [e.attrib for e in ET.fromstring(drawing).iter(f"{SVG}{kind}")]


def boxes(drawing: bytes, *fills: str) -> list[tuple[str, float, float]]:
    """(fill, left end, width) of every rectangle in one of these colours, but those of the legend."""
    found = [
        (e["fill"], re.match(r"M([-\d.]+),[-\d.]+h([-\d.]+)v", e["d"]))
        for e in drawn("path", drawing)
        if e.get("fill") in fills and e.get("stroke-width") != "1.5"
    ]
    return [(fill, float(box[1]), float(box[2])) for fill, box in found if box]


def test_cells_that_are_not_shown_carry_a_cross_and_empty_ones_do_not() -> None:
    cells = pd.DataFrame({
        "label": ["Nacka", "Nacka", "Solna", "Solna"], "group": ["Nacka", "Solna", "Nacka", "Solna"],
        "series": ["little", "", "not shown", "much"],
    })  # fmt: skip
    ways = {"row": "label", "column": "group", "shade": "series", "shades": ["little", "much"], "titles": ("a", "b")}
    some = matrix.heat_map(release_published(cells, published()), suppressed="not shown", language="en", **ways)
    none = matrix.heat_map(
        release_published(cells.iloc[:2], published()), suppressed="not shown", language="en", **ways
    )
    assert b"not shown" in some
    assert b"not shown" not in none
    cells_drawn = [e.get("fill") for e in drawn("path", some) if e.get("stroke-width") == "1" and "h" in e["d"]]
    assert cells_drawn == [SHADES[0], None, canvas.PAPER, SHADES[1]]
    crosses = [e for e in drawn("path", some) if e["d"].count("L") == 2 and e.get("stroke") == canvas.QUIET]
    assert len(crosses) == 2  # in the cell and in the legend


def test_bars_below_nought_lie_to_the_left_in_another_colour_than_those_above() -> None:
    frame = pd.DataFrame({"label": ["a", "b", "c"], "value": [40.0, 0.0, -20.0], "note": ["+40", "±0", "−20"]})
    drawing = balances.diverging_bars(
        release_published(frame, published()),
        label="label",
        value="value",
        text="note",
        names=("x", "y"),
        language="en",
    )
    (up, up_from, up_long), (_, middle, none), (down, down_from, down_long) = boxes(drawing, balances.UP, balances.DOWN)
    assert (up, down, none) == (balances.UP, balances.DOWN, 0)
    assert up_from == middle == pytest.approx(down_from + down_long, abs=0.02)
    assert up_long == pytest.approx(2 * down_long, abs=0.05)


def test_steps_begin_where_the_one_before_ended() -> None:
    frame = pd.DataFrame({
        "label": ["today", "up", "down", "then"], "value_from": [100.0, 100.0, 130.0, 120.0],
        "value_to": [100.0, 130.0, 120.0, 120.0], "note": ["100", "+30", "−10", "120"],
    })  # fmt: skip
    drawing = balances.waterfall(
        release_published(frame, published()),
        label="label",
        start="value_from",
        end="value_to",
        text="note",
        names=("x", "y"),
        language="en",
    )
    (_, _, none), (_, up_from, up_long), (_, down_from, down_long), (_, then, _) = boxes(
        drawing, balances.UP, balances.DOWN
    )
    assert none == 0
    assert up_from + up_long == pytest.approx(down_from + down_long, abs=0.02)
    assert down_from == pytest.approx(then, abs=0.02)
    assert up_long == pytest.approx(3 * down_long, abs=0.05)


STATES = list(charts.STATE_COLOURS)
NAMES = {state: state.replace("_", " ") for state in STATES}


def months(shares: dict[int, dict[str, float | None]]) -> pd.DataFrame:
    """A row per month and state, with the columns that a test may let out."""
    rows = [(month, state, share) for month, of in shares.items() for state, share in of.items()]
    return pd.DataFrame(rows, columns=["intake_year", "status", "share"])


def test_every_state_has_a_colour_of_its_own_that_passes_against_the_paper() -> None:
    assert list(histories.STATES) != STATES
    assert set(histories.STATES) == set(STATES)
    assert len(set(charts.STATE_COLOURS.values())) == len(STATES)
    assert [state for state, colour in charts.STATE_COLOURS.items() if contrast(colour, canvas.PAPER) < 3] == []


def test_states_are_stacked_in_their_order_and_a_month_that_is_not_shown_says_so() -> None:
    ways = {"month": "intake_year", "value": "share", "state": "status", "names": NAMES, "language": "en"}
    shown = {202110: {"interrupted": 0.1, "diploma": 0.9}, 202111: {"interrupted": 0.2, "diploma": 0.8}}
    whole = areas.stacked_areas(release_published(months(shown), published()), suppressed="not shown", **ways)
    lowest = {
        e["fill"]: max(map(float, re.findall(r",([\d.]+)", e["d"])), default=0.0)
        for e in drawn("path", whole)
        if e.get("fill") in charts.STATE_COLOURS.values()
    }
    assert lowest[charts.STATE_COLOURS["diploma"]] > lowest[charts.STATE_COLOURS["interrupted"]]
    assert b"not shown" not in whole
    more = {**shown, 202112: {"interrupted": None, "diploma": 0.8}, 202201: shown[202110], 202202: shown[202110]}
    broken = areas.stacked_areas(release_published(months(more), published()), suppressed="not shown", **ways)
    assert broken.count(b"not shown") == 1
    fills = [e["fill"] for e in drawn("path", broken) if e.get("fill") in charts.STATE_COLOURS.values()]
    assert len(fills) == 6  # two in the legend, two on each side of the break


WAYS_ON = [
    (1, "preparatory", "", 100), (1, "", "preparatory", 90), (1, "", "diploma", 10),
    (1, "preparatory", "preparatory", 90), (1, "preparatory", "diploma", 10), (2, "preparatory", "", 90), (2, "", "diploma", 80),
    (2, "preparatory", "diploma", 75), (2, "diploma", "", 10), (2, "diploma", "diploma", 10),
]  # fmt: skip


def flows(ways: list[tuple[int, str, str, int]]) -> bytes:
    frame = pd.DataFrame(ways, columns=["x", "status", "group", "seats"])
    heads = ["2021", "2022", "2023"]
    look = {"way": ("status", "group"), "value": "seats", "names": NAMES, "heads": heads, "suppressed": "few"}
    return flow.flow_diagram(release_published(frame, published()), year="x", language="en", **look)


def test_every_node_has_its_name_and_number_and_those_who_left_always_one() -> None:
    drawing = flows(WAYS_ON)
    said = [e.text for e in ET.fromstring(drawing).iter(f"{SVG}text")]
    assert said.count("preparatory") == 2
    assert said.count("diploma") == 2
    assert {"100", "90", "10", "80"} <= set(said)
    assert said.count("interrupted") == said.count("few") == 2  # on each day after the first
    for word in (*NAMES.values(), "few"):
        assert said.count(word) in (0, 2)


def test_bands_are_as_thick_as_pupils_are_many_and_lead_to_the_colour_of_their_end() -> None:
    lines = [e for e in drawn("path", flows(WAYS_ON)) if "fill-opacity" in e]
    assert len(lines) == 4  # none for what the table does not have
    found = {}
    for one in lines:
        top, low = re.match(r"M[\d.]+,([\d.]+)C", one["d"]), re.search(r",([\d.]+)Z$", one["d"])
        found[one["d"]] = (one["fill"], float(low[1]) - float(top[1]))
    sizes = sorted(found.values(), key=lambda each: each[1])
    assert [fill for fill, _ in sizes] == [
        charts.STATE_COLOURS[s] for s in ("diploma", "diploma", "diploma", "preparatory")
    ]
    assert sizes[-1][1] == pytest.approx(9 * sizes[0][1], rel=0.01)


def test_a_curve_begins_where_it_is_shown_and_its_names_do_not_lie_on_each_other() -> None:
    rows = [("diploma", m, 0.3, 0.2, 0.4) for m in range(2, 5)] + [
        ("interrupted", m, 0.31, 0.3, 0.4) for m in range(2, 5)
    ]
    frame = pd.DataFrame(rows, columns=["status", "x", "value", "value_from", "value_to"])
    frame.loc[0, ["value", "value_from", "value_to"]] = None
    drawing = estimates.bands(
        release_published(frame, published()), month="x", value="value", band=("value_from", "value_to"), state="status",
        names=NAMES, axis_title="years", language="en",
    )  # fmt: skip
    places = [
        float(re.search(r"translate\([\d.]+,([\d.]+)\)", e.attrib["transform"])[1])
        for e in ET.fromstring(drawing).iter(f"{SVG}text")
        if e.text in NAMES.values()
    ]
    assert len(places) == 2
    assert abs(places[0] - places[1]) >= canvas.TEXT


@pytest.mark.parametrize(
    ("heights", "expected"),
    [([10, 200], [10, 200]), ([100, 100], [100, 118]), ([299, 298, 300], [282, 264, 300]), ([], [])],
)
def test_labels_move_apart_within_the_plot(heights: list[float], expected: list[float]) -> None:
    assert canvas.apart(heights, 300, 18) == expected


def test_an_effect_stands_on_the_side_of_nought_that_its_sign_says() -> None:
    frame = pd.DataFrame({
        "label": ["a", "b"], "value": [0.02, -0.01], "value_from": [0.01, -0.02], "value_to": [0.03, 0.0],
        "note": ["+2", "−1"], "group": ["g", "g"],
    })  # fmt: skip
    drawing = estimates.intervals(
        release_published(frame, published()), label="label", value="value", band=("value_from", "value_to"), text="note",
        group="group", axis_title="points", language="en",
    ).decode()  # fmt: skip
    dots = [float(x) for x in re.findall(r'translate\(([\d.]+),[\d.]+\)" d="M5', drawing)]
    nought = [e for e in drawn("line", drawing.encode()) if e.get("stroke") == canvas.INK]
    assert len(dots) == 2
    assert len(nought) == 1
    middle = float(re.search(r"translate\(([\d.]+)", nought[0]["transform"])[1])
    assert dots[0] - middle == pytest.approx(2 * (middle - dots[1]), abs=0.1)


def test_the_limits_of_a_funnel_are_those_of_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half as wide for four times the pupils, and 1.96 and 3.09 standard deviations away."""
    seen: list[dict[str, Any]] = []
    monkeypatch.setattr(judged, "svg", lambda spec, frame, language: seen.append(spec) or b"")
    frame = pd.DataFrame({"seats": [100, 400], "value": [0.0, 0.1], "share": [0.05, 0.025], "group": ["a", "a"]})
    judged.funnel(
        release_published(frame, published()), pupils="seats", value="value", spread="share", series="group",
        titles=("a", "b"), limits=("c", "d"), language="en",
    )  # fmt: skip
    found = {float(m[1]) for m in re.finditer(r"'(-?[\d.]+) / sqrt\(datum.size\)'", str(seen[0]))}
    assert sorted(found) == pytest.approx([-3.090232 * 0.5, -1.959964 * 0.5, 1.959964 * 0.5, 3.090232 * 0.5])


def test_equal_rises_are_equally_steep_in_every_panel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten per cent of 80,000 and of 240,000 are lines of the same steepness."""
    seen: list[dict[str, Any]] = []
    monkeypatch.setattr(panels, "svg", lambda spec, frame, language: seen.append(spec) or b"")
    frame = pd.DataFrame({
        "group": ["low"] * 2 + ["high"] * 2, "intake_year": [2023, 2024] * 2,
        "value": [80_000.0, 88_000.0, 240_000.0, 264_000.0], "series": ["price"] * 4,
    })  # fmt: skip
    panels.line_panels(
        release_published(frame, published()),
        panel="group",
        year="intake_year",
        value="value",
        series="series",
        language="en",
    )
    scales = [s for key, s in pairs(seen[0]["vconcat"], dict) if key == "scale" and s.get("type") == "log"]
    ratios = {round(s["domain"][1] / s["domain"][0], 9) for s in scales}
    assert len(scales) == 4  # a line and its points in each of two panels
    assert len(ratios) == 1
    assert min(ratios) >= 1.1


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (80, 340, [100, 150, 200, 250, 300]),
        (0.45, 1.0, [0.5, 0.6, 0.7, 0.8, 0.9, 1.0]),
        (-100, 100, [-100, -50, 0, 50, 100]),
        (5, 5, [5]),
    ],
)
def test_ticks_are_round_and_inside(low: float, high: float, expected: list[float]) -> None:
    assert canvas.ticks(low, high) == pytest.approx(expected)


@pytest.mark.parametrize(("low", "high", "expected"), [(23, 25, [23, 24, 25]), (8, 18, [8, 10, 12, 14, 16, 18])])
def test_an_axis_of_whole_numbers_has_its_marks_at_such(low: float, high: float, expected: list[float]) -> None:
    assert canvas.axis(low, high)["values"] == expected
