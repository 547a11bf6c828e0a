"""The page of a regional programme council: what is known and expected of one programme."""

from gymreg_core.reporting.council.report import ProgrammeCouncilReport

__all__ = ["ProgrammeCouncilReport"]
