"""From a register to a round of admission as arrays: lists, eligibility, points, order, quotas, lottery."""

from __future__ import annotations

import numpy as np

from gymreg_core.contracts.register import Register
from gymreg_core.errors import BadParameters
from gymreg_core.matching.kernel import Int64
from gymreg_core.matching.lists import PRELIMINARY, Lists
from gymreg_core.matching.market import Market
from gymreg_core.matching.options import MarketOptions
from gymreg_core.matching.quotas import PoolRule, pools_of
from gymreg_core.matching.standing import standing_of
from gymreg_core.matching.tiers import CHOICE_RANK
from gymreg_core.matching.ties import dense_order, draw_lottery, lots_per_path

__all__ = ["MarketOptions", "PoolRule", "build_market"]


def build_market(register: Register, round_: str, options: MarketOptions | None = None) -> Market:
    """The arrays of a round: the lists as they stood in it, with the grades of the term that it counts.

    round_ : preliminary (autumn grades, seats of the preliminary round, no free quota), final, or a reserve round by
    itself, without regard to seats that are held (matching/year.py). Sources: `standing_of`, rules/admission.yml.
    An applicant has the same lot in every round of the year.
    Errors: BadInput where nobody applied; BadParameters for a round or lottery that is not known.
    """
    options = options or MarketOptions()
    here, paths = standing_of(register, round_, options), register.study_paths
    seats = paths[f"seats_{PRELIMINARY if round_ == PRELIMINARY else 'final'}"].to_numpy(np.int32)
    is_open = paths["state"].eq("open").to_numpy(np.bool_)
    market = Market(
        intake_year=register.intake_year,
        round=round_,
        seed=options.seed,
        pupil=here.lists.pupil,
        path=np.arange(len(paths), dtype=np.int32),
        choices=here.lists.choices,
        eligible=here.eligible,
        points=here.points,
        order=dense_order(list(here.fields.values()), here.eligible),
        lottery=_lottery(options, here.lists, len(register.pupils)),
        rank_breaks_ties=np.array([CHOICE_RANK in policy for policy in here.policies], np.bool_),
        capacity=np.where(is_open, seats, 0).astype(np.int32),
    )
    return pools_of(market, register, options.pool_rules)


def _lottery(options: MarketOptions, lists: Lists, people: int) -> Int64:
    if options.lottery == "single":
        return draw_lottery(people, options.seed)[lists.pupil]
    if options.lottery == "per_path":
        return lots_per_path(lists.pupil, lists.choices, options.seed)
    raise BadParameters(f"there is no lottery {options.lottery!r}", where="lottery", why="Known: single, per_path.")
