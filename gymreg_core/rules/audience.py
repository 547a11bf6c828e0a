"""Whom a run is for, which decides what may be told; the values stand in ``disclosure_audiences.yml``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, get_args

from gymreg_core.errors import BadParameters, RuleMissing
from gymreg_core.rules import rule

Audience = Literal["open_web", "authority", "internal"]
AUDIENCES: tuple[Audience, ...] = get_args(Audience)
OPEN_WEB: Audience = "open_web"
VARIABLE = "GYMREG_AUDIENCE"
FILE = "disclosure_audiences"


def audience() -> Audience:
    """Whom this run is for: the environment variable GYMREG_AUDIENCE, else anybody.

    Errors: BadParameters for an audience that there is not.
    """
    return known_audience(os.environ.get(VARIABLE) or OPEN_WEB)


def known_audience(name: str) -> Audience:
    """`name`, one of AUDIENCES. Errors: BadParameters for another."""
    for one in AUDIENCES:
        if name == one:
            return one
    raise BadParameters(
        "there is no such audience", where=f"--audience or {VARIABLE}", remedy=f"Audiences: {', '.join(AUDIENCES)}."
    )


@contextmanager
def made_for(to: Audience) -> Iterator[None]:
    """Inside the block, and in processes that are started there, the run is for `to`."""
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = to
    try:
        yield
    finally:
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before


def told_to(key: str, to: Audience | None = None) -> Any:
    """The value of the entry `key` of ``rules/disclosure_audiences.yml`` for an audience, that of the run where None.

    Errors: RuleMissing where there is none for the audience.
    """
    values = rule(FILE, key)
    to = to or audience()
    if not isinstance(values, dict) or to not in values:
        raise RuleMissing(
            f"no value for the audience {to}",
            where=f"rules/{FILE}.yml, {key}",
            remedy=f"Give a value for each of {', '.join(AUDIENCES)}.",
        )
    return values[to]
