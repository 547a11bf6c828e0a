"""Hold the value of a seat against matching everything again, many times over, and write down what was found.

Run by `make simulate`.
"""

from __future__ import annotations

import argparse
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from gymreg_core.matching.build_market import MarketOptions, build_market
from gymreg_core.matching.market import Match
from gymreg_core.matching.solve import solve
from gymreg_core.planning.seat_kernel import Moves
from gymreg_core.planning.seat_value import seat_moves, seat_values
from gymreg_core.synthetic.registers import make_register
from tests.matching_markets import small_market
from tests.seat_values import with_seats

RECORD = Path(__file__).resolve().parents[1] / "docs" / "simulations" / "seat-values.md"
TRIES = 3

PAGE = """# Is the value of a seat what matching everything again would say?

Each study path gets one seat more, and then one less, by itself. `planning/seat_kernel.py` goes on from the match that
there is; here the whole market is matched again instead, and every applicant has to sit in the same place. Small
markets have up to 12 applicants and 6 study paths, ties, lotteries for all or for each path, and often quotas of every
kind. The region is the made-up one in full size, one year in each row. Made by `make simulate`.

Seed {seed}, {date}.

| market | study paths | seats tried, more and less | otherwise than matched again |
|---|---:|---:|---:|
{rows}

The last column has to hold nothing but 0.

| region, year | applicants | study paths | all values, s | matched again, s | ratio |
|---|---:|---:|---:|---:|---:|
{times}

*All values* is from the register on: the market built, matched, and both values of every study path; the least of
{tries}, on one core. *Matched again* is the same by matching once for each seat. Promised are 20 s on two cores.
"""


def sits(match: Match, moves: Moves, path: int) -> np.ndarray:
    """The place (n,) of each applicant's seat on the list, with the change at `path`."""
    rank, mine = match.assignment.rank.copy(), moves.change == path
    rank[moves.who[mine]] = moves.after[mine]
    return rank


def compared(match: Match) -> tuple[int, int]:
    """Seats tried, and how many of them come out otherwise than matched again."""
    more, less = seat_moves(match)
    tried = wrong = 0
    for path, seats in enumerate(match.market.capacity):
        for change, moves in ((1, more), (-1, less)):
            if change < 0 and not seats:
                continue
            again = solve(with_seats(match.market, path, change)).assignment.rank
            tried += 1
            wrong += not np.array_equal(again, sits(match, moves, path))
    return tried, wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markets", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--years", type=int, nargs="+", default=[2021, 2023])
    parser.add_argument("--out", type=Path, default=RECORD)
    given = parser.parse_args()
    rows, times, bad = [], [], 0
    sums, paths = np.zeros(2, np.int64), 0
    for number in range(given.markets):
        market = small_market(np.random.default_rng([given.seed, number]), n_most=12, m_most=6)
        sums += compared(solve(market))
        paths += len(market.capacity)
    bad += int(sums[1])
    rows.append(f"| {given.markets:,} small ones | {paths:,} | {sums[0]:,} | {sums[1]:,} |")
    for year in given.years:
        register = make_register(year, scale=given.scale)
        match = solve(build_market(register, "final", MarketOptions(seed=given.seed)))
        begun = time.perf_counter()
        tried, wrong = compared(match)
        again = time.perf_counter() - begun
        took = []
        for _ in range(TRIES):
            begun = time.perf_counter()
            seat_values(register, seed=given.seed)
            took.append(time.perf_counter() - begun)
        bad += wrong
        m, n = len(match.market.capacity), len(match.market.pupil)
        rows.append(f"| the region, {year} | {m:,} | {tried:,} | {wrong:,} |")
        times.append(f"| {year} | {n:,} | {m:,} | {min(took):.2f} | {again:.0f} | {again / min(took):.0f} |")
        print(rows[-1], times[-1], sep="\n", flush=True)
    today = datetime.now(UTC).date().isoformat()
    page = PAGE.format(seed=given.seed, date=today, rows="\n".join(rows), times="\n".join(times), tries=TRIES)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(page, encoding="utf-8")
    return int(bad > 0)


if __name__ == "__main__":
    raise SystemExit(main())
