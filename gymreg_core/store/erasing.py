"""Erasing one person from a workspace: every row of every set, and from then on out of every extract that comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]

from gymreg_core.errors import BadInput
from gymreg_core.sources.register.identities import NOT_READABLE, PLACEHOLDER, classified, normalised
from gymreg_core.sources.register.keys import MADE_UP_KEY, erased_marks, pseudonyms, secret_of
from gymreg_core.store.changing import Change
from gymreg_core.store.erased import LIST, MADE_UP, REAL, as_list, marks
from gymreg_core.store.persons import Tables, one_person, without_persons, without_pupils
from gymreg_core.store.record import ERASE
from gymreg_core.store.rekey import marks_here, require_key_of
from gymreg_core.store.rewriting import ENROLMENTS, Altered, Clock, alter, shelves, utc_now
from gymreg_core.store.shelf import TableSet


def erase(
    workspace: Path,
    number: str,
    key: bytes | Path | None = None,
    *,
    dry: bool = False,
    clock: Clock = utc_now,
) -> Altered:
    """Remove the rows of the person with this identity number from all that is stored, and from extracts to come; with
    `dry` only say what that would be.

    Numbers that enrolments tell are the same person's go with it. In the ledger what was paid stays, under a name that
    nobody has; what was not paid goes. Of a published match the result file and its certificate stay.
    Errors: BadInput where the text is no identity number, is a placeholder, which several persons may have, or the key
    is another than that of what is stored; no message holds the number; as `alter`.
    """
    workspace, plain = Path(workspace), _number(number)
    names = {MADE_UP: set(pseudonyms([plain], MADE_UP_KEY)), REAL: set()}
    secret = b""
    if marks_here(workspace):
        secret = secret_of(key)
        if not secret:
            raise BadInput(
                "the key to the pseudonyms is missing",
                where="--key",
                why="What is stored is known by pseudonyms, which only the key makes from a number.",
                remedy="Name the file with the key, or set GYMREG_KEY.",
            )
        require_key_of(workspace, secret)
        names[REAL] = set(pseudonyms([plain], secret))
    for shelf in shelves(workspace, ENROLMENTS).values():
        for stored in (shelf.get(one) for one in shelf.history() if shelf.has(one)):
            kind = MADE_UP if stored.about["made_up"] else REAL
            names[kind] = one_person(stored.tables, names[kind])
    return alter(workspace, _Erasing(workspace, names, secret), dry=dry, clock=clock)


@dataclass
class _Erasing:
    workspace: Path
    gone: Mapping[str, set[str]]
    secret: bytes
    what: str = ERASE
    key_before: str = ""
    key_after: str = ""

    def people(self, place: str, stored: TableSet, *, current: bool) -> Tables | None:  # noqa: ARG002
        gone = self.gone[MADE_UP if stored.about["made_up"] else REAL]
        drop = without_persons if place == ENROLMENTS else without_pupils
        tables, counts = drop(stored.tables, gone)
        return tables if counts else stored.tables

    def about(self, about: Mapping[str, Any]) -> dict[str, Any]:
        return dict(about)

    def names(self, names: pd.Index[str], cut_off: Sequence[str], *, made_up: bool) -> pd.Index[str]:
        gone = names.isin(list(self.gone[MADE_UP if made_up else REAL]))
        return pd.Index(np.where(gone, np.array(cut_off, dtype=object), names.to_numpy(object)), dtype="str")

    def more(self, change: Change) -> None:
        held = marks(self.workspace)
        new = {MADE_UP: erased_marks(sorted(self.gone[MADE_UP]), MADE_UP_KEY), REAL: list[str]()}
        if self.secret:
            new[REAL] = erased_marks(sorted(self.gone[REAL]), self.secret)
        change.file(LIST, as_list({kind: [*held[kind], *new[kind]] for kind in held}))


def _number(text: str) -> str:
    """An identity number without hyphen. Errors: BadInput, which does not hold it."""
    plain = normalised(pa.array([text.strip()], pa.string()))
    kind = int(classified(plain, date.max.year).kind[0])
    if kind in (NOT_READABLE, PLACEHOLDER):
        raise BadInput(
            "this is no identity number" if kind == NOT_READABLE else "this is a temporary number",
            where="the number that was read",
            why="It is not shown here."
            if kind == NOT_READABLE
            else "Several persons may have it, and it does not tell which of them is meant.",
            remedy="Give twelve digits, YYYYMMDDNNNN, with or without a hyphen.",
        )
    return str(plain[0].as_py())
