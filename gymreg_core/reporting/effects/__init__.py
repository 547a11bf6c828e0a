"""The report on the effects of the structural supplement: what it did, and how sure anyone can be."""

from gymreg_core.reporting.effects.report import EffectsReport

__all__ = ["EffectsReport"]
