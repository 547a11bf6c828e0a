"""What was decided, for which years, by whom: data files and the one function that reads them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from gymreg_core.errors import RuleMissing


@cache
def _file(name: str) -> dict[str, Any]:
    text = files(__package__).joinpath(f"{name}.yml").read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    return content


def rule(name: str, key: str) -> Any:
    """The value of the entry `key` of ``rules/<name>.yml``.

    An entry holds `value`, `status` (published | derived | assumption), `valid_from` and `source`.
    Errors: RuleMissing where the entry stands nowhere.
    """
    try:
        return _file(name)[key]["value"]
    except (FileNotFoundError, KeyError, TypeError):
        raise RuleMissing(
            f"no rule {key!r}",
            where=f"rules/{name}.yml",
            remedy="Add the entry with value, status, valid_from and source.",
        ) from None


def entries(name: str) -> dict[str, dict[str, Any]]:
    """Every entry of ``rules/<name>.yml`` with its status and source, in the order of the file."""
    return {key: dict(entry) for key, entry in _file(name).items()}
