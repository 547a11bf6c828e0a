"""The published folder is whole at every moment."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gymreg_core.errors import BadParameters, RenderingFailed
from gymreg_core.reporting.manifest import MANIFEST
from gymreg_core.reporting.site import Site, check_links

PUBLISHER = """
import json, sys
from pathlib import Path
from gymreg_core.reporting.manifest import MANIFEST
from gymreg_core.reporting.site import Site, list_files
out, work = Path(sys.argv[1]), Path(sys.argv[2])
for n in range(int(sys.argv[3]), 10_000):
    built = work / "built"
    import shutil; shutil.rmtree(built, ignore_errors=True)
    built.mkdir(parents=True)
    for i in range(5):
        (built / f"page{i}.html").write_text(f"{n}")
    (built / MANIFEST).write_text(json.dumps({"key": f"{n:016d}", "files": list_files(built)}))
    Site(out).switch(built, f"{n:016d}")
    if n == int(sys.argv[3]): print("first", flush=True)
"""


def version_of(out: Path) -> set[str]:
    return {p.read_text() for p in out.glob("page*.html")}


@pytest.mark.skipif(os.name == "nt", reason="a folder is switched by a link, which Windows keeps from ordinary users")
def test_killed_at_any_moment_leaves_one_whole_version(tmp_path: Path) -> None:
    out, draw = tmp_path / "site", random.Random(20261123)
    for attempt in range(12):
        process = subprocess.Popen(
            [sys.executable, "-c", PUBLISHER, str(out), str(tmp_path / "work"), str(attempt * 1000)],
            stdout=subprocess.PIPE,
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(draw.random() * 0.05)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        assert len(version_of(out)) == 1
        assert len(list(out.glob("page*.html"))) == 5
        assert Site(out).manifest() is not None


def make(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "index.html").write_text(text)
    (folder / MANIFEST).write_text("{}")
    return folder


def test_old_versions_do_not_pile_up(tmp_path: Path) -> None:
    site = Site(tmp_path / "site")
    for n in range(5):
        site.switch(make(tmp_path / "work" / str(n), str(n)), f"{n:016d}")
    assert (site.out / "index.html").read_text() == "4"
    assert len(list(site.versions.iterdir())) == 1


def test_the_same_key_twice_is_switched_too(tmp_path: Path) -> None:
    site = Site(tmp_path / "site")
    for n in range(3):
        site.switch(make(tmp_path / "work" / str(n), str(n)), "k" * 16)
    assert (site.out / "index.html").read_text() == "2"


def test_a_strangers_folder_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(BadParameters, match="something else"):
        Site(tmp_path).refuse_foreign()
    Site(tmp_path / "new").refuse_foreign()


def test_a_damaged_site_counts_as_none(tmp_path: Path) -> None:
    folder = make(tmp_path / "site", "x")
    (folder / MANIFEST).write_text('{"key": "k", "files": {"index.html": {"size": 1, "sha256": ""}}}')
    assert Site(folder).manifest() is not None
    (folder / "index.html").write_text("longer")
    assert Site(folder).manifest() is None


@pytest.mark.parametrize(
    ("html", "told"),
    [
        ('<a href="gone.html">x</a>', "nothing at gone.html"),
        ('<a href="other.html#b">x</a>', "no place other.html#b"),
        ('<a href="#nowhere">x</a>', "no place #nowhere"),
        ('<img src="media/a.svg">', "nothing at media/a.svg"),
        ('<script src="https://cdn.example/x.js"></script>', "from another host"),
        ('<link rel="stylesheet" href="//fonts.example/a.css">', "from another host"),
        ("<p style=\"background:url('https://a.example/x.png')\">", "from another host"),
    ],
)
def test_links_that_lead_nowhere_are_told(tmp_path: Path, html: str, told: str) -> None:
    (tmp_path / "other.html").write_text('<p id="a">')
    (tmp_path / "index.html").write_text(html + '<a href="other.html#a">good</a><a href="https://example.org">good</a>')
    with pytest.raises(RenderingFailed, match="links lead nowhere") as caught:
        check_links(tmp_path)
    assert told in str(caught.value)
    (tmp_path / "index.html").write_text('<a href="other.html#a">good</a>')
    check_links(tmp_path)
