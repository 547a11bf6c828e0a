"""What the pages on supply and demand tell: sums that hold, nothing that few stand behind, and words for every rule."""

from __future__ import annotations

import re
from functools import cache

import pandas as pd
import pytest

from gymreg_core.disclosure import smallest_count
from gymreg_core.errors import BadParameters, DisclosureRefused
from gymreg_core.planning.demand_inputs import DemandInputs
from gymreg_core.planning.demand_workspace import workspace_inputs
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.planning import SupplyDemandReport
from gymreg_core.reporting.planning import demand_released as released
from gymreg_core.reporting.planning.stored import StoredDemand, demand_of
from gymreg_core.reporting.supply_demand_plan import SupplyDemandPlan
from gymreg_core.rules import entries
from gymreg_core.store.demand import demand_key, ingest_demand, put_demand
from gymreg_core.vocabulary.programmes import LANGUAGES, Language
from tests import demands

SECTIONS = (
    *("in_brief", "programmes", "over_years", "municipalities", "track_record"),
    *("definitions", "assumptions", "methods", "provenance"),
)


@cache
def stored(seed: int = 0, mean: float = 20.0, *, public: bool = False, made_up: bool = True) -> StoredDemand:
    frame = demands.choices(seed, mean=mean)
    few = demands.table([(2023, "Nacka", "HT", "Nacka", 2), (2023, "Täby", "HU", "Stockholm", 3)])
    rest = frame[frame["programme"].ne("HT") | frame["intake_year"].ne(2023)]
    provenance = Provenance((), already_public=public, made_up=made_up)
    return demand_of(DemandInputs(pd.concat([rest, few], ignore_index=True), provenance))


def test_the_regions_programmes_add_up_and_few_are_told_together() -> None:
    forecast = stored().forecast
    rows = released.release_region(forecast, 2024).table
    whole = rows[rows["kind"].eq("")].iloc[0]
    types = rows[rows["kind"].ne("") & rows["programme"].eq("")]
    parts = rows[rows["programme"].ne("")]
    for name in ("pupils", "expected"):
        assert types[name].sum() == whole[name] == parts[name].sum()
    assert parts["pupils"].min() >= smallest_count()
    others = parts[parts["programme"].str.startswith(released.OTHERS)]
    assert set(others["kind"]) == {"preparatory", "vocational"}
    assert others["low"].isna().all()
    assert not {"HT", "HU"} & set(parts["programme"])


def test_municipalities_add_up_to_the_region() -> None:
    rows = released.release_municipalities(stored().forecast, 2024)
    frame = rows.table.dropna(subset=["pupils"])
    by = frame.groupby("by")["pupils"].sum()
    assert by["home"] <= by["region"]
    assert (frame["pupils"] >= smallest_count()).all()


def test_a_type_that_few_chose_is_not_told_by_the_others() -> None:
    rows = [
        (year, "Nacka", code, "Nacka", n) for year in (2022, 2023) for code, n in (("EK", 90), ("BA", 30), ("IMV", 2))
    ]
    found = released.release_years(demand_of(demands.inputs(demands.table(rows))).forecast).table
    assert found.loc[found["kind"].eq("introductory"), "pupils"].isna().all()
    hidden = found.groupby("year")["pupils"].agg(lambda part: part.isna().sum())
    assert (hidden >= 2).all()


def test_what_few_stand_behind_is_rounded() -> None:
    forecast = stored().forecast
    for rows in (
        released.release_programmes(forecast, 2024, "home", "Nacka"),
        released.release_ways(forecast, 2024, "Nacka"),
    ):
        assert (rows.table["pupils"] % 5 == 0).all()
        assert (rows.table["expected"] % 5 == 0).all()


def test_published_figures_are_told_as_they_are() -> None:
    rows = released.release_region(stored(public=True, made_up=False).forecast, 2024)
    assert {"HT", "HU"} <= set(rows.table["programme"])
    assert rows.suppressed == 0


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("scope", "name"), [("region", None), ("municipality", "Nacka"), ("municipality", "Vaxholm")])
def test_every_section_is_told_in_both_languages(language: Language, scope: str, name: str | None) -> None:
    report = SupplyDemandReport.on(stored(), scope=scope, scope_name=name, language=language)
    assert report.page()
    text = "\n".join(getattr(report, section)().markdown for section in SECTIONS)
    assert not re.search(r"\{[a-z_]+\}|\bnan\b|<NA>|None", text)
    figures = re.findall(r'!\[(.+?)\]\(.+?fig-alt="(.+?)"', text)
    assert all(len(alt) > len(caption) for caption, alt in figures)
    assert len(figures) == 1


def test_every_assumption_of_the_forecast_has_a_sentence() -> None:
    view = SupplyDemandReport.on(stored()).view
    assumed = [key for key, entry in entries("demand").items() if entry["status"] == "assumption"]
    in_use = [key for key in assumed if f"demand.{key}" in view.statuses]
    assert [key for key in in_use if not view.says(f"assumed.demand.{key}")] == []


def test_real_pupils_need_a_decision_and_published_results_none() -> None:
    real = stored(made_up=False)
    with pytest.raises(DisclosureRefused, match="first choices of real pupils"):
        SupplyDemandReport.on(real)
    assert SupplyDemandReport.on(real, decision="Styrelsen 2026-06-11, § 45").page()
    assert SupplyDemandReport.on(stored(public=True, made_up=False)).page()
    with pytest.raises(BadParameters, match="Nakka"):
        SupplyDemandReport.on(stored(), scope="municipality", scope_name="Nakka")


def test_a_plan_asks_for_the_year_after_the_last_known() -> None:
    plan = SupplyDemandPlan(report="supply_demand", languages=("sv", "en"))
    runs = plan.expand(2024, lambda year: ["Nacka"])
    assert [(run.year, run.language, run.slug) for run in runs] == [
        (2024, "sv", "utbud-efterfragan-2024"),
        (2024, "en", "utbud-efterfragan-2024"),
    ]
    every = SupplyDemandPlan(report="supply_demand", scope="municipality", scope_name="all")
    assert "Nacka" in {run.scope_name for run in every.expand(2024, lambda year: ["Nacka"])}


def test_tables_are_stored_whole_or_not_at_all(tmp_path) -> None:  # type: ignore[no-untyped-def]
    given = demands.inputs(demands.choices())
    put_demand(tmp_path / "workspace", given.as_tables(), "key")
    assert demand_key(tmp_path / "workspace") == "key"
    found = workspace_inputs(tmp_path / "workspace")
    pd.testing.assert_frame_equal(
        found.choices.sort_values(list(found.choices.columns), ignore_index=True),
        given.choices.sort_values(list(given.choices.columns), ignore_index=True),
    )
    bad = tmp_path / "folk.csv"
    bad.write_text("År;Kommun;Ålder;Antal\n2024;Nakka;15;900\n", encoding="utf-8")
    with pytest.raises(Exception, match="not known"):
        ingest_demand([bad], tmp_path / "workspace")
    assert demand_key(tmp_path / "workspace") == "key"
    good = tmp_path / "folk2.csv"
    good.write_text("År;Kommun;Ålder;Antal\n2024;Nacka;15;900\n", encoding="utf-8")
    assert len(ingest_demand([good], tmp_path / "workspace").tables["population"]) == 1
