"""What a round may be asked to do otherwise than the year's rules say."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gymreg_core.matching.quotas import PoolRule


@dataclass(frozen=True)
class MarketOptions:
    """What a round may be asked to do otherwise than the year's rules say.

    seed : of the lottery. tie_break : policy of rules/tie_breaks.yml for every path, in place of the paths' own.
    lottery : one draw for all paths (single), or one per path (per_path). grade_scale : name of a scale in
        rules/grades.yml.
    merit_shift : points added to the merit value of each row of the register's pupils, shape (pupils,); none falls
        below 0.
    pool_rules : quotas beyond the free quota.
    """

    seed: int = 0
    tie_break: str | None = None
    lottery: str = "single"
    grade_scale: str | None = None
    merit_shift: NDArray[np.float64] | None = None
    pool_rules: tuple[PoolRule, ...] = field(default=())
