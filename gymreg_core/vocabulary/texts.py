"""Words for readers, in Swedish and English, from YAML files that hold both side by side."""

from __future__ import annotations

from functools import cache
from string import Formatter
from typing import Any

from gymreg_core.errors import MissingText
from gymreg_core.vocabulary.packaged import packaged_yaml
from gymreg_core.vocabulary.programmes import LANGUAGES, Language


class Texts:
    """A table of texts: dotted key -> {sv, en}. `texts("a.b", "sv", n=3)` fills the blanks.

    A key, a language or a blank that is missing raises MissingText or KeyError: a page with a hole is worse than none.
    """

    def __init__(self, package: str, name: str) -> None:
        self.source = f"{package}/{name}"
        raw = packaged_yaml(package, name)
        self.entries: dict[str, dict[str, str]] = dict(_flatten(raw))

    def __call__(self, key: str, language: Language, /, **values: Any) -> str:
        try:
            text = self.entries[key][language]
        except KeyError as missing:
            raise MissingText(f"no text for {key!r} in {language!r}", where=self.source) from missing
        return text.format(**values).strip() if values or "{" in text else text.strip()

    def incomplete(self) -> list[str]:
        """Keys that lack a language, or whose languages have different blanks."""
        return [
            key
            for key, entry in self.entries.items()
            if set(entry) != set(LANGUAGES) or len({_blanks(text) for text in entry.values()}) != 1
        ]


def _blanks(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name)


def _flatten(node: dict[str, Any], prefix: str = "") -> list[tuple[str, dict[str, str]]]:
    out: list[tuple[str, dict[str, str]]] = []
    for key, value in node.items():
        if isinstance(value, dict) and not set(value) & set(LANGUAGES):
            out += _flatten(value, f"{prefix}{key}.")
        else:
            out.append((f"{prefix}{key}", value if isinstance(value, dict) else {}))
    return out


@cache
def texts(package: str, name: str) -> Texts:
    """The texts of a YAML file beside a package, read once."""
    return Texts(package, name)


def terms() -> Texts:
    """The one table of terms that code and pages share."""
    return texts("gymreg_core.vocabulary", "terms.yml")
