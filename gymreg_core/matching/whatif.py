"""What if: a scenario on a register, matched and compared with today, and how much of it is chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gymreg_core.contracts.register import APPLICATION_ROUNDS, Register
from gymreg_core.errors import BadParameters, NotCertified
from gymreg_core.matching.apply_scenario import apply_scenario
from gymreg_core.matching.build_market import build_market
from gymreg_core.matching.certificate import Certificate, certify
from gymreg_core.matching.compare import Comparison, compare
from gymreg_core.matching.market import Match
from gymreg_core.matching.options import MarketOptions
from gymreg_core.matching.pieces import Progress
from gymreg_core.matching.scenarios import Scenario, load_scenario, make_scenario
from gymreg_core.matching.solve import solve
from gymreg_core.matching.ties import SEEDS
from gymreg_core.matching.uncertainty import Uncertainty, uncertainty
from gymreg_core.matching.whatif_words import of_runs, phrase, runs_head
from gymreg_core.vocabulary.programmes import Language

__all__ = ["Comparison", "Scenario", "Uncertainty", "WhatIf", "load_scenario", "make_scenario", "what_if"]


@dataclass(frozen=True, eq=False)
class WhatIf:
    """A scenario's round beside today's.

    uncertainty : of both rounds and of their difference, None without re-runs. certificates : of today's match and of
    the scenario's; both hold.
    """

    scenario: Scenario
    seed: int
    comparison: Comparison
    uncertainty: Uncertainty | None
    certificates: tuple[Certificate, Certificate]

    def sentences(self, language: Language = "sv") -> tuple[str, ...]:
        """Cut-offs, seats and intervals in whole sentences; who moves is told from released counts (`reporting`)."""
        told = list(self.comparison.sentences(language))
        if self.scenario.grade_scale is not None:
            told.append(phrase()("other_scale", language))
        if self.uncertainty is not None:
            summary = self.uncertainty.summary()
            told.append(runs_head(summary, language))
            for series in ("today", "scenario", "change"):
                told += of_runs(summary, series, language)
        return (*told, phrase()("certified", language))

    def describe(self, language: Language = "sv") -> str:
        """The sentences as one paragraph."""
        return " ".join(self.sentences(language))


def what_if(
    register: Register,
    scenario: Scenario | Mapping[str, Any] | Path,
    round_: str = "final",
    *,
    seed: int = 0,
    runs: int = 0,
    jobs: int | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> WhatIf:
    """What a scenario would change in a round, everything else as it is.

    scenario : checked, as a mapping, or a YAML file (matching/scenarios.py says what it may ask for).
    round_ : preliminary or final. seed : of the lottery, the same today and in the scenario, and of the re-runs.
    runs : re-runs with new lots and resampled applicants, from which the intervals come; 0 for none.
    jobs, cluster, progress : how the re-runs are done, see `runs.re_run`; the numbers are the same.
    Nobody changes their list because of a scenario, but where a new path is put on it.
    Errors: BadParameters for a scenario that cannot be, with every fault; NotCertified where a match breaks a rule that
    it has to keep; as `build_market` and `solve`.
    """
    if isinstance(scenario, Path):
        scenario = load_scenario(scenario)
    elif not isinstance(scenario, Scenario):
        scenario = make_scenario(scenario)
    if round_ not in APPLICATION_ROUNDS:
        raise BadParameters(
            f"no scenario can be tried on a round {round_!r}",
            where="round",
            remedy=f"One of: {', '.join(APPLICATION_ROUNDS)}.",
        )
    if not 0 <= seed < SEEDS or runs < 0:
        raise BadParameters(
            f"seed {seed}, {runs} re-runs", where="what if", why=f"Both are 0 or more, the seed below {SEEDS}."
        )
    other_register, options = apply_scenario(register, scenario, seed)
    today = build_market(register, round_, MarketOptions(seed=seed))
    then = build_market(other_register, round_, options)
    matches = solve(today), solve(then)
    certificates = _certified(matches[0]), _certified(matches[1])
    comparison = compare(*matches, register, other_register, scenario=scenario.name)
    intervals = None
    if runs:
        intervals = uncertainty(
            (register, today),
            (other_register, then),
            runs=runs,
            seed=seed,
            jobs=jobs,
            cluster=cluster,
            progress=progress,
        )
    return WhatIf(scenario, seed, comparison, intervals, certificates)


def _certified(match: Match) -> Certificate:
    found = certify(match)
    if not found.passed:
        raise NotCertified(
            "a match does not hold what a match has to hold",
            where=f"{match.market.intake_year} {match.market.round}",
            why=found.describe("en"),
            remedy="This is an error in the program, not in the scenario. Please report the names of the checks.",
        )
    return found
