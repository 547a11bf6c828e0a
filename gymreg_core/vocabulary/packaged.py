"""The YAML files that lie beside the code."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # not every build of PyYAML has the quick one


def packaged_yaml(package: str, name: str) -> Any:
    """The content of the file `name` of a package. Errors: FileNotFoundError where there is none."""
    return yaml_of(files(package).joinpath(name).read_text(encoding="utf-8"))


def yaml_of(text: str) -> Any:
    """The content of a text in YAML, read by the quickest safe loader there is."""
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 both loaders are safe ones
