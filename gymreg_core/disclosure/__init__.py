"""What may be shown to whom."""

from gymreg_core.disclosure.cohorts import release_cohorts, release_estimates
from gymreg_core.disclosure.money import pupils_of
from gymreg_core.disclosure.nested import Difference
from gymreg_core.disclosure.released import (
    Released,
    release_counts,
    release_money,
    release_published,
    release_rounded,
    require_released,
)
from gymreg_core.disclosure.suppression import Ties

__all__ = [
    "Difference",
    "Released",
    "Ties",
    "pupils_of",
    "release_cohorts",
    "release_counts",
    "release_estimates",
    "release_money",
    "release_published",
    "release_rounded",
    "require_released",
]
