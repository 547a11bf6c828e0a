"""The wall between data and page: a table of persons cannot be drawn, tabulated or written, however it is dressed."""

# ruff: noqa: E501 - cases are written as wide as they are

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from gymreg_core.disclosure import Released, release_published
from gymreg_core.errors import DisclosureRefused
from gymreg_core.provenance import Provenance
from gymreg_core.reporting import charts
from gymreg_core.reporting.tables import Column, download, table
from tests.admissions import published

PERSONS = pd.DataFrame({
    "label": ["Ekonomi", "Teknik"],
    "group": ["a", "a"],
    "seats": [30, 30],
    "admitted": [28, 20],
    "note": ["Anna Andersson", "Bo Berg"],
    "x": [1, 2],
    "y": [1, 1],
    "intake_year": [2022, 2023],
    "cutoff_p25": [1.0, 2.0],
    "cutoff_p50": [1.0, 2.0],
    "cutoff_p75": [1.0, 2.0],
    "bin_from": [0, 20],
    "bin_to": [20, 40],
    "series": ["", ""],
    "value": [0.0, 1.0],
    "share": [0.0, 1.0],
    "status": ["diploma", "interrupted"],
})  # fmt: skip

STATE_NAMES = {state: state.replace("_", " ") for state in charts.STATE_COLOURS}

WAYS: dict[str, Callable[[Any], Any]] = {
    "filled_bars": lambda t: charts.filled_bars(t, label="label", part="admitted", whole="seats", text="note", names=("a", "b"), language="sv"),
    "bars": lambda t: charts.bars(t, label="label", value="seats", text="note", language="sv"),
    "dumbbells": lambda t: charts.dumbbells(t, label="label", values=("seats", "admitted"), text="note", names=("a", "b"), language="sv"),
    "histogram": lambda t: charts.histogram(t, low="bin_from", high="bin_to", count="seats", series="series", axis_title="x", language="sv"),
    "scatter": lambda t: charts.scatter(t, x="seats", y="admitted", series="group", titles=("a", "b"), sides=("c", "d"), language="sv"),
    "lines": lambda t: charts.lines(t, year="intake_year", value="seats", series="group", text="note", language="sv"),
    "strip": lambda t: charts.strip(t, value="seats", series="group", band=("cutoff_p25", "cutoff_p50", "cutoff_p75"), names=("a", "b", "c"), axis_title="x", language="sv"),
    "tiles": lambda t: charts.tiles(t, x="x", y="y", name="label", text="note", shade="series", shades=["low", "high"], language="sv"),
    "heat_map": lambda t: charts.heat_map(t, row="label", column="group", shade="series", shades=["low", "high"], suppressed="not shown", titles=("a", "b"), language="sv"),
    "diverging_bars": lambda t: charts.diverging_bars(t, label="label", value="seats", text="note", names=("a", "b"), language="sv"),
    "waterfall": lambda t: charts.waterfall(t, label="label", start="seats", end="admitted", text="note", names=("a", "b"), language="sv"),
    "line_panels": lambda t: charts.line_panels(t, panel="label", year="intake_year", value="seats", series="group", language="sv"),
    "lorenz": lambda t: charts.lorenz(t, x="value", y="share", series="group", titles=("a", "b"), equal="c", language="sv"),
    "levels": lambda t: charts.levels(t, low="bin_from", high="bin_to", amount="seats", text="note", titles=("a", "b"), language="sv"),
    "stacked_areas": lambda t: charts.stacked_areas(t, month="intake_year", value="share", state="status", names=STATE_NAMES, suppressed="not shown", language="sv"),
    "flow_diagram": lambda t: charts.flow_diagram(t, year="x", way=("status", "status"), value="seats", names=STATE_NAMES, heads=["a", "b", "c"], suppressed="few", language="sv"),
    "bands": lambda t: charts.bands(t, month="x", value="value", band=("share", "value"), state="status", names=STATE_NAMES, axis_title="a", language="sv"),
    "intervals": lambda t: charts.intervals(t, label="label", value="value", band=("share", "value"), text="note", group="group", axis_title="a", language="sv"),
    "fans": lambda t: charts.fans(t, label="label", below="group", quantiles=("share", "share", "value", "value", "value"), point="seats", names=("a", "b", "c", "d"), language="sv"),
    "funnel": lambda t: charts.funnel(t, pupils="seats", value="value", spread="share", series="group", titles=("a", "b"), limits=("c", "d"), language="sv"),
    "calibration": lambda t: charts.calibration(t, predicted="value", observed="share", series="group", titles=("a", "b"), right="c", language="sv"),
    "by_cohort": lambda t: charts.by_cohort(t, cohort="intake_year", value="value", band=("share", "value"), series="group", before=(2022, "a"), titles=("b", "c"), language="sv"),
    "specification_curve": lambda t: charts.specification_curve(t, number="x", value="value", band=("share", "value"), planned="seats", choices={"group": ("a", {"": "b", "all": "c"})}, keys=("d", "e"), titles=("f", "g"), language="sv"),
    "at_cutoff": lambda t: charts.at_cutoff(t, x="bin_from", value="share", width=20, at="a", titles=("b", "c"), language="sv"),
    "stepped": lambda t: charts.stepped(t, x="x", step="value", line="share", names=("a", "b"), titles=("c", "d"), at=(1.0, "e"), language="sv"),
    "quantile_bands": lambda t: charts.quantile_bands(t, year="x", quantile="share", value="value", bands=((0.0, 1.0, "a"), (0.2, 0.2, "b")), middle=(0.2, "c"), titles=("d", "e"), language="sv"),
    "power_curves": lambda t: charts.power_curves(t, x="value", y="share", series="group", level=(0.8, "a"), at=(0.5, "b"), titles=("c", "d"), language="sv"),
    "table": lambda t: table(t, [Column("label", "Program", "text"), Column("seats", "Platser")], caption="c", identifier="i", language="sv"),
    "download": lambda t: download(t, [Column("label", "Program", "text"), Column("seats", "Platser")], name="n", label="l", language="sv"),
}  # fmt: skip


def forged() -> Any:
    """A Released table made without its door."""
    fake = object.__new__(Released)
    for name, value in {
        "_frame": PERSONS,
        "policy": "already_public",
        "provenance": published(),
        "suppressed": 0,
        "_door": object(),
    }.items():
        object.__setattr__(fake, name, value)
    return fake


def heir() -> Any:
    """An instance of a class that claims to be a Released table."""

    class Dressed(Released):
        def __post_init__(self) -> None:
            pass

    return Dressed(PERSONS, "already_public", published())


def changed_afterwards() -> Any:
    """A table that was let out and then got a column of persons."""
    released = release_published(PERSONS.drop(columns="note"), published())
    released._frame["personnummer"] = "nobody's"
    return released


DISGUISES: dict[str, Callable[[], Any]] = {
    "a data frame": lambda: PERSONS,
    "a dictionary": lambda: PERSONS.to_dict("list"),
    "a look-alike": lambda: SimpleNamespace(
        table=PERSONS, columns=tuple(PERSONS), select=lambda *c: SimpleNamespace(table=PERSONS[list(c)])
    ),
    "a forgery": forged,
    "an heir": heir,
    "changed afterwards": changed_afterwards,
}


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("way", WAYS)
def test_only_what_came_through_the_door_is_shown(way: str, disguise: str) -> None:
    with pytest.raises(DisclosureRefused) as refused:
        WAYS[way](DISGUISES[disguise]())
    assert refused.value.exit_code == 13
    assert not any(name in str(refused.value) for name in ("Anna", "Andersson"))


@pytest.mark.parametrize("way", WAYS)
def test_what_came_through_is_shown(way: str) -> None:
    assert WAYS[way](release_published(PERSONS, published()))


# Impossible numbers, put together here so that none stands in the tree.
DAY, SERIAL = "20081231", "2384"
NAMED_PERSONS = [
    {"pupil_id": [1, 2]},
    {"Personnummer": ["x", "y"]},
    {"name": ["Anna", "Bo"]},
    {"guardian": ["Anna", "Bo"]},
    {"home_address": ["a", "b"]},
    {"label": [f"Anna, {DAY}-{SERIAL}", "Bo"]},
    {"label": [f"{DAY}{SERIAL}", "Bo"]},
    {"label": ["081231+2384", "Bo"]},
    {"note": ["081291-TF12", ""]},
    {"seats": [int(DAY + SERIAL), 2]},
    {"value": [float(DAY + SERIAL), 2.0]},
]


@pytest.mark.parametrize("columns", NAMED_PERSONS, ids=lambda c: str(next(iter(c))))
def test_persons_do_not_get_through_the_door(columns: dict[str, list[Any]]) -> None:
    with pytest.raises(DisclosureRefused) as refused:
        release_published(pd.DataFrame(columns), published())
    assert not any(part in str(refused.value) for part in ("Anna", "2384", "TF12"))


def test_what_nobody_has_published_does_not_get_through_either() -> None:
    with pytest.raises(DisclosureRefused, match="nobody has published"):
        release_published(PERSONS, Provenance((), already_public=False))


def test_a_released_table_hands_out_copies() -> None:
    released = release_published(PERSONS, published())
    copy = released.table
    copy["personnummer"] = "x"
    assert "personnummer" not in released.columns
