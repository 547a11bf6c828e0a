"""A round as it is beside the same round under a scenario: who moves, what becomes of seats and cut-offs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.register import Register
from gymreg_core.errors import BadParameters
from gymreg_core.matching.compare_paths import ORDINARY, path_table, place_table, school_labels
from gymreg_core.matching.kernel import NONE
from gymreg_core.matching.lists import grades_of
from gymreg_core.matching.market import Match
from gymreg_core.matching.merit import HUNDREDTHS, merit
from gymreg_core.matching.whatif_words import of_paths
from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import Language

WAYS = ("better", "worse", "newly_seated", "unseated")
SEATED = ("seated", "seated_previous")
COUNTS = ("applicants", *WAYS, "first_choice", "first_choice_previous", *SEATED)
REGION, SCHOOL = "region", "school"
BY = (REGION, "home_municipality", "merit_band", "municipality", SCHOOL, "provider_form")
_PLACES = ("municipality", SCHOOL, "provider_form")


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two solved rounds side by side; every row is a group, none a person.

    table : a row per group of applicants who are in both rounds. by (region | home_municipality | merit_band, and
        municipality | school | provider_form of the first choice today), group, applicants, how many have another
        outcome than today, and which: better and worse (a seat higher or lower on the own list), newly_seated,
        unseated; first_choice, seated (in the scenario), each with _previous (today).
        Counts of persons, to be shown by `gymreg_core.disclosure.release_counts` with ACROSS, RESTS and `sums`.
    places : a row per group of study paths. by (region | municipality | school | provider_form | programme), group,
        study_paths, seats, admitted, free_seats, competitive (with a cut-off) and cutoff (mean of those without a test
        that have one in both rounds), each with _previous; moved = cut-offs that moved by `told_move` points or more
        (rules/what_if.yml).
    paths : a row per study path open in either round. path_id, programme, municipality, school, provider_form, scale,
        seats, admitted, free_seats, cutoff, each with _previous; cutoff NA where seats are left or nobody was admitted.
    gone, new : applicants that only today's round and only the scenario's round has.
    schools : where first choices lie: a row per school, municipality and provider_form.
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
    schools: pd.DataFrame

    def sums(self) -> list[tuple[int, list[int]]]:
        """Rows of `table` (positions) that others add up to, and those: the region's, and those of several schools."""
        by = self.table["by"]
        place = {group: row for row, group in enumerate(zip(by, self.table["group"], strict=True))}
        found = [(place[REGION, ""], np.flatnonzero(by == kind).tolist()) for kind in BY if kind != REGION]
        for kind in ("municipality", "provider_form"):
            inside = self.schools[[SCHOOL, kind]].drop_duplicates()
            inside = inside.assign(alone=~inside[SCHOOL].duplicated(keep=False))
            found += [
                (place[kind, str(name)], [place[SCHOOL, school] for school in rows[SCHOOL]])
                for name, rows in inside.groupby(kind)
                if rows["alone"].all()
            ]
        return found

    def summary(self) -> dict[str, Any]:
        """What becomes of seats and of cut-offs without a test, as plain numbers; no count of persons who move."""
        region = self.places[self.places["by"] == REGION].iloc[0]
        seats = {
            f"{name}{end}": int(region[f"{name}{end}"])
            for name in ("seats", "admitted", "free_seats", "competitive")
            for end in ("", "_previous")
        }
        ordinary = self.paths[self.paths["scale"] == ORDINARY]
        change = (ordinary["cutoff"] - ordinary["cutoff_previous"]).dropna().astype("float64")
        return {
            **seats,
            "cutoffs_compared": len(change),
            "cutoffs_higher": int((change > 0).sum()),
            "cutoffs_lower": int((change < 0).sum()),
            "cutoff_change_mean": float(change.mean()) if len(change) else None,
        }

    def sentences(self, language: Language = "sv") -> tuple[str, ...]:
        """What becomes of cut-offs and seats, in sentences; what becomes of persons is told from released counts."""
        return of_paths(self.summary(), language)

    def describe(self, language: Language = "sv") -> str:
        """The sentences as one paragraph."""
        return " ".join(self.sentences(language))

    def __repr__(self) -> str:
        return f"Comparison({self.scenario!r}, {self.intake_year} {self.round}, {len(self.paths)} study paths)"


ACROSS = ((("seated", "unseated"), ("seated_previous", "newly_seated")),)
"""Columns of `Comparison.table` that add up to the same: who has a seat, and who had one, or has lost or gained it."""
RESTS = (
    *(((name,), "applicants") for name in (*SEATED, "first_choice", "first_choice_previous")),
    (("first_choice",), "seated"),
    (("first_choice_previous",), "seated_previous"),
    (("newly_seated", "unseated", "better", "worse"), "applicants"),
)
"""Parts whose rest counts persons too: without a seat, without the first choice or by another one, unchanged."""


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
    groups = _groups_of(base, register).iloc[both["row_previous"].to_numpy()].reset_index(drop=True)
    moved = _moves(both, other, register, other_register)
    persons = groups.assign(
        **{name: moved == number for number, name in enumerate(WAYS, 1)},
        **{f"seated{end}": both[f"seat{end}"] != NONE for end in ("", "_previous")},
        **{f"first_choice{end}": both[f"met{end}"] for end in ("", "_previous")},
    )
    paths = path_table(base, other, register, other_register)
    return Comparison(
        scenario=scenario,
        intake_year=base.market.intake_year,
        round=base.market.round,
        made_up=register.made_up,
        table=_counted(persons),
        places=place_table(paths),
        paths=paths,
        gone=len(before) - len(both),
        new=len(after) - len(both),
        schools=groups[list(_PLACES)].drop_duplicates(ignore_index=True),
    )


def _holders(match: Match, register: Register) -> pd.DataFrame:
    """A row per applicant: pseudonym, row in the market, seat, and whether the first choice was met."""
    market = match.market
    return pd.DataFrame(
        {
            "applicant": register.pupils["applicant"].to_numpy()[market.pupil],
            "row": np.arange(len(market.pupil)),
            "seat": match.assignment.seat,
            "met": (match.assignment.seat != NONE) & (match.assignment.rank == _first(match)),
        }
    )


def _first(match: Match) -> NDArray[np.int64]:
    return np.asarray((match.market.choices != NONE).argmax(axis=1))


def _groups_of(match: Match, register: Register) -> pd.DataFrame:
    """The groups that each applicant (n rows) belongs to: home, band of merit, and where the first choice lies."""
    market, first = match.market, _first(match)
    path = market.choices[np.arange(len(first)), first]
    school = register.study_paths["school"].to_numpy()[path]
    grades = grades_of(register, market.round, market.pupil)[0]
    starts = np.array(rule("what_if", "merit_bands", register.intake_year), np.int64)
    band = np.searchsorted(starts * HUNDREDTHS, merit(grades, register.intake_year).hundredths, side="right") - 1
    return pd.DataFrame(
        {
            REGION: "",
            "home_municipality": register.pupils["home_municipality"].to_numpy()[market.pupil],
            "merit_band": starts[band],
            "municipality": register.schools["municipality"].to_numpy()[school],
            SCHOOL: school_labels(register).to_numpy()[school],
            "provider_form": register.schools["provider_form"].to_numpy()[school],
        }
    )


def _moves(both: pd.DataFrame, other: Match, register: Register, other_register: Register) -> NDArray[np.int64]:
    """1 + place in WAYS for each applicant in both rounds, 0 where the outcome is the same."""
    now = pd.Index(other_register.study_paths["path_id"]).get_indexer(register.study_paths["path_id"])
    had, has = both["seat_previous"].to_numpy(), both["seat"].to_numpy()
    row = both["row"].to_numpy()
    at = (other.market.choices[row] == now[had][:, None]) & (had != NONE)[:, None] & (now[had] != NONE)[:, None]
    old_rank = np.where(at.any(axis=1), at.argmax(axis=1), NONE)
    rank, seated = other.assignment.rank[row], (had != NONE) & (has != NONE)
    cases = {
        "better": seated & (old_rank != NONE) & (rank < old_rank),
        "worse": seated & ((old_rank == NONE) | (rank > old_rank)),
        "newly_seated": (had == NONE) & (has != NONE),
        "unseated": (had != NONE) & (has == NONE),
    }
    return np.select([cases[name] for name in WAYS], list(range(1, len(WAYS) + 1)), 0)


def _counted(persons: pd.DataFrame) -> pd.DataFrame:
    counted = persons.assign(applicants=True)
    parts = []
    for by in BY:
        sums = counted.groupby(by, sort=True)[list(COUNTS)].sum().reset_index()
        parts.append(sums.rename(columns={by: "group"}).assign(by=by))
    whole = pd.concat(parts, ignore_index=True)
    whole["group"] = whole["group"].astype("str")
    return whole[["by", "group", *COUNTS]].astype(dict.fromkeys(COUNTS, "int64"))
