"""Registered homes, as known on a day."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gymreg_core.cohort.days import days_of
from gymreg_core.cohort.identities import Pupils
from gymreg_core.contracts.enrolments import Enrolments, known_at


def homes_of(e: Enrolments, pupils: Pupils) -> pd.DataFrame:
    """Homes known at the end of `as_of`, as Histories.homes; of two from the same day the one recorded last counts."""
    known = known_at(e.homes, pd.Timestamp(e.as_of))
    known = known[known["start"] <= pd.Timestamp(e.as_of)]
    row, pupil = pupils.of(known["pupil"].to_numpy(np.int32))
    start, recorded = days_of(known["start"])[row], days_of(known["recorded"])[row]
    codes, names = pd.factorize(known["municipality"], sort=True)
    order = np.lexsort((codes[row], recorded, start, pupil))
    pupil, start, place = pupil[order], start[order], codes[row][order]
    last = np.ones(len(order), np.bool_)
    last[:-1] = (pupil[1:] != pupil[:-1]) | (start[1:] != start[:-1])
    return pd.DataFrame(
        {
            "pupil": pupil[last],
            "municipality": pd.Series(list(names), dtype="str").take(place[last]).reset_index(drop=True),
            "start": start[last],
        }
    )
