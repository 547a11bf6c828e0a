"""The municipalities of the whole country by name; those of the co-operation area: programmes.municipalities."""

from __future__ import annotations

from functools import cache

from gymreg_core.vocabulary.packaged import packaged_yaml


@cache
def swedish_municipalities() -> dict[str, str]:
    """The code of every Swedish municipality by its name, in code order."""
    codes: dict[str, str] = packaged_yaml("gymreg_core.vocabulary", "swedish_municipalities.yml")
    return {name: code for code, name in codes.items()}
