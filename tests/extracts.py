"""Register extracts for tests: written to a folder, then changed cell by cell or line by line."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from gymreg_core.contracts.register import Register
from gymreg_core.synthetic.extracts import write_register
from gymreg_core.synthetic.identities import identity_numbers
from tests.registers import small_register

Change = Callable[[Path], None]


def write_extract(folder: Path, register: Register | None = None, seed: int = 1) -> list[str]:
    """Write a register, by default the small one, and return its pupils' identity numbers."""
    register = _small() if register is None else register
    numbers = identity_numbers(register, seed)
    write_register(register, numbers, folder)
    return numbers


@cache
def _small() -> Register:
    return small_register()


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def put_lines(path: Path, lines: list[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def value(folder: Path, file: str, line: int, column: str) -> str:
    """What a cell holds; the header is line 1."""
    lines = lines_of(folder / file)
    return lines[line - 1].split(";")[lines[0].split(";").index(column)]


def cell(file: str, line: int, column: str, text: str | int) -> Change:
    """Write `text` into a cell, or, where it is a number, what that line of the file holds in the same column."""

    def change(folder: Path) -> None:
        lines = lines_of(folder / file)
        cells = lines[line - 1].split(";")
        place = lines[0].split(";").index(column)
        cells[place] = text if isinstance(text, str) else lines[text - 1].split(";")[place]
        lines[line - 1] = ";".join(cells)
        put_lines(folder / file, lines)

    return change


def rows(file: str, edit: Callable[[list[str]], list[str]]) -> Change:
    """Change the lines of a file as a list, the header being the first."""

    def change(folder: Path) -> None:
        put_lines(folder / file, edit(lines_of(folder / file)))

    return change


def content(file: str, edit: Callable[[bytes], bytes]) -> Change:
    """Change the bytes of a file."""

    def change(folder: Path) -> None:
        (folder / file).write_bytes(edit((folder / file).read_bytes()))

    return change


def everywhere(edit: Callable[[str], str]) -> Change:
    """Change the text of every file."""

    def change(folder: Path) -> None:
        for path in sorted(folder.glob("*.csv")):
            path.write_text(edit(path.read_text(encoding="utf-8")), encoding="utf-8")

    return change


def both(*changes: Change) -> Change:
    """One change after another."""

    def change(folder: Path) -> None:
        for one in changes:
            one(folder)

    return change
