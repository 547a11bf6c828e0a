"""Names of made-up schools, put together from the parts in names.yml; no two schools are called the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from gymreg_core.synthetic.allocation import Floats
from gymreg_core.synthetic.proportions import names, value

_TEMPLATES = {"K": "municipal", "L": "region", "F": "independent"}


def new_names(
    towns: list[str], forms: list[str], taken: frozenset[str], rng: np.random.Generator
) -> tuple[list[str], Floats]:
    """A name for each school of these municipalities and provider forms (K, F, L), none in `taken`.

    Returns the names, and shape (S, 2) what a school's chain leans to (vocational, arts); nan where it has no chain.
    """
    parts, used, sizes = names(), set(taken), Counter(towns)
    places = _places(rng)
    leans = np.full((len(towns), 2), np.nan)
    out = []
    for i, (town, form) in enumerate(zip(towns, forms, strict=True)):
        chained = form == "F" and rng.random() < value("shape", "chain_share")
        found = _of_a_chain(town, sizes[town], used, rng) if chained else None
        if found is not None:
            name, leans[i] = found[0], found[1]
        else:
            patterns = parts[_TEMPLATES[form]]
            name = next(n for n in _formatted(places, patterns, rng) if n not in used)
        used.add(name)
        out.append(name)
    return out, leans


def renamed(old: list[str], used: frozenset[str], rng: np.random.Generator) -> list[str]:
    """The names of the year after: spelt in another way, or another name with the former one in brackets."""
    rules, places = names()["renamings"], _places(rng)
    out: list[str] = []
    for k, name in enumerate(old):
        rule = rules[k % len(rules)]
        new = name.replace(rule["find"], rule["put"]) if "find" in rule else name
        while new == name or new in used or new in out:
            new = rules[-1]["put"].format(new=next(places)[1], old=name)
        out.append(new)
    return out


def _of_a_chain(
    town: str, schools: int, used: set[str], rng: np.random.Generator
) -> tuple[str, tuple[float, float]] | None:
    parts = names()
    quarters = parts["quarters"] if schools >= value("shape", "quarters_from") else parts["quarters"][:1]
    every: list[tuple[dict[str, Any], str]] = [(chain, quarter) for quarter in quarters for chain in parts["chains"]]
    for k in rng.permutation(len(every)):
        chain, quarter = every[int(k)]
        name = f"{chain['name']} {town}{quarter}"
        if name not in used:
            return name, (chain["vocational"], chain["arts"])
    return None


def _places(rng: np.random.Generator) -> Iterator[tuple[str, str]]:
    """Invented places and their genitives, in drawn order, each once."""
    parts = names()
    every = [(a + b, a + genitive) for a in parts["firsts"] for b, genitive in parts["seconds"]]
    return iter([every[int(k)] for k in rng.permutation(len(every))])


def _formatted(places: Iterator[tuple[str, str]], patterns: list[str], rng: np.random.Generator) -> Iterator[str]:
    for stem, genitive in places:
        yield patterns[int(rng.integers(len(patterns)))].format(stem=stem, place=genitive)
