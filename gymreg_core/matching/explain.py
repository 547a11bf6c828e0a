"""Why one applicant got the seat that was got, and none of the others: choice by choice.

For the officer who answers the applicant, inside the store. An explanation is about one person: it is no `Released`
table, can become none, and stands in no report.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gymreg_core.contracts.register import Register
from gymreg_core.errors import BadParameters
from gymreg_core.matching.build_market import MarketOptions
from gymreg_core.matching.eligibility import Missing, door_of
from gymreg_core.matching.explain_words import sentence
from gymreg_core.matching.explained import ADMITTED, LAPSED, NOT_ELIGIBLE_HERE, RESERVE, ExplainedChoice
from gymreg_core.matching.kernel import NONE, NOT_ELIGIBLE
from gymreg_core.matching.market import Match
from gymreg_core.matching.merit import HUNDREDTHS
from gymreg_core.matching.standing import FIRST_HAND, ON_TIME, Standing, standing_of
from gymreg_core.matching.tiers import LOTTERY
from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import Language

HELD = "held"


@dataclass(frozen=True, eq=False, repr=False)
class Explanation:
    """The choices of one applicant in a round, in the order of the list.

    It holds no identity and no pseudonym, and yet is about one person: not for release.
    """

    intake_year: int
    round: str
    choices: tuple[ExplainedChoice, ...]

    @property
    def seat(self) -> ExplainedChoice | None:
        """The choice that the applicant was admitted to."""
        return next((choice for choice in self.choices if choice.outcome == ADMITTED), None)

    def describe(self, language: Language = "sv") -> str:
        """A line per choice, in plain sentences."""
        return "\n".join(sentence(choice, language) for choice in self.choices)

    def __repr__(self) -> str:
        return f"Explanation({self.intake_year} {self.round}, {len(self.choices)} choices)"


def explain(
    match: Match, register: Register, applicant: str | int, options: MarketOptions | None = None
) -> Explanation:
    """Why an applicant was admitted where, of a round solved by deferred acceptance.

    register, options : what the match was made from. applicant : pseudonym, or row of the register's pupils.
    Errors: BadParameters where the applicant has no list in the round, or the match was made otherwise.
    """
    market = match.market
    rows = np.flatnonzero(market.pupil == _pupil(register, applicant))
    if not len(rows):
        raise BadParameters("this applicant has no list in the round", where="applicant")
    i = int(rows[0])
    rivals = [_rivals(match, int(path)) for path in market.choices[i]]
    concerned = sorted({i, *(at[0] for pair in rivals for at in pair if at)})
    here = standing_of(register, market.round, options or MarketOptions(), market.pupil[concerned])
    case = _Case(match, register, here, {row: place for place, row in enumerate(concerned)}, i)
    _require_the_same(case)
    listed = np.flatnonzero(here.lists.choices[case.own] != NONE)
    choices = [_explained(case, int(c), rivals[c]) for c in listed]
    return Explanation(market.intake_year, market.round, tuple(choices))


At = tuple[int, int]
"""Row and column of a choice in the market."""


@dataclass(frozen=True, eq=False)
class _Case:
    """The applicant in row `i` of the market. `here` : standing of all concerned; `place` : their rows in it."""

    match: Match
    register: Register
    here: Standing
    place: dict[int, int]
    i: int

    @property
    def own(self) -> int:
        return self.place[self.i]


def _pupil(register: Register, applicant: str | int) -> int:
    if not isinstance(applicant, str):
        return int(applicant)
    rows = np.flatnonzero(register.pupils["applicant"].eq(applicant).to_numpy())
    return int(rows[0]) if len(rows) else NONE


def _rivals(match: Match, path: int) -> tuple[At | None, At | None]:
    """The last one admitted to a full path by the open order, and the first one in reserve for it."""
    if path == NONE:
        return None, None
    found = match.assignment
    row, column = np.nonzero((match.market.choices == path) & match.market.eligible)
    key, rank = match.keys[row, column], found.rank[row]
    last = (rank == column) & (match.pool[row] == NONE) & (key == found.cutoff_key[path])
    waiting = np.flatnonzero((rank == NONE) | (column < rank))
    first = waiting[[key[waiting].argmax()]] if len(waiting) else waiting
    at = [(int(row[e[0]]), int(column[e[0]])) if len(e) else None for e in (np.flatnonzero(last), first)]
    return at[0], at[1]


def _require_the_same(case: _Case) -> None:
    market, points = case.match.market, case.here.points[case.own]
    columns = np.flatnonzero(market.eligible[case.i])
    if columns.max(initial=-1) >= len(points) or (market.points[case.i, columns] != points[columns]).any():
        raise BadParameters(
            "the match was not made from this register with these options",
            where="explain",
            remedy="Give the register and the options that the market was built with.",
        )


def _explained(case: _Case, c: int, rivals: tuple[At | None, At | None]) -> ExplainedChoice:
    market, found, here, own = case.match.market, case.match.assignment, case.here, case.own
    path = int(here.lists.choices[own, c])
    about = case.register.study_paths.iloc[path]
    outcome, hurdles = _outcome(case, c), _hurdles(case, c, path)
    points, merit, test = _points(case, c, str(about["scale"]))
    cutoff = _points_of(case, rivals[0]) if here.eligible[own, c] else None
    quota, by_quota = _quota(case, path)
    by_order = bool(market.eligible[case.i, c]) and case.match.keys[case.i, c] >= found.cutoff_key[path]
    in_quota = outcome == ADMITTED and case.match.pool[case.i] != NONE
    rival = {ADMITTED: None if in_quota else rivals[1], RESERVE: rivals[0]}.get(outcome)
    return ExplainedChoice(
        place=int(here.lists.rank[own, c]),
        path_id=str(about["path_id"]),
        study_path=str(about["study_path_name"]),
        school=str(case.register.schools["school"].iloc[int(about["school"])]),
        outcome=outcome,
        hurdles=hurdles,
        missing=_missing(case, path),
        first_hand=bool(here.fields[FIRST_HAND][own, c]),
        on_time=bool(here.fields[ON_TIME][own, c]),
        points=points,
        merit=merit,
        test=test,
        seats=int(market.capacity[path]),
        admitted=int(found.admitted[path]),
        seats_left=bool(found.cutoff_key[path] == NOT_ELIGIBLE),
        cutoff=cutoff,
        distance=None if cutoff is None or points is None else round(points - cutoff, 2),
        reached=bool(by_order or by_quota),
        decided_by=_decided(case, c, path, rival) if rival else "",
        quota=quota,
        in_quota=bool(in_quota),
    )


def _outcome(case: _Case, c: int) -> str:
    market, rank = case.match.market, case.match.assignment.rank[case.i]
    if not case.here.eligible[case.own, c]:
        return NOT_ELIGIBLE_HERE
    if not market.eligible[case.i, c] or (rank != NONE and c > rank):
        return LAPSED
    return ADMITTED if c == rank else RESERVE


def _hurdles(case: _Case, c: int, path: int) -> tuple[str, ...]:
    """The names of what keeps the choice out, with what is meant by `schooling` and `passes`."""
    pupil = case.match.market.pupil[case.i]
    meant = {
        "schooling": "completed" if case.register.pupils["completed_national"].iloc[pupil] else "not_completed",
        "passes": "passes" if _missing(case, path).passes else "has_passes",
    }
    return tuple(meant.get(name, name) for name, out in case.here.hurdles.items() if out[case.own, c])


def _missing(case: _Case, path: int) -> Missing:
    code = str(case.register.study_paths["study_path_code"].iloc[path])
    return case.here.who.missing(case.own, door_of(code, case.register.intake_year).requirement)


def _points(case: _Case, c: int, scale: str) -> tuple[float | None, float | None, float | None]:
    """What competes, and the merit value and the weighted test that it is made of."""
    here, own = case.here, case.own
    if not here.eligible[own, c]:
        return None, None, None
    counts = rule("admission", "scale_counts", case.register.intake_year)[scale]
    whole, merit = here.points[own, c] / HUNDREDTHS, here.merits.hundredths[own] / HUNDREDTHS
    base = merit if counts["merit"] else 0.0
    tested = counts["test_weight"] and not np.isnan(here.tests[own, c])
    return float(whole), float(merit) if counts["merit"] else None, float(whole - base) if tested else None


def _points_of(case: _Case, at: At | None) -> float | None:
    return None if at is None else int(case.here.points[case.place[at[0]], at[1]]) / HUNDREDTHS


def _quota(case: _Case, path: int) -> tuple[str, bool]:
    """The kind of the first of the path's quotas that the applicant was considered in, and whether one was reached."""
    pools, cutoff = case.match.market.pools, case.match.pool_cutoff_key
    mine = np.flatnonzero((pools.applicant == case.i) & (pools.path[pools.pool] == path))
    reached = [e for e in mine if pools.key[e] >= cutoff[pools.pool[e]]]
    named = reached or list(mine)
    return str(pools.kind[pools.pool[named[0]]]) if named else "", bool(reached)


def _decided(case: _Case, c: int, path: int, rival: At) -> str:
    """What told the choice from its rival: the first field in which they differ, else the lottery."""
    market, mine, theirs = case.match.market, (case.own, c), (case.place[rival[0]], rival[1])
    ahead = case.match.keys[case.i, c] > case.match.keys[rival]
    for name, key in _fields(case, path):
        own, other = int(case.here.fields[name][mine]), int(case.here.fields[name][theirs])
        if own != other:
            return key if (own > other) == ahead else HELD
    return LOTTERY if market.order[case.i, c] == market.order[rival] else HELD


def _fields(case: _Case, path: int) -> list[tuple[str, str]]:
    """The fields that order a path, and what each is called there: a key of its tie-break for the last ones."""
    policy, names = case.here.policies[path], list(case.here.fields)
    before = len(names) - max(len(p) - 1 for p in case.here.policies)
    return [*((n, n) for n in names[:before]), *zip(names[before:], policy[:-1], strict=False)]
