"""How long state probabilities of 350,000 pupils take, and two exits beside lifelines. Part of bench_cohort.py.

lifelines wants an older pandas, so it runs in an environment of its own, made in a temporary folder. Both fit the same
exits, a rare and a usual one on 1,825 days, with standard errors, and time themselves: ours the least of three, theirs
once. On days with a single exit of a kind and others of the other kind lifelines jitters every time; `tied` is a case
where no day is such and it does not.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gymreg_core.cohort.aalen_johansen import aalen_johansen, cumulative_incidence

SUBJECTS, STATES, DAYS = 350_000, 9, 1_825
ABSORBING = 3
PACKAGE = "lifelines==0.30.3"
THEIRS = """
import json, sys, time, warnings
import numpy as np
warnings.simplefilter("ignore")
from lifelines import AalenJohansenFitter
drawn = np.load(sys.argv[1])
AalenJohansenFitter(seed=0).fit(drawn["time"][:500], drawn["cause"][:500], event_of_interest=1)
begun = time.perf_counter()
AalenJohansenFitter(seed=0).fit(drawn["time"], drawn["cause"], event_of_interest=1)
print(json.dumps(time.perf_counter() - begun))
"""
Ints = NDArray[np.int64]


def walks(n: int, seed: int = 0) -> dict[str, Ints]:
    """Rows of n subjects who move among nine states on any day, three of them for good, until some day."""
    rng = np.random.default_rng(seed)
    who, now, state = np.arange(n), np.zeros(n, np.int64), rng.integers(0, 3, n)
    end = rng.integers(300, DAYS, n)
    rows: list[tuple[Ints, ...]] = []
    while len(who):
        stop = np.minimum(now + rng.geometric(1 / 600, len(who)), end)
        after = (state + rng.integers(1, STATES, len(who))) % STATES
        moves = (stop < end) & (state < STATES - ABSORBING)
        stop = np.where(state < STATES - ABSORBING, stop, end)
        rows.append((who, now, stop, state, np.where(moves, after, -1)))
        who, now, state, end = who[moves], stop[moves], after[moves], end[moves]
    names = ("id", "start", "stop", "state_from", "state_to")
    return dict(zip(names, map(np.concatenate, zip(*rows, strict=True)), strict=True))


def exits(n: int, seed: int = 0, *, rare: bool = True) -> dict[str, Ints]:
    """When subjects left and for which of two causes, 0 where they had not by the last day."""
    rng = np.random.default_rng(seed)
    if not rare:
        return {"time": rng.integers(1, DAYS, n), "cause": rng.integers(0, 3, n)}
    day = np.minimum(rng.geometric(1 / 700, n), DAYS)
    return {"time": day, "cause": np.where(day == DAYS, 0, 1 + (rng.random(n) < 0.9))}


def least(work: Callable[[], Any]) -> float:
    best = float("inf")
    for _ in range(3):
        begun = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begun)
    return best


def figures(folder: Path) -> dict[str, float]:
    """Seconds by what was done; those of lifelines are left out, and that is said, where it cannot be had."""
    names = [f"state {place}" for place in range(STATES)]
    rows = walks(SUBJECTS)
    school = rows["id"] % 250
    few = walks(100)
    aalen_johansen(**few, states=names)
    aalen_johansen(**few, states=names, clusters=few["id"])
    head = f"Aalen-Johansen, {SUBJECTS:,} subjects, {STATES} states"
    told = {
        f"{head}, rows": float(len(rows["id"])),
        f"{head}, s": least(lambda: aalen_johansen(**rows, states=names)),
        f"{head}, 250 schools, s": least(lambda: aalen_johansen(**rows, states=names, clusters=school)),
    }
    python = environment(folder)
    for case, drawn in (("two exits", exits(SUBJECTS)), ("two exits, tied", exits(SUBJECTS, rare=False))):
        ours = least(lambda drawn=drawn: cumulative_incidence(drawn["time"], drawn["cause"] - 1, causes=("a", "b")))
        told[f"{case}, s"] = ours
        if python is not None:
            theirs = by_lifelines(python, folder, drawn)
            told |= {f"{case}, lifelines, s": theirs, f"{case}, times as fast as lifelines": theirs / ours}
    return told


def environment(folder: Path) -> Path | None:
    """The interpreter of a new environment with lifelines; None where that cannot be made."""
    uv, python = Path(sys.executable).with_name("uv"), folder / "lifelines" / "bin" / "python"
    try:
        for step in (
            ["venv", "--quiet", "--python", sys.executable, str(folder / "lifelines")],
            ["pip", "install", "--quiet", "--python", str(python), PACKAGE],
        ):
            subprocess.run([str(uv), *step], check=True, capture_output=True, timeout=600)
    except (OSError, subprocess.SubprocessError):
        print(f"{PACKAGE} cannot be had here: nothing is compared with it.", file=sys.stderr)
        return None
    return python


def by_lifelines(python: Path, folder: Path, drawn: dict[str, Ints]) -> float:
    np.savez(folder / "exits.npz", **drawn)
    command = [str(python), "-c", THEIRS, str(folder / "exits.npz")]
    return float(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
