"""How long a match takes, its check, its certificate, and how much faster than a package. Run by `make bench`.

Markets are drawn as `tests/matching_markets.py` says: 1-20 choices, mean 6.2, 25 applicants a study path. Times are
the least of several, warm, on one core. Solving starts from arrays that have been checked, and sorts a common list.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from gymreg_core.matching.certificate import certify
from gymreg_core.matching.input_check import examine
from gymreg_core.matching.kernel import NOT_ELIGIBLE, deferred_acceptance, one_common_list, own_orders
from gymreg_core.matching.solve import solve
from tests.matching_markets import Arrays, common, market_of, region
from tests.matching_package import by_kernel, by_package, table_of

REGION, LARGE, SMALL = 35_000, 1_000_000, 5_000
MILLI, MEGA = 1e3, 1e6
Row = tuple[str, float, str, str]


def least(work: Callable[[], Any], times: int) -> float:
    """Wall seconds of the fastest of so many runs after a first one that is not counted."""
    work()
    best = float("inf")
    for _ in range(times):
        begun = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begun)
    return best


def steps(market: Arrays, times: int) -> dict[str, float]:
    """Milliseconds of checking, of solving, and of both through the door: own orders, and one common list."""
    choices, keys, capacity = market
    one, doors = common(keys), {"own": keys, "common": common(keys)}
    out = {f"check {name}": least(lambda k=k: examine(choices, k, capacity), times) for name, k in doors.items()}
    out["solve own"] = least(lambda: own_orders(choices, keys, capacity, holes=False), times)
    out["solve common"] = least(lambda: one_common_list(choices, one, capacity, holes=False), times)
    out |= {
        f"door {name}": least(lambda k=k: deferred_acceptance(choices, k, capacity), times) for name, k in doors.items()
    }
    return {name: MILLI * seconds for name, seconds in out.items()}


def of_a_region() -> list[Row]:
    market = region(REGION, 3)
    took = steps(market, 60)
    choices, keys, capacity = market
    match = solve(market_of((choices, np.where(choices >= 0, keys >> 21, NOT_ELIGIBLE), capacity)))
    certificate = certify(match)
    if not certificate.passed:
        raise SystemExit("the benchmark's match does not hold")
    head = f"{REGION:,} applicants, {len(capacity):,} paths: "
    return [
        (head + "solve, own order per path", took["solve own"], "ms", "3"),
        (head + "solve, one common list, sorted here", took["solve common"], "ms", "0.5"),
        (head + "check, own order per path", took["check own"], "ms", f"{took['solve own']:.2f} (solving)"),
        (head + "check, one common list", took["check common"], "ms", f"{took['solve common']:.2f} (solving)"),
        (head + "check and solve, own order per path", took["door own"], "ms", ""),
        (head + "check and solve, one common list", took["door common"], "ms", ""),
        (head + "certificate", MILLI * least(lambda: certify(match), 5), "ms", "1000"),
    ]


def of_a_million() -> list[Row]:
    """In a process of its own, so that its highest memory is that of the call."""
    market = region(LARGE, 3)
    size = sum(array.nbytes for array in market)
    with tempfile.TemporaryDirectory() as folder:
        for name, array in zip(("choices", "keys", "capacity"), market, strict=True):
            np.save(Path(folder) / f"{name}.npy", array)
        del market
        told = subprocess.run([sys.executable, __file__, "--large", folder], check=True, capture_output=True, text=True)
    took, more = json.loads(told.stdout)
    head = f"{LARGE:,} applicants: "
    return [
        (head + "check and solve, own order per path", took["door own"], "ms", "500"),
        (head + "check and solve, one common list", took["door common"], "ms", "500"),
        (head + "memory of the call, times the input", more / size, "x", "2"),
    ]


def large(folder: Path) -> None:
    """Milliseconds and the bytes that the highest memory lies above the memory before the call, as JSON."""
    warm = region(100, 1)
    deferred_acceptance(*warm)
    choices, keys, capacity = (np.load(folder / f"{name}.npy") for name in ("choices", "keys", "capacity"))
    before = psutil.Process().memory_info().rss
    deferred_acceptance(choices, keys, capacity)
    more = highest_memory() - before
    print(json.dumps([steps((choices, keys, capacity), 3), more]))


def highest_memory() -> int:
    """Bytes. Linux keeps it per program; elsewhere it may be the parent's, and then it is an upper bound."""
    status = Path("/proc/self/status")
    if status.exists():
        return 1024 * int(re.search(r"VmHWM:\s+(\d+)", status.read_text(encoding="ascii")).group(1))
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def against_the_package() -> list[Row]:
    tables = table_of(region(SMALL, 3))
    begun = time.perf_counter()
    theirs = by_package(*tables)
    slow = time.perf_counter() - begun
    if not (by_kernel(*tables).seat == theirs).all():
        raise SystemExit("the package `matching` seats somebody else")
    fast = least(lambda: by_kernel(*tables), 30)
    head = f"{SMALL:,} applicants, from tables to the same result: "
    return [
        (head + "the package `matching`", MILLI * slow, "ms", ""),
        (head + "here", MILLI * fast, "ms", ""),
        (head + "times faster", slow / fast, "x", "at least 1000"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--large", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.large:
        large(given.large)
        return
    rows = [*of_a_region(), *of_a_million(), *against_the_package()]
    if given.json:
        print(json.dumps({name: value for name, value, _, _ in rows}, indent=1))
        return
    for name, value, unit, bound in rows:
        print(f"{name:<78}{value:>10.2f} {unit:<3}{'at most ' * (bound[:1].isdigit()) + bound}")


if __name__ == "__main__":
    main()
