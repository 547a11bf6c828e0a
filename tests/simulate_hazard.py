"""Plant effects on interruption and differences between schools, look for them again, and write down how often.

Run by `make simulate`.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed

from gymreg_core.cohort.hazard import interruption_of
from tests import hazard_planted, schools_planted

RECORD = Path(__file__).resolve().parents[1] / "docs" / "simulations" / "cohort-models.md"
LEAST, MOST = 0.93, 0.97
SPREADS = (0.0, 0.2, 0.4, 0.6)

PAGE = """# Do the models of cohorts find what was planted?

Intervals of 95 per cent have to hold the truth in {least:.0%} to {most:.0%} of the simulations. Made by
`make simulate`.

Seed {seed}, {date}.

## Interruption

{simulations} simulations of {years:,} pupil years at {schools} schools of unlike size. A school adds a number to the
log odds of its pupils (standard deviation {deviation:.2f}, bridge distribution); vocational pupils gather at some
schools, and a school has one provider. Share of the intervals of average marginal effects that hold the true one,
averaged over schools; mean error is what they miss it by on average. A single share has a standard error of
{error:.1f} percentage points.

| characteristic | level | true effect, percentage points | mean error | held |
|---|---|---:|---:|---:|
{effects}
| all | | | | {all_effects:.1%} |

## Schools

{simulations} simulations of {pupils:,} starters at {schools_compared} schools for each planted spread (the standard
deviation of what a school adds to the log odds of completing). Share of the schools whose interval holds their true
difference from pupils in the region with the same intake; and the standard deviation of the true differences,
planted and as estimated, in percentage points. Without any spread, every difference is 0 and held nearly always: the
interval says that one cannot know that it is 0.

| planted in log odds | true | estimated | held | held, larger half of the schools | held by fewer, simulations |
|---:|---:|---:|---:|---:|---:|
{differences}

The last column tells in how many simulations less than nine tenths of the schools were held: where the estimated
spread came out too small, the intervals of all schools are too narrow at once.
"""


def one_model(seed: int, schools: int, years: int) -> dict[tuple[str, str], tuple[float, float, bool]]:
    """By characteristic and level: the true effect, the error, and whether it was held."""
    periods, truth = hazard_planted.planted(seed, schools, years)
    return {
        (row.term, row.level): (
            truth[row.term, row.level],
            row.effect - truth[row.term, row.level],
            bool(row.low <= truth[row.term, row.level] <= row.high),
        )
        for row in interruption_of(periods).table.itertuples()
    }


def effects(given: argparse.Namespace, seeds: range) -> tuple[list[str], float]:
    """The rows of the page, and the share of all intervals."""
    told = defaultdict(list)
    jobs = (delayed(one_model)(seed, given.schools, given.years) for seed in seeds)
    for one in Parallel(n_jobs=given.jobs)(jobs):
        for key, value in one.items():
            told[key].append(value)
    rows = []
    for (term, level), values in told.items():
        true, missed, hit = np.array(values, float).mean(axis=0)
        rows.append(f"| {term} | {level} | {true * 100:.2f} | {missed * 100:+.3f} | {hit:.1%} |")
        print(rows[-1], flush=True)
    return rows, float(np.mean([hit for values in told.values() for *_, hit in values]))


def differences(given: argparse.Namespace, seeds: range) -> tuple[list[str], list[float]]:
    """The rows of the page, and the share of held schools of each spread but none."""
    rows, shares = [], []
    for spread in SPREADS:
        jobs = (delayed(schools_planted.found)(seed, spread, given.schools_compared, given.pupils) for seed in seeds)
        one = Parallel(n_jobs=given.jobs)(jobs)
        held, large = (float(np.concatenate([getattr(f, name) for f in one]).mean()) for name in ("hit", "large"))
        low = sum(f.hit.mean() < 0.9 for f in one)
        true, found = (100 * float(np.mean([getattr(f, name) for f in one])) for name in ("true", "between"))
        rows.append(f"| {spread} | {true:.2f} | {found:.2f} | {held:.1%} | {large:.1%} | {low} |")
        shares += [held] if spread else []
        print(rows[-1], flush=True)
    return rows, shares


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simulations", type=int, default=600)
    parser.add_argument("--schools", type=int, default=150)
    parser.add_argument("--years", type=int, default=40_000)
    parser.add_argument("--schools-compared", type=int, default=180)
    parser.add_argument("--pupils", type=int, default=24_000)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path, default=RECORD)
    given = parser.parse_args()
    seeds = range(given.seed, given.seed + given.simulations)
    rows, share = effects(given, seeds)
    of_schools, shares = differences(given, seeds)
    deviation = np.pi * np.sqrt((hazard_planted.SHARED**-2 - 1) / 3)
    page = PAGE.format(
        **vars(given),
        date=datetime.now(UTC).date().isoformat(),
        least=LEAST,
        most=MOST,
        deviation=deviation,
        error=100 * np.sqrt(0.95 * 0.05 / given.simulations),
        effects="\n".join(rows),
        all_effects=share,
        differences="\n".join(of_schools),
    )
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(page, encoding="utf-8")
    return int(not all(LEAST <= one <= MOST for one in (share, *shares)))


if __name__ == "__main__":
    raise SystemExit(main())
