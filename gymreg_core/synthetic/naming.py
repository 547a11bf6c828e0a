"""Names of made-up schools, put together from the parts in names.yml; no two schools are called the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from gymreg_core.synthetic.shape import read_yaml, value

_TEMPLATES = {"municipal": "municipal", "region": "region", "independent": "independent", "unknown": "independent"}


def new_names(towns: list[str], forms: list[str], offers: list[str], rng: np.random.Generator) -> list[str]:
    """A name for each school of these municipalities and provider forms, no two alike.

    offers : what most seats are in (preparatory | vocational | arts | mixed); chains are named after it.
    """
    parts, used, sizes = read_yaml("names.yml"), set[str](), Counter(towns)
    places = _places(rng)
    out = []
    for town, form, offer in zip(towns, forms, offers, strict=True):
        chained = form == "independent" and rng.random() < value("chain_share")
        name = _of_a_chain(town, sizes[town], offer, used, rng) if chained else None
        if name is None:
            patterns = parts[_TEMPLATES[form]]
            name = next(n for n in _formatted(places, patterns, rng) if n not in used)
        used.add(name)
        out.append(name)
    return out


def renamed(old: list[str], used: frozenset[str], rng: np.random.Generator) -> list[str]:
    """The names of the year after: spelt in another way, or another name with the former one in brackets."""
    rules, places = read_yaml("names.yml")["renamings"], _places(rng)
    out: list[str] = []
    for k, name in enumerate(old):
        rule = rules[k % len(rules)]
        new = name.replace(rule["find"], rule["put"]) if "find" in rule else name
        while new == name or new in used or new in out:
            new = rules[-1]["put"].format(new=next(places)[1], old=name)
        out.append(new)
    return out


def _of_a_chain(town: str, schools: int, offer: str, used: set[str], rng: np.random.Generator) -> str | None:
    parts = read_yaml("names.yml")
    quarters = parts["quarters"] if schools >= value("quarters_from") else parts["quarters"][:1]
    chains: list[dict[str, Any]] = [chain for chain in parts["chains"] if chain["offers"] == offer]
    every = [(chain, quarter) for quarter in quarters for chain in chains]
    for k in rng.permutation(len(every)):
        chain, quarter = every[int(k)]
        name = f"{chain['name']} {town}{quarter}"
        if name not in used:
            return name
    return None


def _places(rng: np.random.Generator) -> Iterator[tuple[str, str]]:
    """Invented places and their genitives, in drawn order, each once."""
    parts = read_yaml("names.yml")
    every = [(a + b, a + genitive) for a in parts["firsts"] for b, genitive in parts["seconds"]]
    return iter([every[int(k)] for k in rng.permutation(len(every))])


def _formatted(places: Iterator[tuple[str, str]], patterns: list[str], rng: np.random.Generator) -> Iterator[str]:
    for stem, genitive in places:
        yield patterns[int(rng.integers(len(patterns)))].format(stem=stem, place=genitive)
