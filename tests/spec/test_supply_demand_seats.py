"""Seats on the pages on supply and demand: of which year, told in both languages, and only what may be shown."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from gymreg_core.disclosure.coordinates import keys_of, rows_of
from gymreg_core.findings import Findings
from gymreg_core.planning.balance import FORECAST, balance, with_forecast
from gymreg_core.planning.balance_words import foretold_sentences
from gymreg_core.planning.demand_workspace import workspace_inputs
from gymreg_core.planning.groups import at_level
from gymreg_core.planning.need import COLUMNS
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.planning import SupplyDemandReport
from gymreg_core.reporting.planning import demand_released as released
from gymreg_core.reporting.planning.seats_stored import StoredSeats, seats_of
from gymreg_core.reporting.planning.stored import StoredDemand, demand_of
from gymreg_core.rules import entries
from gymreg_core.sources.published import read_results
from gymreg_core.sources.register.reading import RegisterReading
from gymreg_core.store.demand import stored_demand
from gymreg_core.store.ingest import ingest_all
from gymreg_core.store.registers import put_register
from gymreg_core.vocabulary.programmes import LANGUAGES, Language
from tests.admissions import admission
from tests.registers import small_register

MADE_UP = Provenance((), already_public=False, made_up=True)
SECTIONS = ("in_brief", "supply", "choices", "seat_value", "strategic", "definitions", "assumptions", "methods")
NEED = "Program;Behov;Källa;År\nEK;2;Påhittad prognos;2025\nBA;4;Påhittad prognos;2025\n"


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> StoredDemand:
    place = tmp_path_factory.mktemp("workspace")
    for year in (2022, 2023):
        register = small_register(n=400, paths=40, intake_year=year, seed=year)
        put_register(place, RegisterReading(register, Findings(), MADE_UP), "code")
    found = demand_of(workspace_inputs(place))
    return replace(found, seats=seats_of(place, found.forecast.last_year))


@pytest.fixture
def seats(stored: StoredDemand) -> StoredSeats:
    assert stored.seats is not None
    return stored.seats


def test_seats_are_those_of_the_last_year_known_beside_the_one_before(seats: StoredSeats) -> None:
    assert seats.year == 2023
    assert seats.before is not None
    assert seats.before.intake_year == 2022
    assert seats.choices is not None
    assert seats.values is not None
    assert not seats.need_given


def test_of_a_year_that_nothing_tells_of_there_are_no_seats(tmp_path: Path) -> None:
    assert seats_of(tmp_path, 2023) is None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("scope", "name"), [("region", None), ("municipality", "Stockholm"), ("municipality", "the smallest")]
)
def test_pages_tell_seats_in_both_languages(
    stored: StoredDemand, language: Language, scope: str, name: str | None
) -> None:
    if name == "the smallest":
        there = stored.forecast.table
        name = str(there[there["municipality"].ne("")].groupby("municipality")["expected"].sum().idxmin())
    report = SupplyDemandReport.on(stored, scope=scope, scope_name=name, language=language)
    assert report.page()
    text = "\n".join(getattr(report, section)().markdown for section in SECTIONS)
    assert not re.search(r"\{[a-z_]+\}|\bnan\b|<NA>|None", text)
    figures = re.findall(r'!\[(.+?)\]\(.+?fig-alt="(.+?)"', text)
    assert all(len(alt) > 40 for _, alt in figures)
    if scope == "region":
        assert {"#sec-utbud", "#sec-val", "#sec-strategiska"} <= set(re.findall(r"#sec-[a-z-]+", text))
        assert report.view.say("seats.need.assumed") in text
    identifiers = re.findall(r"\{#((?:tbl|fig|sec)-[a-z0-9-]+)", text)
    assert len(identifiers) == len(set(identifiers))


def test_every_assumption_about_seats_has_a_sentence(stored: StoredDemand) -> None:
    view = SupplyDemandReport.on(stored).view
    for file in ("balance", "strategic", "need"):
        assumed = [key for key, entry in entries(file).items() if entry["status"] == "assumption"]
        assert [key for key in assumed if not view.says(f"assumed.{file}.{key}")] == []


def test_a_need_that_was_given_is_told_with_its_source(stored: StoredDemand, seats: StoredSeats) -> None:
    need = pd.DataFrame([("EK", 3.0, "Påhittad prognos", 2025), ("BA", 1.0, "Annan", pd.NA)], columns=list(COLUMNS))
    given = replace(seats, need=need.astype({"year": "Int64"}))
    text = SupplyDemandReport.on(replace(stored, seats=given)).strategic().markdown
    assert "Påhittad prognos (2025) och Annan" in text
    assert "antagande" not in text


def test_only_what_may_be_shown_of_a_forecast_stands_beside_seats(stored: StoredDemand) -> None:
    view = SupplyDemandReport.on(stored).view
    assert view.supply is not None
    shown = at_level(view.supply.table, "programme").dropna(subset=["expected"])
    region = view.region.table.set_index("programme")["expected"]
    assert len(shown)
    assert shown["expected"].tolist() == region[shown["programme"]].tolist()
    assert at_level(view.supply.table, "programme", "municipality")["expected"].isna().all()


def test_first_choices_are_one_number_in_the_forecast_and_in_what_became_of_them(stored: StoredDemand) -> None:
    view = SupplyDemandReport.on(stored).view
    assert view.choices is not None
    groups = view.choices.groups.table
    groups = groups[(groups["sub_region"] == "") & (groups["municipality"] == "")].reset_index(drop=True)
    about = released._about(stored.forecast, "planning.choices")
    forecast = view.region.table
    told = dict(zip(keys_of(forecast, "cohorts", about, ["pupils"])["pupils"], forecast["pupils"], strict=True))
    assert len(told) == len(forecast), "rows of two types have one name"
    mine = dict(
        zip(keys_of(groups, "counts", replace(about), ["applicants"])["applicants"], groups["applicants"], strict=True)
    )
    both = set(told) & set(mine)
    assert {row.get("programme") or row.get("programme_type") for row in rows_of(groups, "counts", about)} >= {"EK"}
    assert len(both) > 2
    assert all(pd.isna(told[key]) or pd.isna(mine[key]) or told[key] == mine[key] for key in both)


def test_seats_that_others_fill_are_not_too_many_by_first_choices_alone() -> None:
    found = balance(
        admission("""
            | school | municipality | programme | cutoff | seats | admitted | reserves |
            | A      | Stockholm    | BA        | 200    | 40    | 40       | 4        |
            | B      | Täby         | EE        |        | 40    | 20       | 0        |
        """),
        intake_year=2023,
    )
    rows = [("region", 2024, "", code, "vocational", 20, 18, 22) for code in ("BA", "EE")]
    forecast = pd.DataFrame(rows, columns=list(FORECAST))

    def told(last: pd.Series | None) -> dict[str, str]:
        table = with_forecast(found, forecast if last is None else forecast.assign(last=last), 2024).table
        return dict(at_level(table, "programme")[["programme", "expected_supply"]].to_numpy().tolist())

    assert told(None) == {"BA": "too_many", "EE": "too_many"}
    assert told(pd.Series([20, 20])) == {"BA": "enough", "EE": "too_many"}


def test_an_unsure_forecast_is_not_told_as_enough() -> None:
    def told(*kinds: str) -> tuple[str, ...]:
        rows = [("EK", "enough", 40, kind) for kind in kinds]
        table = pd.DataFrame(rows, columns=["programme", "supply", "seats", "expected_supply"])
        return foretold_sentences(table, 2024, "sv")

    assert "avgör inte" in told("enough", "unsure")[0]
    assert "varken vara för få eller för många" in told("enough", "too_small")[0]
    assert told("", "unknown") == ()
    assert told("unsure", "too_few") == ("2024 väntas dagens platser vara för få på ekonomiprogrammet.",)


def test_tables_of_demand_are_taken_in_with_what_lies_beside_them(tmp_path: Path) -> None:
    folder, workspace = tmp_path / "data", tmp_path / "workspace"
    folder.mkdir()
    (folder / "behov.csv").write_text(NEED, encoding="utf-8")
    (folder / "folk.csv").write_text("År;Kommun;Ålder;Antal\n2024;Nacka;15;900\n", encoding="utf-8")
    told = ingest_all(folder, workspace)
    assert [(one["rows"], one["files"]) for one in told] == [(3, ["behov.csv", "folk.csv"])]
    assert stored_demand(workspace).tables["need"]["programme"].tolist() == ["EK", "BA"]
    (folder / "slutantagning-2023.csv").write_text("Kommun;Skola\nTäby;A\n", encoding="utf-8")
    assert {one.file for one in read_results(folder, strict=False).findings} <= {"slutantagning-2023.csv", None}
