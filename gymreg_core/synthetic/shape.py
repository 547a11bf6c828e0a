"""What the made-up region rests on, read from the files beside this module: numbers of shape.yml, names of schools."""

from __future__ import annotations

import zlib
from functools import cache
from typing import Any

import numpy as np

from gymreg_core.errors import RuleMissing
from gymreg_core.vocabulary.packaged import packaged_yaml


@cache
def read_yaml(name: str) -> Any:
    """A YAML file of this package."""
    return packaged_yaml("gymreg_core.synthetic", name)


def value(name: str, *path: str | int) -> Any:
    """A number of shape.yml, such as ``value("taste", "school")``.

    Errors: RuleMissing where it stands nowhere.
    """
    try:
        node = read_yaml("shape.yml")[name]["value"]
        for step in path:
            node = node[step]
    except (KeyError, TypeError):
        raise RuleMissing(f"no number {name!r} {path or ''}", where="synthetic/shape.yml") from None
    return node


def stream(seed: int, *purpose: str | int) -> np.random.Generator:
    """Random numbers of their own for each purpose, so that a change in one leaves the others as they were."""
    return np.random.default_rng([seed, zlib.crc32("/".join(map(str, purpose)).encode())])
