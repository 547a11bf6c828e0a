"""The certificate of a match: every rule looked at anew, by code that shares nothing with the solver."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.matching import certificate_checks as checks
from gymreg_core.matching import certificate_solvers as solvers
from gymreg_core.matching.certificate_figures import figures
from gymreg_core.matching.certificate_view import Seen, seen
from gymreg_core.matching.certificate_words import phrase, sentences
from gymreg_core.matching.kernel import NONE, NOT_ELIGIBLE
from gymreg_core.matching.market import Market, Match
from gymreg_core.matching.mechanisms import serial_dictatorship, top_trading_cycles
from gymreg_core.matching.solve import solve
from gymreg_core.vocabulary.programmes import Language

COLUMNS = ("check", "status", "violations", "examined")
STATUSES = ("passed", "failed", "not_applicable")


@dataclass(frozen=True, eq=False)
class Certificate:
    """What was found in one match.

    table : a row per check. check (name), status (passed | failed | not_applicable), violations and examined (counts).
    figures : plain numbers of the region, see `certificate_figures.figures`; counts of persons, to be shown they go
        through disclosure. seed : of the lottery.
    """

    intake_year: int
    round: str
    seed: int
    table: pd.DataFrame
    figures: Mapping[str, Any]

    @property
    def passed(self) -> bool:
        """Whether no check failed."""
        return not self.table["status"].eq("failed").any()

    def summary(self) -> dict[str, Any]:
        """How many checks passed, failed (and which), did not apply; and the figures."""
        counts = {status: int(self.table["status"].eq(status).sum()) for status in STATUSES}
        failed = self.table.loc[self.table["status"].eq("failed"), "check"].tolist()
        return {**counts, "failed_checks": failed, **self.figures}

    def sentences(self, language: Language = "sv") -> tuple[str, ...]:
        """The findings in whole sentences, most important first; small counts of persons are told as fewer than."""
        return sentences(self.summary(), language)

    def describe(self, language: Language = "sv") -> str:
        """The sentences as one paragraph."""
        return " ".join(self.sentences(language))

    def labelled(self, language: Language = "sv") -> pd.DataFrame:
        """The table for readers: name of the check, what it says, its outcome in words, violations, examined."""
        p = phrase()
        rows = [
            (p(f"checks.{c}.name", language), p(f"checks.{c}.says", language), p(f"status.{s}", language), v, e)
            for c, s, v, e in self.table[list(COLUMNS)].itertuples(index=False)
        ]
        return pd.DataFrame(rows, columns=[p(f"columns.{name}", language) for name in ("check", "says", *COLUMNS[1:])])

    def to_dict(self) -> dict[str, Any]:
        """The certificate as JSON values; `from_dict` is the way back."""
        return {
            "intake_year": self.intake_year,
            "round": self.round,
            "seed": self.seed,
            "passed": self.passed,
            "checks": self.table.to_dict("records"),
            "figures": dict(self.figures),
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Certificate:
        """A certificate from what `to_dict` gave."""
        table = _table([tuple(row[name] for name in COLUMNS) for row in record["checks"]])
        return cls(record["intake_year"], record["round"], record["seed"], table, dict(record["figures"]))

    def _repr_html_(self, language: Language = "sv") -> str:
        said = html.escape(self.describe(language))
        return f"<p>{said}</p>{self.labelled(language).to_html(index=False, border=0)}"

    def __repr__(self) -> str:
        return f"Certificate({self.intake_year} {self.round}, {'passed' if self.passed else 'failed'})"


Solver = Callable[[Market], Match]


def certify(match: Match, solver: Solver = solve) -> Certificate:
    """Look at a match made by deferred acceptance: rules, cut-offs, other solvers, and the same solver again.

    solver : what made the match, run again on the same market and on the market with its rows in another order.
    """
    view = seen(match)
    found = {
        "one_seat": checks.one_seat(view),
        "eligibility": checks.eligibility(view),
        "priorities": checks.priorities(view),
        "capacity": checks.capacity(view),
        "no_wasted_seat": checks.no_wasted_seat(view),
        "no_justified_envy": checks.no_justified_envy(view),
        "quota_rules": checks.quota_rules(view),
        "cutoffs": checks.cutoffs(view),
        "second_solver": _second_solver(view),
        "applicant_optimal": _applicant_optimal(view),
        "four_mechanisms": _four_mechanisms(view),
        "determinism": _same(match, solver(match.market)),
        "row_order": _same(match, _in_another_order(match.market, solver)),
    }
    rows = [(name, _status(count), *(count or (0, 0))) for name, count in found.items()]
    market = match.market
    return Certificate(market.intake_year, market.round, market.seed, _table(rows), figures(view))


def _status(count: checks.Count) -> str:
    if count is None:
        return "not_applicable"
    return "failed" if count[0] else "passed"


def _table(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.astype({"check": "str", "status": "str", "violations": "int64", "examined": "int64"})


def _second_solver(view: Seen) -> checks.Count:
    """Deferred acceptance written apart puts everyone in the same place."""
    column, label = solvers.in_rounds(view.claims)
    return int(((column != view.rank) | (label != view.match.pool)).sum()), view.claims.n


def _applicant_optimal(view: Seen) -> checks.Count:
    """From the paths' side the same applicants stay without a seat, and nobody gets a higher choice."""
    other = solvers.from_paths(view.claims)
    seated, seated_there = view.rank != NONE, other != NONE
    worse = (seated != seated_there) | (seated & (view.rank > other))
    return int(worse.sum()), view.claims.n


def _four_mechanisms(view: Seen) -> checks.Count:
    """Where all paths rank by one common list: picking in order, trading cycles and the paths' side give the same."""
    market, keys = view.match.market, view.match.keys
    common = keys.max(axis=1, initial=NOT_ELIGIBLE)
    one_list = (view.claims.key == common[view.claims.row])[view.claims.may].all()
    listed = np.sort(common[common != NOT_ELIGIBLE])
    if len(market.pools.path) or not one_list or (listed[1:] == listed[:-1]).any():
        return None
    there = np.where(market.choices == NONE, NOT_ELIGIBLE, keys)
    ranks = [one(market.choices, there, market.capacity).rank for one in (serial_dictatorship, top_trading_cycles)]
    different = np.logical_or.reduce([rank != view.rank for rank in (*ranks, solvers.from_paths(view.claims))])
    return int(different.sum()), view.claims.n


def _same(match: Match, again: Match) -> checks.Count:
    """Whether the two put everyone in the same place, at the same cut-offs."""
    persons = (
        (match.assignment.seat != again.assignment.seat)
        | (match.assignment.rank != again.assignment.rank)
        | (match.pool != again.pool)
    )
    paths = (match.assignment.cutoff_key != again.assignment.cutoff_key) | (
        match.assignment.admitted != again.assignment.admitted
    )
    pools = match.pool_cutoff_key != again.pool_cutoff_key
    return int(persons.sum() + paths.sum() + pools.sum()), len(persons) + len(paths) + len(pools)


def _in_another_order(market: Market, solver: Solver) -> Match:
    """The market solved with its applicants and paths in another order, and put back."""
    n, m = len(market.choices), len(market.capacity)
    rng = np.random.default_rng(market.seed)
    rows, paths = rng.permutation(n), rng.permutation(m)
    to_row, to_path = np.argsort(rows), np.append(np.argsort(paths), NONE).astype(np.int32)
    pools = replace(
        market.pools,
        path=to_path[market.pools.path],
        applicant=to_row[market.pools.applicant].astype(np.int32),
    )
    moved = replace(
        market,
        pupil=market.pupil[rows],
        path=market.path[paths],
        choices=to_path[market.choices[rows]],
        eligible=market.eligible[rows],
        points=market.points[rows],
        order=market.order[rows],
        lottery=market.lottery[rows],
        rank_breaks_ties=market.rank_breaks_ties[paths],
        capacity=market.capacity[paths],
        pools=pools,
    )
    found = solver(moved)
    a = found.assignment
    back = np.append(paths, NONE).astype(np.int32)
    assignment = replace(
        a,
        seat=back[a.seat[to_row]],
        rank=a.rank[to_row],
        cutoff_key=a.cutoff_key[to_path[:-1]],
        admitted=a.admitted[to_path[:-1]],
    )
    return replace(found, market=market, keys=found.keys[to_row], assignment=assignment, pool=found.pool[to_row])
