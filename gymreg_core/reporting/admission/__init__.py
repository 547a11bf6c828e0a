"""The yearly admission report."""

from gymreg_core.reporting.admission.report import AdmissionReport

__all__ = ["AdmissionReport"]
