"""What every statistic of an admission hands back: a table, a summary and sentences."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.texts import Texts, texts


def phrase() -> Texts:
    """The sentences of this room."""
    return texts("gymreg_core.admission", "texts.yml")


@dataclass(frozen=True, eq=False)
class Result(ABC):
    """A finished statistic.

    `table` : one row per group or study path, columns documented by each subclass.
    `intake_year` : calendar year of the autumn start.
    `compare_to` : the year that ``_previous`` columns hold, None = nothing to compare with.
    """

    table: pd.DataFrame
    intake_year: int
    compare_to: int | None

    @abstractmethod
    def summary(self) -> dict[str, Any]:
        """The few numbers that matter, by name; None where unknown."""

    @abstractmethod
    def sentences(self, language: Language) -> tuple[str, ...]:
        """The findings in whole sentences, most important first."""

    def describe(self, language: Language = "sv") -> str:
        """The sentences as one paragraph."""
        return " ".join(self.sentences(language))

    def _repr_html_(self) -> str:
        return str(self.table.to_html(index=False, max_rows=20))


def by_count(key: str, n: int, language: Language, **blanks: Any) -> str:
    """The text ``key.none``, ``key.one`` or ``key.many`` that goes with a count; {n} is the written number."""
    ending = {0: "none", 1: "one"}.get(n, "many")
    return phrase()(f"{key}.{ending}", language, n=number(n, language), **blanks)


def plain(value: Any) -> Any:
    """A pandas or numpy scalar as int or float; whole numbers as int, missing ones as None."""
    if pd.isna(value):
        return None
    as_float = float(value)
    return int(as_float) if as_float.is_integer() and not isinstance(value, float) else as_float
