"""Where characters of one sort follow each other, found in a whole text at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
_DIGITS, _HEXADECIMAL = b"0123456789", b"0123456789abcdefABCDEF"


class Runs(NamedTuple):
    """Where each run begins, and where the text goes on behind it: (k,) each."""

    starts: Ints
    ends: Ints

    def of(self, *lengths: int) -> list[int]:
        """Where the runs of these lengths begin."""
        return self.starts[np.isin(self.ends - self.starts, lengths)].tolist()  # type: ignore[no-any-return]


def digits(text: str) -> Runs:
    """Runs of the digits 0 to 9."""
    return _runs(text, _DIGITS)


def hexadecimals(text: str, least: int) -> list[tuple[int, int]]:
    """Where runs of at least so many hexadecimal digits begin and end."""
    found = _runs(text, _HEXADECIMAL)
    long = found.ends - found.starts >= least
    return list(zip(found.starts[long].tolist(), found.ends[long].tolist(), strict=True))


def _runs(text: str, wanted: bytes) -> Runs:
    among = np.zeros(256, np.int8)
    among[list(wanted)] = 1
    there = among[np.frombuffer(text.encode("latin-1", "replace"), np.uint8)]
    turns = np.flatnonzero(np.diff(there, prepend=np.int8(0), append=np.int8(0)))
    return Runs(turns[::2], turns[1::2])
