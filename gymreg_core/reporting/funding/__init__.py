"""The funding report: what a calendar year cost, who paid whom, and how the structural supplement was shared out."""

from gymreg_core.reporting.funding.report import FundingReport

__all__ = ["FundingReport"]
