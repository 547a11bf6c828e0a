"""The YAML files that lie beside the code."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # not every build of PyYAML has the quick one
_DEEP, _DEEP_LIST = 5000, 100


def packaged_yaml(package: str, name: str) -> Any:
    """The content of the file `name` of a package. Errors: FileNotFoundError where there is none."""
    return yaml_of(files(package).joinpath(name).read_text(encoding="utf-8"))


def yaml_of(text: str) -> Any:
    """The content of a text in YAML, read by the quickest safe loader there is.

    Errors: yaml.YAMLError where it is none, or is nested too deeply; ValueError for a date that there is not.
    """
    # The quick loader ends the process where a text is nested so deeply that its stack is full; the other one tells.
    deep = text.count("[") + text.count("{") > _DEEP or "- " * _DEEP_LIST in text
    try:
        return yaml.load(text, Loader=yaml.SafeLoader if deep else _LOADER)  # noqa: S506 both loaders are safe ones
    except RecursionError:
        raise yaml.YAMLError("nested too deeply") from None
