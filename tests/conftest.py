"""What every test may lean on: where real data lies, which browser there is, and what could not be tested here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from gymreg_core.disclosure import kept as kept_masks
from gymreg_core.store.locking import exclusive
from tests.command_line import CommandLine
from tests.readme import Ended, kept

REPOSITORY = Path(__file__).resolve().parents[1]
SHARED = REPOSITORY.parent / "shared"
BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def _folder(path: Path, what: str) -> Path:
    if not path.is_dir():
        pytest.skip(f"no {what}")
    return path


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository."""
    return REPOSITORY


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Real published files: the folder `GYMREG_DATA` names, else `../shared/data`; skips where absent."""
    return _folder(Path(os.environ.get("GYMREG_DATA") or SHARED / "data"), "real data (set GYMREG_DATA to its folder)")


@pytest.fixture(scope="session")
def storsthlm_dir(data_dir: Path) -> Path:
    """The admission office's result workbooks."""
    return _folder(data_dir / "storsthlm", "result files of the admission office (GYMREG_DATA/storsthlm)")


@pytest.fixture(scope="session")
def reference_dir() -> Path:
    """Published totals to compare with: `reference/` beside the folder of real data; skips where absent."""
    beside = Path(os.environ["GYMREG_DATA"]).parent if os.environ.get("GYMREG_DATA") else SHARED
    return _folder(beside / "reference", "published totals (reference/ beside the real data)")


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The program of a Chromium browser: `GYMREG_CHROMIUM`, else the first on PATH; skips where there is none."""
    named = os.environ.get("GYMREG_CHROMIUM")
    found = next(filter(None, map(shutil.which, [named] if named else BROWSERS)), None)
    if found is None:
        pytest.skip("no Chromium (on Debian: apt-get install chromium)")
    driver = subprocess.run([sys.executable, "-m", "playwright", "--version"], capture_output=True, check=False)
    if driver.returncode:
        pytest.skip("Playwright's own program does not start (on Debian: apt-get install libatomic1)")
    return found


@pytest.fixture(scope="session", autouse=True)
def _protected_once(shared: Path) -> Iterator[None]:
    """What of a table has to be left out is found once, whichever tests release it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(kept_masks.VARIABLE, str(shared / "protected"))
        yield


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all workers of a run have in common."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session")
def readme_run(shared: Path) -> tuple[Path, list[Ended]]:
    """The folder in which the README's commands were run, and how each ended; one run serves all workers."""
    with exclusive(shared / "readme.lock", wait=1200):
        return shared / "readme", kept(shared / "readme")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the file that builds and looks at a whole site, and end with the others that wait for it: beside it
    the other processes do all the rest."""
    waiting = {item.path for item in items if "readme_run" in getattr(item, "fixturenames", ())}
    items.sort(key=lambda item: (item.path.name != "test_site.py", item.path in waiting))


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one place what this machine could not test, counted by reason."""
    skipped = Counter(_reason(report) for report in terminalreporter.stats.get("skipped", []))
    if not skipped:
        return
    terminalreporter.section("not tested on this machine")
    for reason, count in sorted(skipped.items(), key=lambda item: (-item[1], item[0])):
        terminalreporter.write_line(f"{count} × {reason}")


@pytest.fixture
def command_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """gymreg with these arguments, in this process: exit code, what it printed, what it complained of."""

    def gymreg(*arguments: object) -> tuple[int, str, str]:
        from gymreg_core import cli

        monkeypatch.setattr(sys, "argv", ["gymreg", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        told = capsys.readouterr()
        return int(str(ended.value.code)), told.out, told.err

    return gymreg
