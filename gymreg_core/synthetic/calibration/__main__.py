"""Fits the made-up region to the published one and writes its numbers into the package: `make calibrate`."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from gymreg_core.errors import GymregError
from gymreg_core.synthetic.calibration.compare import against_published, bounds, over_time
from gymreg_core.synthetic.calibration.fit import fit_paths, try_on
from gymreg_core.synthetic.calibration.homes import fit_homes
from gymreg_core.synthetic.calibration.targets import study_path_targets, year9_targets
from gymreg_core.synthetic.calibration.write import write_homes, write_paths
from gymreg_core.synthetic.paths import fitted_homes, fitted_paths
from gymreg_core.synthetic.registers import DEFAULT_SEED, make_register
from gymreg_core.synthetic.shape import value

_TOLD_EVERY, _WHOLE = 20, 1000
_SHOWN = ("measure", "group", "published", "made_up", "holds")
_KINDS = ("share", "points", "range")
_YEARS = (2021, 2022, 2023, 2024)


def main() -> int:
    """Fit unless only asked to compare, write, and print what agrees with the published figures and what does not."""
    parser = argparse.ArgumentParser(prog="calibrate", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with storsthlm/ and skolverket/")
    parser.add_argument("--compare", action="store_true", help="fit nothing, compare what is in the package")
    parser.add_argument("--further", type=int, metavar="N", help="N more trials from what is in the package")
    parser.add_argument("--record", type=Path, help="Markdown file that the comparison is written to")
    wanted = parser.parse_args()
    try:
        targets, year9 = study_path_targets(wanted.data), year9_targets(wanted.data)
    except GymregError as problem:
        print(f"calibrate: {problem}", file=sys.stderr)
        return problem.exit_code
    if not wanted.compare:
        _fit(targets, year9, wanted.further)
    registers = [make_register(year) for year in _YEARS]
    base = registers[_YEARS.index(value("base_year"))]
    table = pd.concat([against_published(base, targets, year9), over_time(registers)], ignore_index=True)
    print(table.to_string(index=False, float_format=lambda number: f"{number:.4g}"))
    if wanted.record:
        wanted.record.write_text(_record(table), encoding="utf-8")
    missed = int((~table["holds"]).sum())
    print(f"{len(table) - missed} of {len(table)} figures hold")
    return 1 if missed else 0


def _record(table: pd.DataFrame) -> str:
    """The comparison as a page: each figure beside the published one and what has to hold."""
    lines = [
        "# The made-up region beside the published one",
        "",
        f"Final admission {value('base_year')}, recomputed from the made-up register and as the office published it;",
        "year 9 as in Skolverket's file; moves of cut-offs between rounds and years of the made-up region alone. What",
        "has to hold stands in `gymreg_core/synthetic/calibration/bounds.yml`. Made by `make calibrate`.",
        "",
        f"Seed {DEFAULT_SEED}, {datetime.now(tz=UTC).date()}.",
        "",
        "| figure | of | published | made up | has to hold | holds |",
        "|---|---|---:|---:|---|---|",
    ]
    for measure, group, published, made_up, holds in zip(*(table[name] for name in _SHOWN), strict=True):
        beside = "" if published is None or np.isnan(published) else _figure(published)
        bound = " ".join(f"{kind} {size}" for kind, size in bounds().get(measure, {}).items() if kind in _KINDS)
        name, word = measure.replace("_", " "), "yes" if holds else "no"
        lines.append(f"| {name} | {group} | {beside} | {_figure(made_up)} | {bound} | {word} |")
    return "\n".join(lines) + "\n"


def _figure(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= _WHOLE else f"{number:.4g}"


def _fit(targets: pd.DataFrame, year9: pd.DataFrame, further: int | None) -> None:
    if further is None:
        homes = list(fit_homes(year9, DEFAULT_SEED))[-1]
        write_homes(homes)
        fits = fit_paths(targets, homes, DEFAULT_SEED)
    else:
        fits = try_on(targets, list(fitted_homes()), fitted_paths(), DEFAULT_SEED, further)
    paths = fitted_paths()
    for number, (fit, off) in enumerate(fits):
        paths = fit.paths
        if number % _TOLD_EVERY == 0:
            print(number, {name: round(size, 1) for name, size in off.items()}, file=sys.stderr, flush=True)
    write_paths(paths)
    fitted_homes.cache_clear()
    fitted_paths.cache_clear()


if __name__ == "__main__":
    sys.exit(main())
