"""Seats of a scenario: added, closed, or moved to other municipalities."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from gymreg_core.contracts.register import APPLICATION_ROUNDS, Register, as_table
from gymreg_core.errors import BadParameters
from gymreg_core.matching.kernel import Int64
from gymreg_core.matching.market import Bools
from gymreg_core.matching.scenarios import Move, SeatChange, Selected
from gymreg_core.matching.selecting import columns_of, is_open, selected
from gymreg_core.vocabulary.programmes import programmes

_HUNDRED = 100
_FINAL = "final"


def spread(total: int, weights: Int64) -> Int64:
    """`total` >= 0 in whole parts in proportion to `weights` (p,), by largest remainder, the first of equals first.

    Where all weights are 0 the parts are as equal as can be. With total <= sum(weights) no part is above its weight.
    """
    shares = weights if weights.sum() > 0 else np.ones(len(weights), np.int64)
    whole, rest = np.divmod(total * shares, int(shares.sum()))
    left = total - int(whole.sum())
    whole[np.argsort(-rest, kind="stable")[:left]] += 1
    return np.asarray(whole, dtype=np.int64)


def change_seats(register: Register, change: SeatChange) -> Register:
    """Seats added or closed, in both rounds alike; a round never has fewer than none.

    Errors: BadParameters where no open path fits, or more seats are closed than the final round has.
    """
    chosen = np.flatnonzero(selected(register, change, "seats"))
    seats = _seats(register)
    for round_, column in seats.items():
        here = column[chosen]
        there = int(here.sum())
        size = round(there * (change.percent or 0) / _HUNDRED) if change.number is None else change.number
        if round_ == _FINAL and -size > there:
            raise BadParameters(f"{-size} seats cannot be closed where there are {there}", where="seats")
        size = max(size, -there)
        column[chosen] += np.sign(size) * spread(abs(size), here)
    return _with_seats(register, seats)


def most_sought(register: Register, how_many: int) -> list[str]:
    """The national programmes with most first choices per seat in the final round, most sought first."""
    frame = pd.DataFrame(
        {
            "programme": columns_of(register)["programme"],
            "seats": register.study_paths["seats_final"].astype("int64"),
            "first": _first_choices(register),
        }
    )[is_open(register)]
    known = programmes()
    national = frame["programme"].map(lambda code: code in known and known[code].national).to_numpy(np.bool_)
    sums = frame[national].groupby("programme")[["seats", "first"]].sum().query("seats > 0")
    pressure = (sums["first"] / sums["seats"]).sort_values(ascending=False, kind="stable")
    return [str(code) for code in pressure.index[:how_many]]


def move_seats(register: Register, move: Move) -> Register:
    """Seats of each programme from one municipality to its paths in others, in both rounds alike.

    Errors: BadParameters where a programme lacks a path at either end; of the most sought those that only one
    municipality has stay as they are, unless none is left.
    """
    place, first = columns_of(register)["municipality"].to_numpy(), _first_choices(register)
    names = move.programmes or tuple(most_sought(register, move.most_sought or 0))
    seats, moved = _seats(register), 0
    for code in names:
        away, to = _ends(register, move, code, place, first)
        if away.any() and to.any():
            moved += 1
            for column in seats.values():
                size = round(int(column[away].sum()) * move.percent / _HUNDRED)
                column[away] -= spread(size, column[away])
                column[to] += spread(size, column[to])
        elif move.programmes:
            raise BadParameters(
                f"the programme {code!r} cannot move",
                where="move",
                why=f"It has {away.sum()} study paths where seats are taken and {to.sum()} where they should go.",
            )
    if not moved:
        raise BadParameters(
            "no programme can move", where="move", why=f"Of {', '.join(names)} none has study paths at both ends."
        )
    return _with_seats(register, seats)


def _ends(register: Register, move: Move, code: str, place: object, first: Int64) -> tuple[Bools, Bools]:
    """Open paths (m,) of a programme that seats are taken from, and that they go to."""
    at = np.asarray(place)
    mine = selected(register, Selected(programme=(code,)), "move")
    source = move.from_municipality or str(pd.Series(first[mine]).groupby(at[mine]).sum().idxmax())
    there = np.isin(at, move.to) if move.to else np.ones(len(at), np.bool_)
    return mine & (at == source), mine & there & (at != source)


def _first_choices(register: Register) -> Int64:
    """How many put each study path (m,) first in the final round."""
    rows = register.applications[register.applications["round"].eq(_FINAL).to_numpy()]
    top = rows.sort_values(["pupil", "rank"], kind="stable").drop_duplicates("pupil")
    return np.bincount(top["path"].to_numpy(), minlength=len(register.study_paths))


def _seats(register: Register) -> dict[str, Int64]:
    return {r: register.study_paths[f"seats_{r}"].to_numpy(np.int64).copy() for r in APPLICATION_ROUNDS}


def _with_seats(register: Register, seats: dict[str, Int64]) -> Register:
    """The free quota never has more seats than its study path."""
    paths = register.study_paths.assign(
        **{f"seats_{round_}": column for round_, column in seats.items()},
        free_quota_seats=np.minimum(register.study_paths["free_quota_seats"], seats[_FINAL]),
    )
    return replace(register, study_paths=as_table("study_paths", paths))
