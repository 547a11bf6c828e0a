"""What of seats and demand may be shown: supply, choices met, travel and the value of a seat as released tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
from gymreg_core.planning.choices_met import COUNTS, HOME, RESTS, WHERE, ChoicesMet
from gymreg_core.planning.groups import COORDINATES, sums_of
from gymreg_core.planning.seat_value import LESS, MORE, SeatValues
from gymreg_core.planning.strategic import Strategic
from gymreg_core.provenance import Provenance
from gymreg_core.rules import rule

_SAME = 1e-9
"""How far apart two shares may lie that are the same but for rounding in the computer."""
CHOICES, TRAVEL, VALUES = "planning.choices", "planning.travel", "planning.seat_values"
_OF_HOMES = tuple(name for name in COUNTS if name not in ("local", "near"))
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
    """Choices met, small counts left out, with shares: `groups` by first choice (COORDINATES), `homes` by home (HOME,
    without local and near); travel, rounded."""

    groups: Released
    homes: Released
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
    """What became of choices, with the shares of what is shown, and travel.

    Groups of two coordinates are not let out: rounded, they would tell what is left out of the others. How near home
    the seats are is told by home in `travel` alone.
    """
    about = About(CHOICES, {"intake_year": found.intake_year, "round": found.round})
    several = (found.table[list(WHERE)] != "").sum(axis=1) > 1
    by_home = (found.table[list(HOME)] != "").any(axis=1)
    region = (found.table[list(WHERE)] == "").all(axis=1)
    groups = found.table.loc[~several & ~by_home, [*COORDINATES, *COUNTS]]
    homes = found.table.loc[~several & (by_home | region), [*HOME, *_OF_HOMES]]
    return ReleasedChoices(
        _counts(groups, COORDINATES, provenance, about),
        _counts(homes, HOME, provenance, about),
        release_rounded(found.travel, provenance, about=About(TRAVEL, about.of)),
    )


def _counts(table: pd.DataFrame, coordinates: Sequence[str], provenance: Provenance, about: About) -> Released:
    """Groups of applicants with the shares of what is shown."""
    rows = table.reset_index(drop=True)
    rests = [(parts, whole) for parts, whole in RESTS if {*parts, whole} <= set(rows.columns)]
    ties = Ties(sums=sums_of(rows, coordinates), rests=rests)
    out = release_counts(rows, provenance, ties=ties, about=about)
    for name, (part, whole) in _SHARES.items():
        if part in out.columns:
            out = out.with_share(name, part, whole)
    return out


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
    """The shares by programme that a released table of cohorts shows, for `planning.criteria.criteria_of`.

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
