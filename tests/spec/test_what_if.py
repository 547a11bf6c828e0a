"""A round beside the same round under a scenario: who moves, seats, cut-offs, intervals, and what is told of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gymreg_core.disclosure import Ties, release_counts
from gymreg_core.disclosure.cells import Why
from gymreg_core.errors import BadInput, BadParameters, DisclosureRefused, NotCertified
from gymreg_core.matching.apply_scenario import apply_scenario
from gymreg_core.matching.build_market import build_market
from gymreg_core.matching.compare import COUNTS, RESTS, WAYS, Comparison, compare
from gymreg_core.matching.market import Market, Match
from gymreg_core.matching.run_counts import Histogram
from gymreg_core.matching.scenarios import make_scenario
from gymreg_core.matching.solve import solve
from gymreg_core.matching.uncertainty import uncertainty
from gymreg_core.matching.whatif import WhatIf, what_if
from gymreg_core.matching.whatif_words import of_cohort, of_people, of_runs, persons, phrase
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.what_if import WhatIfView, release_what_if, say
from gymreg_core.reporting.what_if_parts import cutoff_figure, interval_figure, people_table, places_table
from tests.registers import small_register
from tests.tiny import matched, tiny_register

PATHS = """
    | path | seats | code  | place     | form        |
    | na1  | 1     | NANAT | Stockholm | municipal   |
    | na2  | 2     | NANAT | Täby      | independent |
    | ek   | 1     | EKEKO | Stockholm | municipal   |
"""
APPLICANTS = """
    | who  | merit | home      | choices    |
    | Asta | 300   | Stockholm | na1 na2    |
    | Bo   | 280   | Täby      | na1 na2    |
    | Cia  | 260   | Stockholm | na1 ek     |
    | Dan  | 240   | Täby      | na2 ek     |
    | Eva  | 200   | Täby      | na2 ek na1 |
"""
MADE_UP = Provenance((), already_public=False, made_up=True)


def asked(**scenario: Any) -> dict[str, Any]:
    return {"name": "prov", **scenario}


def row(table: pd.DataFrame, by: str, group: str) -> dict[str, Any]:
    [found] = table[(table["by"] == by) & (table["group"] == group)].to_dict("records")
    return {str(k): v for k, v in found.items()}


# Today: Asta na1, Bo na2, Cia ek, Dan na2, Eva nothing.
def test_everyone_who_moves_is_counted_once_in_each_group() -> None:
    register = tiny_register(PATHS, APPLICANTS)
    # One seat more in Stockholm, one less in Täby: Bo na1, Dan keeps na2; with two less in Täby Dan would fall.
    scenario = asked(
        seats=[{"path_id": "na1", "number": 1}, {"path_id": "na2", "number": -2}, {"path_id": "ek", "number": 2}]
    )
    found = what_if(register, scenario).comparison
    region = row(found.table, "region", "")
    assert {n: region[n] for n in ("applicants", *WAYS)} == {
        "applicants": 5,
        "better": 1,  # Bo, from the second choice to the first
        "worse": 1,  # Dan, from the first to the second
        "newly_seated": 1,  # Eva
        "unseated": 0,
    }
    assert (region["first_choice"], region["first_choice_previous"]) == (2, 2)
    assert (region["seated"], region["seated_previous"]) == (5, 4)
    assert [row(found.table, "home_municipality", "Täby")[way] for way in WAYS] == [1, 1, 1, 0]
    assert [row(found.table, "home_municipality", "Stockholm")[way] for way in WAYS] == [0, 0, 0, 0]
    assert row(found.table, "school", "Skola na1")["better"] == 1
    assert row(found.table, "provider_form", "independent")["worse"] == 1
    assert row(found.table, "merit_band", "200")["newly_seated"] == 1


def test_losing_a_path_that_is_gone_is_worse_and_losing_all_is_unseated() -> None:
    register = tiny_register(PATHS, APPLICANTS)
    found = what_if(register, asked(close=[{"path_id": "na2"}])).comparison
    region = row(found.table, "region", "")
    assert {n: region[n] for n in WAYS} == {"better": 0, "worse": 0, "newly_seated": 0, "unseated": 2}
    assert row(found.places, "municipality", "Täby")["seats"] == 0
    assert row(found.places, "municipality", "Täby")["seats_previous"] == 2


def test_seats_and_cutoffs_stand_beside_each_other() -> None:
    register = tiny_register(PATHS, APPLICANTS)
    found = what_if(register, asked(seats=[{"path_id": "na1", "number": 1}])).comparison
    paths = found.paths.set_index("path_id")
    assert paths.loc["na1", ["seats", "seats_previous", "cutoff", "cutoff_previous"]].tolist() == [2, 1, 280, 300]
    assert paths.loc["na2", ["cutoff", "cutoff_previous"]].tolist() == [200, 240]
    assert found.summary() == {
        "seats": 5,
        "seats_previous": 4,
        "admitted": 5,
        "admitted_previous": 4,
        "free_seats": 0,
        "free_seats_previous": 0,
        "competitive": 3,
        "competitive_previous": 3,
        "cutoffs_compared": 3,
        "cutoffs_higher": 0,
        "cutoffs_lower": 2,
        "cutoff_change_mean": -20.0,
    }
    programme = row(found.places, "programme", "NA")
    assert (programme["study_paths"], programme["seats"], programme["cutoff"], programme["moved"]) == (2, 4, 240, 2)


def test_cutoffs_with_points_of_a_test_are_not_mixed_with_others() -> None:
    """A test adds up to 320 points: a mean over both scales, or the largest change of either, says nothing."""
    paths = """
        | path | seats | code  | scale           |
        | na   | 1     | NANAT | grades          |
        | mu   | 1     | ESMUS | grades_and_test |
    """
    applicants = """
        | who  | merit | choices | tests |
        | Asta | 300   | na      |       |
        | Bo   | 280   | na      |       |
        | Cia  | 260   | mu      | mu:20 |
        | Dan  | 240   | mu      | mu:10 |
    """
    more = [{"path_id": path, "number": 1} for path in ("na", "mu")]
    found = what_if(tiny_register(paths, applicants), asked(seats=more), runs=20)
    change = found.comparison.paths.set_index("path_id").eval("cutoff - cutoff_previous")
    assert change.to_dict() == {"na": -20, "mu": -180}
    region = row(found.comparison.places, "region", "")
    assert (region["cutoff"], region["cutoff_previous"], region["competitive"]) == (280, 300, 2)
    assert pd.isna(row(found.comparison.places, "programme", "ES")["cutoff"])
    summary = found.comparison.summary()
    assert (summary["cutoffs_compared"], summary["cutoffs_lower"], summary["cutoff_change_mean"]) == (1, 1, -20)
    view = release_what_if(found, MADE_UP)
    assert "Estetiska" not in cutoff_figure(view).markdown
    assert "ESMUS" not in interval_figure(view).markdown


def test_a_new_path_has_no_figures_of_today() -> None:
    register = tiny_register(PATHS, APPLICANTS)
    new = {"path_id": "ny", "school": "Skola ek", "like": "na1", "seats": 1, "place": "before"}
    found = what_if(register, asked(new_paths=[new]), runs=20)
    path = found.comparison.paths.set_index("path_id").loc["ny"]
    assert path[["seats", "seats_previous", "cutoff"]].tolist() == [1, 0, 300]
    assert pd.isna(path["cutoff_previous"])
    assert found.uncertainty is not None
    cutoffs = found.uncertainty.cutoffs.set_index(["series", "path_id"])
    assert ("today", "ny") not in cutoffs.index
    assert cutoffs.loc[("change", "ny"), "runs"] == 0


def test_another_cohort_is_compared_for_those_in_both() -> None:
    register = small_register(300, 3)
    smaller = what_if(register, asked(cohort=[{"factor": 0.9}])).comparison
    larger = what_if(register, asked(cohort=[{"factor": 1.1}])).comparison
    assert (smaller.gone, smaller.new) == (30, 0)
    assert (larger.gone, larger.new) == (0, 30)
    for found, others in ((smaller, ("worse", "unseated")), (larger, ("better", "newly_seated"))):
        region = row(found.table, "region", "")
        assert sum(region[way] for way in WAYS) > 0
        assert [region[way] for way in others] == [0, 0], "fewer applicants hurt nobody, and more help nobody"


@pytest.mark.parametrize("seed", range(4))
def test_no_scenario_at_all_changes_nothing(seed: int) -> None:
    found = what_if(small_register(250, seed, paths=20), {"name": "ingenting"}, seed=seed, runs=15)
    assert not found.comparison.table[list(WAYS)].to_numpy().any()
    for table in (found.comparison.places, found.comparison.paths):
        for name in [n for n in table.columns if f"{n}_previous" in table.columns]:
            pd.testing.assert_series_equal(table[name], table[f"{name}_previous"], check_names=False)
    assert found.uncertainty is not None
    totals = found.uncertainty.totals.set_index(["series", "measure"])
    assert not totals.loc["change"].to_numpy().any()
    assert totals.loc["today"].equals(totals.loc["scenario"])


def test_intervals_are_of_the_runs_and_the_same_each_time() -> None:
    register = small_register(250, 1, paths=20)
    scenario = asked(seats=[{"municipality": "Stockholm", "percent": 20}])
    one, two, other = (what_if(register, scenario, seed=s, runs=60, jobs=j) for s, j in ((1, 1), (1, 2), (2, 2)))
    assert one.uncertainty is not None
    assert two.uncertainty is not None
    assert other.uncertainty is not None
    pd.testing.assert_frame_equal(one.uncertainty.cutoffs, two.uncertainty.cutoffs, check_exact=True)
    pd.testing.assert_frame_equal(one.uncertainty.totals, two.uncertainty.totals, check_exact=True)
    assert not one.uncertainty.totals.equals(other.uncertainty.totals)
    totals = one.uncertainty.totals
    assert (totals["value_p05"] <= totals["value_p50"]).all()
    assert (totals["value_p50"] <= totals["value_p95"]).all()
    assert one.uncertainty.total("seated", "change")[0] > 0, "more seats admit more in every run of the same chance"
    cutoffs = one.uncertainty.cutoffs
    assert (cutoffs["runs"] <= 60).all()
    held = cutoffs[cutoffs["series"].ne("change") & cutoffs["runs"].gt(0)]
    assert held["cutoff_p05"].between(0, 600).all()


def test_where_no_two_are_equal_a_lottery_changes_nothing() -> None:
    register = tiny_register(PATHS, APPLICANTS)
    market = build_market(register, "final")
    lots = uncertainty((register, market), runs=50, resample=False)
    assert lots.cutoffs["series"].eq("today").all()
    assert lots.cutoffs["cutoff_p05"].tolist() == lots.cutoffs["cutoff_p95"].tolist() == [300, 240, 260]
    assert lots.cutoffs["competitive_share"].eq(1).all()
    assert [lots.total(name) for name in ("first_choice", "seated", "free_seats")] == [(2, 2), (4, 4), (0, 0)]
    assert lots.typical_width() == 0
    resampled = uncertainty((register, market), runs=50)
    assert resampled.cutoffs["cutoff_p05"].tolist() != resampled.cutoffs["cutoff_p95"].tolist()


def test_a_change_is_the_scenario_less_today() -> None:
    """A second seat at na1 takes Bo from na2, which Eva then gets: both have their first choice."""
    register = tiny_register(PATHS, APPLICANTS)
    other, options = apply_scenario(register, make_scenario(asked(seats=[{"path_id": "na1", "number": 1}])))
    sides = (register, build_market(register, "final")), (other, build_market(other, "final", options))
    found = uncertainty(*sides, runs=9, resample=False)
    cutoffs = found.cutoffs.pivot(index="path_id", columns="series", values="cutoff_p50")
    assert cutoffs.loc["na1"].to_dict() == {"today": 300, "scenario": 280, "change": -20}
    assert cutoffs.loc["na2"].to_dict() == {"today": 240, "scenario": 200, "change": -40}
    totals = [found.total(name, "change") for name in ("first_choice", "seated", "free_seats")]
    assert totals == [(2, 2), (1, 1), (0, 0)]


def test_a_quantile_is_the_lowest_value_that_as_many_runs_reach() -> None:
    """Of seven runs with 1 to 7: a twentieth is one run, half are four, nineteen twentieths are seven."""
    histogram = Histogram.between(2, 0, 10)
    for value in range(1, 8):
        histogram.count(np.array([0]), np.array([value], np.int32))
    found = histogram.quantiles([0.05, 0.5, 0.95])
    assert found[:, 0].tolist() == [1, 4, 7]
    assert np.isnan(found[:, 1]).all(), "no run had a value"


HALF_ELIGIBLE = "| who | merit | home | choices |\n" + "\n".join(
    f"| P{number} | {200 if number % 2 else 0} | {'Täby' if number % 2 else 'Nacka'} | na1 |" for number in range(40)
)


@pytest.mark.parametrize(("factor", "least", "most"), [(1.5, 10, 10), (0.5, -20, 0)])
def test_a_larger_or_smaller_cohort_is_compared_on_the_same_draw(factor: float, least: int, most: int) -> None:
    """Those of Täby get in, those of Nacka never: how many of each are drawn does not blur what ten more do."""
    register = tiny_register("| path | seats |\n| na1 | 200 |", HALF_ELIGIBLE)
    found = what_if(register, asked(cohort=[{"home_municipality": "Täby", "factor": factor}]), runs=60).uncertainty
    assert found is not None
    today, change = found.total("seated"), found.total("seated", "change")
    assert today[0] < 20 < today[1]
    assert least <= change[0] <= change[1] <= most


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"round_": "reserve_1"}, "no scenario can be tried on a round 'reserve_1'"),
        ({"seed": -1}, "the seed below"),
        ({"seed": 1 << 63}, "the seed below"),
        ({"runs": -5}, "-5 re-runs"),
    ],
)
def test_what_cannot_be_run_is_refused(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(BadParameters, match=told):
        what_if(small_register(60), asked(), **wrong)


def test_a_round_that_nobody_applied_in_is_refused() -> None:
    register = tiny_register(PATHS, "| who | merit | home | choices |\n| Asta | 200 | Täby | na1@09-30 |")
    with pytest.raises(BadInput, match="nobody applied"):
        what_if(register, asked())


def test_only_the_same_round_is_compared() -> None:
    final, register = matched(PATHS, APPLICANTS)
    preliminary, _ = matched(PATHS, APPLICANTS, "preliminary")
    with pytest.raises(BadParameters, match="same round"):
        compare(final, preliminary, register)


@pytest.mark.parametrize("broken", ["today", "scenario"])
def test_a_match_that_breaks_a_rule_counts_for_nothing(monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    def without_the_best(market: Market) -> Match:
        match = solve(market)
        if (market.capacity[0] == 1) == (broken == "today"):
            match.assignment.seat[0] = match.assignment.rank[0] = -1
        return match

    monkeypatch.setattr("gymreg_core.matching.whatif.solve", without_the_best)
    with pytest.raises(NotCertified, match="does not hold"):
        what_if(tiny_register(PATHS, APPLICANTS), asked(seats=[{"path_id": "na1", "number": 1}]))


def region(seed: int = 1, n: int = 1500, **scenario: Any) -> WhatIf:
    scenario = scenario or {"move": [{"most_sought": 3, "percent": 30}]}
    return what_if(small_register(n, seed, paths=40), asked(**scenario), runs=20)


def test_groups_add_up_to_what_they_say() -> None:
    found = region().comparison
    counts = found.table[list(COUNTS)].to_numpy()
    sums = found.sums()
    assert len(sums) >= 5
    for total, parts in sums:
        assert (counts[total] == counts[parts].sum(axis=0)).all()
    table = found.table
    assert (table["seated"] - table["seated_previous"] == table["newly_seated"] - table["unseated"]).all()


def test_two_schools_of_one_name_are_told_apart() -> None:
    register = small_register(300, 2)
    register.schools["school"] = ["Centralskolan", "Centralskolan", "Björkö", "Björkö"]
    found = what_if(register, asked(seats=[{"school": "Björkö", "number": 4}])).comparison
    names = {"Centralskolan, Stockholm", "Centralskolan, Täby", "Björkö, Österåker", "Björkö, Stockholm"}
    assert set(found.places.loc[found.places["by"] == "school", "group"]) == names
    counts = found.table[list(COUNTS)].to_numpy()
    assert all((counts[total] == counts[parts].sum(axis=0)).all() for total, parts in found.sums())


def test_sentences_tell_the_released_counts() -> None:
    found = region()
    view = release_what_if(found, MADE_UP)
    for language in ("sv", "en"):
        told = view.sentences(language)
        assert all(sentence[0].isupper() or sentence[0].isdigit() for sentence in told)
        assert all(sentence.endswith((".", ":")) for sentence in told)
        assert view.describe(language) == " ".join(told)
    assert "ändrar inte utfallet" in release_what_if(region(seats=[]), MADE_UP).describe()


def test_points_of_another_grade_scale_are_not_told_as_the_same() -> None:
    register = tiny_register(PATHS, APPLICANTS)
    told = [what_if(register, asked(**scale)).describe("en") for scale in ({}, {"grade_scale": "ten-step"})]
    assert ["points of another grade scale" in text for text in told] == [False, True]


def test_small_counts_are_not_told_in_sentences() -> None:
    few = {"applicants": 900, "first_choice": 600, "first_choice_previous": 610, "better": 5, "worse": 7}
    shown = of_people({**few, "newly_seated": 0, "unseated": 0}, "prov", "sv")
    assert shown[0] == "Scenariot ”prov” ger 12 av de 900 sökande ett annat utfall än i dag."
    assert shown[1].endswith("Plats i scenariot men inte i dag: ingen. Plats i dag men inte i scenariot: ingen.")
    hidden = of_people({**few, "newly_seated": None, "unseated": None}, "prov", "sv")
    assert hidden[0] == "Scenariot ”prov” ger några av de 900 sökande ett annat utfall än i dag."
    assert hidden[1].startswith("Högre upp på sin lista: 5. Längre ned på sin lista: 7.")
    assert hidden[1].endswith("visas inte. Plats i dag men inte i scenariot: visas inte.")
    assert [persons(n, "sv") for n in (0, 1, 4, 5)] == ["ingen", "färre än 5", "färre än 5", "5"]
    assert of_cohort(0, 0, "sv") == ()
    assert "bara finns i scenariot: färre än 5" in of_cohort(3, 0, "sv")[0]


def test_intervals_are_told_with_and_without_cutoffs() -> None:
    spans = {f"{name}_today": (5, 9) for name in ("first_choice", "seated", "free_seats")}
    assert "2,5 poäng" in " ".join(of_runs({**spans, "cutoff_width_today": 2.5}, "today", "sv"))
    assert "finns i alla omkörningar" in " ".join(of_runs({**spans, "cutoff_width_today": None}, "today", "sv"))


def test_no_text_lacks_a_language() -> None:
    assert phrase().incomplete() == []
    assert say().incomplete() == []


def view_of(found: WhatIf) -> WhatIfView:
    return release_what_if(found, MADE_UP)


def test_tables_and_the_figure_have_captions_alternative_text_and_numbers() -> None:
    view = view_of(region())
    people, places, figure = people_table(view, "merit_band"), places_table(view, "municipality"), cutoff_figure(view)
    assert "| 160 till under 200 |" in people.markdown
    assert "| 290 eller mer |" in people.markdown
    assert "{#tbl-sokande-merit-band}" in people.markdown
    assert "| Stockholm |" in places.markdown
    assert "fig-alt=" in figure.markdown
    assert "#tbl-granser-programme" in figure.markdown
    assert [path.endswith(".svg") for path in figure.files] == [True]
    for by in ("home_municipality", "municipality", "school", "provider_form"):
        assert people_table(view, by, "en").markdown.count("\n") > 3
    intervals = interval_figure(view)
    assert "mellan punkterna" in intervals.markdown
    assert "| Studieväg | Beteckning | Ändring, lägst | Ändring, mittersta | Ändring, högst |" in intervals.markdown
    assert len(intervals.files) == 1


def test_figures_without_numbers_are_sentences() -> None:
    still = release_what_if(what_if(small_register(200), asked(), runs=5), MADE_UP)
    assert interval_figure(still).markdown == "Ingen antagningsgräns ändras i mer än hälften av omkörningarna."
    none = release_what_if(what_if(small_register(200), asked()), MADE_UP)
    assert interval_figure(none).markdown == "Inga omkörningar har gjorts."
    empty = tiny_register(PATHS, "| who | merit | choices |\n| Asta | 300 | na2 |")
    nobody = release_what_if(what_if(empty, asked()), MADE_UP)
    assert cutoff_figure(nobody).markdown == "Ingen av gruppernas antagningsgränser ändras."


def test_what_is_released_holds_no_small_count() -> None:
    view = view_of(region())
    people = view.people.table
    for name in COUNTS:
        assert not people[name].between(1, 4).any(), name
    assert view.people.suppressed > 0
    for names, whole in RESTS:
        assert not (people[whole] - people[list(names)].sum(axis=1, skipna=False)).between(1, 4).any(), names


def test_the_lowest_merit_of_few_admitted_is_told_of_today_alone() -> None:
    found = region()
    paths = found.comparison.paths
    some = paths["cutoff"].notna() & (paths.index < 3)
    comparison = replace(found.comparison, paths=paths.assign(admitted=paths["admitted"].mask(some, 4)))
    told = view_of(replace(found, comparison=comparison)).paths
    assert some.any()
    assert told.table.loc[some, "cutoff"].isna().all()
    assert (told.why.loc[some, "cutoff"] == Why.FEW).all()
    assert told.table["cutoff_previous"].equals(view_of(found).paths.table["cutoff_previous"])
    assert not told.why.loc[~some & ~paths["admitted"].between(1, 4)].to_numpy().any()


def test_other_tables_of_persons_are_refused() -> None:
    with pytest.raises(DisclosureRefused):
        release_counts(pd.DataFrame({"applicant": ["x"], "better": [9]}), MADE_UP)
    with pytest.raises(DisclosureRefused):
        release_counts(pd.DataFrame({"group": ["a"], "merit": [9]}), MADE_UP)
    view = view_of(region())
    with pytest.raises(DisclosureRefused):
        view.people.with_words("merit", ["x"] * len(view.people))
    with pytest.raises(DisclosureRefused):
        view.people.with_words("label", [f"{20081231}{2384}"] * len(view.people))


def test_ties_of_one_column_alone() -> None:
    table = pd.DataFrame({"by": ["", "a", "a", "a"], "group": ["", "1", "2", "3"], "applicants": [60, 3, 20, 37]})
    released = release_counts(table, MADE_UP, ties=Ties(sums=[(0, [1, 2, 3])])).table["applicants"]
    assert released.isna().tolist() == [False, True, True, False]
    assert released.dropna().tolist() == [60, 37]


def test_a_comparison_says_what_it_is_and_shows_no_one() -> None:
    found = region()
    assert repr(found.comparison) == "Comparison('prov', 2023 final, 39 study paths)"
    assert isinstance(found.comparison, Comparison)
    assert not np.isin(["applicant", "pupil"], list(found.comparison.table.columns)).any()
    assert repr(found.uncertainty) == "Uncertainty(20 re-runs of 2023 final)"
