"""The report on completion: what became of the pupils who started, how many finished, who left, when and where to."""

from gymreg_core.reporting.dropout.report import DropoutReport

__all__ = ["DropoutReport"]
