"""Random enrolments over several cohorts, for tests that hold quick counts to plain ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from gymreg_core.contracts.enrolments import Enrolments
from tests.enrolments import tiny_enrolments

SINCE, AS_OF = "2018-07-01", "2025-11-20"
CODES = ("EKEKO", "NANAT", "BABYG", "IMS", "IMV", "IMA")
AWAY = ("interrupted", "moved_out", "study_break", "age_limit", "deceased", "exchange_year")


def random_enrolments(seed: int, n: int, earlier: int = 0) -> Enrolments:
    """Pupils who start, switch, pause, leave, come back and finish as no real ones would so often.

    earlier : years that everything lies before SINCE to AS_OF.
    """
    since, as_of = (f"{int(day[:4]) - earlier}{day[4:]}" for day in (SINCE, AS_OF))
    last = int(as_of[:4])
    rng = np.random.default_rng([seed, n])
    rows: dict[str, list[dict[str, Any]]] = {"persons": [], "spells": [], "homes": [], "certificates": []}
    for number in range(n):
        who, first = f"{seed}:{number}", int(rng.integers(2017, 2025)) - earlier
        odd = rng.random() < 0.15
        rows["persons"].append(
            {
                "who": who,
                "born": first - int(rng.choice([15, 16, 17, 20])),
                "sex": str(rng.choice(["F", "M", "unknown"])),
                "kind": "placeholder" if odd else "personal",
                "protected": "yes" if rng.random() < 0.03 else "no",
                "merit": "-" if rng.random() < 0.2 else str(int(rng.integers(0, 137)) * 2.5),
                "home": str(rng.choice(["Täby", "Solna", "Malmö", "-"])),
            }
        )
        if rng.random() < 0.3:
            day = f"{first + int(rng.integers(0, 4))}-{rng.integers(1, 13):02d}-11"
            rows["homes"].append({"who": who, "home": str(rng.choice(["Nacka", "Uppsala", "-"])), "start": day})
        school, code, year = str(rng.choice(list("ABC"))), str(rng.choice(CODES)), int(rng.choice([1, 1, 1, 2]))
        for autumn in range(first, min(first + int(rng.integers(1, 6)), last + 1)):
            start = f"{autumn}-{rng.choice(['08-15', '08-15', '09-20', '10-15', '10-16', '11-30'])}"
            spell = {"who": who, "school": school, "code": code, "year": min(year, 4), "start": start}
            if rng.random() < 0.25:
                stop = f"{autumn}-12-{rng.integers(10, 28)}"
                rows["spells"].append({**spell, "stop": stop, "reason": str(rng.choice(AWAY))})
                if rng.random() < 0.5:
                    break
            else:
                rows["spells"].append({**spell, "stop": f"{autumn + 1}-06-10", "reason": "promoted"})
                year += int(rng.random() < 0.8)
            if rng.random() < 0.3:
                school = str(rng.choice(list("ABC")))
            if rng.random() < 0.3:
                code, year = str(rng.choice(CODES)), int(rng.choice([year, 1]))
        if rng.random() < 0.6:
            kind = str(rng.choice(["preparatory_diploma", "vocational_diploma", "study_certificate"]))
            day = f"{min(autumn + 1, last)}-{rng.choice(['06-09', '06-30', '07-01', '10-15', '10-16'])}"
            points = int(rng.choice([2300, 2500, 2700])) if kind == "study_certificate" else 2500
            rows["certificates"].append({"who": who, "issued": day, "certificate": kind, "points": points})
    rows["spells"] = [row for row in rows["spells"] if row["start"] <= as_of]
    schools = [{"school": "A"}, {"school": "B", "form": "independent"}, {"school": "C", "form": "region"}]
    return tiny_enrolments(**rows, schools=schools, since=since, as_of=as_of)
