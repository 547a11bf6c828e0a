"""Kill whoever builds, approves, publishes or rolls back, at random moments, and write down what was left.

Run by `make simulate`.
"""

from __future__ import annotations

import argparse
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests.desk_kills import STEPS, try_kills

RECORD = Path(__file__).resolve().parents[1] / "docs" / "simulations" / "kills.md"
PAGE = """# Killed while publishing

A process takes a step at a release desk over and over (a site of six pages is switched in, a release is approved,
published, rolled back), and `kill -9` ends it at a random moment, drawn over a tenth more than the time that the step
took before. Then the public folder is read: it has to be one whole version, page by page what was locked, the one of
the log or the one of the step before. Every step that the process had told to be done has to be in the log, whose
chain has to be whole, and the next step has to go on by itself. The checks of a release and the rendering of pages are
left out. Made by `make simulate`.

Seed {seed}, {day}.

| killed while it was to | times | within the step | of these, the step was found taken | faults |
|---|---:|---:|---:|---:|
{rows}

"Found taken": the line was on the disk when the process ended, and nobody had been told yet. For `build` the new site
stood.
{faults}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--record", type=Path, default=RECORD)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = try_kills(Path(folder), asked.kills, asked.seed)
    rows = "\n".join(
        f"| {step} | {asked.kills // len(STEPS)} | {found.within[step]} | {found.taken[step]} "
        f"| {sum(fault.startswith(step) for fault in found.faults)} |"
        for step in STEPS
    )
    faults = "".join(f"\n- {fault}" for fault in found.faults)
    day = datetime.now(UTC).strftime("%Y-%m-%d")
    asked.record.write_text(PAGE.format(seed=asked.seed, day=day, rows=rows, faults=faults), encoding="utf-8")
    if found.faults:
        raise SystemExit(f"{len(found.faults)} faults:{faults}")


if __name__ == "__main__":
    main()
