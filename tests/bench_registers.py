"""How long a full year of the made-up region takes: made, read, stored, matched. Run by `make bench`.

About 30,600 pupils, 1,460 study paths and 170,000 choices a round; each figure is the least of three.
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
from gymreg_core.synthetic.registers import DEFAULT_SEED, make_register
from tests.bench import measured

YEAR = 2024
BOUNDS = {"gymreg synth, whole process, s": 15.0, "gymreg synth, MB": 1500.0, "gymreg match, whole process, s": 2.0}
"""What the figures may be at most."""


def least(work: Callable[[int], Any]) -> float:
    """Seconds of the quickest of three."""
    took = []
    for turn in range(3):
        begun = time.perf_counter()
        work(turn)
        took.append(time.perf_counter() - begun)
    return min(took)


def command(*wanted: object) -> None:
    """A command as a process of its own."""
    start = [sys.executable, "-c", "from gymreg_core.cli import main; main()"]
    subprocess.run([*start, *map(str, wanted)], check=True, capture_output=True)


def match_command(workspace: Path, year: int, seed: int) -> None:
    """gymreg match: started, matched, certified, stored, written."""
    command("match", "--workspace", workspace, "--year", year, "--seed", seed, "--out", workspace / "results")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    register = make_register(YEAR)
    folder = Path(tempfile.mkdtemp(prefix="gymreg-bench-"))
    figures: dict[str, float] = {"choices": len(register.applications)}
    try:
        data, store = folder / "data", folder / "store"
        numbers = identity_numbers(register, DEFAULT_SEED)
        figures["gymreg synth, whole process, s"] = least(
            lambda turn: command("synth", "--out", folder / f"made{turn}", "--years", YEAR)
        )
        _, figures["gymreg synth, MB"] = measured(lambda: command("synth", "--out", folder / "made3", "--years", YEAR))
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
    bounds = {name: f"   at most {bound:g}" for name, bound in BOUNDS.items()}
    lines = "\n".join(f"{name:<42}{value:10.2f}{bounds.get(name, '')}" for name, value in figures.items())
    print(json.dumps(figures, indent=1) if given.json else lines)


if __name__ == "__main__":
    main()
