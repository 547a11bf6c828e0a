"""What is older than it is to be kept: shown, with the rule and its reason, and removed on asking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.contracts.enrolments import ENROLMENT_TABLES
from gymreg_core.contracts.ledger import CUT_OFF
from gymreg_core.rules import entries, rule
from gymreg_core.store.changing import Change
from gymreg_core.store.ledger import Ledger
from gymreg_core.store.persons import NAME, Tables, without_persons
from gymreg_core.store.postings import pupils
from gymreg_core.store.record import PRUNE
from gymreg_core.store.rewriting import ENROLMENTS, LEDGER, REGISTERS, Altered, Clock, alter, shelves, utc_now
from gymreg_core.store.shelf import TableSet

_CENTURY = 100


@dataclass(frozen=True)
class Pruned:
    """What was removed or would be. altered : rows by shelf and table, and the files they came from. reasons : by room
    (registers, enrolments, ledger, older sets) the rule's value, unit, status and source."""

    altered: Altered
    reasons: Mapping[str, Mapping[str, Any]]


def prune(workspace: Path, *, dry: bool = True, clock: Clock = utc_now) -> Pruned:
    """Remove what is older than rules/retention.yml lets it be kept; with `dry` only say what that would be.

    Whole registers; of enrolments, persons about whom nothing was known since; in the ledger who was paid for, never
    an amount; and sets behind the current ones. Of a published match the result file and its certificate stay.
    Errors: as `alter`.
    """
    workspace = Path(workspace)
    pruning = _Pruning(clock().year, _last_paid(workspace))
    for shelf in shelves(workspace, ENROLMENTS).values():
        if shelf.current is not None:
            pruning.look_at(shelf.get())
    pruning.cut()
    altered = alter(workspace, pruning, dry=dry, clock=clock)
    told = entries("retention")
    rules = {
        REGISTERS: "register_years",
        ENROLMENTS: "enrolment_years",
        LEDGER: "ledger_years",
        "older sets": "older_sets",
    }
    return Pruned(altered, {room: told[name] for room, name in rules.items()})


class _Pruning:
    what = PRUNE
    key_before = key_after = ""

    def __init__(self, year: int, last_paid: pd.Series[int]) -> None:
        self._year, self._last_paid = year, last_paid
        self._old: set[str] = set()
        self._known: set[str] = set()

    def look_at(self, stored: TableSet) -> None:
        """Find the persons of enrolments about whom nothing was known for so long, in the ledger neither."""
        last = _last_known(stored.tables)
        names = stored.tables["persons"][NAME]
        paid = names.map(self._last_paid).fillna(0).astype(np.int64) // _CENTURY
        old = (last + rule("retention", "enrolment_years") < self._year) & (
            paid + rule("retention", "ledger_years") < self._year
        )
        self._old = set(names[old.to_numpy()])
        self._known = set(names) - self._old

    def cut(self) -> None:
        """Find those of the ledger besides: whoever is enrolled no more and was paid for last so long ago."""
        long_ago = self._last_paid // _CENTURY + rule("retention", "ledger_years") < self._year
        self._old |= set(self._last_paid.index[long_ago]) - self._known

    def people(self, place: str, stored: TableSet, *, current: bool) -> Tables | None:
        if not current and rule("retention", "older_sets") == "removed":
            return None
        if place != ENROLMENTS:
            old = int(stored.about["intake_year"]) + rule("retention", "register_years") < self._year
            return None if old else stored.tables
        tables, counts = without_persons(stored.tables, self._old)
        return tables if counts else stored.tables

    def about(self, about: Mapping[str, Any]) -> dict[str, Any]:
        return dict(about)

    def names(self, names: pd.Index[str], cut_off: Sequence[str], *, made_up: bool) -> pd.Index[str]:  # noqa: ARG002
        gone = names.isin(list(self._old)) & ~np.asarray(names.str.startswith(CUT_OFF), np.bool_)
        return pd.Index(np.where(gone, np.array(cut_off, dtype=object), names.to_numpy(object)), dtype="str")

    def more(self, change: Change) -> None:
        pass


def _last_known(tables: Tables) -> pd.Series[int]:
    """The last calendar year that any row about each person tells of, of what was or when it was known."""
    last = np.zeros(len(tables["persons"]), np.int64)
    for name, columns in ENROLMENT_TABLES.items():
        days = [column.name for column in columns if column.dtype == "datetime64[s]"]
        for who in ("pupil", "former") if name != "predecessors" else ():
            if who not in tables[name]:
                continue
            for day in days:
                year = tables[name][day].dt.year.fillna(0).to_numpy(np.int64)
                np.maximum.at(last, tables[name][who].to_numpy(), year)
    going = tables["spells"]["stop"].isna() & tables["spells"]["annulled"].isna()
    last[tables["spells"]["pupil"][going]] = np.iinfo(np.int32).max
    return pd.Series(last)


def _last_paid(workspace: Path) -> pd.Series[int]:
    """The last month (YYYYMM) that each pseudonym of the ledger was paid for."""
    ledger = Ledger(workspace)
    names = pupils(ledger)
    last = np.zeros(len(names), np.int64)
    if ledger.closings:
        posted = ledger.table("postings", columns=("pupil", "concerns"))
        np.maximum.at(last, posted["pupil"].to_numpy(), posted["concerns"].to_numpy(np.int64))
    return pd.Series(last, index=names)
