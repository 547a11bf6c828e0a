"""Random settled lines for tests: valid as funding/lines.py says, no person behind them, the same for the same seed.

Prices are round figures per programme; independent schools get 6 per cent for value-added tax; a tenth of the lines
correct an earlier month, half of those take money back; a few are of protected identities.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from gymreg_core.contracts.ledger import KINDS
from gymreg_core.funding.lines import funding_table
from gymreg_core.funding.money import part, twelfth
from gymreg_core.vocabulary.programmes import municipalities
from gymreg_core.vocabulary.study_paths import programme_of

CODES = ("NANAT", "EKEKO", "SABET", "TEINF", "ESMUS", "BAHUS", "EEELT", "VOVAR", "HUSPR", "IMV")
CAUSES = ("late_start", "withdrawn", "home_moved")
REASONS = ("never_present", "no_decision", "age_limit")
OUTSIDE = "Uppsala"


def random_schools(schools: int = 12, seed: int = 0) -> pd.DataFrame:
    """school_id, school, municipality, provider_form, provider; the last one lies outside the area, one is run by a
    region."""
    rng = np.random.default_rng([seed, schools])
    homes = list(municipalities())
    towns = [*rng.choice(homes, schools - 1), OUTSIDE]
    forms = np.where(rng.random(schools) < 0.45, "independent", "municipal")
    forms[0], forms[-1] = "region", "municipal"
    own = {"region": "Regionen", "municipal": "{} kommun", "independent": "Bolag {} AB"}
    return pd.DataFrame(
        {
            "school_id": [f"2000{place:04d}" for place in range(schools)],
            "school": [f"Skola {place}" for place in range(schools)],
            "municipality": pd.Series(towns, dtype="str"),
            "provider_form": pd.Series(forms.astype(object), dtype="str"),
            "provider": [
                own[form].format(town if form == "municipal" else place % 5)
                for place, (town, form) in enumerate(zip(towns, forms, strict=True))
            ],
        }
    )


def random_lines(n: int = 400, seed: int = 0, *, year: int = 2024, schools: int = 12) -> pd.DataFrame:
    """`n` lines (funding/lines.py, LINES) of a calendar year at so many schools; keys may repeat."""
    rng = np.random.default_rng([seed, n, year, schools])
    there, homes = random_schools(schools, seed), [*municipalities(), OUTSIDE]
    school = there.iloc[rng.integers(0, schools, n)].reset_index(drop=True)
    payer = np.where(rng.random(n) < 0.5, school["municipality"], rng.choice(homes, n))
    code = rng.choice(CODES, n)
    booked = rng.integers(1, 13, n)
    late = (rng.random(n) < 0.1) & (booked > 1)
    concerns = np.where(late, rng.integers(1, np.maximum(booked, 2)), booked)
    sign = np.where(late & (rng.random(n) < 0.5), -1, 1)
    months = sign * rng.integers(1, 30, n)
    yearly = 100_00 * (800 + 37 * np.array([CODES.index(one) for one in code]))
    price = months * twelfth(yearly, concerns)
    independent = school["provider_form"].to_numpy() == "independent"
    national = np.array([not one.startswith("IM") for one in code])
    supplement = np.where(national, months * rng.integers(0, 400_00, n), 0)
    protected = rng.random(n) < 0.02
    outside = (payer == OUTSIDE) | (school["municipality"].to_numpy() == OUTSIDE)
    own = payer == school["municipality"].to_numpy()
    form = school["provider_form"].to_numpy()
    kind = np.select(
        [independent, outside & ~own, form == "region", own],
        ["independent", "outside", "region", "own"],
        "inter_municipal",
    )
    assert set(kind) <= set(KINDS)
    columns = {
        "booked": 100 * year + booked,
        "concerns": 100 * year + concerns,
        "payer": payer,
        "payer_in_area": payer != OUTSIDE,
        "receiver": school["provider"],
        "school_id": np.where(protected, "", school["school_id"]),
        "school": np.where(protected, "", school["school"]),
        "municipality": school["municipality"],
        "provider_form": form,
        "study_path_code": np.where(protected, "", code),
        "programme": np.where(protected, "", [programme_of(str(one)) for one in code]),
        "year_of_study": np.where(protected, 0, rng.integers(1, 4, n)),
        "kind": kind,
        "cause": np.where(late, rng.choice(CAUSES, n), ""),
        "pupil_months": months,
        "price": price,
        "vat": np.where(independent, part(price + supplement, 6, 100), 0),
        "supplement": supplement,
    }
    return funding_table("lines", columns)


def random_unpaid(n: int = 40, seed: int = 0, *, year: int = 2024) -> pd.DataFrame:
    """`n` rows (funding/lines.py, UNPAID)."""
    rng = np.random.default_rng([seed, n, year, 1])
    columns = {
        "concerns": 100 * year + rng.integers(1, 13, n),
        "reason": rng.choice(REASONS, n),
        "municipality": rng.choice(list(municipalities()), n),
        "pupil_months": rng.integers(1, 9, n),
    }
    return funding_table("unpaid", columns)


def random_supplement(n: int = 60, seed: int = 0, *, schools: int = 12) -> pd.DataFrame:
    """At most `n` rows (funding/lines.py, SUPPLEMENT), one per school and national programme."""
    rng = np.random.default_rng([seed, n, schools, 2])
    there = random_schools(schools, seed)
    pairs = pd.MultiIndex.from_product([range(schools), [programme_of(c) for c in CODES if c != "IMV"]]).to_frame()
    chosen = pairs.iloc[np.sort(rng.choice(len(pairs), min(n, len(pairs)), replace=False))]
    school = there.iloc[chosen[0].to_numpy()].reset_index(drop=True)
    pupils = rng.integers(3, 120, len(chosen))
    covered = rng.binomial(pupils, 0.25)
    columns = {
        **{name: school[name] for name in ("school_id", "school", "municipality", "provider_form")},
        "programme": chosen[1].to_numpy(),
        "pupils": pupils,
        "covered": covered,
        "pupil_months": 9 * pupils,
        "covered_months": 9 * covered,
        "amount": 9 * covered * rng.integers(200_00, 900_00, len(chosen)),
    }
    return funding_table("supplement", columns)
