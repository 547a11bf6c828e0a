"""What the counts of a table are about, so that the same number of pupils has the same name in every table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Pairs = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class About:
    """What is counted in a table.

    universe : one of ``rules/disclosure_links.yml``. of : what all rows have in common and no column tells, such as the
    year; previous : the same for columns that end with _previous. within : for a column of counts, or two of them as
    'starters-completed' (what the second leaves of the first), pairs (m, 2) of rows by their places: whoever is counted
    in the first of a pair is counted in the second too. own : by column (n,) bool, the rows whose count is of the row's
    own pupils; all where nothing is said. derived : by name (n,) how many of the first column's pupils have something,
    which follows from a mean that stands in the row; NaN where none does. elsewhere : what is few here is left out for
    its own sake of another table, under the same names; here whole rows are left out with it.
    """

    universe: str
    of: Mapping[str, object] = field(default_factory=dict)
    previous: Mapping[str, object] = field(default_factory=dict)
    within: Mapping[str, Pairs] = field(default_factory=dict)
    own: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    derived: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    elsewhere: bool = False

    @classmethod
    def given(cls, about: About | str | None) -> About | None:
        """A universe alone may be given by its name."""
        return cls(about) if isinstance(about, str) else about
