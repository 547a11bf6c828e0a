"""The page of an effect study, section by section on made-up findings."""

from __future__ import annotations

import inspect
import re
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from gymreg_core.contracts.effects import DESIGNS, EFFECT_TABLES, empty_effects
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.charts import canvas
from gymreg_core.reporting.effects import EffectsReport
from gymreg_core.reporting.fragments import Fragment, join
from gymreg_core.reporting.page_head import PAGE_MIME
from gymreg_core.rules.audience import told_to
from tests.effects_studied import StoredStudy, Told, studied

SECTIONS = [
    name
    for name, member in vars(EffectsReport).items()
    if inspect.isfunction(member) and name[0] != "_" and name != "page"
]
FIRST = ["korthet", "vilka-pengar", "styrka", "dosen"]
FIGURE = re.compile(
    r'^!\[(?P<caption>.+)\]\((?P<path>media/[^)]+\.svg)\)\{#fig-(?P<id>[\w-]+) fig-alt="(?P<alt>.+)"\}$', re.MULTILINE
)
TABLE = re.compile(r"((?:^\|.*\n)+)\n: .*\{#tbl-([\w-]+)\}", re.MULTILINE)
DRAWN = {"all claims", "few schools and pupils", "an offer answers"}
"""Cases whose charts are drawn; those of the others differ in words alone."""
FEW_DRAWN = {"nothing known", "few schools and pupils", "every design is refused"}
REFUSED = {design: Told("none", "refused", "", "few_schools") for design in DESIGNS}
SOME, FEW = {"cohorts": tuple(range(2011, 2017))}, {"cohorts": (2012, 2014, 2022)}
OFFER = AnalysisPlan(main="cutoff", outcome="interruption", also=())
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "all claims": (SOME, {}),
    "English": (SOME, {"language": "en"}),
    "every design is refused": (FEW | {"told": REFUSED}, {}),
    "few schools and pupils": (FEW | {"pupils": 60, "schools": 4}, {}),
    "nothing known": ({"pupils": 0}, {}),
    "an offer answers": (FEW | {"plan": OFFER}, {}),
}


@cache
def whole(case: str) -> tuple[EffectsReport, Fragment]:
    given, wanted = CASES[case]
    report = EffectsReport.on(StoredStudy(studied(**given)), **wanted)
    with pytest.MonkeyPatch.context() as patch:
        if case not in DRAWN:
            patch.setattr(canvas.vl_convert, "vegalite_to_svg", lambda spec, **_: "<svg/>")
        return report, join(getattr(report, section)() for section in SECTIONS)


@pytest.fixture(params=CASES)
def page(request: pytest.FixtureRequest) -> tuple[str, EffectsReport, Fragment]:
    return request.param, *whole(request.param)


def sections(text: str) -> list[str]:
    return re.findall(r"^## .*\{#sec-([\w-]+)\}$", text, re.MULTILINE)


def test_every_figure_has_its_file_its_caption_its_alternative_text_and_its_table(
    page: tuple[str, EffectsReport, Fragment],
) -> None:
    case, _, fragment = page
    figures = list(FIGURE.finditer(fragment.markdown))
    assert len(figures) == fragment.markdown.count("![")
    assert {f["path"] for f in figures} == {name for name in fragment.files if name.startswith("media/")}
    for figure in figures:
        assert len(figure["alt"]) > 60
        assert figure["caption"].rstrip("\\").endswith(".")
        folded = fragment.markdown.split(figure[0])[1]
        assert re.match(r'\n\n([^\n|:]+\n\n)?::: \{\.fold summary="[^"]+"\}\n\|', folded), figure["id"]
    assert case in FEW_DRAWN or len(figures) >= 6


def test_links_and_addresses_hold_and_sections_begin_with_the_answer(
    page: tuple[str, EffectsReport, Fragment],
) -> None:
    _, _, fragment = page
    targets = set(re.findall(r"(?<!!)\[[^\]]*\]\(([^)]+)\)", fragment.markdown))
    assert targets == {name for name in fragment.files if name.startswith("data/")}
    addresses = re.findall(r"\{#([\w-]+)[ }]", fragment.markdown)
    assert len(addresses) == len(set(addresses))
    found = sections(fragment.markdown)
    assert [one for one in found if one in FIRST] == found[: sum(one in FIRST for one in found)]


def test_sentences_have_no_holes_and_no_small_numbers_of_pupils(page: tuple[str, EffectsReport, Fragment]) -> None:
    _, _, fragment = page
    text = re.sub(r"^(\||:   ).*$", "", fragment.markdown, flags=re.MULTILINE)
    text = re.sub(r"(^| )\.\.? (?=betyder|means)", "", text, flags=re.MULTILINE)  # the legend of symbols
    assert not re.search(r"\b(nan|inf)\b|NaN|<NA>|(?<!\. )None\b|\{[a-z_]+\}", fragment.markdown)
    assert not re.search(r"  +\w|\.\.| \.|[a-zåäö]\.[A-ZÅÄÖ]|\bprocent procent\b", text)
    assert not re.search(r"(?i)drop-?out|avhopp|\bomval\b", text)
    few = set(map(str, range(1, int(told_to("smallest_count")))))
    for rows, name in TABLE.findall(fragment.markdown):
        head, _, *lines = [[cell.strip() for cell in row.strip("|\n").split("|")] for row in rows.splitlines()]
        for at in [place for place, word in enumerate(head) if word in ("Elever", "Pupils")]:
            assert [line[at] for line in lines if line[at] in few] == [], name


def test_the_page_says_what_it_is(page: tuple[str, EffectsReport, Fragment]) -> None:
    _, report, _ = page
    head = report.page()._repr_mimebundle_()[PAGE_MIME]
    assert head["lang"] == report.view.language
    assert "2026" in head["title"]
    assert all(head[key] for key in ("title", "subtitle", "description", "facts", "highlights"))


def test_swedish_and_english_have_the_same_sections_figures_and_numbers() -> None:
    sv, en = whole("all claims")[1], whole("English")[1]
    assert sections(sv.markdown) == sections(en.markdown)
    assert [f["id"] for f in FIGURE.finditer(sv.markdown)] == [f["id"] for f in FIGURE.finditer(en.markdown)]
    assert sorted(sv.files) == sorted(en.files)
    assert sv.markdown.count("\n|") == en.markdown.count("\n|")


def test_the_same_study_twice_is_the_same_bytes() -> None:
    made = EffectsReport.on(StoredStudy(studied(**CASES["an offer answers"][0])))
    again, before = join(getattr(made, section)() for section in SECTIONS), whole("an offer answers")[1]
    assert again.markdown == before.markdown
    assert dict(again.files) == dict(before.files)


def test_power_stands_before_every_estimate() -> None:
    found = sections(whole("all claims")[1].markdown)
    assert found.index("styrka") < min(found.index(name) for name in found if name not in FIRST)


EMPTY = (
    *("estimates", "cost", "conclusions", "jump doses dose_spread", "power detectable", "event bounds"),
    *("checks balance", "cutoff_bins cutoff_checks", "specifications joint_tests"),
)


def test_every_table_is_empty_once() -> None:
    assert sorted(name for names in EMPTY for name in names.split()) == sorted(EFFECT_TABLES)


@pytest.mark.parametrize("names", EMPTY)
def test_a_page_comes_out_where_tables_are_empty(names: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canvas.vl_convert, "vegalite_to_svg", lambda spec, **_: "<svg/>")
    made = studied(cohorts=(2012, 2022), plan=AnalysisPlan(also=()))
    made = replace(made, **{name: empty_effects(name) for name in names.split()})
    report = EffectsReport.on(StoredStudy(made))
    text = join(getattr(report, section)() for section in SECTIONS).markdown
    assert sections(text)[0] == "korthet"
    assert not re.search(r"\b(nan|inf)\b|NaN|<NA>|(?<!\. )None\b", text)
    assert report.page().values["title"]


def test_real_pupils_are_shown_by_a_decision_and_the_page_names_it() -> None:
    real = StoredStudy(studied(cohorts=(2022,)), Provenance((), already_public=False, made_up=False))
    text = EffectsReport.on(real, decision="Styrelsen 2026-06-11, § 45").provenance().markdown
    assert "Styrelsen 2026-06-11, § 45" in text
    assert "påhittad" not in text


@pytest.mark.parametrize(("groups", "said"), [((), "utanför planen"), (("merit_band",), "utanför planen"),
                                              (("merit_band", "programme_type"), "står i analysplanen")])  # fmt: skip
def test_groups_that_the_plan_does_not_ask_for_are_said_to_stand_outside_it(groups: tuple[str, ...], said: str) -> None:
    plan = AnalysisPlan.model_validate({"groups": groups, "also": ()})
    made = studied(plan=plan, cohorts=(2022,))
    marked = made.estimates.assign(planned=(made.estimates["group"] == "") | made.estimates["by"].isin(groups))
    report = EffectsReport.on(StoredStudy(replace(made, estimates=marked)))
    assert said in report.groups().markdown
