"""Rows that cannot be, each with what is said of it; and what a result tells of itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from gymreg_core.cohort.aalen_johansen import aalen_johansen, cumulative_incidence
from gymreg_core.errors import BadInput, BadParameters
from gymreg_core.vocabulary.programmes import LANGUAGES
from gymreg_core.vocabulary.texts import texts
from tests.tiny import table


def of(rows: str, **options: Any) -> Any:
    """Rows of the columns id, start, stop, from, to and, where there is one, weight."""
    told = table(rows)
    columns: list[Any] = [[row[name] for row in told] for name in ("id", "start", "stop", "from", "to")]
    columns[1:3] = [[float(cell or "nan") for cell in column] for column in columns[1:3]]
    if "weight" in told[0]:
        options["weights"] = [float(row["weight"]) for row in told]
    return aalen_johansen(*columns, **options)


BAD = {
    "multistate-stop-not-after-start": (
        """
        | id  | start | stop | from | to |
        | eva | 0     | 4    | a    | b  |
        | ann | 5     | 5    | a    |    |
        | bo  | 5     | 4    | a    | b  |
        """,
        (1, 2),
    ),
    "multistate-value-missing": (
        """
        | id  | start | stop | from | to |
        | eva | 0     |      | a    | b  |
        | ann | 0     | 5    | a    |    |
        """,
        (0,),
    ),
    "multistate-state-unknown": (
        """
        | id  | start | stop | from | to |
        | eva | 0     | 4    | a    | x  |
        | ann | 0     | 5    |      | b  |
        | bo  | 0     | 5    | a    | b  |
        """,
        (0, 1),
    ),
    "multistate-weight-not-usable": (
        """
        | id  | start | stop | from | to | weight |
        | eva | 0     | 4    | a    | b  | -1     |
        | ann | 0     | 5    | a    | b  | nan    |
        | bo  | 0     | 5    | a    | b  | 0      |
        """,
        (0, 1),
    ),
    "multistate-rows-overlap": (
        """
        | id  | start | stop | from | to |
        | eva | 3     | 6    | b    | a  |
        | eva | 0     | 4    | a    | b  |
        """,
        (0,),
    ),
    "multistate-rows-apart": (
        """
        | id  | start | stop | from | to |
        | eva | 0     | 4    | a    | b  |
        | eva | 5     | 6    | b    | a  |
        """,
        (1,),
    ),
    "multistate-state-not-reached": (
        """
        | id  | start | stop | from | to |
        | eva | 0     | 4    | a    | b  |
        | eva | 4     | 6    | a    | b  |
        | bo  | 0     | 4    | a    |    |
        | bo  | 4     | 6    | b    | a  |
        """,
        (1, 3),
    ),
}


@pytest.mark.parametrize("rule", BAD)
def test_rows_that_cannot_be(rule: str) -> None:
    rows, positions = BAD[rule]
    with pytest.raises(BadInput) as raised:
        of(rows, states=("a", "b"))
    (found,) = raised.value.findings
    assert (found.rule, found.rows, found.count) == (rule, positions, len(positions))
    assert not any(name in str(raised.value) for name in ("eva", "ann", "bo "))


def test_all_that_is_wrong_is_told_at_once() -> None:
    rows = """
    | id  | start | stop | from | to |
    | eva | 4     | 4    | a    | x  |
    | ann | 0     | 5    | c    |    |
    """
    with pytest.raises(BadInput) as raised:
        of(rows, states=("a", "b"))
    assert [found.rule for found in raised.value.findings] == [
        "multistate-stop-not-after-start",
        "multistate-state-unknown",
    ]


def test_no_rows() -> None:
    with pytest.raises(BadInput, match="no rows"):
        aalen_johansen([], np.zeros(0), np.zeros(0), [], [])


GOOD = """
| id  | start | stop | from | to |
| eva | 0     | 4    | a    | b  |
| eva | 4     | 6    | b    |    |
| ann | 0     | 5    | a    |    |
| bo  | 0     | 6    | a    | b  |
"""


@pytest.mark.parametrize("at", [[-1], [7], [float("nan")], [0, 100]])
def test_times_that_nobody_was_observed_at(at: list[float]) -> None:
    with pytest.raises(BadParameters, match="nobody was observed"):
        of(GOOD, at=at)
    with pytest.raises(BadParameters):
        of(GOOD).at(at)
    with pytest.raises(BadParameters):
        of(GOOD).expected_time(at[-1])


def test_columns_of_other_lengths_or_kinds() -> None:
    with pytest.raises(BadParameters, match="stop"):
        aalen_johansen([1, 2], [0, 0], [1], ["a", "a"], ["b", "b"])
    with pytest.raises(BadParameters, match="clusters"):
        aalen_johansen([1, 2], [0, 0], [1, 2], ["a", "a"], ["b", "b"], clusters=[1])
    with pytest.raises(BadParameters, match="numbers"):
        aalen_johansen([1], pd.to_datetime(["2024-01-01"]), [1], ["a"], ["b"])


def test_states_that_nobody_leaves_are_known_for_ever() -> None:
    told = aalen_johansen([1, 2], [0, 0], [3, 4], ["a", "a"], ["b", "c"])
    assert told.end == np.inf
    assert told.at(100)["probability"].tolist() == [0, 0.5, 0.5]
    assert told.expected_time(10)["time"].tolist() == [3.5, 3.5, 3]


@pytest.mark.parametrize("none", [None, "", float("nan"), -1])
def test_what_stands_for_no_move(none: Any) -> None:
    told = aalen_johansen([1, 2, 3], [0, 0, 0], [3, 4, 2], ["a"] * 3, np.array(["b", none, none], object))
    assert told.states == ("a", "b")
    assert told.at(4)["probability"].tolist() == [0.5, 0.5]


def test_integers_are_places_in_the_states() -> None:
    told = aalen_johansen([1, 2], [0, 0], [3, 4], [0, 0], [2, -1], states=("a", "b", "c"))
    assert told.at(4)["probability"].tolist() == [0.5, 0, 0.5]
    own = aalen_johansen([1, 2], [0, 0], [3, 4], [7, 7], [5, -1])
    assert own.states == (5, 7)
    codes = cumulative_incidence([3, 4], [1, -1], causes=("diploma", "left"))
    assert codes.at(4)["probability"].tolist() == [0.5, 0, 0.5]


def test_intervals_are_symmetric_in_log_odds() -> None:
    from scipy.special import expit, logit, stdtrit

    for options, spread in (({}, 1.959964), ({"clusters": [1, 1, 2, 3]}, stdtrit(2, 0.975))):
        table = of(GOOD, **options).at(5)
        p, error = table["probability"].to_numpy(), table["std_error"].to_numpy()
        reach = spread * error / (p * (1 - p))
        assert p.tolist() == pytest.approx([2 / 3, 1 / 3])
        assert table["low"].tolist() == pytest.approx(expit(logit(p) - reach).tolist())
        assert table["high"].tolist() == pytest.approx(expit(logit(p) + reach).tolist())


def test_late_entry_of_competing_exits() -> None:
    told = cumulative_incidence([3, 5, 6], ["left", "diploma", "diploma"], entry=[0, 4, 0])
    assert told.states == ("event_free", "diploma", "left")
    assert told.at(3)["probability"].tolist() == [0.5, 0, 0.5]
    assert told.at(5)["probability"].tolist() == [0.25, 0.25, 0.5]
    assert told.at_risk[told.at_risk["time"] == 5]["subjects"].tolist() == [2, 0, 0]


def test_a_result_tells_of_itself_without_any_subject() -> None:
    for options in ({}, {"clusters": [1, 1, 2, 3]}):
        told = of(GOOD, **options)
        assert "3" in told.describe("sv")
        assert told.describe("sv") != told.describe("en")
        html = told._repr_html_()
        assert html.startswith("<p>")
        assert not any(name in html for name in ("eva", ">ann<", ">bo<"))
        assert told.summary()["subjects"] == 3
        assert "3 subjects" in repr(told)
        assert list(told.table.columns) == ["time", "state", "probability", "std_error", "low", "high"]
    with pytest.raises(AttributeError):
        told.begin = 1.0


def test_the_words_are_whole() -> None:
    said = texts("gymreg_core.cohort", "aalen_johansen_texts.yml")
    assert not said.incomplete()
    assert {key: set(entry) for key, entry in said.entries.items()} == {key: set(LANGUAGES) for key in said.entries}
