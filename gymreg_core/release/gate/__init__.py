"""The gate: what goes out is read byte by byte, and refused for anything that may not."""

from gymreg_core.release.gate.check import check_release
from gymreg_core.release.gate.findings import Checked, Refusal

__all__ = ["Checked", "Refusal", "check_release"]
