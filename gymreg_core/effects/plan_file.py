"""The analysis plan of a file: YAML, checked before anything runs, every fault told with the nearest right name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.errors import BadParameters
from gymreg_core.scenario_file import checked, read_scenario


def read_plan(path: Path | None, changes: Sequence[str] = ()) -> AnalysisPlan:
    """The plan in a file, changed by ``name=value`` with YAML values; without a file the default plan.

    The file is a params file of an effect report, whose plan stands under `plan`, or the plan alone.
    Errors: BadParameters with every fault.
    """
    raw = {} if path is None else read_scenario(path, "params file")
    where = "--set" if path is None else path.name
    if isinstance(raw, dict) and ("plan" in raw or "report" in raw):
        raw = raw.get("plan") or {}
    if isinstance(raw, dict):
        raw = {**raw, **dict(map(_change, changes))}
    return make_plan(raw, where=where)


def make_plan(raw: Any, *, where: str) -> AnalysisPlan:
    """A plan given as a mapping. Errors: BadParameters with every fault."""
    if not isinstance(raw, dict):
        raise BadParameters("an analysis plan holds `name: value` lines", where=where)
    return checked(AnalysisPlan, raw, where=where)


def _change(text: str) -> tuple[str, Any]:
    name, sign, value = text.partition("=")
    try:
        if sign and name.strip():
            return name.strip(), yaml.safe_load(value)
    except yaml.YAMLError:
        pass
    raise BadParameters(
        f"{text!r} is not of the form name=value", where="--set", remedy="For example: --set outcome=completion_4"
    )
