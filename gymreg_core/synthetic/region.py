"""The door to the made-up region: register extracts, one folder per intake year, ready to be read like real ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from gymreg_core.errors import BadParameters
from gymreg_core.synthetic.dirty import plant
from gymreg_core.synthetic.enrolment_extracts import write_enrolments
from gymreg_core.synthetic.extracts import write_register
from gymreg_core.synthetic.histories import check_intakes, enrolments_of
from gymreg_core.synthetic.histories_start import Starters, starters_of
from gymreg_core.synthetic.identities import identity_numbers
from gymreg_core.synthetic.registers import DEFAULT_SEED, make_register
from gymreg_core.synthetic.shape import value

__all__ = ["DEFAULT_SEED", "DEFAULT_YEARS", "EFFECT_YEARS", "ENROLMENT_YEARS", "parse_years", "write_region"]

DEFAULT_YEARS = (2024, 2025)
ENROLMENT_YEARS = (2019, 2020, 2021, 2022, 2023, 2024, 2025)
"""Intakes whose pupils fill a calendar year of settlement, and of which two have had five years to finish."""
EFFECT_YEARS = tuple(range(2011, 2026))
"""Intakes of an effect study: from two cohorts that began before anyone could foresee the supplement of 2015."""


def write_region(
    folder: Path,
    *,
    seed: int = DEFAULT_SEED,
    years: Sequence[int] = DEFAULT_YEARS,
    scale: float = 1.0,
    dirty: bool = False,
    enrolments: bool = False,
    as_of: date | None = None,
    told: Callable[[], None] = lambda: None,
) -> list[Path]:
    """Write the register of each intake year (`make_register`) as an extract in a folder of its own under `folder`.

    dirty : with the faults that real extracts have, and a list of them beside (synthetic/dirty.py). enrolments : beside
        the registers an extract of where their pupils went (`make_enrolments`), as known on `as_of`, by default 31
        January after the last year; who is in a register has the same number there. told : is called after each folder.
    The same arguments give the same bytes. Returns the folders, the registers' in the order of the years.
    Errors: BadParameters for years or a scale that cannot be made, or a folder that cannot be written.
    """
    first, last = value("years")
    if not years or any(not first <= year <= last for year in years) or len(set(years)) != len(years):
        raise BadParameters(f"years have to lie in {first}-{last}, each once", where="years")
    day = as_of or date(max(years) + 1, 1, 31)
    if enrolments:
        check_intakes(years, day)
    elif as_of:
        raise BadParameters(
            "a day is only for enrolments", where="--as-of", remedy="Ask for --enrolments as well, or for no day."
        )
    written: list[Path] = []
    starters: list[Starters] = []
    for year in sorted(years):
        register = make_register(year, seed=seed, scale=scale)
        own = folder / str(year)
        with _writing(own):
            write_register(register, identity_numbers(register, seed), own)
            if dirty:
                plant(own, seed)
        if enrolments:
            starters.append(starters_of(register, seed))
        written.append(own)
        told()
    if enrolments:
        made = enrolments_of(starters, day, seed)
        own = folder / "enrolments"
        with _writing(own):
            write_enrolments(made.enrolments, made.numbers, own)
            if dirty:
                plant(own, seed)
        written.append(own)
        told()
    return written


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Errors: BadParameters where the folder cannot be written."""
    try:
        yield
    except OSError as error:
        raise BadParameters(
            "the made-up region cannot be written here",
            where=str(folder),
            why=error.strerror,
            remedy="Choose a folder that can be written.",
        ) from None


def parse_years(text: str) -> tuple[int, ...]:
    """'2018:2025' -> every year from the first to the last, '2024' or '2023,2025' -> those.

    Errors: BadParameters where it is neither.
    """
    try:
        if ":" in text:
            first, last = (int(part) for part in text.split(":"))
            years = tuple(range(first, last + 1))
        else:
            years = tuple(int(part) for part in text.split(","))
    except ValueError:
        years = ()
    if not years:
        raise BadParameters(
            f"{text!r} is no year and no span of years", where="--years", remedy="Write 2018:2025 or 2024."
        )
    return years
