"""Mutate 100,000 params, policy, rules and release files, and write down what broke: docs/simulations/fuzz.md.

Most are read in this process; some go through the command line in a process of its own.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzzed import CANARIES, ROOT, Result, Target, mutated, targets, tried

FILES, SEED = 100_000, 20261125
BY_COMMAND = 60
_WEIGHTS = {"manifest.json, read": 0.2}  # a whole site is read for each
_MAIN = "from gymreg_core.cli import main; main()"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=FILES)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "simulations" / "fuzz.md")
    given = parser.parse_args()
    every = targets()
    weights = [_WEIGHTS.get(target.name, 1.0) for target in every]
    counts = [round(given.files * weight / sum(weights)) for weight in weights]
    counts[0] += given.files - sum(counts)
    results = {}
    for target, count in zip(every, counts, strict=True):
        with TemporaryDirectory() as folder:
            results[target.name] = tried(target, count, given.seed, Path(folder))
        print(target.name, count, len(results[target.name].faults), flush=True)
    by_command = through_commands(every, given.seed)
    given.out.write_text(report(results, by_command, given.seed), encoding="utf-8")
    broken = sum(len(result.faults) for result in results.values()) + len(by_command[1])
    sys.exit(1 if broken else 0)


def through_commands(every: list[Target], seed: int) -> tuple[Counter[int], list[str]]:
    """Exit codes of commands that were given mutated files, and what broke."""
    codes: Counter[int] = Counter()
    faults = []
    for target in (one for one in every if one.name in ("params admission", "params effects")):
        rng = random.Random(f"command:{target.name}:{seed}")
        for _ in range(BY_COMMAND // 2):
            with TemporaryDirectory() as folder:
                path = Path(folder) / "params.yml"
                path.write_bytes(mutated(rng.choice(target.good), rng) + b"\nunknown_parameter: 1\n")
                command = [sys.executable, "-c", _MAIN, "report", target.name.split()[1], "--params", str(path)]
                done = subprocess.run(
                    [*command, "--out", f"{folder}/site"], capture_output=True, text=True, check=False
                )
            codes[done.returncode] += 1
            told = done.stdout + done.stderr
            if done.returncode != 10 or "Traceback" in told or any(one in told for one in CANARIES):
                faults.append(f"{target.name}: exit code {done.returncode}")
    return codes, faults


def report(results: dict[str, Result], by_command: tuple[Counter[int], list[str]], seed: int) -> str:
    """The page, in Markdown."""
    tried_files = sum(result.tried for result in results.values())
    lines = [
        "# Mutated files",
        "",
        f"`make simulate`, {datetime.now(UTC):%Y-%m-%d}, seed {seed}: {tried_files} files, mutated by byte, by line",
        "and by value (tests/fuzzed.py), went through what reads them. A file may still be a good one, or is refused",
        "with the exit code of its kind (10 parameters, 11 input, 12 rules). Broken is any other exception, any other",
        "exit code, and any message that holds one of the names and identity numbers that were planted in values.",
        "",
        "| file | tried | refused, by exit code | broken |",
        "|---|---:|---|---:|",
    ]
    for name, result in results.items():
        codes = ", ".join(f"{code}: {count}" for code, count in sorted(result.refused.items())) or "none"
        lines.append(f"| {name} | {result.tried} | {codes} | {len(result.faults)} |")
    codes, faults = by_command
    shown = ", ".join(f"{code}: {count}" for code, count in sorted(codes.items()))
    lines += ["", f"Through the command line: {sum(codes.values())} files, exit codes {shown}, broken {len(faults)}."]
    told = [fault for result in results.values() for fault, _ in result.faults] + faults
    lines += ["", *(f"- {fault} ({count})" for fault, count in Counter(told).most_common(40))] if told else []
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
