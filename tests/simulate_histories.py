"""Compare made-up histories with published figures, and write both down. Run by `make simulate`."""

from __future__ import annotations

import argparse
from datetime import UTC, date, datetime
from pathlib import Path

from gymreg_core.synthetic.histories import make_enrolments
from gymreg_core.synthetic.region import DEFAULT_SEED, ENROLMENT_YEARS
from tests.histories_figures import TARGETS, figures

RECORD = Path(__file__).resolve().parents[1] / "docs" / "simulations" / "made-up-histories.md"
FINISHED = (2019, 2020, 2021, 2022)

PAGE = """# Made-up histories beside published figures

What pupils of the made-up region did after their admission: intakes {first}-{last} as known on {as_of}, and the cohorts
{cohorts}, who have had three years. They are counted as the reports count them (`gymreg_core/cohort`, cards of
`rules/measures.yml`). For the country the same pupils' outcomes are drawn once more without the region's distance to
it. Numbers that the histories rest on: `gymreg_core/synthetic/shape.yml`. Made by `make simulate`.

Seed {seed}, {date}: {persons:,} persons, {spells:,} rows of spells.

| share | published | made up | has to hold | holds | why |
|---|---|---:|---|---|---|
{rows}

## How they are made

- Outcomes come first. Eligibility for higher education within three years depends on the merit value of year 9 alone,
  by log-odds that rise without a jump and pass through the odds ratios of `rules/supplement.yml`; `planted_odds` tells
  the true ratio of each level. Every preparatory diploma gives eligibility; some vocational pupils without it get a
  diploma.
- Switches, breaks, extended years and last days are then drawn to fit the outcome, by Bayes' theorem from published
  shares, so that they change nobody's odds.
- A spell is known as open from the day it is recorded until its end is. Some are recorded late, some wrongly at first;
  no two rows known on a day overlap. An earlier day of extract gives what was known then.
- A year of study runs from 1 July to 30 June, the first from the first day of teaching. Who goes on counts as
  present from 1 July, but for those who do not come back after the summer.

## Where they are unlike

- Among vocational pupils with a diploma {eligible:.0%} have eligibility for higher education; 36 per cent had it in
  the country in 2023. One set of odds for all programmes can be found again by a regression on merit; two cannot.
- Introductory programmes hold {stock:.0%} of the pupils of October 2025; nationally it was about a tenth in 2022.
  Nobody stays there longer than three years.
- Nobody comes to a national programme in the autumn of the first intake from an introductory one, and few in the next:
  completion falls by about a point over the first cohorts for that reason alone.
- No school is better than another, and nobody follows a friend.
- Three schools get a new unit code and two become one; the register of an intake keeps the code of before.
- Who is in two registers under one number applied again and stayed; such pairs come about by chance and are few.
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--out", type=Path, default=RECORD)
    given = parser.parse_args()
    as_of = date(ENROLMENT_YEARS[-1] + 1, 1, 31)
    made = make_enrolments(ENROLMENT_YEARS, as_of, scale=given.scale)
    found = figures(made, FINISHED)
    rows, wrong = [], 0
    for name, target in TARGETS.items():
        holds = target.low <= found[name] <= target.high
        wrong += not holds
        cells = (name, target.published, f"{found[name]:.3f}", f"{target.low:g}-{target.high:g}")
        rows.append(f"| {' | '.join(cells)} | {'yes' if holds else 'no'} | {target.why} |")
    october = made.spells[(made.spells["start"] <= "2025-10-15") & ~(made.spells["stop"] < "2025-10-15")]
    october = october[october["annulled"].isna()]
    vocational = made.certificates[made.certificates["certificate"].eq("vocational_diploma")]
    page = PAGE.format(
        first=ENROLMENT_YEARS[0],
        last=ENROLMENT_YEARS[-1],
        as_of=as_of,
        cohorts=f"{FINISHED[0]}-{FINISHED[-1]}",
        seed=DEFAULT_SEED,
        date=datetime.now(UTC).date(),
        persons=len(made.persons),
        spells=len(made.spells),
        rows="\n".join(rows),
        eligible=vocational["higher_eligible"].mean(),
        stock=october["study_path_code"].str.startswith("IM").mean(),
    )
    given.out.write_text(page, encoding="utf-8")
    print(page)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
