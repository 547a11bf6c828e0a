"""What of seats and demand may be shown: supply, choices met, travel and the value of a seat as released tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from gymreg_core.disclosure import (
    About,
    Released,
    Ties,
    release_counts,
    release_published,
    release_rounded,
    require_released,
)
from gymreg_core.errors import DisclosureRefused
from gymreg_core.planning.balance import Balance
from gymreg_core.planning.choices_met import COUNTS, RESTS, WHERE, ChoicesMet
from gymreg_core.planning.groups import COORDINATES, sums_of
from gymreg_core.planning.seat_value import LESS, MORE, SeatValues
from gymreg_core.planning.strategic import Strategic
from gymreg_core.provenance import Provenance
from gymreg_core.rules import rule

_SAME = 1e-9
"""How far apart two shares may lie that are the same but for rounding in the computer."""
CHOICES, TRAVEL, VALUES = "planning.choices", "planning.travel", "planning.seat_values"
_SHARES = {
    "first_choice_share": ("first_choice", "applicants"),
    "programme_share": ("programme_met", "applicants"),
    "seated_share": ("seated", "applicants"),
    "waiting_share": ("waiting", "applicants"),
    "local_share": ("local", "seated"),
    "near_share": ("near", "seated"),
}


@dataclass(frozen=True, eq=False)
class ReleasedChoices:
    """Choices met: groups by one coordinate (small counts left out) and crossed ones of some size (rounded), both with
    shares; travel."""

    groups: Released
    crossed: Released
    travel: Released


@dataclass(frozen=True, eq=False)
class ReleasedValues:
    """The value of a seat, rounded: groups of some size, with gained_per_seat and lost_per_seat; study paths."""

    groups: Released
    paths: Released


def release_balance(found: Balance, provenance: Provenance) -> tuple[Released, Released]:
    """`Balance.table` and `Balance.paths`.

    The figures are those that the office publishes for every study path; where they come from a match, seats, admitted,
    reserves and free seats are let out as in its result file. Errors: DisclosureRefused as `release_published`.
    """
    let_out = _let_out(provenance)
    return let_out(found.table, provenance), let_out(found.paths.drop(columns="study_path_code"), provenance)


def release_choices(found: ChoicesMet, provenance: Provenance) -> ReleasedChoices:
    """What became of choices, and travel (rounded), with the shares of what is shown."""
    about = About(CHOICES, {"year": found.intake_year, "round": found.round})
    table = found.table[[*WHERE, *COUNTS]]
    several = (table[list(WHERE)] != "").sum(axis=1).gt(1)
    alone = table[~several].reset_index(drop=True)
    crossed = table[several & table["applicants"].ge(rule("balance", "least_applicants"))].reset_index(drop=True)
    ties = Ties(sums=sums_of(alone, WHERE), rests=RESTS)
    return ReleasedChoices(
        _with_shares(release_counts(alone, provenance, ties=ties, about=about)),
        _with_shares(release_rounded(crossed, provenance, about=about)),
        release_rounded(found.travel, provenance, about=About(TRAVEL, about.of)),
    )


def release_values(found: SeatValues, provenance: Provenance) -> ReleasedValues:
    """The value of a seat more and of a seat less, each count rounded by itself.

    A study path moves so few that most of them would have to be left out, and with them the groups that they add up to.
    """
    about = About(VALUES, {"year": found.intake_year, "round": found.round})
    figures = ["study_paths", "seats", *MORE, *LESS]
    large = found.table["study_paths"] >= rule("balance", "least_paths")
    groups = release_rounded(found.table.loc[large, [*COORDINATES, *figures]], provenance, about=about)
    for name in ("gained", "lost"):
        groups = groups.with_share(f"{name}_per_seat", name, "study_paths")
    paths = found.paths[["path_id", "programme", "municipality", "school", "seats", *MORE, *LESS]]
    return ReleasedValues(groups, release_rounded(paths, provenance, about=about))


def completion_of(released: Released, share: str = "share") -> dict[str, float]:
    """The shares by programme that a released table of cohorts shows, for `planning.strategic.criteria_of`.

    released : a row per programme. share : its column.
    """
    table = require_released(released, ["programme", share]).table.dropna()
    return dict(zip(table["programme"].astype("str"), table[share].astype("float64"), strict=True))


def release_strategic(
    found: Strategic, provenance: Provenance, *, completion: Mapping[str, float] | None = None
) -> tuple[Released, Released, Released]:
    """`Strategic.table`, its weights, and its sensitivity.

    completion : of `completion_of`: what is known of cohorts comes in by no other way.
    Errors: DisclosureRefused where the table holds another share; as `release_published`.
    """
    shown = found.table["programme"].map(completion or {}).astype("Float64")
    told = found.table["completion"]
    if not (told.isna() | told.sub(shown).abs().lt(_SAME).fillna(value=False)).all():
        raise DisclosureRefused(
            "the ranking holds shares of pupils who completed that no released table shows",
            remedy="Take completion from a released table with completion_of, and give it here too.",
        )
    let_out = _let_out(provenance)
    return let_out(found.table, provenance), let_out(found.weights, provenance), let_out(found.sensitivity, provenance)


def release_need(sources: pd.DataFrame, provenance: Provenance) -> Released:
    """Where the need of the labour market comes from, as `read_need` gave it; nothing in it is about a person."""
    return _let_out(provenance)(sources, provenance)


def _let_out(provenance: Provenance) -> Callable[[pd.DataFrame, Provenance], Released]:
    return release_published if provenance.already_public else release_counts


def _with_shares(table: Released) -> Released:
    for name, (part, whole) in _SHARES.items():
        table = table.with_share(name, part, whole)
    return table
