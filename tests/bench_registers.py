"""How long a full year's register takes from extract to store and back, and to be matched. Run by `make bench`.

30,000 pupils, 1,400 study paths, about 200,000 choices a round; each figure is the least of three.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gymreg_core.sources.register.reading import check_register, read_register
from gymreg_core.store.registers import ingest_register, stored_register
from gymreg_core.synthetic.dirty import plant
from gymreg_core.synthetic.extracts import write_register
from gymreg_core.synthetic.identities import identity_numbers
from tests.bench import measured
from tests.registers import small_register

PUPILS, PATHS, LONGEST = 30_000, 1_400, 12


def least(work: Callable[[int], Any]) -> float:
    """Seconds of the quickest of three."""
    took = []
    for turn in range(3):
        begun = time.perf_counter()
        work(turn)
        took.append(time.perf_counter() - begun)
    return min(took)


def match_command(workspace: Path, year: int, seed: int) -> None:
    """gymreg match as a process of its own: started, matched, certified, stored, written."""
    wanted = ["match", "--workspace", workspace, "--year", year, "--seed", seed, "--out", workspace / "results"]
    start = [sys.executable, "-c", "from gymreg_core.cli import main; main()"]
    subprocess.run([*start, *map(str, wanted)], check=True, capture_output=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    register = small_register(PUPILS, paths=PATHS, longest=LONGEST)
    folder = Path(tempfile.mkdtemp(prefix="gymreg-bench-"))
    figures: dict[str, float] = {"choices": len(register.applications)}
    try:
        data, store = folder / "data", folder / "store"
        numbers = identity_numbers(register, 0)
        figures["extract written, s"] = least(lambda _: write_register(register, numbers, data))
        figures["checked, s"] = least(lambda _: check_register(data))
        figures["read, s"] = least(lambda _: read_register(data))
        figures["read and stored, s"] = least(lambda turn: ingest_register(data, folder / f"ws{turn}"))
        _, figures["read and stored, MB"] = measured(lambda: ingest_register(data, store))
        figures["ingested again unchanged, s"] = least(lambda _: ingest_register(data, store))
        figures["loaded from the store, s"] = least(lambda _: stored_register(store, register.intake_year))
        year = register.intake_year
        match_command(store, year, 99)
        figures["gymreg match, whole process, s"] = least(lambda turn: match_command(store, year, turn))
        figures["gymreg match again unchanged, s"] = least(lambda _: match_command(store, year, 2))
        for turn in range(3):
            write_register(register, numbers, folder / f"dirty{turn}")
        figures["faults planted, s"] = least(lambda turn: plant(folder / f"dirty{turn}", turn))
        figures["with faults checked, s"] = least(lambda _: check_register(folder / "dirty0"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    lines = "\n".join(f"{name:<42}{value:10.2f}" for name, value in figures.items())
    print(json.dumps(figures, indent=1) if given.json else lines)


if __name__ == "__main__":
    main()
