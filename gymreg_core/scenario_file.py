"""Scenario files: YAML, read and checked before anything runs, every fault told at once with the nearest right name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from gymreg_core.errors import BadParameters
from gymreg_core.rules import entries

KINDS = ("admission", "funding")
"""What a scenario may be about."""
_A_NAME = re.compile(r"(?!.*\d{5})[A-Za-z0-9_][A-Za-z0-9_.]{0,40}")
_FEW, _SHORT = 30, 6
Model = TypeVar("Model", bound=BaseModel)


class ScenarioPart(BaseModel):
    """A part of a scenario: it has the fields that it names and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _listed(given: Any) -> Any:
    return (given,) if isinstance(given, str) else given


def no_truth(given: Any) -> Any:
    """Anything but true and false, which would pass for 1 and 0."""
    if isinstance(given, bool):
        raise ValueError("a number is wanted, not true or false")  # noqa: TRY004 pydantic collects ValueError
    return given


Names = Annotated[tuple[str, ...], BeforeValidator(_listed), Field(min_length=1)]
"""One name or a list of names."""
Whole = Annotated[int, BeforeValidator(no_truth)]


def near(name: str, known: Collection[str]) -> str:
    """What to do about a name that is not known."""
    if found := difflib.get_close_matches(name, known, n=2, cutoff=0.5):
        return f"Did you mean {' or '.join(map(repr, found))}?"
    return f"Known: {', '.join(known)}." if len(known) <= _FEW else f"There are {len(known)} others."


def named(name: object) -> str:
    """A name of a value that a file should not have, where it looks like one that this program could have."""
    return str(name) if _A_NAME.fullmatch(str(name)) else "a name that cannot be"


def place_of(loc: tuple[int | str, ...]) -> str:
    """Where in a file a fault is, as 'people.2.name'; '' for the whole of it."""
    return ".".join(str(part + 1) if isinstance(part, int) else named(part) for part in loc)


def shown(name: str, known: Collection[str]) -> str:
    """A name in quotes where it is short or nearly a known one; another may be somebody's and is not repeated."""
    alike = len(name) <= _SHORT or difflib.get_close_matches(name, known, n=1)
    return repr(name) if alike else "such name"


def known_rule(rules: str, suits: Callable[[Any], bool]) -> Callable[[str], str]:
    """A check that a name stands in ``rules/<rules>.yml`` with a value that suits."""

    def check(name: str) -> str:
        known = [key for key, entry in entries(rules).items() if suits(entry["value"])]
        if name not in known:
            raise ValueError(f"there is no {shown(name, known)}. {near(name, known)}")
        return name

    return check


def read_scenario(path: Path, what: str = "scenario file") -> Any:
    """What stands in a scenario file, not yet checked. Errors: BadParameters where it cannot be read."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as problem:
        mark = getattr(problem, "problem_mark", None)
        raise BadParameters(
            f"this {what} cannot be read",
            where=path.name,
            why=f"line {mark.line + 1}, column {mark.column + 1}" if mark else type(problem).__name__,
            remedy="It has to be a YAML file in UTF-8.",
        ) from None


def kind_of(raw: Any, *, where: str) -> str:
    """What a scenario is about: its line `about`, admission without one. Errors: BadParameters for anything else."""
    about = raw.get("about", KINDS[0]) if isinstance(raw, dict) else KINDS[0]
    if about not in KINDS:
        raise BadParameters(f"no scenario is about {about!r}. {near(str(about), KINDS)}", where=where)
    return str(about)


def checked(model: type[Model], raw: Any, *, where: str) -> Model:
    """A scenario given as a mapping. Errors: BadParameters with every fault and the nearest right name."""
    if not isinstance(raw, dict):
        raise BadParameters("a scenario holds `name: value` lines", where=where)
    try:
        return model.model_validate(raw)
    except ValidationError as problem:
        faults = [_fault(model, e["loc"], e["type"], e["msg"]) for e in problem.errors()]
        raise BadParameters("\n  ".join(dict.fromkeys(faults)), where=where) from None


def _fault(model: type[BaseModel], loc: tuple[int | str, ...], kind: str, message: str) -> str:
    place = place_of(loc)
    if kind == "extra_forbidden":
        return f"{place!r} is not known. {near(str(loc[-1]), _fields(model, loc[:-1]))}"
    if kind in ("tuple_type", "model_type", "model_attributes_type"):
        message = (
            "a list is wanted, its entries beginning with '-'" if kind == "tuple_type" else "`name: value` is wanted"
        )
    said = message.removeprefix("Value error, ")
    return f"{place}: {said}" if place else said


def _fields(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """The names that may stand at a place of the file."""
    for part in loc:
        if isinstance(part, str):
            model = next(_models(model.model_fields[part].annotation))
    return list(model.model_fields)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models inside an annotation, the outermost first."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
