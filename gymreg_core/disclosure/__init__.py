"""What may be shown to whom."""

from gymreg_core.disclosure.released import Released, release_counts, release_published, require_released
from gymreg_core.disclosure.suppression import Ties

__all__ = ["Released", "Ties", "release_counts", "release_published", "require_released"]
