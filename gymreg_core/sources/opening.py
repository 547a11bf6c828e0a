"""Opening a file by what it is, not by what it is called, and turning down what cannot be read safely."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from gymreg_core.rules import rule
from gymreg_core.sources.delimited import read_delimited
from gymreg_core.sources.refusal import refuse
from gymreg_core.sources.sheets import Source
from gymreg_core.sources.workbook import read_workbook

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
DELIMITED = (".csv", ".tsv", ".txt", ".skv")
_ZIP, _OLE = (b"PK\x03\x04", b"PK\x05\x06"), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD_EXCEL = (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")
_MARKUP = (b"<!doctype", b"<html", b"<head", b"<body", b"<table", b"<meta", b"<script", b"<!--")
_START = 4096


def shown_name(path: Path) -> str:
    """The file's name without its folder and with composed letters: what messages and tables call it."""
    return unicodedata.normalize("NFC", path.name)


def open_source(path: Path) -> Source:
    """The sheets of a workbook (.xlsx, .xlsm) or of a delimited text file.

    Errors: BadInput with one finding that says what the file is instead, and what to do about it.
    """
    file = shown_name(path)
    try:
        if not path.is_file():
            raise refuse("file-not-found", file)
        size = path.stat().st_size
        with path.open("rb") as stream:
            start = stream.read(_START)
    except OSError as error:
        raise refuse("file-not-readable", file) from error
    if not start:
        raise refuse("file-empty", file)
    if size > rule("file_limits", "unpacked_bytes"):
        raise refuse("unpacked-too-large", file, limit=rule("file_limits", "unpacked_bytes") // 1_000_000)
    if start.startswith(_ZIP):
        return read_workbook(path, file)
    if start.startswith(_OLE):
        raise refuse(_kind_of_ole(path), file)
    if start.startswith(_OLD_EXCEL):
        raise refuse("old-workbook", file)
    plain = start.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").replace(b"\0", b"").lower()
    if plain.startswith(_MARKUP) or (plain.startswith(b"<?xml") and any(mark in plain for mark in _MARKUP)):
        raise refuse("web-page-not-workbook", file)
    if path.suffix.lower() in DELIMITED:
        return read_delimited(path, file)
    raise refuse("not-a-workbook", file)


def _kind_of_ole(path: Path) -> str:
    """The rule for a file in Microsoft's older container: an encrypted workbook, an .xls, or something else."""
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        return "workbook-encrypted"
    names = ("Workbook", "Book")
    return "old-workbook" if any(name.encode("utf-16-le") in content for name in names) else "not-a-workbook"


def result_files(paths: tuple[Path, ...]) -> list[tuple[Path, bool]]:
    """Every file that `paths` name, each once, and whether it was found by looking into a folder.

    Of a folder: its own workbooks and delimited files, hidden and lock files left out, in the order of their names.
    Errors: BadInput where a folder holds no such file.
    """
    found: dict[Path, tuple[Path, bool]] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if _may_hold_results(p))
            if not inside:
                raise refuse("folder-without-files", shown_name(path.resolve()))
            for file in inside:
                found.setdefault(file.resolve(), (file, True))
        else:
            found[path.resolve()] = (path, False)
    return list(found.values())


def _may_hold_results(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() in (*WORKBOOKS, *DELIMITED) and not path.name.startswith((".", "~$"))
