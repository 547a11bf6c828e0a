"""What a workspace can tell of cut-offs to come: from published results, from drawn Julys of its registers, or both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from gymreg_core.contracts.register import APPLICATION_ROUNDS
from gymreg_core.errors import BadInput, BadParameters
from gymreg_core.planning.cutoff_forecast import CutoffForecast
from gymreg_core.planning.cutoff_simulation import simulate_cutoffs
from gymreg_core.planning.cutoffs import forecast_cutoffs
from gymreg_core.provenance import Provenance
from gymreg_core.store.registers import register_years, stored_register
from gymreg_core.store.workspace import Workspace

Progress = Callable[[str, int], None]


@dataclass(frozen=True, eq=False)
class WorkspaceForecast:
    """The two forecasts of a year, either or both.

    published : from published results, with their provenance; drawn : `simulate_cutoffs`, with that of the registers,
    learned from those of `drawn_from`. missing : why one of them is not there. runs : Julys drawn, 0 without.
    """

    year: int
    published: CutoffForecast | None
    drawn: pd.DataFrame | None
    drawn_from: tuple[int, ...]
    runs: int
    missing: tuple[str, ...]
    provenance: Provenance


def forecast_workspace(
    workspace: Path, year: int, *, runs: int, seed: int = 0, progress: Progress | None = None
) -> WorkspaceForecast:
    """The final cut-offs of `year` by what a workspace holds: results published (gymreg ingest), and registers of the
    year and of earlier ones with both rounds, of which `runs` Julys are drawn; 0 for none.

    Errors: BadInput with both reasons where it holds neither, or nothing that is whole.
    """
    if runs < 0:
        raise BadParameters(f"{runs} Julys cannot be drawn", where="runs", remedy="0 or more.")
    missing: list[str] = []
    parts: list[Provenance] = []
    published, drawn = None, None
    drawn_from: tuple[int, ...] = ()
    try:
        results = Workspace(workspace).results()
        published = forecast_cutoffs(results, year)
        parts.append(results.provenance)
    except BadInput as problem:
        missing.append(f"{problem.what} ({problem.why})" if problem.why else problem.what)
    if runs:
        try:
            now = stored_register(workspace, year)
            before = [stored_register(workspace, one) for one in register_years(workspace) if one < year]
            ended = [one for one in before if set(APPLICATION_ROUNDS) <= set(one.register.applications["round"])]
            drawn = simulate_cutoffs(
                now.register, [one.register for one in ended], runs=runs, seed=seed, progress=progress
            )
            drawn_from = tuple(one.register.intake_year for one in ended)
            parts += [now.provenance, *(one.provenance for one in ended)]
        except BadInput as problem:
            missing.append(f"{problem.what} ({problem.why})" if problem.why else problem.what)
    if published is None and drawn is None:
        raise BadInput(
            f"the cut-offs of {year} cannot be forecast",
            where=str(workspace),
            why="; ".join(missing),
            remedy="Run gymreg ingest with result files, or with registers of the year and of an earlier one.",
        )
    return WorkspaceForecast(
        year,
        published,
        drawn,
        drawn_from,
        runs if drawn is not None else 0,
        tuple(missing),
        Provenance.joined(parts),
    )
