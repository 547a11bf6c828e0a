"""Every plant in a good site is found and told by its kind; without one nothing is found; no finding tells a value."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pandas as pd
import pytest

from gymreg_core.errors import BadParameters
from gymreg_core.release.gate import Checked, check_release
from gymreg_core.release.gate.findings import kinds
from gymreg_core.release.gate.report import told
from tests.gate_plants import CANARY_PLANTS, PLANTS, SECRETS, Plant
from tests.gate_site import CANARY, PAGE, seal, write_site


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_site(tmp_path_factory.mktemp("clean") / "site")


@pytest.fixture(scope="module")
def canaries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("canaries") / "canaries.csv"
    path.write_text("name,identity,pseudonym,merit\n" + ",".join(CANARY) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def site(clean: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(clean, tmp_path / "site"))


def found(checked: Checked) -> set[str]:
    return {one.kind for one in checked}


def quiet(checked: Checked) -> None:
    everything = told(checked) + json.dumps(checked.to_dict(), ensure_ascii=False) + repr(checked)
    assert [secret for secret in SECRETS if secret in everything] == []


def test_a_clean_site_is_let_out(clean: Path, canaries: Path) -> None:
    checked = check_release(clean, canaries=canaries, jobs=1)
    assert list(checked) == []
    assert checked.files == 14


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_a_plant_is_found(plant: Plant, site: Path) -> None:
    plant.into(site)
    checked = check_release(site, jobs=1)
    assert found(checked) == plant.kinds
    quiet(checked)


@pytest.mark.parametrize("plant", CANARY_PLANTS, ids=lambda plant: plant.name)
def test_a_planted_person_is_found(plant: Plant, site: Path, canaries: Path) -> None:
    plant.into(site)
    checked = check_release(site, canaries=canaries, jobs=1)
    assert found(checked) == plant.kinds
    quiet(checked)


def test_there_are_plants_in_every_kind_of_file_and_of_nearly_every_kind() -> None:
    everything = (*PLANTS, *CANARY_PLANTS)
    assert len({plant.name for plant in everything}) == len(everything) >= 60
    endings = {plant.file.rpartition(".")[2] for plant in everything}
    assert endings >= {
        "html",
        "svg",
        "pdf",
        "csv",
        "json",
        "xml",
        "js",
        "css",
        "txt",
        "png",
        "jpg",
        "woff2",
        "zip",
        "gz",
        "ipynb",
    }
    elsewhere = {"file-missing", "file-hidden", "file-link", "file-mode", "file-metadata", "machine-name"}
    assert {kind for plant in everything for kind in plant.kinds} >= set(kinds()) - elsewhere


INNOCENT = {
    "an amount in words": "Regionen betalade 8 123 456 789 kronor.",
    "an amount of öre": "0,0123456789 och 12 345 678,90 kr",
    "a day and a number": "Den 2025-09-15 fanns 1 234 elever, den 2024-09-15 fanns 1 300.",
    "a day and a year": "Mellan 2024-10-15 och 2025-10-15, 2024-10-15–2025-10-15.",
    "a point in time": "2025-10-15T12:34:56Z, 20251015T123456, 202510151234",
    "a telephone number": "08-123 45 67, 0700-11 22 33, +46 8 123 456 78",
    "an organisation number": "Huvudman 212000-0142, 802426-0101",
    "a hash": "a" * 27 + "200703122384" + "b" * 25,
    "a number of another kind": "Diarienummer 2024:0412-1, ISBN 978-91-7000-123-4, DOI 10.1080/01443410.2025",
    "small numbers in a row": "7 104, 6 779, 95, 325, 11 446",
    "numbers in blocks of their own": "<span>2007<p>0312</p>2384</span>",
    "a law": "SFS 2010:800, folkbokföringslagen (1991:481) 18 §",
}


@pytest.mark.parametrize("text", INNOCENT.values(), ids=INNOCENT)
def test_other_numbers_are_no_identity_numbers(text: str, site: Path) -> None:
    page = site / "index.html"
    page.write_text(PAGE.replace("</main>", f"<p>{text}</p></main>"), encoding="utf-8")
    seal(site)
    assert list(check_release(site, jobs=1)) == []


def test_the_folder_itself_is_looked_at(site: Path) -> None:
    (site / ".DS_Store").write_bytes(b"x")
    (site / "link.txt").symlink_to(site / "licence.txt")
    (site / "photo.png").chmod(0o755)
    (site / "style.css").unlink()
    (site / "media" / ".hidden").mkdir()
    refused = {(one.file, one.kind, one.place) for one in check_release(site, jobs=1)}
    assert {
        (".DS_Store", "file-hidden", ""),
        (".DS_Store", "file-type", ""),
        ("link.txt", "file-link", ""),
        ("photo.png", "file-mode", ""),
        ("", "file-missing", "style.css"),
        ("media/.hidden", "file-hidden", ""),
    } <= refused


def test_notes_of_the_file_system_are_refused(site: Path) -> None:
    try:
        os.setxattr(site / "photo.png", "user.xdg.origin.url", b"https://secret.example/")
    except (OSError, AttributeError):
        pytest.skip("no extended attributes on this file system")
    assert found(check_release(site, jobs=1)) == {"file-metadata"}


def test_who_made_it_and_where_is_refused(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gymreg_core.release.gate.check.socket.gethostname", lambda: "kansli-dator7.region.example")
    monkeypatch.setattr("gymreg_core.release.gate.check.getpass.getuser", lambda: "svelis")
    for words in ("gjord av svelis", "kansli-dator7"):
        (site / "licence.txt").write_text(words, encoding="utf-8")
        seal(site)
        checked = check_release(site, jobs=1)
        assert [(one.file, one.kind, one.place) for one in checked] == [("licence.txt", "machine-name", "line 1")]
    (site / "licence.txt").write_text(f"{Path.cwd()}/x", encoding="utf-8")
    seal(site)
    assert found(check_release(site, jobs=1)) >= {"absolute-path"}


def test_the_pseudonyms_of_a_store_are_looked_for_inside_longer_words(site: Path, tmp_path: Path) -> None:
    store = tmp_path / "ws" / "registers"
    store.mkdir(parents=True)
    pd.DataFrame({"applicant": [CANARY[2], "0" * 32], "merit": [1, 2]}).to_parquet(store / "pupils.parquet")
    (site / "licence.txt").write_text(f"{'a' * 7}{CANARY[2]}{'b' * 9}", encoding="utf-8")
    seal(site)
    assert found(check_release(site, jobs=1)) == set()
    checked = check_release(site, workspace=tmp_path / "ws", jobs=1)
    assert [(one.file, one.kind) for one in checked] == [("licence.txt", "pseudonym")]
    (tmp_path / "ws" / "canaries.csv").write_text(f"name\n{CANARY[0]}\n", encoding="utf-8")
    (site / "licence.txt").write_text(CANARY[0], encoding="utf-8")
    seal(site)
    assert found(check_release(site, workspace=tmp_path / "ws", jobs=1)) == {"canary"}


def test_places_tell_where_to_look(site: Path) -> None:
    page = site / "index.html"
    page.write_text(PAGE.replace("<td>42</td>", "<td>4</td>").replace(">Musik<", f">{CANARY[1]}<"), encoding="utf-8")
    seal(site)
    assert {(one.kind, one.place) for one in check_release(site, jobs=1)} == {
        ("small-cell", "table 1, row 2, column 2"),
        ("identity-number", "table 1, row 3, column 1"),
        ("identity-number", "line 16"),
    }


def test_processes_find_what_one_finds(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for plant in PLANTS[:3]:
        plant.into(site)
    alone = check_release(site, jobs=1)
    monkeypatch.setattr("gymreg_core.release.gate.check._SMALL_SITE", 0)
    assert check_release(site, jobs=2) == alone


@pytest.mark.parametrize(
    "content",
    ["", "name\n", "name,home\na b,c\n", "name,identity\nEnsam,\n", "name\nAnna Bo,extra\n"],
    ids=["empty", "nobody", "another column", "nothing to look for", "a cell more"],
)
def test_planted_persons_that_cannot_be_looked_for_are_told(content: str, clean: Path, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(content, encoding="utf-8")
    with pytest.raises(BadParameters):
        check_release(clean, canaries=tmp_path / "c.csv", jobs=1)


def test_folders_that_are_not_there_are_told(tmp_path: Path, clean: Path) -> None:
    with pytest.raises(BadParameters, match="no such folder"):
        check_release(tmp_path / "nowhere")
    with pytest.raises(BadParameters, match="no such workspace"):
        check_release(clean, workspace=tmp_path / "nowhere")
