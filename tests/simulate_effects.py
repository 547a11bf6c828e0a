"""Plant effects, break designs, look for both, and write down how often they are found. Run by `make simulate`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from joblib import Parallel, delayed

from gymreg_core.effects.panel import Panel
from gymreg_core.effects.power import power
from gymreg_core.effects.redraw import Truth
from gymreg_core.effects.redraw_margins import MarginTruth
from tests import effects_simulated as made
from tests.effects_panels import made_up_panel
from tests.effects_shocks import Shocked

RECORD = Path(__file__).resolve().parents[1] / "docs" / "simulations" / "effects.md"
BIAS = 0.10
LEAST, MOST = 0.93, 0.97
SIZE_LEAST, SIZE_MOST = 0.04, 0.06
REJECTED = 0.80
LEVEL = 0.05
_CHUNK = 25
_PANELS = 4
"""Panels are drawn so many times as often as other tests, which take longer."""

PAGE = """# Do designs of effect studies find what is planted, and tell when they are broken?

The panel of the made-up region at {scale:g} of its size ({panel}), its outcomes drawn anew; applicants and a supplement
with many levels that are made up for it. Made by `make simulate`.

Seed {seed}, {date}.

{sections}
"""
FOUND = """## Planted effects

{runs} simulations of each. Aims at: the effect that the design makes of the planted ones without any chance; the mean
over the pupils of cohorts with a supplement in all their school years stands beside it. Where effects differ, a design
weighs them by where doses differ, and its number is no mean over pupils. Bias: of the estimates, in their standard
deviations, at most {bias:.0%}; it is itself known to within {error:.0%} or so. Intervals hold the effect in {least:.0%}
to {most:.0%}. Errors: mean standard error by the standard deviation of the estimates.

| design | planted | aims at | mean over pupils | bias | interval holds it | errors | kept |
|---|---|---:|---:|---:|---:|---:|---|
{rows}
"""
TESTS = """## Tests of what holds

Simulations in which nothing is broken; share with a p-value below {level:g}, which should be {least:.0%} to {most:.0%}.

| test | simulations | rejects | standard error | kept |
|---|---:|---:|---:|---|
{rows}

The balance of offers rejects too seldom, which is not explained; a broken one is seen all the same (below).
"""
BREAKS = """## Broken designs

{runs} simulations of each; the test should reject in {rejected:.0%}, and by that the study withdraws what it says.

| what is broken | design | test | rejects | withdrawn | told as a cause | kept |
|---|---|---|---:|---:|---:|---|
{rows}

Diverging trends: the outcome moves by 0.4 percentage points a year for each thousand kronor of predicted dose. In the
region one cohort alone lies before the one that others are compared with, and its test sees too little: where it does
not reject, it is told as unclear, and no cause is told, which is what has to be kept there. Begun later: the same
region, had the supplement begun three years later. Parted in the year before: outcomes of the two cohorts before, by
1.5 percentage points for each thousand kronor of predicted dose, in the region as it is.
Leaking dose: one percentage point by a thousand kronor of the next cohort's dose. The dose moves the intake: covered
pupils by 15 per cent for each thousand kronor; what was settled: the share of girls by one percentage point.
Sorting: {sorted:.0%} of those up to ten points below a cut-off are lifted above it. Offers besides the lots: the best
{cheat:.0%} have one whatever the lots say. Amounts that follow the pupils: half of what befalls a level is in them.
"""
TIME = """## Time

{runs} simulations of the main design, each with {effects} planted effects, and of the other panel designs, on {jobs}
cores: {seconds:.0f} seconds (at most 300).
"""


def in_chunks(work: Callable[[Iterable[int]], Any], seed: int, runs: int, jobs: int) -> list[Any]:
    """`work` for seeds in chunks, side by side."""
    starts = range(seed, seed + runs, _CHUNK)
    chunks = [range(start, min(start + _CHUNK, seed + runs)) for start in starts]
    return list(Parallel(n_jobs=jobs)(delayed(work)(chunk) for chunk in chunks))


def one_by_one(work: Callable[[int], Any], seed: int, runs: int, jobs: int) -> list[Any]:
    return list(Parallel(n_jobs=jobs)(delayed(work)(at) for at in range(seed, seed + runs)))


class Simulated:
    """The parts of the record; `wrong` counts figures outside of what they must keep."""

    def __init__(self, panel: Panel, given: argparse.Namespace) -> None:
        self.panel, self.given, self.wrong = panel, given, 0

    def kept(self, good: bool) -> str:
        self.wrong += not good
        return "yes" if good else "**no**"

    def found_row(self, design: str, planted: str, runs: made.Runs, mean: float) -> str:
        good = abs(runs.bias) <= BIAS and LEAST <= runs.covered <= MOST
        row = f"| {design} | {planted} | {runs.aims_at:.4f} | {mean:.4f} | {runs.bias:+.1%} | {runs.covered:.1%} | "
        row += f"{runs.ratio:.2f} | {self.kept(good)} |"
        print(row, flush=True)
        return row

    def found(self) -> str:
        runs, seed, jobs = self.given.runs, self.given.seed, self.given.jobs
        rows = []
        for name, truth in made.plants(self.panel).items():
            parts = in_chunks(partial(made.panel_runs, self.panel, truth), seed, runs, jobs)
            mean = truth.average(self.panel, made.OUTCOME)
            rows += [self.found_row(design, name, one, mean) for design, one in made.together(parts).items()]
        for design, name, work in ESTIMATED:
            told = [row for row, *_ in one_by_one(work, seed, runs, jobs)]
            numbers = ("estimate", "std_error", "high", "aims_at")
            estimates, errors, high, aims = (np.array([one[at] for one in told]) for at in numbers)
            far, mean = float(np.median((high - estimates) / errors)), float(aims.mean())
            # What a design aims at may be another effect in each draw.
            rows.append(self.found_row(design, name, made.Runs(estimates - aims + mean, errors, far, mean), mean))
        return FOUND.format(runs=runs, bias=BIAS, error=runs**-0.5, least=LEAST, most=MOST, rows="\n".join(rows))

    def tests(self) -> str:
        runs, seed, jobs = self.given.tests, self.given.seed, self.given.jobs
        parts = in_chunks(partial(made.panel_tests, self.panel, Truth()), seed, _PANELS * runs, jobs)
        told = [one for part in parts for one in part]
        p_values = {name: np.array([one[name] for one in told]) for name in told[0]}
        p_values["introduction: composition"] = np.array(one_by_one(made.one_composition, seed, runs, jobs))
        for name, work in TESTED.items():
            p_values[name] = np.array([p for _, p, _ in one_by_one(work, seed, runs, jobs)])
        rows = []
        for name, one in p_values.items():
            share, error = float((one < LEVEL).mean()), (LEVEL * (1 - LEVEL) / len(one)) ** 0.5
            kept = self.kept(SIZE_LEAST <= share <= SIZE_MOST)
            rows.append(f"| {name} | {len(one)} | {share:.1%} | {error:.1%} | {kept} |")
            print(rows[-1], flush=True)
        return TESTS.format(level=LEVEL, least=SIZE_LEAST, most=SIZE_MOST, rows="\n".join(rows))

    def breaks(self) -> str:
        runs, seed, jobs = self.given.breaks, self.given.seed, self.given.jobs
        told = {
            broken: one_by_one(partial(made.broken_panel, self.panel, broken, truth), seed, runs, jobs)
            for broken, truth in made.BROKEN.items()
        }
        told |= {
            broken: [judged for *_, judged in one_by_one(work, seed, runs, jobs)]
            for broken, work in BREAKS_BESIDE.items()
        }
        rows = []
        for broken, judged in told.items():
            rejects, withdrawn, causal = np.mean(judged, axis=0)
            name = broken.name + (", begun later" if broken.later else "")
            kept = self.kept(min(rejects, withdrawn) >= REJECTED if broken.seen else causal == 0)
            shares = " | ".join(f"{share:.0%}" for share in (rejects, withdrawn, causal))
            rows.append(f"| {name} | {broken.design} | {broken.check} | {shares} | {kept} |")
            print(rows[-1], flush=True)
        return BREAKS.format(runs=runs, rejected=REJECTED, sorted=SORTED, cheat=CHEAT, rows="\n".join(rows))

    def time(self) -> str:
        jobs = self.given.jobs
        power(self.panel, made.PLAN.model_copy(update={"simulations": 100}), jobs=jobs)
        start = perf_counter()
        found = power(self.panel, made.PLAN, jobs=jobs)["power"]
        effects = int((found["design"] == made.PLAN.main).sum())
        seconds = perf_counter() - start
        return TIME.format(runs=made.PLAN.simulations, effects=effects, jobs=jobs, seconds=seconds)


SORTED, CHEAT = 0.3, 0.15
_OFFER = 0.05
OFFERED: Mapping[str, Mapping[str, float]] = {
    "none": {},
    "small, constant": {"offer": _OFFER},
    "large, constant": {"offer": 3 * _OFFER},
    "small, growing": {"growth": 0.3 * _OFFER},
    "large, growing": {"growth": 0.9 * _OFFER},
    "small, by group": {"offer": _OFFER / 2, "girls_more": _OFFER},
    "large, by group": {"offer": _OFFER, "girls_more": 3 * _OFFER},
}
"""What an offer adds; growing: with the dose of the study path."""
AT_CUTOFF: Mapping[str, MarginTruth] = {
    "none": MarginTruth(),
    "small, constant": MarginTruth(offer=_OFFER),
    "large, constant": MarginTruth(offer=3 * _OFFER),
    "small, growing": MarginTruth(growth=_OFFER / 2),
    "large, growing": MarginTruth(growth=_OFFER),
    "small, by group": MarginTruth(offer=_OFFER / 2, by_covariate={"girls": _OFFER}),
    "large, by group": MarginTruth(offer=_OFFER, by_covariate={"girls": 3 * _OFFER}),
}
SHOCKED: Mapping[str, Shocked] = {
    "none": Shocked(),
    "small, constant": Shocked(effect=0.005),
    "large, constant": Shocked(effect=0.03),
    "small, growing": Shocked(growth=0.0015),
    "large, growing": Shocked(growth=0.009),
    "small, by group": Shocked(effect=0.0025, low_more=0.005),
    "large, by group": Shocked(effect=0.015, low_more=0.03),
}
ESTIMATED: tuple[tuple[str, str, Callable[[int], Any]], ...] = (
    *(("offers", name, partial(made.one_offers, effect, 0.0)) for name, effect in OFFERED.items()),
    *(("cutoff", name, partial(made.one_cutoff, truth, 0.0)) for name, truth in AT_CUTOFF.items()),
    *(("instrument", name, partial(made.one_instrument, truth)) for name, truth in SHOCKED.items()),
)
TESTED: dict[str, Callable[[int], Any]] = {
    "cutoff: density": partial(made.one_cutoff, MarginTruth(), 0.0),
    "offers: balance": partial(made.one_offers, {}, 0.0),
    "instrument: shock_balance": partial(made.one_instrument, Shocked()),
}
BREAKS_BESIDE = {
    made.Broken("sorting", "cutoff", "density"): partial(made.one_cutoff, MarginTruth(), SORTED),
    made.Broken("offers besides the lots", "offers", "balance"): partial(made.one_offers, {}, CHEAT),
    made.Broken("amounts that follow the pupils", "instrument", "shock_balance"): partial(
        made.one_instrument, Shocked(chosen=0.5)
    ),
}
PARTS = {"found": "Planted effects", "tests": "Tests of what holds", "breaks": "Broken designs", "time": "Time"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=[*PARTS], action="append", help="default: all; the others stay as they are")
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--tests", type=int, default=2000)
    parser.add_argument("--breaks", type=int, default=200)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path, default=RECORD)
    given = parser.parse_args()
    before = given.out.read_text(encoding="utf-8") if given.out.exists() else ""
    kept = {text.split("\n", 1)[0]: f"## {text}" for text in before.split("\n## ")[1:]}
    panel = made_up_panel(given.scale)
    simulated = Simulated(panel, given)
    for part in given.part or PARTS:
        kept[PARTS[part]] = getattr(simulated, part)()
    page = PAGE.format(
        scale=given.scale,
        panel=f"{len(panel.schools)} schools, {len(panel.cohorts)} cohorts",
        seed=given.seed,
        date=datetime.now(UTC).date().isoformat(),
        sections="\n\n".join(kept[title].strip() for title in PARTS.values() if title in kept),
    )
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(page, encoding="utf-8")
    return int(simulated.wrong > 0)


if __name__ == "__main__":
    raise SystemExit(main())
