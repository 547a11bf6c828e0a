"""How long a forecast of cut-offs takes for a whole year, beside reading the files that it is made from.

All figures come from one run on one machine, so the ratio holds where the absolute times do not. Run by `make bench`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from gymreg_core.planning.cutoff_backtest import backtest_cutoffs
from gymreg_core.planning.cutoffs import forecast_cutoffs, forecast_years
from gymreg_core.sources.published import read_results
from tests.simulate_cutoffs import DATA


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def main() -> int:
    if not DATA.is_dir():
        print(f"{DATA} is not there: set GYMREG_DATA to the folder of the office's files")
        return 1
    reading, results = seconds(lambda: read_results(DATA))
    year = forecast_years(results)[-1]
    forecasting, told = seconds(lambda: forecast_cutoffs(results, year))
    judging, _ = seconds(lambda: backtest_cutoffs(results))
    print(f"reading {len(results.intakes)} files: {reading:.2f} s")
    print(f"forecast of {len(told.table)} study paths: {forecasting:.2f} s, {forecasting / reading:.2f} of reading")
    print(f"track record of all years: {judging:.2f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
