"""Draw cohorts with known state probabilities, and write down how often intervals hold them. Run by `make simulate`."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from tests.cohorts_drawn import PLANTS, TIMES, draw, held, truth

RECORD = Path(__file__).resolve().parents[1] / "docs" / "simulations" / "aalen-johansen.md"
LEAST, MOST = 0.93, 0.97
INTERVALS = ("greenwood", "pupils", "schools")
MUST = {(plant, interval) for plant, interval in product(PLANTS, INTERVALS) if plant != "schools"} | {
    ("schools", "schools")
}
PAGE = """# Do intervals of state probabilities hold them?

Each cohort: {pupils:,} pupils at {schools} schools of unlike size, in five states month by month, with returns; a fifth
seen from some later month on only, half of them until some month only. The share of {cohorts:,} cohorts whose 95 per
cent intervals (cohort/aalen_johansen.py) hold the known probabilities after so many months, and the known months in
each state. States of probability 0 are left out. Made by `make simulate`.

Seed {seed}, {date}.

| pupils | interval | {months} | time in state | lowest of all | must hold |
|---|---|{lines}---:|---:|---|
{rows}

Alike: every pupil moves with the same chances. Memory: whoever has been on a study break is likelier to leave, so that
the process has no Markov property. Schools: chances differ between schools. Greenwood: errors from the moves at each
time. Pupils, schools: infinitesimal jackknife with each pupil, or each school, as a cluster. Where it must hold, each
of the figures lies in {least:.0%} to {most:.0%}; lowest of all is of a single state at a single time, with a standard
error of {error:.1f} percentage points. Where schools differ, an interval that takes pupils as unrelated is too narrow.
"""


def one_cohort(plant: str, seed: int, pupils: int, schools: int) -> dict[str, NDArray[np.bool_]]:
    """By interval, whether each truth was held."""
    drawn = draw(plant, np.random.default_rng([seed, PLANTS.index(plant)]), pupils, schools)
    wanted = truth(plant)
    return {interval: held(drawn, interval, wanted) for interval in INTERVALS}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cohorts", type=int, default=2000)
    parser.add_argument("--pupils", type=int, default=1500)
    parser.add_argument("--schools", type=int, default=80)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path, default=RECORD)
    given = parser.parse_args()
    rows, wrong = [], 0
    for plant in PLANTS:
        seeds = range(given.seed, given.seed + given.cohorts)
        told = Parallel(n_jobs=given.jobs)(
            delayed(one_cohort)(plant, seed, given.pupils, given.schools) for seed in seeds
        )
        possible = truth(plant) > 0
        for interval in INTERVALS:
            share = np.where(possible, np.mean([one[interval] for one in told], axis=0), np.nan)
            by_time = np.nanmean(share, axis=1)
            must = (plant, interval) in MUST
            wrong += must and not ((by_time >= LEAST) & (by_time <= MOST)).all()
            cells = " | ".join(f"{one:.1%}" for one in (*by_time, np.nanmin(share)))
            rows.append(f"| {plant} | {interval} | {cells} | {'yes' if must else 'no'} |")
            print(rows[-1], flush=True)
    page = PAGE.format(
        pupils=given.pupils,
        schools=given.schools,
        cohorts=given.cohorts,
        seed=given.seed,
        date=datetime.now(UTC).date().isoformat(),
        months=" | ".join(f"{month} months" for month in TIMES),
        lines="---:|" * len(TIMES),
        rows="\n".join(rows),
        least=LEAST,
        most=MOST,
        error=100 * (0.95 * 0.05 / given.cohorts) ** 0.5,
    )
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(page, encoding="utf-8")
    return int(wrong > 0)


if __name__ == "__main__":
    raise SystemExit(main())
