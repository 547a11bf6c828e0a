"""How long effect studies take, beside what is promised. Run by `make bench`.

The made-up region's panel at full size and what is made of it: the simulations of power, every choice, and the whole
study of the panel designs. The second of two tries, so that nothing is compiled.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from typing import Any

from gymreg_core.effects.build_panel import build_panel
from gymreg_core.effects.panel import Panel
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.effects.power import SIMULATED, power
from gymreg_core.effects.specification import specifications
from gymreg_core.effects.study import About, study
from tests.effects_panels import made_up_cohorts, made_up_panel

JOBS = 2
PLAN = AnalysisPlan()
MAIN = AnalysisPlan(designs=("introduction",))
ABOUT = About(since="2011-07-01", as_of="2026-01-31", made_up=True)
PANEL = AnalysisPlan(designs=SIMULATED)  # type: ignore[arg-type]
WORK: dict[str, Callable[[Panel], Any]] = {
    "500 simulations of the main design": lambda panel: power(panel, MAIN, jobs=JOBS),
    "power of all panel designs": lambda panel: power(panel, PLAN, jobs=JOBS),
    "every choice": lambda panel: specifications(panel, PLAN, jobs=JOBS),
    "study by the panel designs, five outcomes": lambda panel: study(panel, None, None, PANEL, about=ABOUT, jobs=JOBS),
}
BOUNDS = {"500 simulations of the main design": 300.0, "study by the panel designs, five outcomes": 90.0}
"""Seconds at most."""


def seconds(work: Callable[[], Any]) -> float:
    """How long it takes the second time."""
    took = 0.0
    for _ in range(2):
        begun = time.perf_counter()
        work()
        took = time.perf_counter() - begun
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--scale", type=float, default=1.0)
    given = parser.parse_args()
    panel = made_up_panel(given.scale)
    found = {"panel from histories": seconds(lambda: build_panel(*made_up_cohorts(given.scale)))}
    found |= {name: seconds(lambda work=work: work(panel)) for name, work in WORK.items()}  # type: ignore[misc]
    if given.json:
        print(json.dumps(found, indent=1))
        return
    print(f"{panel}, {PLAN.simulations} simulations, {JOBS} of {os.cpu_count()} cores")
    for name, value in found.items():
        bound = f"   at most {BOUNDS[name]:g}" if name in BOUNDS else ""
        print(f"{name:<60}{value:10.2f} s{bound}")


if __name__ == "__main__":
    main()
