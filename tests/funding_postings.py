"""Postings for tests, written as tables; and at random, valid one by one, whoever is behind them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gymreg_core.contracts.enrolments import enrolment_table
from gymreg_core.contracts.ledger import CAUSES, UNPAID_REASONS, ledger_table
from tests.tiny import table

SCHOOLS = {
    "A": ("Skola A", "Täby", "municipal", "Täby kommun"),
    "B": ("Skola B", "Stockholm", "independent", "Almvreta AB"),
    "C": ("Skola C", "Södertälje", "region", "Regionen"),
    "D": ("Skola D", "Stockholm", "municipal", "Stockholm kommun"),
    "E": ("Skola E", "Uppsala", "municipal", "Uppsala kommun"),
}
_USUAL = {"payer": "Täby", "school": "A", "code": "EKEKO", "year": "1", "cause": "", "sign": "1", "vat": "0"}


def schools() -> pd.DataFrame:
    """contracts/register.py, SCHOOLS: a school of each provider form, two of municipalities, one outside the area."""
    names = ("school", "municipality", "provider_form", "provider")
    columns = {name: [row[place] for row in SCHOOLS.values()] for place, name in enumerate(names)}
    return enrolment_table("schools", {"school_id": list(SCHOOLS), **columns})


def postings(text: str) -> pd.DataFrame:
    """contracts/ledger.py, POSTINGS. who, booked, concerns (booked), payer (Täby), school (A), code (EKEKO), year (1),
    cause, sign (1), price, vat (0), supplement (0), protected (no). Amounts in öre, signed."""
    rows = [{**_USUAL, "supplement": "0", "protected": "no", **row} for row in table(text)]
    frame = pd.DataFrame([{**row, "concerns": row.get("concerns", row["booked"])} for row in rows], dtype=object)
    return _as_postings(frame)


def random_postings(rows: int, seed: int = 0, *, pupils: int = 12) -> pd.DataFrame:
    """`rows` postings of the year 2024 of so many pupils, some of whom are protected."""
    rng = np.random.default_rng([seed, rows, pupils])
    booked = rng.integers(1, 13, rows)
    late = rng.random(rows) < 0.3
    who = rng.integers(0, pupils, rows)
    sign = np.where(late & (rng.random(rows) < 0.5), -1, 1)
    frame = pd.DataFrame(
        {
            "who": [f"pupil {number}" for number in who],
            "booked": 202400 + booked,
            "concerns": 202400 + np.where(late, rng.integers(1, booked + 1), booked),
            "payer": rng.choice(["Täby", "Stockholm", "Salem", "Uppsala"], rows),
            "school": rng.choice(list(SCHOOLS), rows),
            "code": rng.choice(["EKEKO", "EKJUR", "BAHUS", "IMV"], rows),
            "year": rng.integers(1, 5, rows),
            "cause": np.where(late, rng.choice(CAUSES[1:], rows), ""),
            "sign": sign,
            "price": sign * rng.integers(0, 10**6, rows),
            "vat": sign * rng.integers(0, 10**5, rows),
            "supplement": sign * np.where(rng.random(rows) < 0.4, rng.integers(0, 10**5, rows), 0),
            "protected": np.where(np.isin(who, [0, 1]) & (rng.random(rows) < 0.5), "yes", "no"),
        }
    )
    frame.loc[frame["concerns"] == frame["booked"], "cause"] = ""
    return _as_postings(frame)


def unpaid(text: str) -> pd.DataFrame:
    """contracts/ledger.py, UNPAID. who, concerns, reason, home ('-': none), school (A)."""
    rows = [{"school": "A", **row} for row in table(text)]
    assert {row["reason"] for row in rows} <= set(UNPAID_REASONS)
    columns = {
        "pupil": [row["who"] for row in rows],
        "booked": [202412] * len(rows),
        "concerns": [int(row["concerns"]) for row in rows],
        "reason": [row["reason"] for row in rows],
        "municipality": ["" if row["home"] == "-" else row["home"] for row in rows],
        "school_id": [row["school"] for row in rows],
        "protected": [False] * len(rows),
    }
    return ledger_table("unpaid", columns)


def _as_postings(frame: pd.DataFrame) -> pd.DataFrame:
    place = [SCHOOLS[name] for name in frame["school"]]
    columns = {
        "pupil": frame["who"],
        "receiver": [provider for _, _, _, provider in place],
        "school_id": frame["school"],
        "municipality": [town for _, town, _, _ in place],
        "provider_form": [form for _, _, form, _ in place],
        "study_path_code": frame["code"],
        "year_of_study": frame["year"].astype(int),
        "group": ["ordinary"] * len(frame),
        "kind": [_kind(payer, SCHOOLS[name]) for payer, name in zip(frame["payer"], frame["school"], strict=True)],
        "protected": frame["protected"] == "yes",
        "percent": [100] * len(frame),
        **{name: frame[name] for name in ("payer", "cause")},
        **{name: frame[name].astype(int) for name in ("booked", "concerns", "sign", "price", "vat", "supplement")},
    }
    return ledger_table("postings", columns)


def _kind(payer: str, school: tuple[str, str, str, str]) -> str:
    _, town, form, _ = school
    if "Uppsala" in (payer, town) and payer != town:
        return "outside"
    if form != "municipal":
        return form
    return "own" if payer == town else "inter_municipal"
