"""Opening a file by what it is, not by what it is called, and turning down what cannot be read safely."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from pathlib import Path

from gymreg_core.findings import Finding
from gymreg_core.rules import rule
from gymreg_core.sources.delimited import Known, read_delimited
from gymreg_core.sources.extract_kinds import names_in
from gymreg_core.sources.refusal import refuse, refuse_all
from gymreg_core.sources.sheets import Source
from gymreg_core.sources.workbook import read_workbook
from gymreg_core.vocabulary.finding_texts import finding

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
DELIMITED = (".csv", ".tsv", ".txt", ".skv")
_ZIP, _OLE = (b"PK\x03\x04", b"PK\x05\x06"), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD_EXCEL = (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")
_MARKUP = (b"<!doctype", b"<html", b"<head", b"<body", b"<table", b"<meta", b"<script", b"<!--")
_START = 4096


def shown_name(path: Path) -> str:
    """The file's name without its folder and with composed letters: what messages and tables call it."""
    return unicodedata.normalize("NFC", path.name)


def open_source(path: Path, known: Known | None = None) -> Source:
    """The sheets of a workbook (.xlsx, .xlsm) or of a delimited text file.

    known : which words have a meaning in the header of such a file, for delimited text; by default those of results.
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
        return read_delimited(path, file, known) if known else read_delimited(path, file)
    raise refuse("not-a-workbook", file)


def _kind_of_ole(path: Path) -> str:
    """The rule for a file in Microsoft's older container: an encrypted workbook, an .xls, or something else."""
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        return "workbook-encrypted"
    names = ("Workbook", "Book")
    return "old-workbook" if any(name.encode("utf-16-le") in content for name in names) else "not-a-workbook"


def result_files(paths: Iterable[Path]) -> list[tuple[Path, bool]]:
    """As `named_files`, for who needs the files themselves. Errors: BadInput where a folder holds none."""
    files, amiss = named_files(paths)
    if amiss:
        raise refuse_all(amiss)
    return files


def named_files(paths: Iterable[Path]) -> tuple[list[tuple[Path, bool]], list[Finding]]:
    """Every file that `paths` name, each once, and whether it was found by looking into a folder; and what is amiss.

    Of a folder: its own workbooks and delimited files, in the order of their names; hidden and lock files and those of
    an extract are left out. A folder without such a file, or one that may not be looked into, is an error among
    the findings.
    """
    found: dict[Path, tuple[Path, bool]] = {}
    amiss: list[Finding] = []
    for path in paths:
        if not path.is_dir():
            found[path.resolve()] = (path, False)
            continue
        try:
            extract = names_in(path)
            inside = sorted(file for file in path.iterdir() if _may_hold_results(file) and file.name not in extract)
        except OSError:
            amiss.append(finding("file-not-readable", file=shown_name(path.resolve())))
            continue
        if not inside:
            amiss.append(finding("folder-without-files", file=shown_name(path.resolve())))
        for file in inside:
            found.setdefault(file.resolve(), (file, True))
    return list(found.values()), amiss


def _may_hold_results(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() in (*WORKBOOKS, *DELIMITED) and not path.name.startswith((".", "~$"))
