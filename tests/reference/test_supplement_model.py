"""The model behind the supplement, beside published figures, the obvious way, and odds that were planted."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm

from gymreg_core.errors import BadInput
from gymreg_core.funding.discrimination import auc, measure, wilson
from gymreg_core.funding.logit import Cells, count_cells, fit, knots_of, natural_spline
from gymreg_core.funding.outcomes import CohortOutcomes
from gymreg_core.funding.supplement import Supplement
from gymreg_core.funding.supplement_model import SupplementModel, estimate
from gymreg_core.funding.supplement_odds import Interval, band_odds, stability
from tests.supplement_regions import PLANTS, draw, found, starters

SUPPLEMENT = Supplement.packaged(2023)
ITERATED = 1e-6  # two ways to the same maximum, each stopped when a step is smaller than this
MERIT = {0: 250.0, 1: 190.0, 2: 150.0, 3: 100.0, 4: np.nan}


def people(counts: dict[tuple[int, int, int], tuple[int, int]]) -> CohortOutcomes:
    """Pupils by (level, cohort, school): how many became eligible, and how many did not."""
    rows = [
        (MERIT[level], outcome, cohort, school)
        for (level, cohort, school), numbers in counts.items()
        for outcome, number in zip((True, False), numbers, strict=True)
        for _ in range(number)
    ]
    merit, outcome, cohort, school = (np.array(column) for column in zip(*rows, strict=True))
    return CohortOutcomes(merit.astype(float), outcome, cohort, school)


def drawn(seed: int, n: int = 6_000, cohorts: int = 3, schools: int = 40, **ratios: float) -> CohortOutcomes:
    """Random pupils; the odds ratio of level 2 may differ by cohort (c2020=...)."""
    rng = np.random.default_rng(seed)
    merit = np.round(np.clip(rng.normal(225, 45, n), 60, 340) / 2.5) * 2.5
    cohort, school = 2018 + rng.integers(0, cohorts, n), rng.integers(0, schools, n)
    level = SUPPLEMENT.level(merit)
    logs = np.log([1.0, 0.4, 0.2, 0.1])[level]
    for name, ratio in ratios.items():
        logs[(level == 2) & (cohort == int(name[1:]))] = np.log(ratio)
    return CohortOutcomes(merit, rng.random(n) < 1 / (1 + np.exp(-1.2 - logs)), cohort, school)


def test_the_regression_of_spector_and_mazzeo() -> None:
    """Greene, Econometric Analysis, table 17.1 (7th ed.): coefficients, standard errors, log likelihood."""
    data = sm.datasets.spector.load_pandas()
    yes = data.endog.to_numpy(np.int64)
    cells = Cells(np.zeros((len(yes), 1), np.int64), yes, 1 - yes)
    result = fit(np.column_stack([np.ones(len(yes)), data.exog[["GPA", "TUCE", "PSI"]]]), cells)
    assert result.params == pytest.approx([-13.021, 2.826, 0.095, 2.379], abs=5e-4)  # printed with three decimals
    assert result.bse == pytest.approx([4.931, 1.263, 0.142, 1.065], abs=5e-4)
    told = measure(result.fittedvalues, cells.yes, cells.no, 0.95)
    assert told.mcfadden == pytest.approx(1 - 12.8896 / 20.5917, abs=1e-5)
    assert told.accuracy == 26 / 32  # the same table of hits and misses


def test_the_odds_ratio_of_doll_and_hill() -> None:
    """Smoking and carcinoma of the lung (BMJ 1950), men: 647 and 622 smokers, 2 and 27 others; 14.0 (3.3-59.3)."""
    table = band_odds(people({(0, 2018, 1): (2, 27), (1, 2018, 1): (647, 622)}), SUPPLEMENT).table
    row = table.iloc[1]
    assert row["odds_ratio"] == pytest.approx(647 * 27 / (2 * 622), rel=ITERATED)
    woolf = np.log(row["odds_ratio"]) + np.array([-1, 1]) * 1.959964 * np.sqrt(1 / 647 + 1 / 2 + 1 / 622 + 1 / 27)
    assert (row["low"], row["high"]) == pytest.approx(np.exp(woolf), rel=1e-5)
    assert table["share"].iloc[0] == 2 / 29
    assert table["note"].tolist() == ["", "", "empty", "empty", "empty"]


def weighted_steps(design: Any, outcome: Any) -> tuple[Any, Any]:
    """Coefficients and information by iteratively reweighted least squares, one row per pupil."""
    beta = np.zeros(design.shape[1])
    for _ in range(50):
        mean = 1 / (1 + np.exp(-design @ beta))
        information = design.T @ (design * (mean * (1 - mean))[:, None])
        beta = beta + np.linalg.solve(information, design.T @ (outcome - mean))
    return beta, information


@pytest.mark.parametrize("seed", range(3))
def test_ratios_and_intervals_beside_the_obvious_way(seed: int) -> None:
    pupils = drawn(seed)
    level, cohort = SUPPLEMENT.level(pupils.merit), pupils.cohort
    columns = [level == 1, level == 2, level == 3, cohort == 2019, cohort == 2020]
    design = np.column_stack([np.ones(len(level)), *columns]).astype(float)
    beta, information = weighted_steps(design, pupils.eligible)
    plain = np.sqrt(np.diag(np.linalg.inv(information)))
    table = band_odds(pupils, SUPPLEMENT).table.iloc[1:4]
    assert np.log(table["odds_ratio"]).tolist() == pytest.approx(beta[1:4], abs=ITERATED)
    assert np.log(table["high"] / table["odds_ratio"]).tolist() == pytest.approx(1.959964 * plain[1:4], rel=1e-5)

    mean = 1 / (1 + np.exp(-design @ beta))
    scores = design * (pupils.eligible - mean)[:, None]
    by_school = np.array([scores[pupils.school == s].sum(axis=0) for s in range(40)])
    cells = len(count_cells(pupils.eligible, level, cohort, pupils.school).yes)
    few = 40 / 39 * (cells - 1) / (cells - 6)
    bread = np.linalg.inv(information)
    sandwich = np.sqrt(np.diag(bread @ by_school.T @ by_school @ bread) * few)
    table = band_odds(pupils, SUPPLEMENT, interval="schools").table.iloc[1:4]
    student = 2.022691  # Student's t with 39 degrees of freedom, 97.5 per cent
    assert np.log(table["high"] / table["odds_ratio"]).tolist() == pytest.approx(student * sandwich[1:4], rel=1e-5)


@pytest.mark.parametrize("seed", range(20))
def test_the_area_and_its_error_beside_every_pair(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = int(rng.integers(2, 8))
    score = rng.integers(0, 6, size) / 6  # scores occur twice
    yes, no = rng.integers(0, 5, size), rng.integers(0, 5, size)
    yes[0], no[-1] = 3, 3
    up, down = np.repeat(score, yes), np.repeat(score, no)
    wins = (up[:, None] > down) + 0.5 * (up[:, None] == down)
    error = np.sqrt(wins.mean(axis=1).var(ddof=1) / len(up) + wins.mean(axis=0).var(ddof=1) / len(down))
    assert auc(score, yes, no) == pytest.approx((wins.mean(), error), abs=1e-12)  # sums in another order


def test_measures_beside_one_pupil_at_a_time() -> None:
    told, yes, no = np.array([0.2, 0.5, 0.9]), np.array([1, 3, 5]), np.array([4, 1, 0])
    outcome = np.repeat([1, 1, 1, 0, 0, 0], [*yes, *no])
    each = np.repeat([*told, *told], [*yes, *no])
    found_ = measure(told, yes, no, 0.95)
    assert found_.pupils == 14
    assert found_.accuracy == np.mean((each >= 0.5) == outcome)
    assert found_.majority == 9 / 14
    assert found_.brier == pytest.approx(np.mean((each - outcome) ** 2))
    assert found_.tjur == pytest.approx(each[outcome == 1].mean() - each[outcome == 0].mean())
    likelihood = np.log(np.where(outcome, each, 1 - each)).sum()
    assert found_.mcfadden == pytest.approx(1 - likelihood / (9 * np.log(9 / 14) + 5 * np.log(5 / 14)))
    area, error = auc(told, yes, no)
    assert (found_.auc, found_.auc_low) == pytest.approx((area, area - 1.959964 * error))
    assert found_.auc_high == 1  # and not beyond
    assert measure(told, no, yes, 0.95).auc_low == 0


def test_of_a_single_pupil_there_is_an_area_and_no_error() -> None:
    area, error = auc(np.array([0.2, 0.5, 0.9]), np.array([0, 1, 0]), np.array([2, 1, 0]))
    assert area == (2 + 0.5) / 3
    assert np.isnan(error)
    with pytest.raises(BadInput, match="same outcome"):
        measure(np.array([0.2, 0.5]), np.array([0, 0]), np.array([2, 1]), 0.95)


def test_intervals_of_shares_as_newcombe_prints_them() -> None:
    """Newcombe (1998), Statistics in Medicine 17, table I, method 3."""
    low, high = wilson(np.array([81, 15, 0, 1, 0]), np.array([263, 148, 20, 29, 0]), 0.95)
    assert low[:4] == pytest.approx([0.2553, 0.0624, 0.0, 0.0061], abs=5e-5)
    assert high[:4] == pytest.approx([0.3662, 0.1605, 0.1611, 0.1718], abs=5e-5)
    assert np.isnan(low[4])


def test_the_curve_is_smooth_and_straight_at_both_ends() -> None:
    knots = np.array([100.0, 150.0, 200.0, 250.0, 320.0])
    points = np.arange(50.0, 400.0, 0.5)
    bend = np.diff(natural_spline(points, knots), 2, axis=0) / 0.25
    outside = (points[1:-1] < 100) | (points[1:-1] > 320)
    assert np.abs(bend[outside]).max() < 1e-9  # straight
    assert np.abs(bend[~outside, 2:]).max() > 1e-4  # and not so between
    assert np.abs(np.diff(bend, axis=0)).max() < 1e-3  # no jump of the second derivative
    assert np.linalg.matrix_rank(natural_spline(points, knots)) == 5


def test_knots_stand_at_quantiles_of_pupils() -> None:
    """Of 100 pupils the 5th, 28th, 50th, 73rd and 95th, in the order of their points."""
    points, counts = np.array([140.0, 200.0, 270.0, 340.0, 50.0]), np.array([35, 25, 20, 10, 10])
    assert knots_of(points, counts).tolist() == [50, 140, 200, 270, 340]
    with pytest.raises(BadInput, match="too close"):
        knots_of(points, np.array([40, 20, 20, 10, 10]))  # the 28th and the 50th have the same


def test_the_whole_model_on_pupils_whose_odds_are_known() -> None:
    model = estimate(drawn(1, n=20_000), SUPPLEMENT)
    told = model.summary()
    assert told["slope_low"] < 1 < told["slope_high"]
    intercept = model.measures.set_index("measure").loc["intercept"]
    assert intercept["low"] < 0 < intercept["high"]
    assert told["auc_low"] <= told["auc"] <= told["auc_high"]
    assert told["accuracy"] >= told["majority"] - 0.01
    tenths = model.calibration[model.calibration["kind"] == "tenth"]
    assert tenths["group"].tolist() == list(range(1, 11))
    for kind in ("level", "tenth"):
        rows = model.calibration[model.calibration["kind"] == kind]
        assert rows["pupils"].sum() == 20_000
        # Each pupil's probability counts once, whatever the groups.
        assert rows["pupils"] @ rows["predicted"] == pytest.approx(20_000 * told_mean(model), rel=1e-12)
    assert model.curve["probability"].is_monotonic_increasing or model.curve["probability"].iloc[-1] > 0.7
    assert model.stability is not None
    assert model.folds == "cohorts"
    for language, word in (("sv", "gånger deras"), ("en", "times theirs")):
        assert word in model.describe(language)  # type: ignore[arg-type]
    assert max(map(len, (model.table, model.curve, model.measures, model.calibration, model.stability.table))) < 40


def told_mean(model: SupplementModel) -> float:
    tenths = model.calibration[model.calibration["kind"] == "tenth"]
    return float(tenths["pupils"] @ tenths["predicted"] / tenths["pupils"].sum())


def test_the_curve_has_intervals_that_let_pupils_of_a_school_be_alike() -> None:
    """Schools where nobody became eligible widen the intervals between schools, and not those between pupils."""
    pupils = drawn(6)
    worse = CohortOutcomes(pupils.merit, pupils.eligible & (pupils.school > 4), pupils.cohort, pupils.school)
    width, slopes = {}, {}
    for interval in ("pupils", "schools"):
        model = estimate(worse, SUPPLEMENT, interval=interval)  # type: ignore[arg-type]
        low, middle, high = (np.log(model.curve[n] / (1 - model.curve[n])) for n in ("low", "probability", "high"))
        assert (middle - low).tolist() == pytest.approx((high - middle).tolist())  # even on the scale of log odds
        width[interval], slopes[interval] = (high - low).mean(), model.summary()
    assert 0 < width["pupils"] < 0.7 * width["schools"]
    spans = [told["slope_high"] - told["slope_low"] for told in slopes.values()]
    assert spans[0] != pytest.approx(spans[1], rel=0.01)


def test_held_out_is_what_the_other_cohorts_tell() -> None:
    """Of two cohorts with odds turned round, each is told wrongly by the other; all together they tell little."""
    one, other = drawn(2, cohorts=1), drawn(3, cohorts=1)
    both = CohortOutcomes(
        *(np.concatenate(pair) for pair in ((one.merit, other.merit), (one.eligible, ~other.eligible))),
        np.repeat([2018, 2019], 6_000),
        np.concatenate([one.school, other.school]),
    )
    told = estimate(both, SUPPLEMENT).measures.set_index("measure")
    assert told.loc["auc", "held_out"] < 0.45
    assert told.loc["auc", "apparent"] >= 0.5
    assert told.loc["slope", "high"] < 0


def test_one_cohort_is_held_out_by_schools() -> None:
    model = estimate(drawn(4, cohorts=1), SUPPLEMENT)
    assert model.stability is None
    assert model.folds == "schools"
    assert "bara finns en årskull" in model.describe("sv")
    with pytest.raises(BadInput, match="one cohort and one school"):
        estimate(drawn(4, cohorts=1, schools=1), SUPPLEMENT)


def f_tail(x: float, over: int, under: int) -> float:
    """Probability that an F distribution goes beyond `x`, its first degrees of freedom even: a finite sum."""
    y = over * x / (over * x + under)
    terms = (math.prod((under / 2 + j) / (j + 1) for j in range(i)) * y**i for i in range(over // 2))
    return float((1 - y) ** (under / 2) * sum(terms))


def test_ratios_that_differ_between_cohorts_are_seen() -> None:
    differs = stability(drawn(5, n=20_000, c2020=0.6), SUPPLEMENT)
    alike = stability(drawn(5, n=20_000), SUPPLEMENT)
    assert differs.p < 1e-6
    assert alike.p > 0.01
    assert "större än slumpen brukar" in differs.describe("sv")
    assert "(p < 0,01)" in differs.describe("sv").replace("\N{NO-BREAK SPACE}", " ")
    assert "no larger than chance" in alike.describe("en")
    assert (differs.compared, len(differs.table)) == (6, 12)
    between = stability(drawn(5, n=20_000), SUPPLEMENT, interval="schools")
    assert between.p == pytest.approx(f_tail(between.statistic, 6, 39))  # one less than there are schools
    assert between.p > 0.01


def test_a_level_that_is_certain_in_a_cohort_is_not_compared_there() -> None:
    counts = {(level, cohort, 1): BOTH for level in (0, 1, 2) for cohort in (2018, 2019)}
    told = stability(people({**counts, (1, 2019, 1): (9, 0)}), SUPPLEMENT)
    assert (told.compared, told.p) == (1, pytest.approx(1))
    few = stability(drawn(8, schools=5), SUPPLEMENT, interval="schools")
    assert (few.compared, np.isnan(few.p)) == (6, True)  # five schools do not tell of six differences
    assert "kunde inte prövas" in few.describe("sv")


def test_the_test_of_alike_ratios_is_wrong_as_often_as_it_says() -> None:
    """Of 200 draws with the same ratios 5 per cent are told to differ, 10; chance leaves 1 to 23 once in 9,000."""
    wrong = sum(stability(drawn(seed, n=4_000, cohorts=2), SUPPLEMENT).p < 0.05 for seed in range(200))
    assert 1 <= wrong <= 23


BOTH = (30, 20)


@pytest.mark.parametrize(
    ("counts", "fault"),
    [
        ({(1, 2018, 1): BOTH}, "nobody has the limit"),
        ({(0, 2018, 1): (5, 0), (1, 2018, 1): BOTH}, "limit or above have the same outcome"),
        ({(0, 2018, 1): BOTH, (1, 2018, 1): BOTH, (0, 2019, 1): (0, 9)}, "cohort 2019 have the same outcome"),
        ({(0, 2018, 1): (5, 0), (1, 2018, 1): (5, 0)}, "limit or above have the same.*cohort 2018"),
    ],
)
def test_what_no_regression_can_be_made_from_is_refused(
    counts: dict[tuple[int, int, int], tuple[int, int]], fault: str
) -> None:
    with pytest.raises(BadInput, match=fault):
        band_odds(people(counts), SUPPLEMENT)


def test_no_pupils_are_refused() -> None:
    nobody = CohortOutcomes(*(np.array([], dtype) for dtype in (float, bool, np.int64, np.int64)))
    with pytest.raises(BadInput, match="no pupils"):
        band_odds(nobody, SUPPLEMENT)


def test_a_level_that_is_empty_or_certain_has_no_ratio_and_says_why() -> None:
    table = band_odds(
        people({(0, 2018, 1): BOTH, (1, 2018, 1): (4, 0), (2, 2018, 1): (0, 4), (3, 2018, 2): (3, 2)}), SUPPLEMENT
    )
    assert table.table["note"].tolist() == ["", "all_eligible", "none_eligible", "", "empty"]
    assert table.table["odds_ratio"].isna().tolist() == [False, True, True, False, True]
    assert table.table["odds_ratio"].iloc[3] == pytest.approx((3 / 2) / (30 / 20), rel=ITERATED)
    for language in ("sv", "en"):
        assert table.describe(language).count("4") >= 1  # type: ignore[arg-type]


def test_pupils_without_a_merit_value_are_a_level_or_left_out() -> None:
    pupils = people({(0, 2018, 1): BOTH, (1, 2018, 1): (10, 10), (4, 2018, 1): (10, 20)})
    assert band_odds(pupils, SUPPLEMENT).table["odds_ratio"].iloc[4] == pytest.approx(0.5 / 1.5, rel=ITERATED)
    for level in (0, 1):
        other = SUPPLEMENT.with_changes(missing_level=level, amounts=(1, 2, 3))
        told = band_odds(pupils, other)
        assert told.left_out["no_merit"] == 30
        assert told.table["pupils"].tolist() == [50, 20, 0, 0]


def test_a_single_school_has_no_spread_between_schools() -> None:
    pupils = people({(0, 2018, 1): BOTH, (1, 2018, 1): BOTH})
    assert len(band_odds(pupils, SUPPLEMENT).table) == 5
    with pytest.raises(BadInput, match="one school only"):
        band_odds(pupils, SUPPLEMENT, interval="schools")
    with pytest.raises(BadInput, match="one cohort only"):
        stability(pupils, SUPPLEMENT)


def test_merit_values_too_close_together_have_no_curve() -> None:
    with pytest.raises(BadInput, match="too close together"):
        estimate(people({(0, 2018, 1): BOTH, (1, 2018, 2): BOTH, (0, 2019, 1): BOTH}), SUPPLEMENT)


def test_a_level_of_one_cohort_alone_cannot_be_told_from_it() -> None:
    with pytest.raises(BadInput, match="no solution"):
        fit(np.ones((2, 2)), Cells(np.zeros((2, 1), np.int64), np.array([3, 2]), np.array([1, 4])))


SEPARATED = {(0, 2018, 1): (30, 20), (0, 2019, 1): (9, 0), (1, 2018, 1): (0, 8), (1, 2019, 1): (10, 10)}


@pytest.mark.parametrize("interval", ["pupils", "schools"])
def test_odds_without_an_end_are_refused(interval: Interval) -> None:
    """No level and no cohort has one outcome only, and yet the likelihood rises for ever: the later cohort's odds
    towards all, the level's towards none (quasi-complete separation, Albert and Anderson 1984, Biometrika 71)."""
    counts = {(level, cohort, place): both for place, ((level, cohort, _), both) in enumerate(SEPARATED.items())}
    with pytest.raises(BadInput, match="no solution"):
        band_odds(people(counts), SUPPLEMENT, interval=interval)


def test_bad_rows_are_told_by_place_and_not_by_value() -> None:
    columns = (np.ones(2, bool), np.ones(2, np.int64), np.ones(2, np.int64))
    with pytest.raises(BadInput, match="row 1") as refused:
        CohortOutcomes(np.array([200.0, -7.5]), *columns)
    assert "7.5" not in str(refused.value)
    with pytest.raises(BadInput, match="different lengths"):
        CohortOutcomes(np.array([200.0]), *columns)


@pytest.mark.parametrize("plant", PLANTS)
def test_planted_odds_are_found_again(plant: str) -> None:
    """Of 600 intervals, 200 draws of three levels, 570 hold what was planted.

    Chance goes below 548 or above 588 once in 10,000 (binomial, the levels taken as independent). `make simulate` does
    the same on 300 regions.
    """
    region = starters(7, 0.15)
    hits = [hit for seed in range(200) for hit in found(*draw(region, plant, seed))]
    assert len(hits) == 600
    assert 548 <= sum(hits) <= 588
