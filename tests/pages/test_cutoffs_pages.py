"""The pages on expected cut-offs, section by section, for every scope and on awkward data; and what asks for them."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from gymreg_core.errors import BadParameters
from gymreg_core.findings import Findings
from gymreg_core.planning.cutoffs import forecast_cutoffs, forecast_years
from gymreg_core.provenance import InputFile, Provenance
from gymreg_core.reporting.cutoffs import CutoffsReport
from gymreg_core.reporting.cutoffs_material import CutoffsMaterial
from gymreg_core.reporting.cutoffs_plan import CutoffsPlan
from gymreg_core.reporting.fragments import Fragment, join
from gymreg_core.reporting.page_head import PAGE_MIME
from gymreg_core.reporting.params import make_plan
from gymreg_core.sources.linking import link_study_paths
from tests.cutoffs_drawn import published

SECTIONS = (
    "in_brief", "how_to_read", "expected", "everyone", "declined", "last_year", "track_record", "limits", "methods",
    "definitions", "assumptions", "provenance",
)  # fmt: skip
ORDER = [
    "korthet", "las-av", "vantade", "alla-behoriga", "utan-grans", "forra-prognosen", "traffsakerhet", "begransningar",
    "metod", "definitioner", "antaganden", "tillkomst",
]  # fmt: skip
FIGURE = re.compile(
    r'^!\[(?P<caption>.+)\]\((?P<path>media/[^)]+)\)\{#fig-(?P<id>[\w-]+) fig-alt="(?P<alt>.+)"\}$', re.MULTILINE
)


def stored(table: pd.DataFrame) -> Any:
    """Results as a workspace has them."""
    source = Provenance((InputFile("drawn.xlsx", "ab" * 32, 1000),), already_public=True, made_up=False)
    links = link_study_paths(table).table
    return SimpleNamespace(table=table, links=links, findings=Findings(), provenance=source, matches={})


def whole(report: CutoffsReport) -> Fragment:
    return join(getattr(report, section)() for section in SECTIONS)


@pytest.fixture(scope="module")
def region() -> Any:
    table = published((2021, 2022, 2023))
    tested = (table["study_path_code"] == "NA") & (table["school"] == "Skola C2")
    return stored(table.assign(scale=table["scale"].where(~tested, "grades_and_test")))


SCOPES: dict[str, dict[str, Any]] = {
    "region": {},
    "first year": {"intake_year": 2022},
    "municipality": {"scope": "municipality", "scope_name": "Kommun 3", "language": "en"},
    "school": {"scope": "school", "scope_name": "Skola C2"},
    "no school": {"scope": "municipality", "scope_name": "Vaxholm"},
}


@pytest.fixture(scope="module", params=SCOPES)
def page(request: pytest.FixtureRequest, region: Any) -> tuple[CutoffsReport, Fragment]:
    report = CutoffsReport.on(region, **SCOPES[request.param])
    return report, whole(report)


def test_sections_stand_in_order_and_every_figure_has_alt_text_and_table(page: tuple[CutoffsReport, Fragment]) -> None:
    _, fragment = page
    found = re.findall(r"^## .*\{#sec-([\w-]+)\}$", fragment.markdown, re.MULTILINE)
    assert found == [name for name in ORDER if name in found]
    figures = list(FIGURE.finditer(fragment.markdown))
    assert {f["path"] for f in figures} == {name for name in fragment.files if name.startswith("media/")}
    for figure in figures:
        assert len(figure["alt"]) > 60
        folded = fragment.markdown[figure.end() :]
        assert re.match(r'\n\n([^\n|:]+\n\n)?::: \{\.fold summary="[^"]+"\}\n\|', folded), figure["id"]


def test_no_hole_is_left_in_the_words(page: tuple[CutoffsReport, Fragment]) -> None:
    report, fragment = page
    head = report.page()._repr_mimebundle_()[PAGE_MIME]
    text = fragment.markdown + str(head)
    assert not re.search(r"\bnan\b|\bNone\b|<NA>", text.replace("None}", ""))
    assert not re.search(r"(?<![.#:\w])\{[a-z_]+\}", fragment.markdown)
    assert head["description"]


def test_pictures_hold_no_number_but_those_of_their_axis(page: tuple[CutoffsReport, Fragment]) -> None:
    _, fragment = page
    for name, content in fragment.files.items():
        if name.endswith(".svg"):
            said = re.findall(r">([^<]*\d[^<]*)</text>", content.decode())
            schools = {text for text in said if text.startswith("Skola")}
            ticks = [int(text) for text in said if text not in schools]
            assert ticks == sorted(ticks)


def test_the_region_has_every_section(region: Any) -> None:
    report = CutoffsReport.on(region)
    found = re.findall(r"^## .*\{#sec-([\w-]+)\}$", whole(report).markdown, re.MULTILINE)
    assert found == ORDER
    assert report.view.year == 2023
    assert report.view.last_judged is not None
    assert report.view.last_judged[0] == 2022


def test_the_page_tells_what_the_forecast_says(region: Any) -> None:
    told = forecast_cutoffs(region, 2023)
    view = CutoffsReport.on(region).view
    by_id = told.table.set_index("study_path_id")
    shown = view.told.set_index("study_path_id")
    pd.testing.assert_series_equal(shown["cutoff_p50"], by_id.loc[shown.index, "q50"].round(), check_names=False)
    width = shown["cutoff_p90"] - shown["cutoff_p10"]
    assert (width.diff().dropna() <= 1).all()  # ends are rounded to whole points
    assert (view.drawn["share"] < 1 / 2).all()


def test_every_assumption_has_a_sentence_of_its_own(region: Any) -> None:
    for language in ("sv", "en"):
        report = CutoffsReport.on(region, language=language)
        rows = re.findall(r"^\| (.+) \| [\w\\]+\.yml, [\w\\]+ \|$", report.assumptions().markdown, re.MULTILINE)
        assert len(rows) > 10
        assert [row for row in rows if "(" in row] == []


def test_a_year_without_april_is_refused_by_name(region: Any) -> None:
    with pytest.raises(BadParameters, match="cut-offs of 2021 cannot be forecast") as refused:
        CutoffsReport.on(region, intake_year=2021)
    assert "2022, 2023" in str(refused.value)


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({}, ["vantade-granser-2023"]),
        ({"intake_year": "all"}, ["vantade-granser-2023", "vantade-granser-2022"]),
        ({"scope": "school", "scope_name": "Skola C2"}, ["vantade-granser-2023-skola-skola-c2"]),
    ],
)
def test_a_plan_is_resolved_against_the_data(
    region: Any, values: dict[str, Any], wanted: list[str], tmp_path: Any
) -> None:
    plan = make_plan({"report": "cutoffs", **values}, where="test.yml")
    assert isinstance(plan, CutoffsPlan)
    material = CutoffsMaterial(region, tmp_path)
    assert material.years == forecast_years(region) == (2022, 2023)
    assert [run.slug for run in material.wanted(plan)] == wanted
    with pytest.raises(BadParameters, match="2021"):
        material.wanted(plan.model_copy(update={"intake_year": 2021}))
