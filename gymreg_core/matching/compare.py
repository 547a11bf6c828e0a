"""A round as it is beside the same round under a scenario: who moves, what becomes of seats and cut-offs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.register import Register
from gymreg_core.errors import BadParameters
from gymreg_core.matching.compare_paths import path_table, place_table
from gymreg_core.matching.kernel import NONE
from gymreg_core.matching.lists import grades_of
from gymreg_core.matching.market import Match
from gymreg_core.matching.merit import merit
from gymreg_core.matching.whatif_words import sentences
from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import Language

MOVES = ("unchanged", "better", "worse", "newly_seated", "unseated")
COUNTS = ("applicants", *MOVES, "seated", "seated_previous", "first_choice", "first_choice_previous")
BY = ("region", "home_municipality", "merit_band")
_HUNDREDTHS = 100


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two solved rounds side by side; every row is a group, none a person.

    table : a row per group of applicants. by (region | home_municipality | merit_band), group, applicants (in both
        rounds), unchanged, better and worse (a seat higher or lower on the own list), newly_seated, unseated (these
        five add up to applicants), seated, seated_previous, first_choice, first_choice_previous (seats held; _previous
        = today). Counts of persons: to be shown they go through `gymreg_core.disclosure.release_counts`.
    places : a row per group of study paths. by (region | municipality | school | provider_form | programme), group,
        study_paths, seats, admitted, free_seats and cutoff (mean of those that have one in both rounds), each with
        _previous; moved = cut-offs that moved by `told_move` points or more (rules/what_if.yml).
    paths : a row per study path open in either round. path_id, programme, municipality, school, provider_form, seats,
        admitted, free_seats, cutoff, each with _previous; cutoff NA where everyone eligible got in.
    gone, new : applicants that only today's round and only the scenario's round has.
    """

    scenario: str
    intake_year: int
    round: str
    made_up: bool
    table: pd.DataFrame
    places: pd.DataFrame
    paths: pd.DataFrame
    gone: int
    new: int

    def summary(self) -> dict[str, Any]:
        """Who moves and what the region has, as plain numbers."""
        people = self.table[self.table["by"] == "region"].iloc[0]
        region = self.places[self.places["by"] == "region"].iloc[0]
        counts = {name: int(people[name]) for name in COUNTS}
        seats = {
            f"{name}{end}": int(region[f"{name}{end}"])
            for name in ("seats", "admitted", "free_seats", "competitive")
            for end in ("", "_previous")
        }
        change = (self.paths["cutoff"] - self.paths["cutoff_previous"]).dropna().astype("float64")
        cutoffs = {
            "cutoffs_compared": len(change),
            "cutoffs_higher": int((change > 0).sum()),
            "cutoffs_lower": int((change < 0).sum()),
            "cutoff_change_mean": float(change.mean()) if len(change) else None,
        }
        return {**counts, **seats, **cutoffs, "gone": self.gone, "new": self.new}

    def sentences(self, language: Language = "sv") -> tuple[str, ...]:
        """The findings in whole sentences, most important first; small counts of persons are told as fewer than."""
        return sentences(self.summary(), self.scenario, language)

    def describe(self, language: Language = "sv") -> str:
        """The sentences as one paragraph."""
        return " ".join(self.sentences(language))

    def __repr__(self) -> str:
        return f"Comparison({self.scenario!r}, {self.intake_year} {self.round}, {len(self.paths)} study paths)"


def compare(
    base: Match, other: Match, register: Register, other_register: Register | None = None, *, scenario: str = ""
) -> Comparison:
    """How `other` (of `other_register`, the same as `register` where None) differs from `base`.

    Applicants are known by their pseudonym, study paths by their path_id. Better and worse is judged by the list as it
    stands in `other`; whoever loses a path that is no longer on the list and gets another is worse off.
    Errors: BadParameters where the two are not of the same year and round.
    """
    other_register = register if other_register is None else other_register
    if (base.market.intake_year, base.market.round) != (other.market.intake_year, other.market.round):
        raise BadParameters("only the same round of the same year can be compared", where="compare")
    before, after = _holders(base, register), _holders(other, other_register)
    both = before.merge(after, on="applicant", suffixes=("_previous", ""), validate="one_to_one")
    moved = _moves(both, other, register, other_register)
    persons = pd.DataFrame(
        {"home_municipality": both["home_municipality_previous"], "merit_band": both["band_previous"]}
    )
    for number, name in enumerate(MOVES):
        persons[name] = moved == number
    for end in ("", "_previous"):
        persons[f"seated{end}"] = both[f"seat{end}"] != NONE
        persons[f"first_choice{end}"] = both[f"met{end}"]
    paths = path_table(base, other, register, other_register)
    return Comparison(
        scenario=scenario,
        intake_year=base.market.intake_year,
        round=base.market.round,
        made_up=register.made_up,
        table=_groups(persons),
        places=place_table(paths),
        paths=paths,
        gone=len(before) - len(both),
        new=len(after) - len(both),
    )


def _holders(match: Match, register: Register) -> pd.DataFrame:
    """A row per applicant: pseudonym, home, band, row in the market, seat, and whether the first choice was met."""
    market, people = match.market, register.pupils.iloc[match.market.pupil]
    first = (market.choices != NONE).argmax(axis=1)
    return pd.DataFrame(
        {
            "applicant": people["applicant"].to_numpy(),
            "home_municipality": people["home_municipality"].to_numpy(),
            "band": _bands(match, register),
            "row": np.arange(len(market.pupil)),
            "seat": match.assignment.seat,
            "met": (match.assignment.seat != NONE) & (match.assignment.rank == first),
        }
    )


def _bands(match: Match, register: Register) -> NDArray[np.int64]:
    """Where each applicant's (n,) band of merit begins (rules/what_if.yml), by the grades of the term."""
    grades, _ = grades_of(register, match.market.round, match.market.pupil)
    own = merit(grades, register.intake_year).hundredths
    starts = np.array(rule("what_if", "merit_bands", register.intake_year), np.int64)
    return starts[np.searchsorted(starts * _HUNDREDTHS, own, side="right") - 1]


def _moves(both: pd.DataFrame, other: Match, register: Register, other_register: Register) -> NDArray[np.int64]:
    """Place in MOVES for each applicant in both rounds."""
    now = pd.Index(other_register.study_paths["path_id"]).get_indexer(register.study_paths["path_id"])
    had, has = both["seat_previous"].to_numpy(), both["seat"].to_numpy()
    old = np.where(had == NONE, NONE, now[had])
    row = both["row"].to_numpy()
    lists = other.market.choices[row]
    at = (lists == old[:, None]) & (old != NONE)[:, None]
    old_rank = np.where(at.any(axis=1), at.argmax(axis=1), NONE)
    rank = other.assignment.rank[row]
    cases: list[tuple[Literal[0, 1, 2, 3, 4], NDArray[np.bool_]]] = [
        (3, (had == NONE) & (has != NONE)),
        (4, (had != NONE) & (has == NONE)),
        (1, (had != NONE) & (has != NONE) & (old_rank != NONE) & (rank < old_rank)),
        (2, (had != NONE) & (has != NONE) & ((old_rank == NONE) | (rank > old_rank))),
    ]
    return np.select([where for _, where in cases], [code for code, _ in cases], 0)


def _groups(persons: pd.DataFrame) -> pd.DataFrame:
    counted = persons.assign(region="", applicants=True)
    parts = []
    for by in BY:
        sums = counted.groupby(by, sort=True)[list(COUNTS)].sum().reset_index()
        parts.append(sums.rename(columns={by: "group"}).assign(by=by))
    whole = pd.concat(parts, ignore_index=True)
    whole["group"] = whole["group"].astype("str")
    return whole[["by", "group", *COUNTS]].astype(dict.fromkeys(COUNTS, "int64"))
