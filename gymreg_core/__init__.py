"""gymreg: reporting and research workbench for a joint upper-secondary school region."""

import os

__version__ = "0.1.0"

# Work is divided among cores by pieces. Were each small product of matrices divided as well, threads would wait for one
# another, five times as long as it takes, and its last digits would hang on the number of cores. NumPy reads it once.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
