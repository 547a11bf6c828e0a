"""gymreg: reporting and research workbench for a joint upper-secondary school region."""

__version__ = "0.1.0"
