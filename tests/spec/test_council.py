"""The page of a programme council: every part from where it is known, and a sentence where it is not."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from gymreg_core.contracts.tracked import TRACKED_TABLES, Tracked, empty_tracked, tracked_table
from gymreg_core.disclosure import smallest_count
from gymreg_core.errors import BadParameters, DisclosureRefused
from gymreg_core.planning.balance import balance
from gymreg_core.planning.demand_inputs import DemandInputs
from gymreg_core.planning.need import assumed_need
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.council import ProgrammeCouncilReport, stored
from gymreg_core.reporting.council.stored import Sources, lay_places
from gymreg_core.reporting.dropout import DropoutReport
from gymreg_core.reporting.planning import demand_released as released
from gymreg_core.reporting.planning.seats_stored import StoredSeats
from gymreg_core.reporting.planning.stored import StoredDemand, demand_of
from gymreg_core.reporting.programme_council_plan import ProgrammeCouncilPlan
from gymreg_core.vocabulary.programmes import LANGUAGES, Language
from tests import demands
from tests.admissions import admission
from tests.admissions import stored as stored_results

MADE_UP = Provenance((), already_public=False, made_up=True)
SECTIONS = (
    *("in_brief", "applications", "supply", "cutoffs", "expected_cutoffs", "completion", "switches", "demand", "need"),
    *("definitions", "methods", "assumptions", "provenance"),
)
RESULTS = """
| year | school | programme | seats | admitted | reserves | cutoff |
| 2022 | Åva    | BA        | 30    | 20       | 0        |        |
| 2022 | Kärr   | BA        | 10    | 10       | 8        | 140    |
| 2022 | Kärr   | EK        | 90    | 80       | 0        |        |
| 2023 | Åva    | BA        | 30    | 12       | 0        |        |
| 2023 | Kärr   | BA        | 20    | 20       | 14       | 155    |
| 2023 | Kärr   | EK        | 90    | 90       | 50       | 210    |
"""


@dataclass(frozen=True, eq=False)
class Followed:
    tracked: Tracked
    provenance: Provenance


@cache
def results() -> Any:
    return stored_results(admission(RESULTS), made_up=True)


@cache
def cohorts() -> Followed:
    """Nothing but how many of two cohorts completed and switched."""
    groups = (("region", "", 10), ("programme", "BA", 4), ("programme", "EK", 6))
    measures = [("skolverket_3", year, by, group, 20 * n, 15 * n) for year in (2021, 2022) for by, group, n in groups]
    switches = [
        (year, by, group, within, kind, of * n, done * n if within == 2 else -1)
        for year in (2021, 2022)
        for by, group, n in groups
        for within in (1, 2)
        for kind, of, done in (("none", 16, 13), ("school", 4, 2))
    ]
    tables = {name: empty_tracked(name) for name in TRACKED_TABLES}
    frame = pd.DataFrame(measures, columns=["card", "cohort", "by", "group", "starters", "completed"])
    tables["measures"] = tracked_table("measures", frame.assign(left_out=0, not_followed=0))
    columns = ["cohort", "by", "group", "within", "kind", "pupils", "completed"]
    tables["switches"] = tracked_table("switches", pd.DataFrame(switches, columns=columns))
    return Followed(Tracked(since="2019-07-01", as_of="2026-01-31", made_up=True, statuses={}, **tables), MADE_UP)


@cache
def demand(last: int = 40) -> StoredDemand:
    """A forecast; `last` had HT as their first choice in the last year."""
    frame = demands.choices(mean=30.0)
    few = demands.table([(2022, "Nacka", "HT", "Nacka", 9), (2023, "Nacka", "HT", "Nacka", last)])
    frame = pd.concat([frame[frame["programme"].ne("HT")], few], ignore_index=True)
    return demand_of(DemandInputs(frame, MADE_UP))


def page(sources: Sources, language: Language = "sv", code: str = "BA") -> dict[str, str]:
    report = ProgrammeCouncilReport.on(sources, scope_name=code, language=language)
    return {name: getattr(report, name)().markdown for name in SECTIONS}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_section_is_told_in_both_languages(language: Language) -> None:
    sources = Sources(results(), cohorts(), demand())
    assert ProgrammeCouncilReport.on(sources, scope_name="BA", language=language).page().values["highlights"]
    told = page(sources, language)
    text = "\n".join(told.values())
    assert not re.search(r"\{[a-z_]+\}|\bnan\b|<NA>|None", text)
    assert all(len(alt) > 60 for alt in re.findall(r'fig-alt="(.+?)"', text))
    assert all("{#tbl-" in told[name] for name in ("applications", "supply", "cutoffs", "completion", "demand"))
    identifiers = re.findall(r"\{#((?:sec|tbl|fig)-[\w-]+)", text)
    assert len(identifiers) == len(set(identifiers))


@pytest.mark.parametrize("part", ["results", "cohorts", "demand"])
def test_a_part_without_a_source_says_so_in_one_sentence(part: str) -> None:
    whole = {"results": results(), "cohorts": cohorts(), "demand": demand()}
    of = {
        "results": ("applications", "supply", "cutoffs", "expected_cutoffs"),
        "cohorts": ("completion", "switches"),
        "demand": ("demand", "need"),
    }
    report = ProgrammeCouncilReport.on(Sources(**{part: whole[part]}), scope_name="BA")
    for name, sections in of.items():
        for section in sections:
            heading, _, rest = getattr(report, section)().markdown.partition("\n\n")
            assert heading.startswith("## ")
            if name != part:
                assert rest.count(".") == 1
                assert "{#tbl-" not in rest
    sentences = [report.view.say(f"missing.{name}") for name in of if name != part]
    assert all(sentence in report.in_brief().markdown for sentence in sentences)


def test_the_figures_are_those_of_the_programme_alone() -> None:
    view = ProgrammeCouncilReport.on(Sources(results()), scope_name="ba").view
    assert view.admissions is not None
    frame = view.admissions.table
    assert frame[["intake_year", "seats", "admitted", "reserves"]].to_numpy().tolist() == [
        [2022, 40, 30, 8], [2023, 50, 32, 14],
    ]  # fmt: skip
    told = ProgrammeCouncilReport.on(Sources(results()), scope_name="BA")
    assert "Åva" in told.cutoffs().markdown
    assert "210" not in told.cutoffs().markdown


def test_an_earlier_year_knows_nothing_of_later_ones() -> None:
    view = ProgrammeCouncilReport.on(Sources(results(), cohorts()), scope_name="BA", year=2022).view
    assert view.admissions is not None
    assert view.admissions.table["intake_year"].tolist() == [2022]
    with pytest.raises(BadParameters, match="2019"):
        ProgrammeCouncilReport.on(Sources(results()), scope_name="BA", year=2019)


def test_cohorts_are_shown_by_the_same_tables_as_on_the_page_on_completion() -> None:
    mine = ProgrammeCouncilReport.on(Sources(cohorts=cohorts()), scope_name="BA").view.cohort
    theirs = DropoutReport.on(cohorts(), scope="programme", scope_name="BA").view
    assert mine is not None
    assert mine.measures is theirs.measures
    assert mine.switches is theirs.switches
    assert mine.switchers is theirs.switchers


def test_what_is_expected_is_what_the_region_s_page_tells_and_nothing_of_few() -> None:
    forecast = demand().forecast
    region = released.release_region(forecast, forecast.intake_year).table.set_index("programme").loc["BA"]
    own = released.release_programme(forecast, "BA").table
    assert own["year"].tolist() == [forecast.last_year, *forecast.years]
    assert own.loc[1, ["expected", "low", "high"]].tolist() == region[["expected", "low", "high"]].tolist()
    assert own.loc[0, "expected"] == region["pupils"]
    assert released.release_programme(demand(2).forecast, "HT").table.empty
    assert "Så få valde" in ProgrammeCouncilReport.on(Sources(demand=demand(2)), scope_name="HT").demand().markdown


def test_first_choices_of_earlier_years_are_left_out_where_they_are_few() -> None:
    told = released.release_history(demand(2).history, "HT", MADE_UP).table
    assert told["intake_year"].tolist() == [2022, 2023]
    assert told["applicants"].isna().tolist() == [False, True]
    known = released.release_history(demand().history, "BA", MADE_UP).table
    assert known["applicants"].min() >= smallest_count()
    assert known["applicants"].iloc[-1] == released.release_programme(demand().forecast, "BA").table.loc[0, "pupils"]


def test_real_pupils_need_a_decision_and_published_results_none() -> None:
    published = stored_results(admission(RESULTS))
    assert ProgrammeCouncilReport.on(Sources(published), scope_name="BA").page()
    real = Provenance((), already_public=False)
    choices = replace(demand(), forecast=replace(demand().forecast, provenance=real))
    for sources in (Sources(published, Followed(cohorts().tracked, real)), Sources(demand=choices)):
        with pytest.raises(DisclosureRefused, match="real pupils"):
            ProgrammeCouncilReport.on(sources, scope_name="BA")
        assert ProgrammeCouncilReport.on(sources, scope_name="BA", decision="Styrelsen 2026-06-11, § 45").view


@pytest.mark.parametrize("code", ["VOO", "IMA", None])
def test_a_programme_that_there_is_not_is_told(code: str | None) -> None:
    with pytest.raises(BadParameters) as told:
        ProgrammeCouncilReport.on(Sources(results()), scope_name=code)
    assert told.value.exit_code == 10


def test_a_plan_makes_a_page_for_each_programme_and_language() -> None:
    plan = ProgrammeCouncilPlan(report="programme_council", scope_name="all", languages=("sv", "en"))
    runs = plan.expand(2025, lambda: ["BA", "VO"])
    assert [(run.scope_name, run.language, run.slug) for run in runs] == [
        ("BA", "sv", "programrad-2025-program-ba"),
        ("BA", "en", "programrad-2025-program-ba"),
        ("VO", "sv", "programrad-2025-program-vo"),
        ("VO", "en", "programrad-2025-program-vo"),
    ]
    with pytest.raises(BadParameters, match="'VO'"):
        ProgrammeCouncilPlan(report="programme_council", scope_name="VOO").expand(2025, lambda: ["BA", "VO"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_place_among_programmes_is_told_with_whose_need_it_rests_on(language: Language) -> None:
    table = results().table
    now, before = (balance(table, intake_year=year) for year in (2023, 2022))
    given = pd.DataFrame([("BA", 3.0, "Påhittad utredning", 2024), ("EK", 1.0, "Påhittad utredning", 2024)])
    for need, words in ((assumed_need(), "assumed"), (given.set_axis(assumed_need().columns, axis=1), "value")):
        prices = {"BA": 12_000_000.0, "EK": 8_000_000.0}
        seats = StoredSeats(now, before, MADE_UP, None, None, None, need, prices, None, {})
        report = ProgrammeCouncilReport.on(
            Sources(results(), demand=replace(demand(), seats=seats)), scope_name="BA", language=language
        )
        told = report.need().markdown
        assert "{#tbl-behov}" in told
        assert not re.search(r"\{[a-z_]+\}|\bnan\b|<NA>|None", told)
        assert ("Påhittad utredning, 2024" in told) == (words == "value")
        assert (report.view.say("need.assumed") in told) == (words == "assumed")


def test_a_folder_says_where_the_parts_lie(tmp_path: Path) -> None:
    folder = lay_places(tmp_path / "work" / "councils", {"demand": tmp_path / "work", "cohorts": tmp_path / "b"})
    places = stored._places(folder)
    assert {part: place.resolve() for part, place in places.items()} == {
        "demand": tmp_path / "work",
        "cohorts": tmp_path / "b",
    }
    assert stored._places(tmp_path / "work") == {}
