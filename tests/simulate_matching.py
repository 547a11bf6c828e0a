"""Look for lies that pay, many times over, and write down what was found. Run by `make simulate`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from gymreg_core.matching.kernel import deferred_acceptance
from gymreg_core.matching.mechanisms import immediate_acceptance, top_trading_cycles
from tests.matching_misreports import LIARS, LIES, tries

RECORD = Path(__file__).resolve().parents[1] / "docs" / "simulations" / "matching.md"
FEWER = 10  # the others, which are only to be seen failing, get a tenth of the tries

PAGE = """# Does a false list pay?

Each try: a random society of 6–24 applicants and 3–7 study paths, with many ties, half of the societies with quotas.
One applicant hands in a random list in place of the true one; the lie pays where it gives a path that stands higher on
the true list. {liars} applicants a society, {lies} lies each. Made by `make simulate`.

Seed {seed}, {date}.

| mechanism | ties broken by | tries | lies that paid |
|---|---|---:|---:|
{rows}

Deferred acceptance must stand at 0 where a lottery alone breaks ties (Dubins and Freedman 1981, Roth 1982; with quotas
Kominers and Sönmez 2016). Where the place on the list breaks ties, and under immediate acceptance, lies must be found,
or the search could find none at all. Trading cycles are proof against lies in theory; here a path knows the order of
those alone who listed it, so a list can buy a place to trade with.
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tries", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--out", type=Path, default=RECORD)
    given = parser.parse_args()
    few = max(1, given.tries // FEWER)
    place_first = tries(given.seed, deferred_acceptance, rank_breaks_ties=True)
    plan: list[tuple[str, str, Iterator[bool], int, bool]] = [
        ("deferred acceptance", "lottery", tries(given.seed, deferred_acceptance), given.tries, False),
        ("deferred acceptance", "place on the list, then lottery", place_first, few, True),
        (
            "immediate acceptance, no quotas",
            "lottery",
            tries(given.seed, immediate_acceptance, quotas=False),
            few,
            True,
        ),
        ("top trading cycles", "lottery", tries(given.seed, top_trading_cycles), few, True),
    ]
    rows, wrong = [], 0
    for mechanism, ties, search, number, must_pay in plan:
        paid = sum(islice(search, number))
        wrong += (paid > 0) != must_pay
        rows.append(f"| {mechanism} | {ties} | {number:,} | {paid:,} |")
        print(rows[-1], flush=True)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    today = datetime.now(UTC).date().isoformat()
    page = PAGE.format(liars=LIARS, lies=LIES, seed=given.seed, date=today, rows="\n".join(rows))
    given.out.write_text(page, encoding="utf-8")
    return int(wrong > 0)


if __name__ == "__main__":
    raise SystemExit(main())
