"""What a manifest tells of the tables and scripts of a site, for whoever checks what goes out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lxml import html

from gymreg_core.provenance import sha256_of
from gymreg_core.reporting.heads import Heads, read_heads
from gymreg_core.reporting.project import FOLDERS
from gymreg_core.reporting.runner import Executed


def tables_of(executed: Iterable[Executed], built: Path) -> dict[str, Heads]:
    """What every table of a site is made of, by its address below `built`: ``page.html#tbl-id`` or that of its CSV.

    Pages that no report made tell no counts of persons; the heads of their tables are those that stand on them.
    """
    found: dict[str, Heads] = {}
    made: set[str] = set()
    for done in executed:
        folder = f"{FOLDERS[done.run.params.language]}/".lstrip("/")
        made.add(f"{folder}{done.run.slug}.html")
        found |= {folder + name: heads for name, heads in read_heads(done.folder).items()}
    for page in sorted(built.rglob("*.html")):
        name = page.relative_to(built).as_posix()
        if name not in made:
            found |= _written_by_hand(name, page.read_bytes())
    return found


def _written_by_hand(name: str, content: bytes) -> dict[str, Heads]:
    floats = html.document_fromstring(content).xpath("//figure[@id][.//table]")
    heads = {f"{name}#{one.get('id')}": [head.text_content() for head in one.xpath(".//thead//th")] for one in floats}
    return {where: {"heads": said, "forms": ["text"] * len(said), "persons": []} for where, said in heads.items()}


def scripts_of(home: Path) -> list[str]:
    """SHA-256 of the scripts that the project writes itself: the only ones that its pages may run."""
    return sorted(sha256_of(path) for path in (home / "reports").rglob("*.js"))
