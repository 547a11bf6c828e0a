"""How long the value of a seat takes at every study path of the region, beside what is promised. Run by `make bench`.

About 30,600 applicants and 1,470 study paths, one seat more and one seat less at each, from the register on; the least
of three tries, on one core. Beside it, how much longer it would take to match everything again for every seat, reckoned
from a sample of study paths.
"""

from __future__ import annotations

import argparse
import json
import time

import numpy as np

from gymreg_core.matching.build_market import build_market
from gymreg_core.matching.solve import solve
from gymreg_core.planning.seat_value import seat_values
from gymreg_core.synthetic.registers import make_register
from tests.seat_values import with_seats

YEAR, TRIES, SAMPLE = 2023, 3, 100
PROMISED = 20.0
"""Seconds for all study paths, on two cores."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    register = make_register(YEAR)
    market = build_market(register, "final")
    seat_values(register)
    took = []
    for _ in range(TRIES):
        begun = time.perf_counter()
        seat_values(register)
        took.append(time.perf_counter() - begun)
    m = len(market.capacity)
    sample = np.random.default_rng(YEAR).choice(m, SAMPLE, replace=False)
    begun = time.perf_counter()
    for path in sample:
        for change in (1, -1):
            solve(with_seats(market, path, change))
    again = (time.perf_counter() - begun) / SAMPLE * m
    found = {"study paths": m, "seconds": min(took), "promised": PROMISED, "matched again, seconds": again}
    if given.json:
        print(json.dumps(found, indent=1))
        return
    print(f"The value of a seat more and less at {m:,} study paths: {min(took):.2f} s (promised: {PROMISED:.0f} s)")
    print(f"  matching again for every seat: {again:.0f} s, {again / min(took):.0f} times as long")


if __name__ == "__main__":
    main()
