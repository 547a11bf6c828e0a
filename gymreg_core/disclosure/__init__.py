"""What may be shown to whom."""

from gymreg_core.disclosure.about import About
from gymreg_core.disclosure.cohorts import release_cohorts, release_estimates, release_steps
from gymreg_core.disclosure.effects import release_effects
from gymreg_core.disclosure.money import pupils_of
from gymreg_core.disclosure.released import (
    Released,
    release_counts,
    release_money,
    release_published,
    release_rounded,
    require_released,
    rounded,
    smallest_count,
)
from gymreg_core.disclosure.ties import Ties

__all__ = [
    "About",
    "Released",
    "Ties",
    "pupils_of",
    "release_cohorts",
    "release_counts",
    "release_effects",
    "release_estimates",
    "release_money",
    "release_published",
    "release_rounded",
    "release_steps",
    "require_released",
    "rounded",
    "smallest_count",
]
