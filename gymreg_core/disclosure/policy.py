"""What an audience is told, as one checked object; its values stand in ``rules/disclosure_audiences.yml``."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gymreg_core.errors import RuleMissing
from gymreg_core.rules.audience import FILE, Audience, audience, told_to

_NEAR_ENDS = 2
"""From one to below `share_near`: that many fewer than `share_near` lie between the two ends."""
Count = Annotated[int, Field(ge=1, le=1_000_000)]
Share = Annotated[float, Field(ge=0, le=1)]
Symbol = Annotated[str, Field(min_length=1, max_length=8, pattern=r"^[^\s|;,<>&\"'=+@-]+$")]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Dominance(_Model):
    """An amount is hidden of which the `n` largest contributors make up more than the share `k`."""

    n: Annotated[int, Field(ge=1, le=10)]
    k: Annotated[float, Field(gt=0, lt=1)]


class Symbols(_Model):
    """What stands in a cell without a number, each different from the others."""

    hidden: Symbol
    not_applicable: Symbol
    near_all: Symbol
    near_none: Symbol

    @model_validator(mode="after")
    def _differ(self) -> Self:
        if len(set(self.model_dump().values())) < len(type(self).model_fields):
            raise ValueError("two symbols are the same")
        return self


class Policy(_Model):
    """What one audience is told.

    smallest_count, smallest_rest : persons; the smallest count that is shown, and the smallest that may be left of the
        whole; 0 is shown where `zeros` are. fewest_schools : schools behind an estimate.
    method : small counts are left out, or every count is rounded to a multiple of `rounding_base`.
    share_near : persons; the share of a hidden count is written as near 0 or 100 % where fewer than that many have it
        or have it not, and where those are at most the share `near_within` of the whole; 0: never.
    least_interval, least_relative : how far apart the bounds of a hidden count have to be (persons), and of a hidden
        amount (share of it), for a reader who knows all that was published.
    dominance : of amounts, by school and provider. single_provider : whether a group of independent schools with one
        provider alone is told of. sensitive : names of measures that are not told.
    office_figures : whether the office's own published figures are told where they rest on fewer than `smallest_count`.
    revisions : whether a release that tells by a difference to an earlier one is refused, or goes out with a note.
    """

    audience: Audience
    smallest_count: Count
    smallest_rest: Count
    fewest_schools: Count
    zeros: Literal["shown", "hidden"]
    method: Literal["suppress", "round"]
    rounding_base: Count
    share_near: Annotated[int, Field(ge=0, le=1_000_000)]
    near_within: Share
    least_interval: Annotated[int, Field(ge=0, le=1_000_000)]
    least_relative: Share
    dominance: Dominance | None
    single_provider: Literal["shown", "hidden"]
    sensitive: Annotated[tuple[str, ...], Field(strict=False)]
    office_figures: Literal["shown", "hidden"]
    revisions: Literal["refuse", "tell"]
    symbols: Symbols

    @model_validator(mode="after")
    def _near_is_wide(self) -> Self:
        if self.share_near and self.share_near - _NEAR_ENDS < self.least_interval:
            raise ValueError(
                f"share_near has to be 0, or {_NEAR_ENDS} above least_interval: what near 0 or 100 per cent stands for "
                "would lie closer together than least_interval allows"
            )
        return self


def policy() -> Policy:
    """What the audience of this run is told (environment variable GYMREG_AUDIENCE; open_web where it is not set).

    Errors: BadParameters for an audience that there is not; RuleMissing where the rules file lacks a value or has one
    that cannot be, naming every one.
    """
    return policy_of(audience())


@cache
def policy_of(to: Audience) -> Policy:
    """What an audience is told. Errors: RuleMissing as `policy`."""
    names = [name for name in Policy.model_fields if name != "audience"]
    try:
        return Policy(audience=to, **{name: told_to(name, to) for name in names})
    except ValidationError as problem:
        faults = [
            f"{'.'.join(map(str, error['loc'])) or 'together'}: {error['msg']}"
            for error in problem.errors(include_input=False, include_url=False)
        ]
    raise RuleMissing(
        f"the policy for the audience {to} cannot be used",
        where=f"rules/{FILE}.yml",
        why="; ".join(faults),
        remedy="Give these entries values of the kinds that gymreg_core/disclosure/policy.py names.",
    )
