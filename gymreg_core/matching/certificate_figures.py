"""What a match comes to in numbers: choices met, seats, what stability costs, where truth-telling can be punished."""

from __future__ import annotations

from typing import Any

import numpy as np

from gymreg_core.matching.certificate_view import Seen
from gymreg_core.matching.kernel import NONE, NOT_ELIGIBLE, Int64
from gymreg_core.matching.mechanisms import top_trading_cycles


def figures(seen: Seen) -> dict[str, Any]:
    """Plain numbers, all counts of the region.

    applicants, study_paths (with seats), seats, admitted, unassigned, of which eligible_nowhere have choices that still
    stand and may be admitted by none of them; first_choice and its shares first_choice_of_applicants and
    first_choice_of_admitted (None where there are none); rank_distribution, how many got their first, second, … choice
    by its column, which a choice that has lapsed still takes up; trade_up, how many would be better off by trading
    seats, priorities waived;
    truth_telling_safe, whether no tie-break looks at the place on the list; at_rank_ties, who stand at such a tie.
    """
    claims, market = seen.claims, seen.match.market
    seated = np.flatnonzero(seen.rank != NONE)
    met = np.bincount(seen.rank[seated], minlength=1)
    listed, somewhere = np.zeros((2, claims.n), np.bool_)
    listed[claims.row], somewhere[claims.row[claims.may]] = True, True
    first = int(met[0])
    return {
        "applicants": claims.n,
        "study_paths": int((market.capacity > 0).sum()),
        "seats": int(market.capacity.sum()),
        "admitted": len(seated),
        "unassigned": claims.n - len(seated),
        "eligible_nowhere": int((listed & ~somewhere).sum()),
        "first_choice": first,
        "first_choice_of_applicants": _share(first, claims.n),
        "first_choice_of_admitted": _share(first, len(seated)),
        "rank_distribution": np.trim_zeros(met, "b").tolist(),
        "trade_up": trade_up(seen),
        "truth_telling_safe": not bool(market.rank_breaks_ties[market.capacity > 0].any()),
        "at_rank_ties": at_rank_ties(seen),
    }


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def trade_up(seen: Seen) -> int:
    """How many get a choice higher up when everyone owns the seat that they got and trades it in cycles.

    Shapley and Scarf 1974, Journal of Mathematical Economics 1. Only seats that the applicant is eligible for.
    """
    claims, market = seen.claims, seen.match.market
    held = claims.path[seen.held]
    keys = np.full(market.choices.shape, NOT_ELIGIBLE, np.int64)
    order = np.lexsort((seen.held, claims.key))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    place += np.where(seen.held, len(order), 0)
    may = seen.held | seen.wants
    keys[claims.row[may], claims.column[may]] = place[may]
    seats = np.bincount(held, minlength=claims.m).astype(np.int32)
    after = top_trading_cycles(market.choices, keys, seats).rank
    return int(((after != NONE) & (after < seen.rank)).sum())


def at_rank_ties(seen: Seen) -> int:
    """Applicants at a cut-off where the place on the list decided, or could have.

    That is: at a path whose tie-break looks at it, with points that some were admitted with by the open order and
    others were not.
    """
    claims, market = seen.claims, seen.match.market
    by_rank = market.rank_breaks_ties[claims.path]
    there = np.flatnonzero(by_rank & ((seen.held & (seen.label == NONE)) | seen.wants))
    there = there[np.lexsort((-claims.key[there], claims.path[there]))]
    path, got = claims.path[there], seen.held[there]
    points = market.points[claims.row[there], claims.column[there]]
    # Neighbours in the path's order with the same points: other tiers with these points lie elsewhere in the order.
    new = np.append(True, (path[1:] != path[:-1]) | (points[1:] != points[:-1]))[: len(there)]
    run = np.cumsum(new) - 1
    mixed: Int64 = np.bincount(run, weights=got).astype(np.int64)
    size = np.bincount(run)
    at = ((mixed > 0) & (mixed < size))[run]
    return len(np.unique(claims.row[there[at]]))
