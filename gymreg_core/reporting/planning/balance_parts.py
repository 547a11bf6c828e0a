"""What the sections on seats and demand share: their words, columns and names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gymreg_core.reporting.symbols import symbol
from gymreg_core.reporting.tables import Column, Form
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.phrases import per_cent, programme_name
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.texts import Texts, texts

_TEXTS = (
    "programme",
    "sub_region",
    "municipality",
    "origin",
    "destination",
    "supply",
    "expected_supply",
    "label",
    "note",
)


def words() -> Texts:
    """The texts of these sections."""
    return texts("gymreg_core.reporting.planning", "balance_texts.yml")


@dataclass(frozen=True)
class BalancePage:
    """The words of a page in a language.

    year : the intake year that it tells of. foretold : what the column of expected pupils is called.
    """

    language: Language
    year: int
    foretold: str = "expected"

    def say(self, key: str, **blanks: Any) -> str:
        """A text of the page in its language; {year} is known to all of them."""
        text = words().entries.get(key, {}).get(self.language, "")
        return words()(key, self.language, **({"year": self.year} if "{year}" in text else {}), **blanks)


def column(page: BalancePage, name: str, of: str | None = None, form: Form | None = None) -> Column:
    """A column; `of`: the column of the table that holds it, where that has another name (label, note)."""
    head = page.foretold if name == "expected" else name
    return Column(of or name, page.say(f"column.{head}"), form or _form(name))


def programme_names(page: BalancePage, codes: Iterable[object]) -> list[str]:
    """The names of programmes in the page's language."""
    return [programme_name(str(code), page.language) for code in codes]


def share(page: BalancePage, value: Any) -> str:
    """A share in words, the symbol for hidden where it is not shown."""
    return symbol("hidden") if pd.isna(value) else per_cent(round(float(value), 3), page.language)


def decimal(page: BalancePage, value: Any) -> str:
    """A number with one decimal, the symbol for hidden where it is not shown."""
    return symbol("hidden") if pd.isna(value) else number(float(value), page.language, 1)


def _form(name: str) -> Form:
    if name in _TEXTS:
        return "text"
    if name.endswith("_per_seat"):
        return "ratio"
    return "percent" if name.endswith("share") else "count"
