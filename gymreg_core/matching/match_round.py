"""One round of a stored register: matched, certified, stored, and ready to be published as the office does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gymreg_core.contracts.register import Register
from gymreg_core.contracts.rounds import ROUNDS
from gymreg_core.errors import BadParameters, NotCertified
from gymreg_core.matching.result_file import FILE_NAMES, ResultFile, not_published, result_file
from gymreg_core.rules import rules_read
from gymreg_core.store.fingerprint import code_fingerprint, fingerprint
from gymreg_core.store.intake import reading_code
from gymreg_core.store.matches import keep_match, kept_match, put_match
from gymreg_core.store.registers import stored_register
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.programmes import Language

if TYPE_CHECKING:
    from gymreg_core.matching.certificate import Certificate
    from gymreg_core.matching.market import Match

RESERVE_ROUNDS = ("reserve_1", "reserve_2")
MATCH_ROUNDS = (*ROUNDS, *RESERVE_ROUNDS)
_LIBRARIES = ("numba", "xlsxwriter")
_TOTALS = {"seats": "seats", "admitted": "admitted", "free_seats": "free seats", "reserves": "reserve entries"}


@dataclass(frozen=True, eq=False, repr=False)
class MatchedRound:
    """What a match says to the outside: figures per study path and the certificate; its person rows are in the store.

    table : results (contracts/results.py), a row per study path, in the register's order. result_file : how the office
    would publish them; None for the reserve rounds, which it does not publish. computed : False where the match was in
    the workspace already. key : what it is stored under. rules : the status (published, derived, assumption) of every
    rule that the match asked for, by ``file.key``.
    """

    key: str
    intake_year: int
    round: str
    seed: int
    made_up: bool
    computed: bool
    table: pd.DataFrame
    certificate: Certificate
    rules: Mapping[str, str]
    result_file: ResultFile | None

    def require_passed(self) -> MatchedRound:
        """The same where the certificate holds. Errors: NotCertified, which names the checks that failed."""
        if not self.certificate.passed:
            raise NotCertified(
                "the match does not hold what a match has to hold; nothing was stored or written",
                where=f"{self.intake_year} {self.round}",
                why=self.certificate.describe("en"),
                remedy="This is an error in the program, not in the data. Please report the names of the checks.",
            )
        return self

    def summary(self) -> dict[str, int]:
        """Totals of the region: study paths, seats, admitted, free seats, reserve entries."""
        return {"study_paths": len(self.table), **{name: int(self.table[name].sum()) for name in _TOTALS}}

    def told(self) -> list[str]:
        """Lines for a terminal: the totals, and what the certificate says."""
        total = {name: number(count, "en") for name, count in self.summary().items()}
        counted = [f"{total[name]} {word}" for name, word in _TOTALS.items()]
        head = f"Intake {self.intake_year}, {self.round} round: {total['study_paths']} study paths"
        return [f"{head}, {', '.join(counted)}.", *self.certificate.sentences("en")]

    def describe(self, language: Language = "sv") -> str:
        """What the certificate says, in sentences."""
        return self.certificate.describe(language)

    def to_dict(self) -> dict[str, Any]:
        """All of it but the study paths, as JSON can hold it."""
        file = self.result_file
        return {
            "intake_year": self.intake_year,
            "round": self.round,
            "seed": self.seed,
            "made_up": self.made_up,
            "key": self.key,
            "computed": self.computed,
            **self.summary(),
            "certificate": self.certificate.to_dict(),
            "rules": dict(self.rules),
            "result_file": {"name": file.name, "sha256": file.sha256} if file else None,
        }

    def __repr__(self) -> str:
        return f"MatchedRound({self.intake_year} {self.round}, {len(self.table)} study paths)"


def match_round(workspace: Path, year: int, round_: str, *, seed: int = 0, publish: bool = False) -> MatchedRound:
    """Match a round of the register stored for an intake year, certify it and store it; a match that is there is not
    computed again.

    round_ : preliminary, final, reserve_1 or reserve_2 (each reserve round follows from the ones before).
    seed : of the lottery that breaks ties.
    publish : the result file is to be written, so the match is kept for good; a round that has none is refused before
    anything is computed.
    What fails its certificate is not stored: see `MatchedRound.require_passed`.
    Errors: BadParameters for an unknown round or a seed below 0; BadInput where there is no register of the year,
    nobody applied in the round, or the register is no market; as `put_match` where the workspace cannot be written.
    """
    if round_ not in MATCH_ROUNDS:
        raise BadParameters(
            f"there is no round {round_!r}", where="round", remedy=f"One of: {', '.join(MATCH_ROUNDS)}."
        )
    if publish and round_ not in FILE_NAMES:
        raise not_published(round_)
    if seed < 0:
        raise BadParameters("a seed is 0 or more", where="seed", remedy="Name a whole number from 0 upwards.")
    stored = stored_register(workspace, year)
    key = fingerprint("match", stored.key, round_, seed, matching_code())
    found = _kept(workspace, year, round_, key)
    done = found or _computed(workspace, stored.register, stored.key, round_, seed, key)
    if publish and done.certificate.passed:
        keep_match(workspace, year, round_, key)
    return done


def matching_code() -> str:
    """Fingerprint of all that decides a match of a given register: our code, words and rules, and the libraries."""
    own = code_fingerprint(["gymreg_core.matching"])
    return fingerprint(own, reading_code(), {name: version(name) for name in _LIBRARIES})


def _kept(workspace: Path, year: int, round_: str, key: str) -> MatchedRound | None:
    from gymreg_core.matching.certificate import Certificate

    kept = kept_match(workspace, year, round_, key)
    if kept is None:
        return None
    about, table = kept.about, kept.tables["study_paths"]
    return MatchedRound(
        key=key,
        intake_year=year,
        round=round_,
        seed=int(about["seed"]),
        made_up=bool(about["made_up"]),
        computed=False,
        table=table,
        certificate=Certificate.from_dict(about["certificate"]),
        rules=dict(about["rules"]),
        result_file=_file(table, round_, made_up=bool(about["made_up"])),
    )


def _computed(workspace: Path, register: Register, register_key: str, round_: str, seed: int, key: str) -> MatchedRound:
    from gymreg_core.matching.certificate import certify
    from gymreg_core.matching.outcome import outcome
    from gymreg_core.matching.year import reserve_list

    with rules_read() as read:
        match = _solved(register, round_, seed)
    table = outcome(match, register)
    done = MatchedRound(
        key=key,
        intake_year=register.intake_year,
        round=round_,
        seed=seed,
        made_up=register.made_up,
        computed=True,
        table=table,
        certificate=certify(match),
        rules=dict(sorted(read.items())),
        result_file=_file(table, round_, made_up=register.made_up),
    )
    if done.certificate.passed:
        tables = {"seats": _seats(match), "study_paths": table, "reserves": reserve_list(match)}
        told = {name: value for name, value in done.to_dict().items() if name not in ("key", "computed")}
        put_match(workspace, key, tables, {**told, "register": register_key})
    return done


def _solved(register: Register, round_: str, seed: int) -> Match:
    from gymreg_core.matching.build_market import MarketOptions, build_market
    from gymreg_core.matching.solve import solve
    from gymreg_core.matching.year import run_year

    options = MarketOptions(seed=seed)
    if round_ in ROUNDS:
        return solve(build_market(register, round_, options))
    matches = run_year(register, options).matches
    if round_ not in matches:
        raise BadParameters(
            f"there is no round {round_} without a final admission",
            where="round",
            remedy="Ingest a register with the applications of the final round.",
        )
    return matches[round_]


def _seats(match: Match) -> pd.DataFrame:
    """Person rows, for the store: pupil, path (rows of the register, -1: no seat), rank (0: none), pool, points."""
    from gymreg_core.matching.outcome import points_at_seat

    found = match.assignment
    return pd.DataFrame(
        {
            "pupil": match.market.pupil,
            "path": found.seat,
            "rank": (found.rank + 1).astype(np.int16),
            "pool": match.pool,
            "points": points_at_seat(match),
        }
    )


def _file(table: pd.DataFrame, round_: str, *, made_up: bool) -> ResultFile | None:
    return result_file(table, made_up=made_up) if round_ in FILE_NAMES else None
