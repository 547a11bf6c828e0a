"""Params files: read, checked before anything runs, every fault told at once."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from gymreg_core.errors import BadParameters
from gymreg_core.reporting.kinds import KINDS
from gymreg_core.reporting.plans import ReportPlan
from gymreg_core.scenario_file import named


def load_plan(path: Path, overrides: Sequence[str] = ()) -> ReportPlan:
    """Read and check a params file; `overrides` are ``key=value`` with YAML values."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as problem:
        raise BadParameters(
            "this params file cannot be read",
            where=path.name,
            why=_yaml_place(problem),
            remedy="It has to be a YAML file in UTF-8.",
        ) from None
    return make_plan(raw, where=path.name, overrides=overrides)


def make_plan(raw: Any, *, where: str, overrides: Sequence[str] = ()) -> ReportPlan:
    """Check the parameters of a plan; every fault is told at once, with the nearest right name."""
    if not isinstance(raw, dict) or not all(isinstance(key, str) for key in raw):
        raise BadParameters("a params file holds `name: value` lines", where=where, remedy="See params/ for examples.")
    values = {**raw, **dict(_override(o) for o in overrides)}
    kind = KINDS.get(str(values.get("report")))
    if kind is None:
        raise BadParameters(
            "the line `report:` names no report" if "report" in values else "the line `report:` is missing",
            where=where,
            remedy=f"Reports: {', '.join(KINDS)}.",
        )
    try:
        return kind.plan.model_validate(values)
    except ValidationError as problem:
        raise BadParameters(_explain(problem, kind.plan, str(values["report"])), where=where) from None


def _override(text: str) -> tuple[str, Any]:
    key, sign, value = text.partition("=")
    if not sign or not key.strip():
        raise BadParameters(
            f"{text!r} is not of the form name=value", where="--set", remedy="For example: --set intake_year=2023"
        )
    try:
        return key.strip(), yaml.safe_load(value)
    except yaml.YAMLError:
        raise BadParameters(
            "the value cannot be read", where=f"--set {key.strip()}", remedy="Put text in quotes."
        ) from None


def _explain(problem: ValidationError, model: type[BaseModel], report: str) -> str:
    lines: dict[str, str] = {}
    for error in problem.errors():
        name, of, field = _place(error["loc"], model)
        if error["type"] == "extra_forbidden":
            near = difflib.get_close_matches(name.rpartition(".")[2], of.model_fields, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"It has: {', '.join(of.model_fields)}."
            lines[name] = f"{named(name)!r} is not a parameter of the {report} report. {hint}"
        elif error["type"] == "value_error":
            lines[name] = f"{name!r} cannot be so: {error['ctx']['error']}."
        else:
            wanted = _expected(field.annotation, field.metadata) if field else str(error["msg"])
            lines[name] = f"{name!r} has to be {wanted}." if field else wanted
    return "\n  ".join(lines.values())


def _place(loc: tuple[int | str, ...], model: type[BaseModel]) -> tuple[str, type[BaseModel], FieldInfo | None]:
    """Where a fault is: its name, 'plan.outcome' within a part; the model of that part; the field where it has one."""
    name = str(loc[0]) if loc else "the file"
    field = model.model_fields.get(name)
    part = field.annotation if field else None
    if len(loc) > 1 and isinstance(part, type) and issubclass(part, BaseModel):
        inner, of, found = _place(loc[1:], part)
        return f"{name}.{inner}", of, found
    return name, model, field


def _expected(annotation: Any, limits: Sequence[Any] = ()) -> str:
    """The values a type admits, in words: ``a whole number, 'latest' or 'all'``."""
    words = list(dict.fromkeys(_kinds(annotation, limits)))
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _kinds(annotation: Any, limits: Sequence[Any] = ()) -> list[str]:
    if get_origin(annotation) is Literal:
        return [repr(value) for value in get_args(annotation)]
    if get_origin(annotation) is tuple:
        return [f"a list of {word}" for word in [_expected(get_args(annotation)[0])]]
    if get_origin(annotation) is Annotated:
        return _kinds(get_args(annotation)[0])
    if get_args(annotation):
        return [word for part in get_args(annotation) for word in _kinds(part)]
    if annotation in (int, float) and limits:
        kind = "a whole number" if annotation is int else "a number"
        ends = {name: getattr(one, name) for one in limits for name in _ENDS if getattr(one, name, None) is not None}
        return [" ".join([kind, *(f"{_ENDS[name]} {end}" for name, end in ends.items())])]
    return [
        {int: "a whole number from 1990 to 2100", str: "a text", type(None): "nothing (null)"}.get(
            annotation, "a group of values" if isinstance(annotation, type) else "another value"
        )
    ]


_ENDS = {"ge": "from", "gt": "above", "le": "up to", "lt": "below"}


def _yaml_place(problem: Exception) -> str:
    mark = getattr(problem, "problem_mark", None)
    return (
        f"line {mark.line + 1}, column {mark.column + 1}: {getattr(problem, 'problem', '')}"
        if mark
        else type(problem).__name__
    )
