"""Names of study paths as readers say them: without the code that the office writes into the name."""

from __future__ import annotations

import re
from functools import lru_cache

from gymreg_core.vocabulary.numbers import NBSP
from gymreg_core.vocabulary.phrases import programme_short
from gymreg_core.vocabulary.programmes import Language, programmes

_CODE = re.compile(r" (?:[A-ZÅÄÖ]{2}(?:25)?)$")
_INTRODUCTORY = re.compile(r"^Introduktionsprogram IM(?:25)? - ")


@lru_cache(maxsize=20_000)
def path_name(published: str) -> str:
    """The published name without its code and repetitions.

    'Ekonomiprogrammet EK - Juridik' -> 'Ekonomiprogrammet – Juridik' (the dash keeps to the word before it),
    'Vård- och omsorgsprogrammet VO - Vård- och omsorgsprogrammet, lärling' -> 'Vård- och omsorgsprogrammet, lärling',
    'Introduktionsprogram IM - Yrkesintroduktion; mot Teknikprogrammet' -> 'Yrkesintroduktion mot Teknikprogrammet'.
    """
    text = _INTRODUCTORY.sub("", published)
    programme, dash, orientation = text.partition(" - ")
    programme = _CODE.sub("", programme)
    if dash and orientation.startswith(programme):
        text = orientation
    elif dash:
        text = f"{programme}{NBSP}– {orientation}"
    else:
        text = programme
    return text.replace("; mot ", " mot ").replace("; ", ", ")


def path_short(published: str, language: Language) -> str:
    """The name where there is little room: 'Ekonomi – Juridik'; the programme in `language`, the rest as published."""
    name = path_name(published)
    for code, programme in programmes().items():
        if name.startswith(programme.sv):
            return programme_short(code, language) + name[len(programme.sv) :]
    return name
