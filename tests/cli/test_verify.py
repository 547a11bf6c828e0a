"""A release made again: equal on another machine, and where it is not, the page, figure and cell that differ."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gymreg_core import cli
from gymreg_core.errors import BadInput, BadParameters, NotReproduced
from gymreg_core.provenance import sha256_of
from gymreg_core.release import verify
from gymreg_core.release.desk import acts
from gymreg_core.release.site_reader import read_site
from gymreg_core.release.verify import Verified, compare, locked_site, surroundings, verify_site
from gymreg_core.reporting.build import HOME, build_site
from gymreg_core.reporting.manifest import MANIFEST
from tests.desks import asked, new_desk, tiny_site
from tests.small_site import PAGE, Quiet, request, results

HTML, PDF = f"{PAGE}.html", f"{PAGE}.pdf"
FIGURE = f"media/{PAGE}/fig-program.svg"
CSV = f"data/{PAGE}/lediga.csv"
ELSEWHERE = """
import sys
from pathlib import Path
from dataclasses import replace
from gymreg_core.reporting.build import build_site
from tests.desks import asked, new_desk, tiny_site
from tests.small_site import Quiet, request
build_site(replace(request(Path(sys.argv[1]), Path(sys.argv[2])), jobs=2), Quiet())
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return results(tmp_path_factory.mktemp("verify") / "data")


@pytest.fixture(scope="module")
def site(data: Path) -> Path:
    wanted = request(data, data.parent / "site")
    build_site(wanted, Quiet())
    return wanted.out


@pytest.fixture
def release(site: Path, tmp_path: Path) -> Path:
    """A copy that may be altered."""
    return Path(shutil.copytree(site.resolve(), tmp_path / "release"))


def changed(path: Path, change: Callable[[str], str]) -> None:
    before = path.read_text(encoding="utf-8")
    after = change(before)
    assert after != before
    path.write_text(after, encoding="utf-8")


def first_cell(identifier: str, to: str) -> Callable[[str], str]:
    def change(html: str) -> str:
        end = html.index("</td>", html.index(f'id="{identifier}"'))
        return f"{html[: html.rindex('>', 0, end) + 1]}{to}{html[end:]}"

    return change


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["gymreg", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(str(ended.value.code))


def test_a_release_that_nobody_touched_is_equal(
    site: Path, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "verify", site, "--data", data, "--jobs", "1", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["equal"], told["what"], told["surroundings"], told["altered_files"]) == (True, [], [], [])
    assert told["files"] == sum(p.is_file() and p.name != MANIFEST for p in site.rglob("*"))


def test_of_an_altered_release_page_figure_and_cell_are_named(
    release: Path, site: Path, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(verify, "build_site", lambda wanted, _: shutil.copytree(site, wanted.out))
    changed(release / HTML, first_cell("tbl-program", "1"))
    changed(release / FIGURE, lambda svg: svg.replace("</svg>", "<g/></svg>"))
    (release / "metod.html").unlink()
    assert run(monkeypatch, "verify", release, "--data", data, "--jobs", "1") == 17
    told = capsys.readouterr()
    assert "Tal, antagning-2025-slut.html, tbl-program, " in told.out
    assert "Diagram, antagning-2025-slut.html, fig-program: ritat på annat sätt" in told.out
    assert "Sida, metod.html" in told.out
    assert "metod.html i utgåvan är inte som utgåvans egen förteckning säger." in told.out
    assert "3 of " in told.err


@pytest.mark.parametrize(
    ("name", "change", "kind"),
    [
        (HTML, first_cell("tbl-program", ".."), "shown"),
        (HTML, lambda html: html.replace("</main>", "<!-- -->\n</main>"), "file"),
        (HTML, lambda html: html.replace("<h1>", "<h1>Om "), "text"),
        (CSV, lambda csv: csv.replace("0", "1", 1), "number"),
        ("assets/style.css", lambda css: css + "\n", "file"),
        (MANIFEST, lambda m: m.replace('"compare_to": 2024', '"compare_to": 2023'), "parameter"),
    ],
)
def test_one_thing_altered_is_one_thing_told(
    release: Path, site: Path, name: str, change: Callable[[str], str], kind: str
) -> None:
    changed(release / name, change)
    verified = compare(read_site(release), read_site(site))
    assert [(c.kind, c.page) for c in verified.changes] == [(kind, name if name != MANIFEST else HTML)]
    assert verified.altered == (() if name == MANIFEST else (name,))
    with pytest.raises(NotReproduced):
        verified.require_equal()


def test_a_manifest_that_lists_another_file_is_not_equal(release: Path, site: Path) -> None:
    changed(release / MANIFEST, lambda text: text.replace(sha256_of(release / PDF), "0" * 64))
    verified = compare(read_site(release), read_site(site))
    assert (verified.altered, verified.changes, verified.equal) == ((PDF,), (), False)


@pytest.mark.parametrize("name", [PDF, "kvarglomd.txt"])
def test_a_file_without_words_is_named_by_itself(release: Path, site: Path, name: str) -> None:
    (release / name).write_bytes(b"%PDF-1.7 another")
    verified = compare(read_site(release), read_site(site))
    assert [(c.kind, c.page) for c in verified.changes] == [("file", name)]
    assert (verified.files, verified.altered) == ((name,), (name,))


def test_rules_code_and_libraries_of_another_day_are_named(site: Path) -> None:
    manifest = json.loads((site / MANIFEST).read_text(encoding="utf-8"))
    manifest["decisions"]["report.yml"]["percent_from"]["value"] = 51
    manifest["libraries"]["numpy"] = "1.0"
    manifest["parts_of_code"]["admission"] = "0" * 64
    manifest["renderer"] = "embedded 0"
    assert {(c.kind, c.place, c.row) for c in surroundings(manifest)} == {
        ("rule", "report.yml", "percent_from.value"),
        ("library", "", "numpy"),
        ("code", "", "admission"),
        ("setting", "", "renderer"),
    }


def test_other_inputs_are_refused_by_name(release: Path, data: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(data, tmp_path / "other"))
    (other / "slutantagningsresultat-2024.xlsx").unlink()
    shutil.copyfile(data / "slutantagningsresultat-2024.xlsx", other / "slutantagningsresultat-2025.xlsx")
    with pytest.raises(BadInput) as caught:
        verify_site(release, Quiet(), data=other)
    assert "slutantagningsresultat-2024.xlsx: missing" in str(caught.value)
    assert "slutantagningsresultat-2025.xlsx: another" in str(caught.value)
    with pytest.raises(BadParameters, match="--data"):
        verify_site(release, Quiet())


def test_a_folder_without_a_telling_manifest_is_refused(release: Path) -> None:
    content = json.loads((release / MANIFEST).read_text(encoding="utf-8"))
    del content["plans"]
    (release / MANIFEST).write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(BadInput, match="lacks plans"):
        verify_site(release, Quiet())


def test_of_a_desk_the_locked_content_is_taken(
    site: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = new_desk(tmp_path)
    name = acts.request(desk, tiny_site(tmp_path / "site"), asked()).id
    locked = locked_site(desk.folder, name)
    assert (locked / "index.html").read_bytes() == (tmp_path / "site" / "index.html").read_bytes()
    assert run(monkeypatch, "verify", name, "--desk", desk.folder, "--data", data) == 11
    assert "does not say what it was made of" in capsys.readouterr().err
    changed(locked / "index.html", lambda html: html + " ")
    with pytest.raises(BadInput, match="not as they were requested"):
        locked_site(desk.folder, name)
    with pytest.raises(BadParameters, match="no release"):
        locked_site(desk.folder, "1999-001")


def test_two_builds_on_different_machines_are_equal(site: Path, data: Path, tmp_path: Path) -> None:
    """Another folder, time zone, language, order of sets, home, user, umask and number of processes."""
    place = tmp_path / "en annan plats"
    place.mkdir()
    given = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))},
        "TZ": "Pacific/Kiritimati",
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONHASHSEED": "99",
        "PYTHONPATH": str(HOME),
        "HOME": str(place),
        "USER": "nisse",
        "OMP_NUM_THREADS": "3",
        "OPENBLAS_CORETYPE": "Prescott",
    }
    command = [sys.executable, "-c", ELSEWHERE, str(data), str(place / "webb")]
    subprocess.run(command, check=True, env=given, cwd=place, umask=0o077, timeout=300)
    verified: Verified = compare(read_site(site), read_site(place / "webb"))
    assert verified.equal, verified.describe("en")
    assert (place / "webb" / MANIFEST).read_bytes() == (site / MANIFEST).read_bytes()
