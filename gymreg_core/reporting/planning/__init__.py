"""The report on supply and demand: what is to be expected, and where seats are needed."""

from gymreg_core.reporting.planning.report import SupplyDemandReport

__all__ = ["SupplyDemandReport"]
