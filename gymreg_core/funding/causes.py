"""Why an earlier month is corrected: what differs between the posting that stands and what is due as known now."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gymreg_core.contracts.ledger import CAUSES, UNPAID_REASONS
from gymreg_core.funding.histories import Histories
from gymreg_core.funding.kernel import NONE

Int32 = NDArray[np.int32]
Causes = NDArray[np.int8]
_CAUSE_OF_REASON = {
    "no_decision": "decision",
    "no_home_municipality": "home_moved",
    "double_enrolment": "double_enrolment",
    "age_limit": "identity",
    "temporary_number": "identity",
}


def causes(h: Histories, old: Any, new: Any, reason_before: NDArray[np.int8], reason_now: NDArray[np.int8]) -> Causes:
    """Place in contracts.ledger.CAUSES for cells (n,) that differ.

    old, new : with the fields placement (NONE where nothing was or is paid), payer, kind, percent, price, vat and
    supplement, each (n,). reason_before, reason_now : int8 (n,), place in UNPAID_REASONS why nothing was due when the
    month before was closed and is due now, NONE where that is not so.
    """
    was, now = old.placement != NONE, new.placement != NONE
    changes = (
        ("school_changed", h.school[old.placement] != h.school[new.placement]),
        ("programme_changed", h.studies[old.placement] != h.studies[new.placement]),
        ("home_moved", old.payer != new.payer),
        ("provider_changed", (old.placement != new.placement) | (old.kind != new.kind)),
        ("decision", old.percent != new.percent),
        ("price_changed", old.price != new.price),
        ("merit_changed", old.supplement != new.supplement),
    )
    both = np.select(
        [differs for _, differs in changes], [_number(name) for name, _ in changes], _number("price_changed")
    )
    taken_back = np.where(h.in_extract[new.pupil], _by_reason(reason_now, "withdrawn"), _number("identity"))
    paid_late = _by_reason(reason_before, "late_start")
    return np.where(was & now, both, np.where(was, taken_back, paid_late)).astype(np.int8)


def _by_reason(reason: NDArray[np.int8], otherwise: str) -> NDArray[Any]:
    """The cause that goes with a reason; the last place of the table stands for NONE."""
    table = np.array([_number(_CAUSE_OF_REASON.get(name, otherwise)) for name in (*UNPAID_REASONS, "")])
    return table[reason]


def _number(cause: str) -> int:
    return CAUSES.index(cause)
