"""Study-path codes: what the positions of a code say, before and after Gy25.

Up to nine positions: 1-2 programme, 3-5 orientation (or the name of a special variant), 6 special variant, 7 kind of
intake, 8 national recruitment, 9 sport (NIU); unused ones are 0 and may be left out at the end. From intake 2025
(Gy25) the orientation has other letters, a whole programme is written with 25, and the letters of positions 6 and 7
changed.
Introductory programmes: IM, V or Y, the programme aimed at, and in lower case an orientation.
Source: Skolverket, Koder för studievägar; positions 6 and 7 as seen in the office's files 2020-2025.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from gymreg_core.vocabulary.packaged import packaged_yaml
from gymreg_core.vocabulary.programmes import programmes

_CODE = re.compile(r"[A-Z]{2}[A-Za-z0-9]{0,10}")
_WHOLE_GY25 = re.compile(r"([A-Z]{2})25")
_INTRODUCTORY = re.compile(r"(IM[A-Z])([A-Z]{2})?([GJ])?(0?L)?([a-z]*)")
_NATIONAL = re.compile(r"([A-Z]{2})([A-Z0-9]{3})?([0VSX])?([0LSAEP])?([0R])?([0N])?([a-z]*)")
_WITHOUT_ORIENTATION = re.compile(r"([A-Z]{2})([a-z]*)")


@dataclass(frozen=True)
class StudyPathCode:
    """What a code says.

    `programme`: two letters, or IMV, IMY, IMA, IMS; `orientation`: positions 3-5 as written, '' where the whole
    programme is one intake; `aims_at`: the programme that an introductory programme aims at; `note`: lower-case
    letters at the end (an orientation in introductory programmes, a profile in others); `variant`: special variant.
    """

    code: str
    programme: str
    orientation: str = ""
    aims_at: str = ""
    note: str = ""
    variant: bool = False
    apprenticeship: bool = False
    advanced: bool = False
    aesthetic: bool = False
    national: bool = False
    sport: bool = False

    @property
    def flags(self) -> frozenset[str]:
        """The kinds of intake that the code names: variant, apprenticeship, advanced, aesthetic, national, sport."""
        names = ("variant", "apprenticeship", "advanced", "aesthetic", "national", "sport")
        return frozenset(name for name in names if getattr(self, name))


def looks_like_code(text: str) -> bool:
    """Whether a text has the shape of a study-path code: two capitals, then letters and digits, twelve at most."""
    return bool(_CODE.fullmatch(text))


def programme_of(code: str) -> str:
    """The programme that a study-path code belongs to: 'NAMUSVE' -> 'NA', 'IMVBAhus' -> 'IMV', 'EK25' -> 'EK'."""
    if not code.startswith("IM"):
        return code[:2]
    known: str = data()["programme_aliases"].get(code[:5], code[:3])
    return known if known in programmes() else code[:2]


@cache
def data() -> dict[str, Any]:
    """What study_paths.yml says of codes beyond their pattern."""
    content: dict[str, Any] = packaged_yaml("gymreg_core.vocabulary", "study_paths.yml")
    return content


@cache
def parse_code(code: str) -> StudyPathCode:
    """The parts of a code; of one that follows no known pattern only the programme is told."""
    programme = programme_of(code)
    if whole := _WHOLE_GY25.fullmatch(code):
        return StudyPathCode(code, whole[1])
    if aimed := _INTRODUCTORY.fullmatch(code):
        return StudyPathCode(code, programme, "", aimed[2] or "", aimed[5], apprenticeship=bool(aimed[4]))
    if bare := _WITHOUT_ORIENTATION.fullmatch(code):
        return StudyPathCode(code, programme, note=bare[2])
    if not (parts := _NATIONAL.fullmatch(code)):
        return StudyPathCode(code, programme)
    _, orientation, sixth, seventh, eighth, ninth, note = parts.groups(default="")
    return StudyPathCode(
        code,
        programme,
        orientation=orientation,
        note=note,
        variant=sixth in ("V", "S"),
        apprenticeship=seventh in ("L", "A"),
        advanced=seventh in ("S", "P"),
        aesthetic=seventh == "E",
        national=eighth == "R",
        sport=ninth == "N",
    )
