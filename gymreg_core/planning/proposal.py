"""A proposal of seats by school and programme: from a file to a scenario, and beside what it would lead to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from gymreg_core.contracts.register import Register
from gymreg_core.errors import BadParameters
from gymreg_core.matching.scenarios import Scenario, Selected, make_scenario
from gymreg_core.matching.selecting import columns_of, selected
from gymreg_core.matching.whatif import WhatIf
from gymreg_core.planning.table_file import programme_fault, read_lines, refused
from gymreg_core.scenario_file import ScenarioPart, Whole, checked, near, read_scenario, shown

_HEADERS = {
    "school": ("school", "skola"),
    "programme": ("programme", "program"),
    "municipality": ("municipality", "kommun"),
    "path_id": ("path_id", "studievägs-id"),
    "seats": ("seats", "platser"),
}
_PLACES = ("school", "programme", "municipality", "path_id")
_CSV = (".csv", ".txt")


class Proposed(ScenarioPart):
    """Seats in all, in the final round, of a programme at a school, or of one study path of it.

    school : name or school unit. municipality : where two schools have one name. path_id : for one study path alone.
    """

    school: str = Field(min_length=1)
    programme: str = Field(min_length=1)
    seats: Annotated[Whole, Field(ge=0, le=5000)]
    municipality: str | None = None
    path_id: str | None = None

    def places(self) -> dict[str, str]:
        """What selects its study paths."""
        return {name: value for name in _PLACES if (value := getattr(self, name)) is not None}


class Proposal(ScenarioPart):
    """Seats that somebody proposes; what is not named stays as it is."""

    name: str = Field(min_length=1, max_length=80)
    note: str = ""
    seats: tuple[Proposed, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _once(self) -> Proposal:
        places = [tuple(one.places().items()) for one in self.seats]
        twice = [str(number) for number, place in enumerate(places, 1) if place in places[: number - 1]]
        if twice:
            raise ValueError(f"the same school and programme stand in an earlier row too: {', '.join(twice)}")
        return self


def load_proposal(path: Path) -> Proposal:
    """Read and check a proposal: CSV (school, programme, seats; municipality and path_id where needed), or YAML.

    A CSV file is named after its file. Errors: BadInput or BadParameters with every fault of the file.
    """
    if path.suffix.lower() not in _CSV:
        return make_proposal(read_scenario(path, "proposal"), where=path.name)
    lines = read_lines(path, _HEADERS, ("school", "programme", "seats"))
    faults, rows = [], []
    for line in lines:
        seats = line.figure("seats")
        if told := programme_fault(line):
            faults.append(told)
        if not line.text("school"):
            faults.append(f"line {line.number}: there is no school")
        if seats.kind != "number" or not float(seats.value or 0).is_integer() or (seats.value or 0) < 0:
            faults.append(f"line {line.number}: there is no whole number from 0 upwards under 'seats'")
        else:
            row: dict[str, Any] = {name: line.text(name) for name in _PLACES if line.text(name)}
            rows.append({**row, "seats": int(seats.value or 0)})
    if faults:
        raise refused(path, faults)
    return make_proposal({"name": path.stem[:80], "seats": rows}, where=path.name)


def make_proposal(raw: Any, *, where: str = "proposal") -> Proposal:
    """Check a proposal given as a mapping. Errors: BadParameters with every fault and the nearest right name."""
    return checked(Proposal, raw, where=where)


def as_scenario(proposal: Proposal, register: Register) -> Scenario:
    """The what-if scenario (matching/scenarios.py) that leads from the register's final seats to the proposed ones.

    Seats of several study paths move in proportion to those that each has. What is proposed as it is makes no change.
    Errors: BadParameters with every name that is not in the register, every row that no open study path fits, and
    study paths that two rows mean; where nothing would change.
    """
    chosen = _chosen(proposal, register)
    now = register.study_paths["seats_final"].to_numpy(np.int64)
    changes = [
        {**one.places(), "number": one.seats - int(now[paths].sum())}
        for one, paths in zip(proposal.seats, chosen, strict=True)
        if one.seats != now[paths].sum()
    ]
    if not changes:
        raise BadParameters("it proposes the seats that there are", where=f"proposal {proposal.name!r}")
    return make_scenario({"name": proposal.name, "note": proposal.note, "seats": changes}, where="proposal")


@dataclass(frozen=True, eq=False)
class ProposalEffects:
    """What a proposal leads to, row by row; the whole of it is the what-if's own (`WhatIf`, released as that).

    table : school, municipality, programme, path_id ('' = all), study_paths, seats, admitted, free_seats, each with
        _previous (today), as `Comparison.paths`.
    """

    table: pd.DataFrame
    found: WhatIf


def effects_of(proposal: Proposal, register: Register, found: WhatIf) -> ProposalEffects:
    """The effects on the study paths that the proposal names. found : `what_if(register, as_scenario(…))`."""
    paths = found.comparison.paths.set_index("path_id")
    names = ["seats", "admitted", "free_seats"]
    figures = [f"{name}{end}" for name in names for end in ("", "_previous")]
    ids = register.study_paths["path_id"].to_numpy()
    rows = []
    for one, chosen in zip(proposal.seats, _chosen(proposal, register), strict=True):
        mine = paths.reindex(ids[chosen])[figures].fillna(0).sum().astype("int64")
        where = {"municipality": "", "path_id": "", **one.places(), "study_paths": int(chosen.sum())}
        rows.append(where | {name: int(mine[name]) for name in figures})
    order = ["school", "municipality", "programme", "path_id", "study_paths", *figures]
    return ProposalEffects(pd.DataFrame(rows)[order], found)


def _chosen(proposal: Proposal, register: Register) -> Sequence[Any]:
    """The open study paths (m,) of each row."""
    columns = columns_of(register)
    known = {name: list(columns[name].unique()) for name in _PLACES}
    known["school"] += columns["school_id"].unique().tolist()
    faults, found = [], []
    taken = np.zeros(len(register.study_paths), np.bool_)
    for number, one in enumerate(proposal.seats, 1):
        missing = [
            f"seats.{number}.{name}: there is no {shown(value, known[name])} in the register. "
            f"{near(value, known[name])}"
            for name, value in one.places().items()
            if value not in known[name]
        ]
        if missing:
            faults += missing
            continue
        try:
            mine = selected(register, Selected(**{name: (value,) for name, value in one.places().items()}), "seats")
        except BadParameters:
            faults.append(f"seats.{number}: this school has no open study path of the programme")
            continue
        if (mine & taken).any():
            faults.append(f"seats.{number}: it means study paths that an earlier row means too")
        taken |= mine
        found.append(mine)
    if faults:
        raise BadParameters("\n  ".join(faults), where=f"proposal {proposal.name!r}")
    return found
