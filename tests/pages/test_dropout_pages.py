"""The pages of the report on completion, section by section on invented counts."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pytest

from gymreg_core.contracts.tracked import TRACKED_TABLES, Tracked, empty_tracked
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.dropout import DropoutReport
from gymreg_core.reporting.fragments import Fragment, join
from gymreg_core.reporting.page_head import PAGE_MIME
from gymreg_core.rules.audience import told_to
from tests.tracked_tables import HOMES, random_tracked

SECTIONS = [
    name
    for name, member in vars(DropoutReport).items()
    if inspect.isfunction(member) and name[0] != "_" and name != "page"
]
ORDER = [
    "korthet", "arskullen", "forandring", "avbrott", "byten", "introduktionsprogram", "grupper", "skolor", "matten",
    "sannolikheter", "risk", "aktivitetsansvar", "datakvalitet", "varning", "definitioner", "antaganden", "metod",
    "tillkomst",
]  # fmt: skip
FIGURE = re.compile(
    r'^!\[(?P<caption>.+)\]\((?P<path>media/[^)]+\.svg)\)\{#fig-(?P<id>[\w-]+) fig-alt="(?P<alt>.+)"\}$', re.MULTILINE
)
TABLE = re.compile(r"((?:^\|.*\n)+)\n: .*\{#tbl-([\w-]+)\}", re.MULTILINE)
LONG = {"antaganden", "rensning", "matten", "varning-stammer", "ej-foljda"}
COUNTED = ("Elever", "Pupils", "Slutförde", "Completed")
MADE_UP = Provenance((), already_public=False, made_up=True)
made = cache(random_tracked)


@dataclass(frozen=True, eq=False)
class Stored:
    tracked: Tracked
    provenance: Provenance = MADE_UP


@cache
def stored(**wanted: Any) -> Stored:
    return Stored(made(**wanted))


def whole(report: DropoutReport) -> Fragment:
    return join(getattr(report, section)() for section in SECTIONS)


def sections(text: str) -> list[str]:
    return re.findall(r"^## .*\{#sec-([\w-]+)\}$", text, re.MULTILINE)


SCOPES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "region": ({}, {}),
    "first cohort": ({}, {"cohort": 2019}),
    "not three years yet": ({}, {"cohort": 2024}),
    "just begun": ({}, {"cohort": 2025}),
    "municipality": ({}, {"scope": "municipality", "scope_name": "Täby"}),
    "no pupil": ({}, {"scope": "municipality", "scope_name": "Vaxholm"}),
    "independent": ({}, {"scope": "provider_form", "scope_name": "independent"}),
    "no such school": ({}, {"scope": "provider_form", "scope_name": "region"}),
    "programme": ({}, {"scope": "programme", "scope_name": "EK"}),
    "introductory programme": ({}, {"scope": "programme", "scope_name": "IMS"}),
    "English": ({}, {"language": "en"}),
    "a municipality in English": ({}, {"scope": "municipality", "scope_name": "Nacka", "language": "en"}),
    "a region of one school": ({"schools": 1, "cohorts": (2021, 2022)}, {}),
    "three pupils": ({"pupils": 3, "cohorts": (2022,)}, {}),
    "three pupils of a municipality": (
        {"pupils": 3, "cohorts": (2022,)},
        {"scope": "municipality", "scope_name": "Stockholm"},
    ),
}


@pytest.fixture(scope="module", params=SCOPES)
def page(request: pytest.FixtureRequest) -> tuple[DropoutReport, Fragment]:
    region, wanted = SCOPES[request.param]
    report = DropoutReport.on(stored(**region), **wanted)
    return report, whole(report)


def test_every_figure_has_its_file_its_caption_its_alternative_text_and_its_table(
    page: tuple[DropoutReport, Fragment],
) -> None:
    report, fragment = page
    figures = list(FIGURE.finditer(fragment.markdown))
    assert len(figures) == fragment.markdown.count("![")
    assert {f["path"] for f in figures} == {name for name in fragment.files if name.startswith("media/")}
    for figure in figures:
        assert len(figure["alt"]) > 60
        assert figure["caption"].rstrip("\\").endswith(".")
        folded = fragment.markdown.split(figure[0])[1]
        assert re.match(r'\n\n([^\n|:]+\n\n)?::: \{\.fold summary="[^"]+"\}\n\|', folded), figure["id"]
        assert "{#tbl-" in folded.split("\n:::\n")[0]
    if report.view.is_region and report.view.three_years and report.view.started > 100:
        assert len(figures) >= 8


def test_links_lead_to_files_of_the_page(page: tuple[DropoutReport, Fragment]) -> None:
    _, fragment = page
    targets = set(re.findall(r"(?<!!)\[[^\]]*\]\(([^)]+)\)", fragment.markdown))
    assert targets == {name for name in fragment.files if name.startswith("data/")}


def test_addresses_are_unique_and_sections_stand_in_their_order(page: tuple[DropoutReport, Fragment]) -> None:
    _, fragment = page
    addresses = re.findall(r"\{#([\w-]+)[ }]", fragment.markdown)
    assert len(addresses) == len(set(addresses))
    found = sections(fragment.markdown)
    assert found == [s for s in ORDER if s in found]


def test_sentences_have_no_holes(page: tuple[DropoutReport, Fragment]) -> None:
    _, fragment = page
    text = re.sub(r"^(\||:   ).*$", "", fragment.markdown, flags=re.MULTILINE)
    text = re.sub(r"(^| )\.\.? (?=betyder|means)", "", text, flags=re.MULTILINE)  # the legend of symbols
    assert not re.search(r"\b(nan|inf)\b|NaN|<NA>|(?<!\. )None\b", fragment.markdown)
    assert not re.search(r"  +\w|\.\.| \.|\bprocent procent\b|[a-zåäö]\.[A-ZÅÄÖ]", text)
    assert not re.search(r"(?i)drop-?out|avhopp|\bomval\b", text)


def test_only_tables_with_a_purpose_are_longer_than_a_screen(page: tuple[DropoutReport, Fragment]) -> None:
    _, fragment = page
    assert {name for rows, name in TABLE.findall(fragment.markdown) if rows.count("\n") - 2 > 12} <= LONG


def test_no_number_of_few_pupils_stands_on_a_page(page: tuple[DropoutReport, Fragment]) -> None:
    _, fragment = page
    few = set(map(str, range(1, int(told_to("smallest_count")))))
    for rows, name in TABLE.findall(fragment.markdown):
        head, _, *lines = [[cell.strip() for cell in row.strip("|\n").split("|")] for row in rows.splitlines()]
        for at in [place for place, text in enumerate(head) if text.startswith(COUNTED)]:
            assert [line[at] for line in lines if line[at] in few] == [], name


def test_the_page_says_what_it_is(page: tuple[DropoutReport, Fragment]) -> None:
    report, _ = page
    head = report.page()._repr_mimebundle_()[PAGE_MIME]
    assert head["lang"] == report.view.language
    assert str(report.view.cohort) in head["title"]
    assert all(head[key] for key in ("title", "subtitle", "description", "facts"))


def test_swedish_and_english_have_the_same_sections_figures_and_numbers() -> None:
    for wanted in ({}, {"scope": "municipality", "scope_name": "Nacka"}):
        sv, en = (whole(DropoutReport.on(stored(), **wanted, language=lang)) for lang in ("sv", "en"))
        assert sections(sv.markdown) == sections(en.markdown)
        assert [f["id"] for f in FIGURE.finditer(sv.markdown)] == [f["id"] for f in FIGURE.finditer(en.markdown)]
        assert sorted(sv.files) == sorted(en.files)
        assert sv.markdown.count("\n|") == en.markdown.count("\n|")


def test_the_same_report_twice_is_the_same_bytes() -> None:
    one, other = (whole(DropoutReport.on(Stored(made()))) for _ in range(2))
    assert one.markdown == other.markdown
    assert dict(one.files) == dict(other.files)


@pytest.mark.parametrize("name", TRACKED_TABLES)
def test_a_page_comes_out_where_tracking_gave_an_empty_table(name: str) -> None:
    tracked = replace(made(pupils=60, cohorts=(2021, 2022)), **{name: empty_tracked(name)})
    report = DropoutReport.on(Stored(tracked), cohort=2022)
    assert "korthet" in sections(whole(report).markdown)
    assert report.page().values["title"]


def test_what_is_left_out_for_few_pupils_is_said() -> None:
    text = DropoutReport.on(stored(pupils=3, cohorts=(2022,))).in_brief().markdown
    assert re.search(r"Visas inte|kan visas", text)
    assert not re.search(r"\d %", text)


def test_a_cohort_whose_three_years_have_not_passed_says_so() -> None:
    text = DropoutReport.on(stored(), cohort=2024).in_brief().markdown
    assert "Tre år har inte gått" in text
    assert "hösten 2022" in text, "the latest that has had its time"
    assert "Tre år har inte gått" not in DropoutReport.on(stored()).in_brief().markdown


def test_every_main_figure_stands_beside_the_share_that_could_not_be_followed() -> None:
    report = DropoutReport.on(stored())
    boxes = report.in_brief().markdown.split("{.key-figure}")[1:]
    main = [box for box in boxes if "examen inom" in box]
    assert len(main) == sum(card.main for card in report.view.cards)
    told = [box for box in main if "%" in box]
    assert told
    assert all(re.search(r"hade tillfälligt\s+personnummer", box) for box in told), "or that it is not shown how many"


@pytest.mark.parametrize("wanted", [{}, {"scope": "provider_form", "scope_name": "independent"}])
def test_what_changed_is_drawn_for_every_cohort_that_is_shown(wanted: dict[str, Any]) -> None:
    report = DropoutReport.on(stored(), **wanted)
    (drawn,) = (
        content.decode() for name, content in report.changed().files.items() if name.endswith("forandring-3.svg")
    )
    for cohort in (2019, 2020, 2021, 2022):
        found = report.view.figure("skolverket_3", cohort)
        assert found is not None
        assert found.share is not None
        assert f">{found.share * 100:.1f}\u00a0%<".replace(".", ",") in drawn
    assert ("Fristående skolor" in drawn) == bool(wanted)
    assert "Hela regionen" in drawn


def test_the_three_outcomes_are_disjoint_and_whole() -> None:
    scopes = [{}, *({"scope": "municipality", "scope_name": home} for home in HOMES)]
    texts = [DropoutReport.on(stored(), **scope).in_brief().markdown for scope in scopes]
    found = [
        re.search(r"hade ([\d,]+)\s+procent examen och ([\d,]+)\s+procent studiebevis.*?([\d,]+)\s+procent hade", text)
        for text in texts
    ]
    told = [one.groups() for one in found if one is not None]
    assert told, "of small groups it is left out"
    for groups in told:
        shares = [float(share.replace(",", ".")) for share in groups]
        assert sum(shares) == pytest.approx(100, abs=0.15), "rounded to one decimal each"


def test_real_pupils_need_a_decision_and_the_page_names_it() -> None:
    real = replace(stored(), provenance=Provenance((), already_public=False, made_up=False))
    text = DropoutReport.on(real, decision="Styrelsen 2026-06-11, § 45").provenance().markdown
    assert "Styrelsen 2026-06-11, § 45" in text
    assert "påhittad" not in text
