"""What may be shown to whom."""

from gymreg_core.disclosure.released import Released, release_counts, release_published, require_released

__all__ = ["Released", "release_counts", "release_published", "require_released"]
