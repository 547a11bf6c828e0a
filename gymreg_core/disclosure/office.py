"""The office's own published figures of study paths that few were admitted to: repeated, or left out by the policy.

To leave them out protects nobody, since they stand in the office's files: no sum is guarded.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.disclosure.cells import Why
from gymreg_core.disclosure.policy import policy
from gymreg_core.disclosure.reasons import all_shown

_ADMITTED, _PATH = "admitted", "study_path_name"
_OF_FEW = ("cutoff", "median")
_KNOWN = ("intake_year", "round", "seats", "rank", "scale", "study_path_code", "study_path_id", "label")
"""What tells nothing of those admitted; names of places, schools and programmes are texts."""
_WORDS = ("series", "series_previous", "note")
"""Columns of texts in which cut-offs and medians may stand."""


def without_few_admitted(results: pd.DataFrame) -> pd.DataFrame:
    """Results of study paths without the cut-offs and medians of few admitted, where the policy leaves them out."""
    few = _few(results)
    if not few.any():
        return results
    return results.assign(**{name: results[name].mask(few) for name in _OF_FEW})


def without_few_told(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A table of published figures, and why its cells are missing: of a row that names a study path with few admitted
    every number goes that tells of them, where the policy leaves them out."""
    why = all_shown(table)
    few = _few(table) if _PATH in table else np.zeros(len(table), np.bool_)
    if not few.any():
        return table, why
    kept = table.copy()
    for name in map(str, table.columns):
        number = pd.api.types.is_numeric_dtype(table[name]) and name not in _KNOWN
        if number or name in _WORDS:
            values = kept[name].astype("Float64") if number else kept[name].astype("str")
            kept[name] = values.mask(few)
            why[name] = np.where(few, int(Why.FEW), int(Why.SHOWN)).astype(np.int8)
    return kept, why


def _few(table: pd.DataFrame) -> NDArray[np.bool_]:
    told = policy()
    if told.office_figures == "shown" or _ADMITTED not in table:
        return np.zeros(len(table), np.bool_)
    return table[_ADMITTED].between(1, told.smallest_count - 1).fillna(False).to_numpy(np.bool_)
