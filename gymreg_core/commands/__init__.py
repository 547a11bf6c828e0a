"""The commands of gymreg, one module for those that belong together."""
