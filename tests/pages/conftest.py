"""A small project that uses everything the pages may use, rendered once for all tests that look at it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gymreg_core.reporting.embedded import render_project

FIXTURE = Path(__file__).parent / "fixture"
BUILD = "made-up: true\nversion: 1.2.3\npublisher: Exempelkontoret\nreviewed: 1 november 2026\n"


def stage_fixture(repository: Path, folder: Path) -> Path:
    """The committed project with the fixture's documents in it, as a build would lay it out."""
    shutil.copytree(repository / "reports", folder)
    shutil.copytree(FIXTURE, folder, dirs_exist_ok=True)
    (folder / "_build.yml").write_text(BUILD, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def fixture_project(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stage_fixture(repository, tmp_path_factory.mktemp("pages") / "project")


@pytest.fixture(scope="session")
def fixture_site(fixture_project: Path) -> Path:
    site = fixture_project.parent / "site"
    render_project(fixture_project, site)
    (site / "manifest.json").write_text("{}\n", encoding="utf-8")
    return site
