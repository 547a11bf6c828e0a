"""Whose list a price list is: the region's, or a municipality's own."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gymreg_core.contracts.price_lists import REGION
from gymreg_core.sources.price_lists.layout import plain, vocabulary
from gymreg_core.vocabulary.programmes import municipalities
from gymreg_core.vocabulary.slugs import slug
from gymreg_core.vocabulary.sweden import swedish_municipalities


def owner_in(titles: Iterable[str], file: str) -> str | None:
    """The owner that the titles name, else the file's name; None where neither names one, or titles name several."""
    texts = list(titles)
    if any(word in plain(text) for text in texts for word in vocabulary()["region"]):
        return REGION
    named = {name for text in texts for name in swedish_municipalities() if _names(name, text)}
    if len(named) == 1:
        return named.pop()
    stem = slug(file.rpartition(".")[0])
    if any(slug(word) in stem for word in vocabulary()["region"]):
        return REGION
    of_file = [name for name in municipalities() if f"-{slug(name)}-" in f"-{stem}-"]
    return of_file[0] if len(of_file) == 1 and not named else None


def _names(name: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(name)}s?\b(?! län)", text) is not None
