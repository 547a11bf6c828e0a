"""What stands in the ledger for each pupil and month: the last posting that was not reversed."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.ledger import AMOUNTS, KINDS
from gymreg_core.errors import BadInput
from gymreg_core.funding.histories import Histories, placement_numbers, pupil_numbers
from gymreg_core.funding.kernel import NONE

Int32 = NDArray[np.int32]
COMPARED = ("placement", "payer", "kind", "percent", *AMOUNTS)
"""What a correction is posted for when it differs; a protection alone moves no money."""


@dataclass(frozen=True, eq=False, repr=False)
class Cells:
    """A month of pupils (n,), as numbers in Histories; placement is NONE, and all else 0, where nothing is paid."""

    pupil: Int32
    placement: Int32
    payer: Int32
    kind: NDArray[np.int8]
    percent: NDArray[np.int16]
    price: NDArray[np.int64]
    vat: NDArray[np.int64]
    supplement: NDArray[np.int64]
    protected: NDArray[np.bool_]

    @classmethod
    def empty(cls, pupils: Int32) -> Cells:
        """Nothing is paid for any of pupils (n,)."""
        n = len(pupils)
        dtypes = {"kind": np.int8, "percent": np.int16, "protected": np.bool_, **dict.fromkeys(AMOUNTS, np.int64)}
        zeros: dict[str, Any] = {f.name: np.zeros(n, dtypes.get(f.name, np.int32)) for f in fields(cls)}
        return cls(**{**zeros, "pupil": pupils, "placement": np.full(n, NONE, np.int32)})

    def at(self, places: NDArray[Any]) -> Cells:
        """Some of the pupils, by their places (k,) or flags (n,)."""
        return Cells(**{f.name: getattr(self, f.name)[places] for f in fields(self)})

    def put(self, places: NDArray[Any], others: Any) -> None:
        """Overwrite some of the pupils with others' cells or lines (k,)."""
        for f in fields(self):
            getattr(self, f.name)[places] = getattr(others, f.name)

    def differs(self, other: Cells) -> NDArray[np.bool_]:
        """Whether something that a correction is posted for differs, (n,)."""
        unlike = np.zeros(len(self.pupil), np.bool_)
        for name in COMPARED:
            unlike |= getattr(self, name) != getattr(other, name)
        return unlike


def posted_cells(h: Histories, posted: pd.DataFrame) -> dict[int, Cells]:
    """What a ledger (contracts.ledger.POSTINGS) has posted, by month (YYYYMM), for all pupils of `h`.

    Errors: BadInput where a pupil and month are paid other than once or not at all.
    """
    table = posted
    if not table["booked"].is_monotonic_increasing:
        table = table.sort_values("booked", kind="stable", ignore_index=True)
    sign, concerns = table["sign"].to_numpy(), table["concerns"].to_numpy()
    columns: dict[str, NDArray[Any]] = {
        "pupil": pupil_numbers(table["pupil"], h.pupils),
        "placement": placement_numbers(table, h.placements),
        "payer": _numbers(table["payer"], h.payers),
        "kind": _numbers(table["kind"], KINDS).astype(np.int8),
        **{name: table[name].to_numpy() for name in ("percent", *AMOUNTS, "protected")},
    }
    everyone = np.arange(len(h), dtype=np.int32)
    cells = {}
    for month in np.unique(concerns).tolist():
        rows = np.flatnonzero(concerns == month)
        pupil = columns["pupil"][rows]
        standing = np.bincount(pupil, weights=sign[rows], minlength=len(h))
        if not np.isin(standing, (0, 1)).all():
            raise BadInput(
                "the ledger pays pupils twice, or takes back what it never paid",
                where=f"ledger, postings that concern {month}",
                remedy="Restore the ledger from a copy; its own closings never do that.",
            )
        paid = rows[sign[rows] > 0]
        last = np.full(len(h), NONE, np.int64)
        np.maximum.at(last, columns["pupil"][paid], paid)
        stands = np.flatnonzero(standing == 1)
        cells[month] = Cells.empty(everyone)
        cells[month].put(stands, Cells(**{name: values[last[stands]] for name, values in columns.items()}))
    return cells


def _numbers(column: pd.Series, names: Any) -> Int32:
    codes, distinct = pd.factorize(column)
    found = pd.Index(list(names), dtype=object).get_indexer(pd.Index(list(distinct), dtype=object))
    return np.asarray(found[codes], np.int32)
