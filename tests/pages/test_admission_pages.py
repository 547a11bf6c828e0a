"""The pages of the admission report, section by section, for every scope and on awkward data."""

# ruff: noqa: E501 - tables are drawn as wide as they are

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from gymreg_core.errors import BadParameters
from gymreg_core.findings import Findings
from gymreg_core.reporting.admission import AdmissionReport
from gymreg_core.reporting.admission.report import load
from gymreg_core.reporting.fragments import Fragment, join
from gymreg_core.reporting.page_head import PAGE_MIME
from gymreg_core.vocabulary.finding_texts import finding
from tests.admissions import admission, stored

SECTIONS = (
    "in_brief", "whats_new", "programmes", "types", "providers", "municipalities", "competition", "cutoff_moves", "rounds",
    "introductory", "empty_seats", "schools", "checked", "definitions", "quality", "provenance",
)  # fmt: skip
ORDER = [
    "korthet", "nytt", "program", "programtyper", "huvudman", "kommuner", "konkurrens", "andringar", "omgangar",
    "introduktion", "lediga", "skolor", "kontroll", "definitioner", "kvalitet", "tillkomst",
]  # fmt: skip
FIGURE = re.compile(
    r'^!\[(?P<caption>.+)\]\((?P<path>media/[^)]+\.svg)\)\{#fig-(?P<id>[\w-]+) fig-alt="(?P<alt>.+)"\}$', re.MULTILINE
)


def whole(report: AdmissionReport) -> Fragment:
    return join(getattr(report, section)() for section in SECTIONS)


def sections(text: str) -> list[str]:
    return re.findall(r"^## .*\{#sec-([\w-]+)\}$", text, re.MULTILINE)


@pytest.fixture(scope="module")
def region() -> Any:
    """The made-up region that a report falls back on."""
    return load()


SCOPES: dict[str, dict[str, Any]] = {
    "region": {},
    "preliminary": {"round": "preliminary"},
    "first year": {"intake_year": 2024},
    "municipality": {"scope": "municipality", "scope_name": "Täby"},
    "no school": {"scope": "municipality", "scope_name": "Vaxholm"},
    "independent": {"scope": "provider_form", "scope_name": "independent"},
    "English": {"language": "en"},
    "a municipality in English": {"scope": "municipality", "scope_name": "Nacka", "language": "en"},
}


@pytest.fixture(scope="module", params=SCOPES)
def page(request: pytest.FixtureRequest, region: Any) -> tuple[AdmissionReport, Fragment]:
    report = AdmissionReport.on(region, **SCOPES[request.param])
    return report, whole(report)


def test_every_figure_has_its_file_its_caption_its_alternative_text_and_its_table(
    page: tuple[AdmissionReport, Fragment],
) -> None:
    report, fragment = page
    figures = list(FIGURE.finditer(fragment.markdown))
    assert len(figures) == fragment.markdown.count("![")
    assert {f["path"] for f in figures} == {name for name in fragment.files if name.startswith("media/")}
    after = fragment.markdown
    for figure in figures:
        assert len(figure["alt"]) > 60
        assert figure["caption"].rstrip("\\").endswith(".")
        folded = after[after.index(figure[0]) + len(figure[0]) :]
        assert re.match(r'\n\n([^\n|:]+\n\n)?::: \{\.fold summary="[^"]+"\}\n\|', folded), figure["id"]
        assert "{#tbl-" in folded.split("\n:::\n")[0]
    if report.view.scope.kind == "region" and report.view.compared:
        assert len(figures) >= 10


def test_links_lead_to_files_of_the_page_or_the_start(page: tuple[AdmissionReport, Fragment]) -> None:
    _, fragment = page
    targets = set(re.findall(r"(?<!!)\[[^\]]*\]\(([^)]+)\)", fragment.markdown))
    assert targets <= {*fragment.files, "index.html"}
    assert {name for name in fragment.files if name.startswith("data/")} <= targets


def test_addresses_are_unique_and_sections_stand_in_their_order(page: tuple[AdmissionReport, Fragment]) -> None:
    _, fragment = page
    addresses = re.findall(r"\{#([\w-]+)[ }]", fragment.markdown)
    assert len(addresses) == len(set(addresses))
    found = sections(fragment.markdown)
    assert found == [s for s in ORDER if s in found]


def test_sentences_have_no_holes(page: tuple[AdmissionReport, Fragment]) -> None:
    _, fragment = page
    text = re.sub(r"^(\||:   ).*$", "", fragment.markdown, flags=re.MULTILINE)
    text = re.sub(r"(^| )\.\.? (?=betyder|means)", "", text, flags=re.MULTILINE)  # the legend of symbols
    assert not re.search(r"\b(nan|None|NaN|<NA>|inf)\b", text)
    assert not re.search(r"  +\w|\.\.| \.|\bprocent procent\b|[a-zåäö]\.[A-ZÅÄÖ]", text)
    assert not re.search(r"\b0 (platser|studievägar|skolor|antagna)\b", text)
    assert not re.search(r"\b1 (platser|studievägar|skolor|seats|schools)\b", text)


def test_no_table_is_longer_than_a_screen_but_those_with_a_purpose(page: tuple[AdmissionReport, Fragment]) -> None:
    report, fragment = page
    tables = re.findall(r"((?:^\|.*\n)+)\n: .*\{#tbl-([\w-]+)\}", fragment.markdown, re.MULTILINE)
    long = {name for rows, name in tables if rows.count("\n") - 2 > 12 and not name.startswith("skola-")}
    # Folded below their charts: every programme, every municipality, every bin; and the schools that came and went. And
    # the checks of the match, of which none is more worth leaving out than another.
    assert long <= {
        "program",
        "kommuner",
        "fristaende",
        "alla-in",
        "lediga",
        "omgangar",
        "granser",
        "andringar-fordelning",
        "nytt",
        "iakttagelser",
        "kontroll",
    }
    assert report.view.scope.kind != "school"


def test_the_page_says_what_it_is(page: tuple[AdmissionReport, Fragment]) -> None:
    report, _ = page
    head = report.page()._repr_mimebundle_()[PAGE_MIME]
    assert head["lang"] == report.view.language
    assert str(report.view.intake_year) in head["title"]
    assert report.view.place in f"{head['title']} {head['subtitle']}"
    assert all(head[key] for key in ("title", "subtitle", "description", "facts"))
    assert bool(head["highlights"]) == report.view.has_national


def test_swedish_and_english_have_the_same_sections_figures_and_numbers(region: Any) -> None:
    for scope in ({}, {"scope": "municipality", "scope_name": "Nacka"}):
        sv, en = (whole(AdmissionReport.on(region, **scope, language=lang)) for lang in ("sv", "en"))
        assert sections(sv.markdown) == sections(en.markdown)
        assert [f["id"] for f in FIGURE.finditer(sv.markdown)] == [f["id"] for f in FIGURE.finditer(en.markdown)]
        assert sorted(sv.files) == sorted(en.files)
        assert sv.markdown.count("\n|") == en.markdown.count("\n|")


def test_the_same_report_twice_is_the_same_bytes(region: Any) -> None:
    one, other = (whole(AdmissionReport.on(region)) for _ in range(2))
    assert one.markdown == other.markdown
    assert dict(one.files) == dict(other.files)


def test_a_municipality_without_a_school_says_so(region: Any) -> None:
    text = whole(AdmissionReport.on(region, scope="municipality", scope_name="Gnesta")).markdown
    assert "Gnesta har ingen gymnasieskola i den gemensamma antagningen." in text
    assert sections(text) == ["korthet", "tillkomst"]


def test_every_school_of_a_municipality_has_its_place(region: Any) -> None:
    report = AdmissionReport.on(region, scope="municipality", scope_name="Nacka")
    text = report.schools().markdown
    assert len(re.findall(r"^### .*\{#skola-[a-z0-9-]+\}$", text, re.MULTILINE)) == report.view.now["school"].nunique()


AWKWARD = {
    "one study path": "programme | seats | admitted | cutoff | median\nEK | 30 | 30 | 250 | 270",
    "no seat taken": "programme | seats | admitted\nEK | 30 | 0\nBA | 12 | 0",
    "no median anywhere": "programme | seats | admitted | cutoff\nEK | 30 | 30 | 250\nBA | 30 | 3 |",
    "only introductory": "programme | seats | admitted\nIMV | 5 | 2\nIMY | 5 | 0",
    "only tests": "programme | seats | admitted | cutoff | scale\nES | 5 | 5 | 520 | grades_and_test\nES | 5 | 5 | 480 | grades_and_test",
    "provider unknown": "programme | form | seats | admitted | name\nEK | unknown | 5 | 2 | a\nEK | independent | 5 | 5 | b",
    "a programme nobody knows": "programme | seats | admitted\nXX | 5 | 2\nEK | 5 | 2",
    "names that are markup": 'programme | school | seats | admitted | cutoff | name\nEK | A|B *c* <i>"d" | 5 | 5 | 200 | x'.replace(
        "A|B", "A_B"
    ),
    "two years": "year | programme | seats | admitted | cutoff\n2022 | HA | 5 | 5 | 200\n2023 | FS | 5 | 5 | 210",
    "both rounds": "round | programme | seats | admitted | cutoff\npreliminary | EK | 5 | 2 |\nfinal | EK | 5 | 5 | 200",
    "first choices": "programme | seats | admitted | cutoff | first\nEK | 5 | 5 | 200 | 9\nBA | 5 | 2 | | 1",
}


@pytest.mark.parametrize(("scope", "language"), [("region", "sv"), ("municipality", "en"), ("school", "sv")])
@pytest.mark.parametrize("case", AWKWARD)
def test_awkward_data_make_a_page(case: str, scope: str, language: Any) -> None:
    table = admission(AWKWARD[case])
    newest = table[table["intake_year"] == table["intake_year"].max()]
    name = None if scope == "region" else str(newest[scope].iloc[0])
    report = AdmissionReport.on(stored(table), scope=scope, scope_name=name, language=language)
    fragment = whole(report)
    assert report.page().values["title"]
    assert not re.search(r"\b(nan|None|NaN|<NA>)\b", fragment.markdown)
    assert sections(fragment.markdown)[0] == "korthet"


def test_findings_are_told_once_per_rule_in_the_pages_language() -> None:
    found = Findings(
        (
            finding("year-from-file-name", file="final-2023.xlsx", count=3),
            finding("year-from-file-name", file="final-2023.xlsx", count=2),
            finding("year-from-file-name", file="final-1999.xlsx", count=7),
        )
    )
    table = admission("programme | seats | admitted\nEK | 5 | 2")
    text = AdmissionReport.on(stored(table, found)).quality().markdown
    assert "gjordes en iakttagelse" in text
    assert re.search(r"\| 5 \|$", text, re.MULTILINE)
    assert (
        "Reading the files gave one finding"
        in AdmissionReport.on(stored(table, found), language="en").quality().markdown
    )


def test_published_totals_stand_beside_the_files(tmp_path: Path) -> None:
    totals = tmp_path / "totals.csv"
    totals.write_text(
        "intake_year,round,group,measure,value,source\n2023,final,national_programmes,admitted,8,press\n2023,final,EK,admitted,5,press\n",
        encoding="utf-8",
    )
    table = admission("programme | seats | admitted\nEK | 5 | 5\nBA | 5 | 2")
    text = AdmissionReport.on(stored(table), published_totals=totals).quality().markdown
    assert "1 av 2 publicerade tal stämmer på enheten med filerna. Största skillnaden är 1." in text
    assert "| Nationella program, antagna | 8 | 7 | −1 |" in text
    assert "Inga publicerade totaler" in AdmissionReport.on(stored(table)).quality().markdown


def test_a_made_up_region_is_called_so() -> None:
    table = admission("programme | seats | admitted\nEK | 5 | 5")
    report = AdmissionReport.on(stored(table, made_up=True))
    assert "påhittad region" in report.provenance().markdown
    assert {"name": "Underlag", "value": "en påhittad region"} in report.page().values["facts"]


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"intake_year": 1999}, "The data hold: 2024 preliminary"),
        ({"compare_to": 2019}, "Earlier years: 2024"),
        ({"round": "slutlig"}, "One of: preliminary, final"),
        ({"language": "no"}, "One of: sv, en"),
        ({"scope": "municipality", "scope_name": "Tæby"}, "Did you mean 'Täby'"),
        ({"scope": "school"}, "needs its name"),
    ],
)
def test_wrong_parameters_are_told_with_what_there_is(region: Any, wanted: dict[str, Any], told: str) -> None:
    with pytest.raises(BadParameters) as problem:
        AdmissionReport.on(region, **wanted)
    assert told in str(problem.value)


def test_an_analyst_finds_every_statistic_in_the_view(region: Any) -> None:
    view = AdmissionReport.on(region).view
    for name in (
        "totals",
        "programmes",
        "news",
        "providers",
        "supply",
        "competition",
        "moves",
        "introductory",
        "empty",
        "study_paths",
    ):
        result = getattr(view, name)
        assert isinstance(result.table, pd.DataFrame), name
        assert result.describe("sv"), name
        assert result.describe("en"), name
        assert isinstance(result.summary(), dict), name
        assert "<table" in result._repr_html_(), name
