"""Which study paths and pupils of a register a scenario means."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import numpy as np
import pandas as pd

from gymreg_core.contracts.register import Register
from gymreg_core.errors import BadParameters
from gymreg_core.matching.market import Bools
from gymreg_core.matching.scenarios import Scenario, Selected
from gymreg_core.scenario_file import near, shown
from gymreg_core.vocabulary.programmes import programmes
from gymreg_core.vocabulary.study_paths import programme_of

_KINDS = {"school": ("school", "school_id")}


def columns_of(register: Register) -> dict[str, pd.Series]:
    """What study paths (m rows) can be selected by; a school by name or unit."""
    paths = register.study_paths
    school = register.schools.iloc[paths["school"].to_numpy()].reset_index(drop=True)
    return {
        "path_id": paths["path_id"],
        "school": school["school"],
        "school_id": school["school_id"],
        "programme": pd.Series([programme_of(code) for code in paths["study_path_code"]], dtype="str"),
        "municipality": school["municipality"],
        "provider_form": school["provider_form"],
    }


def is_open(register: Register) -> Bools:
    """Study paths (m,) that are offered."""
    return register.study_paths["state"].eq("open").to_numpy(np.bool_)


def selected(register: Register, wanted: Selected, where: str) -> Bools:
    """Open study paths (m,) for which every condition holds. Errors: BadParameters where there is none."""
    columns = columns_of(register)
    chosen = is_open(register)
    for name, names in wanted.given().items():
        chosen = chosen & np.logical_or.reduce([columns[kind].isin(names) for kind in _KINDS.get(name, (name,))])
    if not chosen.any():
        raise BadParameters(
            "no open study path fits",
            where=where,
            why="; ".join(f"{name}: {', '.join(names)}" for name, names in wanted.given().items()),
        )
    return chosen


def living_in(register: Register, names: Collection[str] | None) -> Bools:
    """Pupils (p,) with one of these home municipalities; all where None."""
    home = register.pupils["home_municipality"]
    return (home.notna() if names is None else home.isin(names)).to_numpy(np.bool_)


def check_names(register: Register, scenario: Scenario) -> None:
    """Errors: BadParameters with every name of the scenario that is not in the register, and the nearest that is."""
    faults = list(_faults(register, scenario))
    if faults:
        raise BadParameters("\n  ".join(dict.fromkeys(faults)), where=f"scenario {scenario.name!r}")


def _faults(register: Register, scenario: Scenario) -> Iterator[str]:
    columns = columns_of(register)
    known: dict[str, list[str]] = {
        name: [v for kind in _KINDS.get(name, (name,)) for v in columns[kind].unique()]
        for name in columns
        if name != "school_id"
    }
    homes = register.pupils["home_municipality"].unique().tolist()
    new = [path.path_id for path in scenario.new_paths]
    for part in ("close", "seats", "quotas"):
        for number, wanted in enumerate(getattr(scenario, part), 1):
            for name, names in wanted.given().items():
                extra = new if name == "path_id" and part == "quotas" else []
                yield from _missing(names, [*known[name], *extra], f"{part}.{number}.{name}")
    for number, move in enumerate(scenario.move, 1):
        places = (*(move.to or ()), *([move.from_municipality] if move.from_municipality else []))
        yield from _missing(move.programmes or (), known["programme"], f"move.{number}.programmes")
        yield from _missing(places, known["municipality"], f"move.{number}")
    for number, path in enumerate(scenario.new_paths, 1):
        where = f"new_paths.{number}"
        yield from _missing([path.like], known["path_id"], f"{where}.like")
        yield from _missing([path.school], known["school"], f"{where}.school")
        if path.code is not None:
            yield from _missing([programme_of(path.code)], [*known["programme"], *programmes()], f"{where}.code")
        if path.path_id in known["path_id"] or new.count(path.path_id) > 1:
            yield f"{where}.path_id: there is a {path.path_id!r} already"
    for number, cohort in enumerate(scenario.cohort, 1):
        yield from _missing(cohort.home_municipality or (), homes, f"cohort.{number}.home_municipality")
    for number, quota in enumerate(scenario.quotas, 1):
        yield from _missing(quota.members or (), homes, f"quotas.{number}.members")


def _missing(names: Sequence[str], known: Collection[str], where: str) -> Iterator[str]:
    every = list(dict.fromkeys(known))
    for name in names:
        if name not in known:
            yield f"{where}: there is no {shown(name, every)} in the register. {near(name, every)}"
