"""Results tables drawn as text, for tests of what is computed from them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd

from gymreg_core.contracts.results import as_results
from gymreg_core.findings import Findings
from gymreg_core.provenance import InputFile, Provenance
from gymreg_core.vocabulary.programmes import programmes
from tests.written import drawn

_NAMES = {
    "year": "intake_year",
    "form": "provider_form",
    "free": "free_seats",
    "first": "first_choice_eligible",
    "name": "study_path_name",
    "joint": "joint_intake_id",
    "code": "study_path_code",
    "id": "study_path_id",
}
_NUMBERS = ("seats", "admitted", "free_seats", "reserves", "cutoff", "median", "first_choice_eligible", "intake_year")
_LEFT_OUT: dict[str, Any] = {
    "intake_year": 2023,
    "round": "final",
    "municipality": "Täby",
    "school": "Åva",
    "provider_form": "municipal",
    "seats": 0,
    "admitted": 0,
    "reserves": 0,
    "scale": "grades",
    "evidence": "exact",
}


def admission(table: str) -> pd.DataFrame:
    """A results table with `study_path_id` and `evidence` from a drawn one; what is left out is filled in.

    A row's cut-off decides its kind: a number is competitive, none is everyone eligible admitted, or nobody where
    nobody was. Free seats are seats less admitted unless they are drawn.
    """
    head, body = drawn(table)
    cells = [[*row, *[""] * (len(head) - len(row))] for row in body]
    frame = pd.DataFrame(cells, columns=[_NAMES.get(h, h) for h in head]).replace({"": None})
    for name, value in _LEFT_OUT.items():
        frame[name] = frame[name].fillna(value) if name in frame else value
    for name in _NUMBERS:
        frame[name] = pd.to_numeric(frame[name]) if name in frame else None
    known = programmes()
    frame["programme_type"] = [known[p].type if p in known else "other" for p in frame["programme"]]
    frame["free_seats"] = frame["free_seats"].fillna(frame["seats"] - frame["admitted"])
    kind = frame["cutoff"].notna().map({True: "competitive", False: "all_eligible_admitted"})
    frame["cutoff_kind"] = kind.where(frame["admitted"] > 0, "none_admitted")
    names = [f"{known[p].sv} {p}" if p in known else p for p in frame["programme"]]
    frame["study_path_name"] = (
        frame["study_path_name"].fillna(pd.Series(names)) if "study_path_name" in frame else names
    )
    frame["study_path_code"] = frame.get("study_path_code", frame["programme"])
    frame["source_file"] = [f"{r}-{y}.xlsx" for y, r in zip(frame["intake_year"], frame["round"], strict=True)]
    frame["source_row"] = range(2, len(frame) + 2)
    identity = frame["school"] + "/" + frame["study_path_name"]
    frame["study_path_id"] = frame["study_path_id"].fillna(identity) if "study_path_id" in frame else identity
    return as_results(frame).join(frame[["study_path_id", "evidence"]].astype("str"))


def published(*, made_up: bool = False) -> Provenance:
    """Where a public table comes from."""
    return Provenance((InputFile("final-2023.xlsx", "ab" * 32, 1000),), already_public=True, made_up=made_up)


def stored(
    table: pd.DataFrame,
    findings: Findings | None = None,
    *,
    made_up: bool = False,
    matches: dict[tuple[int, str], dict[str, Any]] | None = None,
) -> Any:
    """The table as it would come out of a workspace; `matches` is what it knows about those behind the results."""
    names = sorted(table["source_file"].unique())
    inputs = tuple(InputFile(str(name), "ab" * 32, 1000) for name in names)
    return SimpleNamespace(
        key="drawn",
        table=table.drop(columns=["study_path_id", "evidence"]),
        links=table[["source_file", "source_row", "intake_year", "round", "study_path_id", "evidence"]],
        findings=findings or Findings(),
        provenance=Provenance(inputs, already_public=True, made_up=made_up),
        matches=matches or {},
    )
