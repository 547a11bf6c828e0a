"""Plant odds in many made-up regions, look for them again, and write down how often. Run by `make simulate`."""

from __future__ import annotations

import argparse
from collections import defaultdict
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import get_args

from joblib import Parallel, delayed

from gymreg_core.funding.supplement_odds import Interval
from tests.supplement_regions import PLANTS, YEARS, draw, found, starters, through_enrolments

RECORD = Path(__file__).resolve().parents[1] / "docs" / "simulations" / "supplement.md"
LEAST, MOST = 0.93, 0.97
INTERVALS = get_args(Interval)

PAGE = """# Are planted odds found again?

Each region: {years} of the made-up region at {scale:g} of its size, with pupils of its own, matched; those admitted to
a national programme become eligible for higher education with known odds. The share of {regions} regions whose 95 per
cent interval holds the planted odds ratio. Made by `make simulate`.

Seed {seed}, {date}.

| planted | interval | level 1 | level 2 | level 3 | all |
|---|---|---:|---:|---:|---:|
{rows}

Enrolments: rising odds of 2019 alone, found in the enrolment histories, with moves, late certificates and corrections.
Constant: the odds are one number within a level, those of `rules/supplement.yml`, so that the regression on levels is
the very model. Rising: the odds rise with every point of merit, and a level's are those of its pupils' mean chance.
Pupils: each pupil's outcome on its own. It must hold in {least:.0%} to {most:.0%} of the regions, all levels together;
the share of a single level has a standard error of 1.3 percentage points. With rising odds pupils differ within a
level, and an interval that takes them as alike is a little too wide. Schools: as if the schools were drawn from many;
where merit differs between schools and odds rise with merit, it also counts that difference as chance; where few
schools have most pupils of a level, it is too narrow. It is told for comparison and need hold nothing.
"""


def one_region(seed: int, scale: float) -> dict[tuple[str, str], list[bool]]:
    """By plant and interval, whether each level was found."""
    people = starters(seed, scale)
    drawn = {plant: draw(people, plant, seed) for plant in PLANTS}
    drawn["enrolments"] = through_enrolments(seed, scale)
    return {(plant, interval): list(found(*drawn[plant], interval)) for plant, interval in product(drawn, INTERVALS)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--regions", type=int, default=300)
    parser.add_argument("--scale", type=float, default=0.3)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path, default=RECORD)
    given = parser.parse_args()
    seeds = range(given.seed, given.seed + given.regions)
    hits: dict[tuple[str, str], list[list[bool]]] = defaultdict(list)
    for told in Parallel(n_jobs=given.jobs)(delayed(one_region)(seed, given.scale) for seed in seeds):
        for key, levels in told.items():
            hits[key].append(levels)
    rows, wrong = [], 0
    for (plant, interval), regions in hits.items():
        by_level = [[levels[place] for levels in regions if len(levels) > place] for place in range(3)]
        together = [hit for levels in regions for hit in levels]
        share = sum(together) / len(together)
        wrong += interval == "pupils" and not LEAST <= share <= MOST
        cells = " | ".join(f"{sum(hit) / len(hit):.1%}" for hit in [*by_level, together])
        rows.append(f"| {plant} | {interval} | {cells} |")
        print(rows[-1], flush=True)
    page = PAGE.format(
        years=" and ".join(map(str, YEARS)),
        scale=given.scale,
        regions=given.regions,
        seed=given.seed,
        date=datetime.now(UTC).date().isoformat(),
        rows="\n".join(rows),
        least=LEAST,
        most=MOST,
    )
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(page, encoding="utf-8")
    return int(wrong > 0)


if __name__ == "__main__":
    raise SystemExit(main())
