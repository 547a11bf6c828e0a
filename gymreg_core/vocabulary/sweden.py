"""The municipalities of the whole country by name; those of the co-operation area: programmes.municipalities."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml


@cache
def swedish_municipalities() -> dict[str, str]:
    """The code of every Swedish municipality by its name, in code order."""
    text = files("gymreg_core.vocabulary").joinpath("swedish_municipalities.yml").read_text(encoding="utf-8")
    codes: dict[str, str] = yaml.safe_load(text)
    return {name: code for code, name in codes.items()}
