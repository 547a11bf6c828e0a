"""How long ten thousand re-runs take, beside what is promised. Run by `make bench`.

35,000 applicants, 1,400 study paths, lists of 1-20 choices; each run draws applicants with replacement and new lots.
Once on one common list, merit on steps of 2.5 points, and once with lists of their own at every path. The least of
three tries; the highest memory of the whole process, with a tenth of the runs and with all.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from functools import partial

import numpy as np

from gymreg_core.matching.market import Market
from gymreg_core.matching.rerun_lists import rerun_lists
from gymreg_core.matching.run_counts import Rounds
from gymreg_core.matching.runs import re_run
from gymreg_core.matching.ties import dense_order
from tests.bench import measured
from tests.matching_markets import region

APPLICANTS, RUNS, CORES, TRIES = 35_000, 10_000, 2, 3
PROMISED = {"one common list": 10.0, "own lists": 25.0}
NOISE = {"one common list": 0.0, "own lists": 0.3}
_STEPS = 20
"""Classes of `region`'s merit for a step of 2.5 points: some 350 in all."""


def rounds(noise: float) -> Rounds:
    """A region's market as lists for re-runs, merit in classes that lots break."""
    choices, keys, capacity = region(APPLICANTS, 1, noise=noise)
    eligible = choices >= 0
    merit = (keys >> 21) // _STEPS
    order = dense_order([np.where(eligible, merit, merit.min())], eligible)
    market = Market(
        intake_year=2023,
        round="final",
        seed=0,
        pupil=np.arange(APPLICANTS, dtype=np.int32),
        path=np.arange(len(capacity), dtype=np.int32),
        choices=choices,
        eligible=eligible,
        points=np.where(eligible, 250 * (merit - merit.min()), -1).astype(np.int32),
        order=order,
        lottery=np.arange(APPLICANTS),
        rank_breaks_ties=np.zeros(len(capacity), np.bool_),
        capacity=capacity,
    )
    return Rounds(rerun_lists(market), None, np.zeros(0, np.int32))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found: dict[str, dict[str, float]] = {}
    for name, noise in NOISE.items():
        market = rounds(noise)
        re_run(market, 4, seed=0, resample=True, step=50, jobs=CORES)
        took, memory = [], {}
        for runs in (1_000, RUNS):
            _, memory[runs] = measured(partial(re_run, market, runs, seed=0, resample=True, step=50, jobs=CORES))
        for _ in range(TRIES):
            begun = time.perf_counter()
            re_run(market, RUNS, seed=0, resample=True, step=50, jobs=CORES)
            took.append(time.perf_counter() - begun)
        found[name] = {"seconds": min(took), "promised": PROMISED[name], "MB 1,000": memory[1_000], "MB": memory[RUNS]}
    if given.json:
        print(json.dumps(found, indent=1))
        return
    print(f"{RUNS:,} re-runs of {APPLICANTS:,} applicants on {CORES} of {os.cpu_count()} cores")
    for name, row in found.items():
        print(
            f"  {name:<16} {row['seconds']:5.1f} s (promised: {row['promised']:.0f} s), memory "
            f"{row['MB']:.0f} MB, with a tenth of the runs {row['MB 1,000']:.0f} MB"
        )


if __name__ == "__main__":
    main()
