"""The door to the made-up region: workbooks in the office's own format, ready to be read like real ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gymreg_core.errors import BadParameters
from gymreg_core.synthetic.office import MADE_UP_MARK, sheets_of, workbook
from gymreg_core.synthetic.panel import make_years
from gymreg_core.synthetic.proportions import value
from gymreg_core.synthetic.schools import scaled_area

__all__ = ["DEFAULT_SEED", "DEFAULT_YEARS", "MADE_UP_MARK", "write_default_region"]

DEFAULT_SEED: int = value("seed")
DEFAULT_YEARS = (2024, 2025)
_LARGEST_SCALE = 2.0


def write_default_region(
    folder: Path,
    *,
    seed: int = DEFAULT_SEED,
    years: Sequence[int] = DEFAULT_YEARS,
    scale: float = 1.0,
    municipalities: Sequence[str] | None = None,
) -> list[Path]:
    """Write the made-up region: for each intake year a workbook of the preliminary and one of the final admission.

    What it is: a region with the real municipalities, made-up schools, and the sizes, shares and spreads of the
    published figures (``proportions.yml``, each with its source). Seats are fitted to totals of programmes and
    municipalities; which paths are full follows a drawn demand that remembers the year before.

    What it is not: data about anyone. There are no applicants behind the rows, no choice lists and no matching, so the
    rows of a year are consistent each by itself (cut-off exactly where no seat is free, nobody admitted beyond the
    seats) but not with one another as those of a real admission are. It shows what a report looks like, never how
    any school or programme is doing. Every workbook says so in its properties (category ``gymreg made-up region``).

    Parameters
    ----------
    folder : is made where it does not exist; files of the same names are replaced.
    seed : the same seed gives the same bytes; another one gives another region.
    years : intake years; from 2025 codes and programmes are those of Gy25.
    scale : size of the region; 1.0 is about 180 schools.
    municipalities : only these, by name; all where None.

    Returns
    -------
    The files in the order of years, preliminary before final.

    Errors: BadParameters for years, a scale or municipalities that cannot be made, or a folder that cannot be written.
    """
    first, last = value("years")
    if not years or any(not first <= year <= last for year in years) or len(set(years)) != len(years):
        raise BadParameters(f"years have to lie in {first}-{last}, each once", where="years")
    if not 0 < scale <= _LARGEST_SCALE:
        raise BadParameters(f"the scale has to lie above 0 and be at most {_LARGEST_SCALE:g}", where="scale")
    area = scaled_area(scale, municipalities)
    sheets = [sheet for result in make_years(area, sorted(years), seed) for sheet in sheets_of(result)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [_write(folder / sheet.file, workbook(sheet)) for sheet in sheets]
    except OSError as error:
        raise BadParameters(
            "the made-up region cannot be written here",
            where=str(folder),
            why=error.strerror,
            remedy="Choose a folder that can be written.",
        ) from None


def _write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
