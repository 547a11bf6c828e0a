"""Attack many random linked releases, protected and not, and write down what was found. Run by `make simulate`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from joblib import Parallel, delayed

from gymreg_core.disclosure.attack import Attack
from tests.attack_releases import Tried, tried

RECORD = Path(__file__).resolve().parents[1] / "docs" / "simulations" / "attack.md"

PAGE = """# Does an attacker find what is hidden?

{releases} random releases of linked tables (`tests/linked_releases.py`): pupils by school, municipality, study path,
programme, type, sex and merit band, who completed within three or four years, all and on national programmes alone,
with all margins, shares and medians; a quarter of them in two editions. {tiny} of them have 6 to 40 pupils, the others
60 to 400, so that most counts are small. The attacker (`gymreg_core/disclosure/attack.py`) bounds every hidden cell by
everything that is shown. Made by `make simulate`.

Seed {seed}, {date}. Policy open_web.

| what is left out | releases | something is found in | cells to stay open | too close | changes of few | presumed |
|---|---:|---:|---:|---:|---:|---:|
{rows}

Nothing: every small count is on the page. Small counts alone: what a plain rule leaves out. What is protected
(`disclosure/protect.py`) has to have none bounded too closely and no change of few. Two editions come out one after
the other. Protected together: nothing that follows from both tells too much. Protected each alone: what happens where
nobody thinks of the first. Presumed: cells and changes that are told to a reader who presumes, rightly or not, that
nothing has changed but what is seen. Nobody can protect against every presumption; such a release is refused or goes
out with a note, as the policy for revisions says.

Of {cells} cells in tables {small} are small; protection leaves out {hidden}, {ratio:.2f} for each small one.

## How much more is left out than has to be

{solved} of the first {looked} releases are small enough to find the fewest cells that have to be left out (one program
in whole numbers, `tests/protect_reference.py`, in 20 seconds each). Beyond the small counts protection leaves out
{beyond} there and the fewest are {least}; the worst release has {worst:.2f} times the fewest.
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--releases", type=int, default=1000)
    parser.add_argument("--small", type=int, default=100, help="how many of them have 60 to 400 pupils")
    parser.add_argument("--optimum", type=int, default=100, help="of how many the fewest cells are looked for")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path, default=RECORD)
    given = parser.parse_args()
    tiny = given.releases - given.small
    seeds = range(given.seed, given.seed + given.releases)
    first = given.seed
    cases = [(seed, "tiny" if seed < first + tiny else "small", seed < first + given.optimum) for seed in seeds]
    found: Sequence[Tried] = Parallel(n_jobs=given.jobs)(delayed(tried)(*case) for case in cases)
    ways = {
        "nothing": [one.nothing for one in found],
        "small counts alone": [one.primary for one in found],
        "protected": [one.protected for one in found],
        "two editions, protected each alone": [one.alone for one in found if one.alone is not None],
        "two editions, protected together": [one.both for one in found if one.both is not None],
    }
    rows = [f"| {name} | {' | '.join(figures(attacks))} |" for name, attacks in ways.items()]
    print("\n".join(rows), flush=True)
    small, hidden = sum(one.small for one in found), sum(one.hidden for one in found)
    pairs = [(one.hidden - one.small, one.fewest - one.small) for one in found if one.fewest is not None]
    page = PAGE.format(
        solved=len(pairs),
        looked=given.optimum,
        beyond=sum(beyond for beyond, _ in pairs),
        least=sum(least for _, least in pairs),
        worst=max((beyond / least for beyond, least in pairs if least), default=1.0),
        releases=given.releases,
        tiny=tiny,
        seed=given.seed,
        date=datetime.now(UTC).date().isoformat(),
        rows="\n".join(rows),
        cells=sum(one.cells for one in found),
        small=small,
        hidden=hidden,
        ratio=hidden / small,
    )
    given.out.write_text(page, encoding="utf-8")
    return int(any(one.leaks() for one in found))


def figures(attacks: Sequence[Attack]) -> list[str]:
    """What was found in releases, as the columns of the page."""
    numbers = [
        sum(attack.guarded for attack in attacks),
        *(sum(len(getattr(attack, name)) for attack in attacks) for name in ("told", "changed", "presumed")),
    ]
    return [str(len(attacks)), f"{sum(map(bool, attacks)) / len(attacks):.1%}", *map(str, numbers)]


if __name__ == "__main__":
    raise SystemExit(main())
