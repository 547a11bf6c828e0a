"""A site of one report, made in a few seconds: the admission of a handful of made-up study paths, two years."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.matching.result_file import result_file
from gymreg_core.reporting.build import BuildRequest
from gymreg_core.reporting.params import make_plan
from tests.admissions import admission

PAGE = "antagning-2025-slut"
_PROGRAMMES = ("EK", "SA", "NA", "TE", "ES", "VO", "EE", "BA")
_SCHOOLS = {"Täby": ("Åva", "Tibble"), "Stockholm": ("Norra", "Södra", "Östra"), "Nacka": ("Rudan",)}


class Quiet:
    """Takes what a build tells and keeps it."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)

    def advance(self, step: str, total: int) -> None: ...


def results(folder: Path, *, made_up: bool = True) -> Path:
    """The office's result files of two years in `folder`."""
    draw = np.random.default_rng(20261125)
    for year in (2024, 2025):
        lines = [
            f"| {year} | {place} | {school} | {'municipal' if n % 2 else 'independent'} | {code} | {seats} | "
            f"{min(seats, taken)} | {'' if taken < seats else cutoff} | {cutoff + 20} | {max(0, taken - seats)} |"
            for place, schools in _SCHOOLS.items()
            for n, school in enumerate(schools)
            for code in _PROGRAMMES
            for seats, taken, cutoff in [draw.integers((20, 10, 160), (90, 90, 300))]
        ]
        head = "| year | municipality | school | form | programme | seats | admitted | cutoff | median | reserves |"
        table = admission("\n".join([head, *lines]))
        assert isinstance(table, pd.DataFrame)
        result_file(table.drop(columns=["study_path_id", "evidence"]), made_up=made_up).write(folder)
    return folder


def request(data: Path, out: Path, **plan: Any) -> BuildRequest:
    """The region's page of the newest year, from result files."""
    plans = [make_plan({"report": "admission", "round": "final", **plan}, where="test")]
    return BuildRequest.of(plans, data=data, workspace=None, reference=None, out=out, renderer="embedded", jobs=1)
