"""Strategic programmes: an open table of criteria, its weights, and what they decide; proposals of seats."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gymreg_core.disclosure import release_published
from gymreg_core.errors import BadInput, BadParameters, DisclosureRefused
from gymreg_core.planning.balance import balance
from gymreg_core.planning.criteria import criteria_of, programme_prices
from gymreg_core.planning.need import COLUMNS, assumed_need, read_need
from gymreg_core.planning.strategic import strategic
from gymreg_core.planning.strategic_words import phrase
from gymreg_core.reporting.planning.balance_released import completion_of, release_need, release_strategic
from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import programmes
from tests.admissions import admission, published

NEED = "program;behov;källa;år\nBA;5;Påhittad prognos;2023\nEK;1;Påhittad prognos;2023\nNA;3;Påhittad prognos;\n"
NOW = """
    | school | municipality | programme | cutoff | seats | admitted | reserves |
    | A      | Stockholm    | EK        | 300    | 30    | 30       | 40       |
    | B      | Täby         | BA        |        | 20    | 10       | 0        |
    | C      | Täby         | NA        |        | 40    | 30       | 0        |
    | D      | Täby         | HU        |        | 20    | 20       | 0        |
"""
BEFORE = NOW.replace("| 30       | 40", "| 20       | 40")


@pytest.fixture(scope="module")
def need(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    path = tmp_path_factory.mktemp("need") / "behov.csv"
    path.write_text(NEED, encoding="utf-8")
    return read_need(path)


@pytest.fixture(scope="module")
def values(need: pd.DataFrame) -> pd.DataFrame:
    now, before = (balance(admission(text), intake_year=2023) for text in (NOW, BEFORE))
    completion, price = {"BA": 0.6, "EK": 0.8, "NA": 0.7}, {"BA": 12e6, "EK": 8e6, "NA": 10e6}
    return criteria_of(need, now, before, completion=completion, price=price)


def test_the_need_keeps_its_source(need: pd.DataFrame) -> None:
    assert list(need) == list(COLUMNS)
    assert need["need"].tolist() == [5, 1, 3]
    assert need["year"].tolist() == [2023, 2023, pd.NA]


def test_every_fault_of_the_need_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "need.csv"
    path.write_text(
        "programme,need,source,year\nEK,2,SCB,\nEK,3,SCB,\nXX,4,SCB,\nNA,many,,23\nBA,1,SCB,2023.5\n", encoding="utf-8"
    )
    with pytest.raises(BadInput) as refused:
        read_need(path)
    told = {(one.rule, one.column): one.rows for one in refused.value.findings}
    assert told == {
        ("demand-row-twice", None): (3,),
        ("demand-programme-not-known", "programme"): (4,),
        ("demand-number-not-readable", "need"): (5,),
        ("demand-value-missing", "source"): (5,),
        ("demand-year-not-readable", "year"): (5, 6),
    }
    path.write_text("programme,need\nEK,2\n", encoding="utf-8")
    with pytest.raises(BadInput, match="Källa"):
        read_need(path)
    with pytest.raises(BadInput):
        read_need(tmp_path / "none.csv")
    path.write_text("År;Kommun;Ålder;Antal\n2024;Nacka;15;900\n", encoding="utf-8")
    with pytest.raises(BadInput, match="no table of need"):
        read_need(path)


def test_without_a_table_the_need_is_an_assumption_and_says_so() -> None:
    found = assumed_need()
    assert list(found) == list(COLUMNS)
    assert found["source"].eq("").all()
    assert set(found["programme"]) <= set(programmes())


def test_values_scores_and_parts_stand_open_beside_the_total(need: pd.DataFrame, values: pd.DataFrame) -> None:
    found = strategic(values, need)
    row = found.table.set_index("programme")
    assert row.loc["BA", ["need_score", "free_share_score", "completion_score", "price_score"]].tolist() == [1, 0, 0, 0]
    assert row.loc[
        "NA", ["need_score", "free_share_score", "completion_score", "price_score"]
    ].tolist() == pytest.approx([0.5, 0.5, 0.5, 0.5], abs=1e-4)
    parts = [f"{name}_part" for name in rule("strategic", "criteria")]
    assert row[parts].fillna(0).sum(axis=1).tolist() == pytest.approx(row["total"].tolist())
    assert found.weights["weight"].sum() == pytest.approx(1)


def test_a_programme_without_a_figure_is_judged_by_the_rest_or_not_at_all(
    need: pd.DataFrame, values: pd.DataFrame
) -> None:
    found = strategic(values, need).table.set_index("programme")
    assert found["missing"].to_dict() == {"EK": 0, "NA": 0, "BA": 0, "HU": 3}
    assert pd.isna(found.loc["HU", "rank"]), "without need, completion and price too much of the weight is missing"
    assert found.loc["HU", "total_low"] < found.loc["HU", "total"] < found.loc["HU", "total_high"]
    lacking = values.assign(price=values["price"].mask(values["programme"] == "EK"))
    part = strategic(lacking, need).table.set_index("programme").loc["EK"]
    assert part["missing"] == 1
    assert part["rank"] is not pd.NA
    assert part["total_low"] < part["total_high"]


def test_a_criterion_that_nobody_has_figures_of_is_left_out(need: pd.DataFrame, values: pd.DataFrame) -> None:
    found = strategic(values.assign(completion=pd.array([pd.NA] * len(values), dtype="Float64")), need)
    weight = found.weights.set_index("criterion")["weight"]
    assert weight["completion"] == 0
    assert weight.sum() == pytest.approx(1)
    assert found.table.set_index("programme")["missing"]["EK"] == 0
    assert found.sentences("sv")[-1] == "Kriterier utan uppgifter, som därför inte är med: genomströmning."


def test_the_ranking_follows_the_weights_and_shows_how_far(need: pd.DataFrame, values: pd.DataFrame) -> None:
    by_need = strategic(values, need, weights={"need": 1, "free_share": 0, "completion": 0, "trend": 0, "price": 0})
    assert by_need.table["programme"].tolist() == ["BA", "NA", "EK", "HU"]
    by_price = strategic(values, need, weights={"need": 0, "free_share": 0, "completion": 0, "trend": 0, "price": 2})
    assert by_price.table["programme"].tolist()[:3] == ["EK", "NA", "BA"]
    found = strategic(values, need)
    for row in found.table.dropna(subset="rank").itertuples():
        tried = found.sensitivity.loc[found.sensitivity["programme"] == row.programme, "rank"]
        assert row.rank_best == min(row.rank, tried.min())
        assert row.rank_worst == max(row.rank, tried.max())
    without = found.sensitivity.query("criterion == 'need' and factor == 0").set_index("programme")["rank"]
    weights = dict(zip(found.weights["criterion"], found.weights["weight"], strict=True)) | {"need": 0}
    again = strategic(values, need, weights=weights).table.set_index("programme")["rank"]
    assert without.to_dict() == again[without.index].to_dict()


def test_a_programme_that_is_best_by_every_criterion_is_first_whatever_the_weights() -> None:
    names = list(rule("strategic", "criteria"))
    better = {name: of["better"] for name, of in rule("strategic", "criteria").items()}
    p = int(rule("strategic", "top")) + 3
    values = pd.DataFrame({name: np.arange(p) * (1.0 if better[name] == "high" else -1.0) for name in names})
    found = strategic(values.assign(programme=[f"P{n}" for n in range(p)]), pd.DataFrame(columns=list(COLUMNS)))
    assert found.table["programme"].tolist() == [f"P{n}" for n in reversed(range(p))]
    assert found.table["top_share"].tolist() == [1.0] * (p - 3) + [0.0] * 3
    assert (found.table["rank_best"] == found.table["rank_worst"]).all()


def test_prices_are_those_of_the_region_s_list() -> None:
    prices = programme_prices(2023)
    assert {"EK", "BA", "NA"} <= set(prices)
    assert prices["BA"] > prices["EK"] > 5_000_000, "öre: a building pupil costs more than one of economics"
    with pytest.raises(BadParameters):
        programme_prices(1999)


@pytest.mark.parametrize("wrong", [{"needs": 1}, {"need": -1}, {"need": float("nan")}, {"trend": float("inf")}])
def test_weights_that_cannot_be_are_refused(wrong: dict[str, float], need: pd.DataFrame, values: pd.DataFrame) -> None:
    with pytest.raises(BadParameters):
        strategic(values, need, weights=wrong)
    with pytest.raises(BadParameters, match="any weight"):
        strategic(values, need, weights=dict.fromkeys(rule("strategic", "criteria"), 0.0))


def test_the_table_is_let_out_with_completion_that_was_released_alone(need: pd.DataFrame, values: pd.DataFrame) -> None:
    found = strategic(values, need)
    with pytest.raises(DisclosureRefused):
        release_strategic(found, published())
    shares = pd.DataFrame({"programme": ["BA", "EK", "NA"], "share": [0.6, 0.8, 0.7]})
    told = completion_of(release_published(shares, published()))
    table, weights, sensitivity = release_strategic(found, published(), completion=told)
    assert len(table) == 4
    assert weights.table["criterion"].tolist() == list(rule("strategic", "criteria"))
    assert len(sensitivity) == 3 * 5 * len(rule("strategic", "factors"))
    assert release_need(need, published()).table["source"].tolist() == ["Påhittad prognos"] * 3
    assert phrase().incomplete() == []
    assert "Business Management" in found.describe("en")
