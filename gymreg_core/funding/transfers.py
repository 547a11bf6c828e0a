"""Transfers and refusals as numbers, and as the tables that the ledger holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.enrolments import GROUPS
from gymreg_core.contracts.ledger import CAUSES, KINDS, POSTINGS, UNPAID, UNPAID_REASONS
from gymreg_core.contracts.results import PROVIDER_FORMS
from gymreg_core.funding.histories import PLACEMENT, Histories

Int32 = NDArray[np.int32]
_FIXED = {"provider_form": PROVIDER_FORMS, "group": GROUPS, "kind": KINDS, "cause": CAUSES, "reason": UNPAID_REASONS}
_OWN = ("sign", "price", "vat", "supplement", "protected", "percent")


@dataclass(frozen=True, eq=False, repr=False)
class Lines:
    """Transfers, each (n,): pupil, placement and payer are numbers in Histories; month is YYYYMM; kind and cause are
    places in the tuples of contracts.ledger; price, vat and supplement are int64 öre, signed."""

    pupil: Int32
    month: Int32
    placement: Int32
    payer: Int32
    kind: NDArray[np.int8]
    percent: NDArray[np.int16]
    price: NDArray[np.int64]
    vat: NDArray[np.int64]
    supplement: NDArray[np.int64]
    protected: NDArray[np.bool_]
    sign: NDArray[np.int8]
    cause: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.pupil)


@dataclass(frozen=True, eq=False, repr=False)
class Refusals:
    """Months that are not paid for, each (n,): as Lines, and reason int8, place in UNPAID_REASONS; payer or NONE."""

    pupil: Int32
    month: Int32
    placement: Int32
    payer: Int32
    reason: NDArray[np.int8]


def joined(parts: Sequence[Any], kind: type[Any]) -> Any:
    """Several of Lines or Refusals as one."""
    names = kind.__dataclass_fields__
    if not parts:
        return kind(**{name: np.zeros(0, np.int64) for name in names})
    return kind(**{name: np.concatenate([getattr(one, name) for one in parts]) for name in names})


class Tables:
    """Makes tables of lines and refusals; the lists of names are the same in all of them."""

    def __init__(self, h: Histories) -> None:
        self._h = h
        self._lists = {name: _list(names) for name, names in _FIXED.items()}
        self._lists |= {"payer": _list(h.payers), "municipality of home": _list(("", *h.payers))}
        self._placed: dict[str, NDArray[Any]] = {"year_of_study": h.placements["year_of_study"].to_numpy(np.int8)}
        for name in PLACEMENT:
            if name != "year_of_study":
                column = h.placements[name]
                names = self._lists.setdefault(name, _list(sorted(set(column))))
                self._placed[name] = pd.Categorical(column.astype("str"), dtype=names).codes

    def postings(self, lines: Lines, booked: Any) -> pd.DataFrame:
        """Lines as contracts.ledger.POSTINGS. booked : YYYYMM, one or (n,)."""
        columns: dict[str, Any] = {
            **self._whose(lines, booked),
            **{name: self._listed(name, self._placed[name][lines.placement]) for name in PLACEMENT},
            **{name: self._listed(name, getattr(lines, name)) for name in ("payer", "kind", "cause")},
            **{name: getattr(lines, name) for name in _OWN},
        }
        return pd.DataFrame({column.name: columns[column.name] for column in POSTINGS})

    def unpaid(self, refusals: Refusals, booked: Any) -> pd.DataFrame:
        """Refusals as contracts.ledger.UNPAID. booked : YYYYMM, one or (n,)."""
        columns: dict[str, Any] = {
            **self._whose(refusals, booked),
            "reason": self._listed("reason", refusals.reason),
            "municipality": self._listed("municipality of home", refusals.payer + 1),
            "school_id": self._listed("school_id", self._placed["school_id"][refusals.placement]),
            "protected": self._h.protected[refusals.pupil],
        }
        return pd.DataFrame({column.name: columns[column.name] for column in UNPAID})

    def _whose(self, rows: Lines | Refusals, booked: Any) -> dict[str, Any]:
        return {
            "pupil": pd.Categorical.from_codes(rows.pupil, dtype=self._h.names),
            "booked": np.broadcast_to(np.asarray(booked, np.int32), rows.pupil.shape),
            "concerns": rows.month.astype(np.int32),
        }

    def _listed(self, name: str, numbers: NDArray[Any]) -> Any:
        if name not in self._lists:
            return numbers
        return pd.Categorical.from_codes(numbers, dtype=self._lists[name])


def _list(names: Sequence[str] | NDArray[np.object_]) -> pd.CategoricalDtype[Any]:
    return pd.CategoricalDtype(pd.Index(list(names), dtype="str"))
