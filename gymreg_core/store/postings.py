"""Postings in the ledger: pseudonyms written once, in the closing that a pupil appears in first; codes everywhere else.

A code is a place in the list of pupils that the closings make together, in their order. Reports read codes and never
learn who is behind them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.ledger import LEDGER_TABLES, ledger_table
from gymreg_core.store.ledger import ClosedMonth, Ledger, Writer

Codes = NDArray[np.int32]
_PUPIL = "pupil"


class PostingWriter:
    """Closes months of a ledger that is held, with the tables of contracts/ledger.py and the names of the schools."""

    def __init__(self, ledger: Ledger, writer: Writer) -> None:
        self._writer, self._known = writer, pupils(ledger)
        self._seen: tuple[pd.Index[str], Codes] | None = None

    def close(
        self,
        month: int,
        tables: Mapping[str, pd.DataFrame],
        *,
        protected: Iterable[str],
        others: Mapping[str, pd.DataFrame],
        about: Mapping[str, Any],
    ) -> ClosedMonth:
        """Close a month.

        tables : by the names and with the columns of LEDGER_TABLES. protected : pseudonyms of all that are protected
        as known now, whether they are in `tables` or not. others : more tables, without persons.
        Errors: as `Writer.close`.
        """
        before = len(self._known)
        coded = {name: self._coded(table) for name, table in tables.items()}
        hidden = self._known.get_indexer(pd.Index(list(protected), dtype="str"))
        more = {
            "pupils": pd.DataFrame({_PUPIL: pd.Series(self._known[before:], dtype="str")}),
            "protected": pd.DataFrame({_PUPIL: np.sort(hidden[hidden >= 0]).astype(np.int32)}),
        }
        return self._writer.close(month, {**coded, **more, **others}, about)

    def _coded(self, table: pd.DataFrame) -> pd.DataFrame:
        whose = table[_PUPIL].astype("category").array
        of_category = self._codes(whose.categories, whose.codes)
        return table.assign(**{_PUPIL: of_category[whose.codes]}).reset_index(drop=True)

    def _codes(self, names: pd.Index[str], used: NDArray[np.integer[Any]]) -> Codes:
        """The code of each of `names` (n,) that a row uses; new ones are added in the order of the alphabet."""
        if self._seen is None or self._seen[0] is not names:
            self._seen = names, self._known.get_indexer(names).astype(np.int32)
        codes = self._seen[1]
        missing = np.zeros(len(names), np.bool_)
        missing[used] = True
        missing &= codes < 0
        if missing.any():
            order = np.flatnonzero(missing)[np.argsort(names[missing].to_numpy(), kind="stable")]
            codes[order] = len(self._known) + np.arange(len(order), dtype=np.int32)
            self._known = self._known.append(names[order])
        return codes


def pupils(ledger: Ledger) -> pd.Index[str]:
    """The pseudonym of each code (n,). For the store alone."""
    listed: list[str] = ledger.table("pupils")[_PUPIL].tolist() if ledger.closings else []
    return pd.Index(listed, dtype="str")


def protected_pupils(ledger: Ledger) -> NDArray[np.bool_]:
    """Whether the pupil of each code (n,) is or ever was protected, in any posting or as known at any closing."""
    hidden = np.zeros(len(pupils(ledger)), np.bool_)
    if not ledger.closings:
        return hidden
    hidden[ledger.table("protected")[_PUPIL].to_numpy()] = True
    for name in LEDGER_TABLES:
        rows = ledger.table(name, columns=(_PUPIL, "protected"))
        hidden[rows.loc[rows["protected"], _PUPIL].to_numpy()] = True
    return hidden


def coded(
    ledger: Ledger, name: str, closings: Iterable[ClosedMonth] | None = None, columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """A table of LEDGER_TABLES in these closings (all where None), with the code of each pupil (int32).

    Rows come in the order of the closings. Errors: as `Ledger.table`.
    """
    chosen = list(ledger.closings if closings is None else closings)
    names = [column.name for column in LEDGER_TABLES[name] if columns is None or column.name in columns]
    if not chosen:
        empty = ledger_table(name, {column.name: [] for column in LEDGER_TABLES[name]})[names]
        return empty.assign(**{_PUPIL: np.zeros(0, np.int32)})[names] if _PUPIL in names else empty
    return ledger.table(name, chosen, names)


def posted(ledger: Ledger, name: str, closings: Iterable[ClosedMonth] | None = None) -> pd.DataFrame:
    """As `coded`, with pseudonyms, a category of the ledger's pupils: person rows, for the store alone."""
    table = coded(ledger, name, closings)
    whose = pd.Categorical.from_codes(table[_PUPIL].to_numpy(), categories=pupils(ledger))
    return ledger_table(name, table.assign(**{_PUPIL: whose}))
