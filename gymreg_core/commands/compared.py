"""Releases beside each other, and beside what is made of them again: gymreg diff and verify."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from gymreg_core.commands.app import DataOption, JobsOption, ReferenceOption, WorkspaceOption, app
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


@app.command()
def verify(
    release: Annotated[str, typer.Argument(metavar="RELEASE", help="Folder of a site, or a release of --desk.")],
    desk: Annotated[Path | None, typer.Option("--desk", help="Folder of a release desk.")] = None,
    data: DataOption = None,
    workspace: WorkspaceOption = None,
    reference: ReferenceOption = None,
    jobs: JobsOption = 2,
    english: Annotated[bool, typer.Option("--english", help="Tell it in English, not in Swedish.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON alone.")] = False,
) -> None:
    """Make a release again from its manifest, and tell which page, figure or cell differs.

    The exit code is 0 where it is equal and 17 where it is not. Code, rules and libraries that are not those of the
    release are named; inputs that are not are refused with 11.
    """
    from gymreg_core.release.verify import locked_site, verify_site
    from gymreg_core.reporting.console import Progress

    given: Any = {"data": data, "workspace": workspace, "reference": reference, "jobs": jobs}
    folder = locked_site(desk, release) if desk else Path(release)
    with Progress() as progress:
        verified = verify_site(folder, progress, **given, name=release if desk else "")
    if as_json:
        print(json.dumps(verified.to_dict(), ensure_ascii=False, indent=1))
    else:
        print("\n".join(verified.describe("en" if english else "sv")))
    verified.require_equal()
