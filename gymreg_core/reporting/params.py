"""What a report may be asked for: one model per report, checked before anything runs."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gymreg_core.contracts.rounds import Round
from gymreg_core.errors import BadParameters
from gymreg_core.vocabulary.programmes import Language, municipalities
from gymreg_core.vocabulary.slugs import slug

Scope = Literal["region", "municipality", "school", "provider_form"]
_ROUND_SLUG: dict[str, str] = {"final": "slut", "preliminary": "prel"}
_SCOPE_SLUG: dict[str, str] = {"school": "skola-", "provider_form": "huvudman-"}
_FORM_SLUG: dict[str, str] = {"municipal": "kommunal", "independent": "fristaende", "unknown": "okand"}


class AdmissionParams(BaseModel):
    """One run of the admission report: what the notebook's parameters cell receives (JSON scalars only)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    intake_year: int = Field(ge=1990, le=2100)
    round: Round
    scope: Scope
    scope_name: str | None = None
    compare_to: int | None = None
    language: Language = "sv"

    @property
    def slug(self) -> str:
        """The page's address without ending, e.g. ``antagning-2023-slut-taby``."""
        parts = ["antagning", str(self.intake_year), _ROUND_SLUG[self.round]]
        if self.scope_name:
            name = (
                _FORM_SLUG.get(self.scope_name, self.scope_name) if self.scope == "provider_form" else self.scope_name
            )
            parts.append(_SCOPE_SLUG.get(self.scope, "") + slug(name))
        return "-".join(parts)


class AdmissionPlan(BaseModel):
    """A params file of the admission report; ``latest``, ``all`` and ``previous`` are resolved against the data.

    `intake_year` and `compare_to` are calendar years of the autumn start.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    report: Literal["admission"]
    intake_year: Annotated[int, Field(ge=1990, le=2100)] | Literal["latest", "all"] = "latest"
    round: Round | Literal["all"] = "final"
    scope: Scope = "region"
    scope_name: str | None = None
    compare_to: int | Literal["previous"] | None = "previous"
    languages: tuple[Language, ...] = Field(default=("sv",), min_length=1)

    def expand(
        self, available: Sequence[tuple[int, str]], names: Callable[[int, str, str], list[str]]
    ) -> list[AdmissionParams]:
        """Every single run that the plan asks for.

        Parameters
        ----------
        available : (intake year, round) pairs that the data hold.
        names : names(year, round, scope) -> the names a scope has in that year and round.
        Errors: BadParameters where the data hold no such year, round or name.
        """
        rounds = [r for r in ("final", "preliminary") if self.round in (r, "all")]
        pairs = sorted((p for p in available if p[1] in rounds), reverse=True)
        if self.intake_year == "latest":
            pairs = [p for p in pairs if p[0] == pairs[0][0]]
        elif self.intake_year != "all":
            pairs = [p for p in pairs if p[0] == self.intake_year]
        if not pairs:
            held = ", ".join(f"{y} {r}" for y, r in sorted(available)) or "nothing"
            raise BadParameters(
                f"no results for intake year {self.intake_year}, round {self.round}",
                where="admission report",
                remedy=f"The data hold: {held}.",
            )
        return [
            self._single(year, round_, name, language, available)
            for year, round_ in pairs
            for name in self._names(year, round_, names)
            for language in self.languages
        ]

    def _names(self, year: int, round_: str, names: Callable[[int, str, str], list[str]]) -> list[str | None]:
        if self.scope == "region":
            return [None]
        known = names(year, round_, self.scope)
        if self.scope == "municipality":
            known = [*known, *(m for m in municipalities() if m not in known)]
        if self.scope_name == "all":
            parties = {m.name for m in municipalities().values() if m.party}
            return [n for n in sorted(known) if self.scope != "municipality" or n in parties]
        if self.scope_name not in known:
            near = difflib.get_close_matches(self.scope_name or "", known, n=3, cutoff=0.5)
            raise BadParameters(
                f"no {self.scope.replace('_', ' ')} named {self.scope_name!r} in {year} ({round_})",
                where="admission report: scope_name",
                remedy=f"Did you mean {' or '.join(map(repr, near))}?"
                if near
                else f"There are {len(known)} names; 'all' makes a page for each.",
            )
        return [self.scope_name]

    def _single(
        self, year: int, round_: str, name: str | None, language: Language, available: Sequence[tuple[int, str]]
    ) -> AdmissionParams:
        compare = self.compare_to
        if compare == "previous":
            earlier = [y for y, r in available if r == round_ and y < year]
            compare = max(earlier) if earlier else None
        return AdmissionParams.model_validate(
            {
                "intake_year": year,
                "round": round_,
                "scope": self.scope,
                "scope_name": name,
                "compare_to": compare,
                "language": language,
            }
        )


PLANS: dict[str, type[AdmissionPlan]] = {"admission": AdmissionPlan}
NOTEBOOKS: dict[str, str] = {"admission": "admission_report.ipynb"}


def load_plan(path: Path, overrides: Sequence[str] = ()) -> AdmissionPlan:
    """Read and check a params file; `overrides` are ``key=value`` with YAML values."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
        raise BadParameters(
            "this params file cannot be read",
            where=path.name,
            why=_yaml_place(problem),
            remedy="It has to be a YAML file in UTF-8.",
        ) from None
    return make_plan(raw, where=path.name, overrides=overrides)


def make_plan(raw: Any, *, where: str, overrides: Sequence[str] = ()) -> AdmissionPlan:
    """Check the parameters of a plan; every fault is told at once, with the nearest right name."""
    if not isinstance(raw, dict) or not all(isinstance(key, str) for key in raw):
        raise BadParameters("a params file holds `name: value` lines", where=where, remedy="See params/ for examples.")
    values = {**raw, **dict(_override(o) for o in overrides)}
    model = PLANS.get(str(values.get("report")))
    if model is None:
        raise BadParameters(
            f"{str(values.get('report'))!r} is not a report" if "report" in values else "the line `report:` is missing",
            where=where,
            remedy=f"Reports: {', '.join(PLANS)}.",
        )
    try:
        return model.model_validate(values)
    except ValidationError as problem:
        raise BadParameters(_explain(problem, model), where=where) from None


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


def _explain(problem: ValidationError, model: type[BaseModel]) -> str:
    lines: dict[str, str] = {}
    for error in problem.errors():
        name = str(error["loc"][0]) if error["loc"] else "the file"
        if error["type"] == "extra_forbidden":
            near = difflib.get_close_matches(name, model.model_fields, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"It has: {', '.join(model.model_fields)}."
            lines[name] = f"{name!r} is not a parameter of the admission report. {hint}"
        else:
            field = model.model_fields.get(name)
            lines[name] = f"{name!r} has to be {_expected(field.annotation)}." if field else str(error["msg"])
    return "\n  ".join(lines.values())


def _expected(annotation: Any) -> str:
    """The values a type admits, in words: ``a whole number, 'latest' or 'all'``."""
    words = list(dict.fromkeys(_kinds(annotation)))
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _kinds(annotation: Any) -> list[str]:
    if get_origin(annotation) is Literal:
        return [repr(value) for value in get_args(annotation)]
    if get_origin(annotation) is tuple:
        return [f"a list of {word}" for word in [_expected(get_args(annotation)[0])]]
    if get_origin(annotation) is Annotated:
        return _kinds(get_args(annotation)[0])
    if get_args(annotation):
        return [word for part in get_args(annotation) for word in _kinds(part)]
    return [
        {int: "a whole number from 1990 to 2100", str: "a text", type(None): "nothing (null)"}.get(
            annotation, "another value"
        )
    ]


def _yaml_place(problem: Exception) -> str:
    mark = getattr(problem, "problem_mark", None)
    return (
        f"line {mark.line + 1}, column {mark.column + 1}: {getattr(problem, 'problem', '')}"
        if mark
        else type(problem).__name__
    )
