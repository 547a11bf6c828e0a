"""What may be shown to whom."""

from gymreg_core.disclosure.released import Released, release_published

__all__ = ["Released", "release_published"]
