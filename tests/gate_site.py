"""A small site with a file of every kind, as a build would leave it, and what the plants do to it."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
import typst

from gymreg_core.reporting.manifest import MANIFEST
from gymreg_core.reporting.site import list_files

NUMBER = "20070312-2384"
DIGITS = "200703122384"
CANARY = ("Åsa Ödla Kanariefågel", "20081105-1239", "c0ffee5ee5c0ffee5ee5c0ffee5ee5aa", "317.5")
FOLDER = "/ho" + "me/lisa/pub"

PAGE = """<!DOCTYPE html>
<html lang="sv">
<head><meta charset="utf-8"><title>Antagna</title><meta name="description" content="87 antagna.">
<link rel="icon" type="image/svg+xml" href="icon.svg"><link rel="stylesheet" href="style.css"></head>
<body id="top">
<main id="content"><h1>Antagna 2025</h1>
<p class="lead">Regionen betalade 8 123 456 789 kronor den 2025-09-15 till 1 234 elever, telefon 08-123 45 67.</p>
<section id="sec-a"><h2>Program</h2>
<figure id="fig-program"><figcaption>87 av 120 sökande antogs.</figcaption>
<img src="media/fig-program.svg" alt="Staplar. 87 av 120." width="300" height="100"></figure>
<details class="fold"><summary>Visa siffrorna</summary>
<figure id="tbl-program"><figcaption>Sökande och antagna</figcaption>
<table><thead><tr><th scope="col">Program</th><th scope="col">Sökande</th><th scope="col">Kronor</th></tr></thead>
<tbody><tr><th scope="row">Ekonomi</th><td>45</td><td>9 001 011 234</td></tr>
<tr><th scope="row">Teknik</th><td>42</td><td>1 200</td></tr>
<tr><th scope="row">Musik</th><td>..</td><td>..</td></tr></tbody></table></figure>
<p><a href="data/program.csv">Hämta</a></p></details></section>
<p><a href="https://www.digg.se/tdosanmalan">Anmäl</a> <a href="mailto:">Skriv</a></p>
</main>
<script src="search.js"></script>
</body>
</html>
"""
DRAWING = """<svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="300" height="100" viewBox="0 0 300 100">
<g transform="translate(10,4)"><path d="M0,4.5h179.05v17h-179.05Z" fill="#12436D"/>
<g><text transform="translate(0,90)">0</text><text transform="translate(50,90)">50</text>
<text transform="translate(100,90)">100</text></g>
<g><text transform="translate(46,12)">45</text><text transform="translate(43,40)">42</text></g></g></svg>
"""
CSV = "\ufeffProgram;Sökande;Kronor\r\nEkonomi;45;9001011234\r\nTeknik;42;1200\r\nMusik;..;..\r\n"
STYLE = ':root { --ink: #1d252c; }\n@font-face { font-family: Inter; src: url("inter.woff2"); }\n'
SCRIPT = '(function () { "use strict"; document.title += ""; })();\n'
FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Nytt</title><link>https://www.digg.se/</link>
<item><title>Antagna 2025</title></item></channel></rss>
"""
SEARCH = {
    "pages": [{"title": "Antagna 2025", "href": "index.html", "size": 4120, "sha256": hashlib.sha256(b"").hexdigest()}]
}
WORDS = "Fria typsnitt.\nFrågor: me@rsms.me\n"
HEADS = {"heads": ["Program", "Sökande", "Kronor"], "forms": ["text", "count", "kronor"], "persons": [1]}
PAPER = "Antagna 2025\n\n87 av 120 sökande antogs. 45 på ekonomi."


def paper(text: str = PAPER) -> bytes:
    """A PDF with this text, as pages are made."""
    markup = f'#set document(title: "Antagna")\n{text}'.encode()
    made = typst.compile(markup, pdf_standards="ua-1")
    assert isinstance(made, bytes)
    return made


def png(*parts: tuple[bytes, bytes], after: bytes = b"") -> bytes:
    """A picture of one point, with further parts before its end."""

    def part(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    inside = b"".join(part(*one) for one in parts)
    return (
        b"\x89PNG\r\n\x1a\n"
        + part(b"IHDR", head)
        + inside
        + part(b"IDAT", zlib.compress(b"\0\0"))
        + part(b"IEND", b"")
        + after
    )


def jpeg(note: bytes = b"", mark: int = 0xFE, after: bytes = b"") -> bytes:
    """The shortest row of segments that a JPEG can be, with a note."""
    quantised = b"\xff\xdb" + struct.pack(">H", 67) + bytes(65)
    noted = b"\xff" + bytes([mark]) + struct.pack(">H", len(note) + 2) + note if note else b""
    scan = b"\xff\xda" + struct.pack(">H", 8) + bytes(6) + b"\x12\xff\x00\x34"
    return b"\xff\xd8" + noted + quantised + scan + b"\xff\xd9" + after


def font(after: bytes = b"") -> bytes:
    """Bytes with the head of a font."""
    body = bytes(range(1, 200))
    return b"wOF2\0\1\0\0" + struct.pack(">I", len(body) + 12) + body + after


def zipped(name: str, content: bytes, note: bytes = b"") -> bytes:
    """A zip with one file."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as into:
        into.writestr(name, content)
        into.comment = note
    return stream.getvalue()


def gzipped(content: bytes) -> bytes:
    """A gzip file without a clock in it."""
    return gzip.compress(content, mtime=0)


def changed_pdf(change: Callable[[pikepdf.Pdf], None]) -> Callable[[bytes], bytes]:
    """A PDF after something was done to its objects, which lie packed in it."""

    def change_it(content: bytes) -> bytes:
        into = io.BytesIO()
        with pikepdf.open(io.BytesIO(content)) as pdf:
            change(pdf)
            pdf.save(into, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
        return into.getvalue()

    return change_it


def write_site(folder: Path) -> Path:
    """The clean site."""
    files: dict[str, bytes] = {
        "index.html": PAGE.encode(),
        "index.pdf": paper(),
        "media/fig-program.svg": DRAWING.encode(),
        "data/program.csv": CSV.encode(),
        "style.css": STYLE.encode(),
        "search.js": SCRIPT.encode(),
        "search.json": json.dumps(SEARCH).encode(),
        "feed.xml": FEED.encode(),
        "licence.txt": WORDS.encode(),
        "icon.svg": b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path d="M0 0h4v7H7z"/></svg>',
        "photo.png": png(),
        "photo.jpg": jpeg(),
        "inter.woff2": font(),
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    seal(folder)
    return folder


def seal(folder: Path) -> None:
    """Write the manifest of what lies there."""
    (folder / MANIFEST).unlink(missing_ok=True)
    manifest = {
        "files": list_files(folder),
        "scripts": [hashlib.sha256(SCRIPT.encode()).hexdigest()],
        "tables": {"index.html#tbl-program": HEADS, "data/program.csv": HEADS},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
