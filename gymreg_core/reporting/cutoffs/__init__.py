"""The report on expected cut-offs."""

from gymreg_core.reporting.cutoffs.report import CutoffsReport

__all__ = ["CutoffsReport"]
