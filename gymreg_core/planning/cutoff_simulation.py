"""Cut-offs from the register: many Julys drawn for an April and matched; and both forecasts together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from gymreg_core.contracts.register import Register
from gymreg_core.matching.build_market import MarketOptions, build_market
from gymreg_core.matching.outcome import outcome
from gymreg_core.matching.solve import solve
from gymreg_core.planning.april_habits import as_of_april, drawn_july, habits_of
from gymreg_core.planning.cutoff_forecast import CutoffForecast
from gymreg_core.planning.cutoff_model import QUANTILES
from gymreg_core.rules import rule

PATH = ["municipality", "school", "study_path_code", "study_path_name"]
_LEVELS = (0.10, 0.25, 0.50, 0.75, 0.90)


def simulate_cutoffs(
    register: Register,
    earlier: Sequence[Register],
    *,
    runs: int,
    seed: int = 0,
    progress: Callable[[str, int], None] | None = None,
) -> pd.DataFrame:
    """The final cut-offs of a year as `runs` drawn Julys have them, one row per study path that is open.

    register : of the year; nothing of it but what was known in April is used. earlier : of years that ended, from which
    it is learned how grades rise, lists change, and who leaves or comes late (april_habits.py). Columns: PATH, runs
    (with someone admitted), admitted (the middle run), p_all_eligible and QUANTILES (points; NaN where no run had a
    cut-off). The same arguments give the same table. It is made from persons and is let out by
    reporting/forecast_view.py. progress : called after each run.
    Errors: BadInput where nothing can be learned; as `build_market`.
    """
    april, habits = as_of_april(register), habits_of(earlier)
    found = []
    for run in range(runs):
        drawn = drawn_july(april, habits, np.random.default_rng([seed, run]))
        told = outcome(solve(build_market(drawn, "final", MarketOptions(seed=seed + run))), drawn)
        found.append(told[[*PATH, "cutoff", "cutoff_kind", "admitted"]])
        if progress:
            progress("drawn Julys", runs)
    cutoffs = np.column_stack([one["cutoff"].to_numpy(np.float64, na_value=np.nan) for one in found])
    kinds = np.column_stack([one["cutoff_kind"].to_numpy(object) for one in found])
    someone, opened = kinds != "none_admitted", kinds == "all_eligible_admitted"
    table = found[0][PATH].reset_index(drop=True)
    table["runs"] = someone.sum(axis=1)
    admitted = np.column_stack([one["admitted"].to_numpy(np.int64) for one in found])
    table["admitted"] = np.quantile(admitted, 0.5, axis=1, method="lower")
    table["p_all_eligible"] = opened.sum(axis=1) / np.where(table["runs"] > 0, table["runs"], np.nan)
    levels = np.full((len(table), len(_LEVELS)), np.nan)
    some = ~np.isnan(cutoffs).all(axis=1)
    levels[some] = np.nanquantile(cutoffs[some], _LEVELS, axis=1).T
    table[list(QUANTILES)] = levels
    return table


def combined(forecast: CutoffForecast, simulated: pd.DataFrame) -> CutoffForecast:
    """The forecast with what `simulate_cutoffs` says of the same study paths.

    Where both tell a cut-off, and where both tell a chance, it is their mean by the rule `simulation_weight`, quantile
    by quantile; where the simulation tells nothing the forecast stays, and what it declines stays declined.
    """
    once = simulated[~simulated.duplicated(PATH, keep=False)]
    beside = forecast.table[PATH].merge(once, on=PATH, how="left", validate="many_to_one")
    share = float(rule("cutoff_forecast", "simulation_weight"))
    table = forecast.table.copy()
    for name in ("p_all_eligible", *QUANTILES):
        mean = (1 - share) * table[name] + share * beside[name].to_numpy(np.float64)
        table[name] = mean.where(mean.notna(), table[name])
    return replace(forecast, table=table)
