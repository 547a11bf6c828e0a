"""Releases beside each other: gymreg diff."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from gymreg_core.commands.app import app
from gymreg_core.vocabulary.programmes import Language


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="Folder of a site.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="Folder of the site to compare with it.")],
    english: Annotated[bool, typer.Option("--english", help="Tell it in English, not in Swedish.")] = False,
    page: Annotated[Path | None, typer.Option("--page", help="Write a page in HTML for who reviews.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON alone.")] = False,
) -> None:
    """Tell what moved between two releases: numbers, definitions, methods, pages; the largest changes first."""
    from gymreg_core.release.diff import diff_sites
    from gymreg_core.release.site_reader import read_site
    from gymreg_core.release.told import lines

    words: Language = "en" if english else "sv"
    moved = diff_sites(read_site(old), read_site(new))
    if page:
        page.write_text(moved.page(words), encoding="utf-8")
    if as_json:
        print(json.dumps(moved.to_dict(), ensure_ascii=False, indent=1))
    else:
        print("\n".join([*moved.describe(words), *lines(moved.changes, words)]))
