"""What is planted into a good site, one thing at a time, and what the gate has to say of it."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pikepdf

from gymreg_core.sources.register.keys import MADE_UP_KEY, pseudonyms
from tests.gate_site import (
    CANARY,
    CSV,
    DIGITS,
    DRAWING,
    FEED,
    FOLDER,
    NUMBER,
    PAPER,
    changed_pdf,
    font,
    gzipped,
    jpeg,
    paper,
    png,
    seal,
    zipped,
)

SECRETS = (
    NUMBER,
    DIGITS,
    DIGITS[2:],
    NUMBER[2:],
    "T123",
    "TF12",
    *CANARY[:3],
    "Kanariefågel",
    "kanariefagel",
    "lisa",
    "secret.example",
    "@skola.example",
)
PSEUDONYM = pseudonyms([DIGITS], MADE_UP_KEY)[0]


@dataclass(frozen=True)
class Plant:
    """name : of the test. file : what is changed; change : its bytes before to its bytes after. kinds : what has to be
    found, all of it and nothing else. sealed : whether the manifest is written anew, as if a build had done it."""

    name: str
    file: str
    change: Callable[[bytes], bytes]
    kinds: frozenset[str]
    sealed: bool = True

    def into(self, folder: Path) -> None:
        """Plant it."""
        path = folder / self.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.change(path.read_bytes() if path.is_file() else b""))
        if self.sealed:
            seal(folder)


def swap(old: str, new: str) -> Callable[[bytes], bytes]:
    """Write something else in the place of a text that stands there once."""

    def change(content: bytes) -> bytes:
        assert content.count(old.encode()) == 1, old
        return content.replace(old.encode(), new.encode())

    return change


def whole(new: bytes) -> Callable[[bytes], bytes]:
    """Write something else in the place of all of it."""
    return lambda _: new


def said(text: str) -> Callable[[bytes], bytes]:
    """A paragraph of a page."""
    return swap("</main>", f"<p>{text}</p></main>")


def head(text: str) -> Callable[[bytes], bytes]:
    """Something in a page's head."""
    return swap("</head>", f"{text}</head>")


def drawn(text: str) -> Callable[[bytes], bytes]:
    """Something in a drawing."""
    return swap("</svg>", f"{text}</svg>")


def planted(name: str, file: str, change: Callable[[bytes], bytes], *kinds: str, sealed: bool = True) -> Plant:
    return Plant(name, file, change, frozenset(kinds), sealed)


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


_NOTED = base64.b64encode(png((b"tEXt", b"Comment" + bytes(1) + NUMBER.encode()))).decode()


def entities(text: str) -> str:
    return "".join(f"&#{ord(c)};" for c in text)


def full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in text)


def _xmp(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Metadata = pdf.make_stream(
        pdf.Root.Metadata.read_bytes().replace(b"Antagna", NUMBER.encode()), Type=pikepdf.Name.Metadata
    )


def _annotate(pdf: pikepdf.Pdf, kind: str, **more: object) -> None:
    note = pdf.make_indirect(
        pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name(kind), Rect=[0, 0, 9, 9], **more)
    )
    pdf.pages[0].Annots = pdf.make_indirect(pikepdf.Array([note]))


def _link(pdf: pikepdf.Pdf, address: str) -> None:
    _annotate(pdf, "/Link", A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI=address))


_D10 = DIGITS[2:]
_ID = "identity-number"
_SVG_TEXT = f'<svg xmlns="http://www.w3.org/2000/svg"><text>{NUMBER}</text></svg>'
_PAGE = "index.html"

SPELLINGS = {
    "twelve digits": DIGITS,
    "ten digits": _D10,
    "with a hyphen": NUMBER,
    "ten with a hyphen": NUMBER[2:],
    "with a plus": "190703+1235",
    "with a blank": f"{DIGITS[:8]} {DIGITS[8:]}",
    "blanks around the hyphen": f"{_D10[:6]} - {_D10[6:]}",
    "an en dash": f"{_D10[:6]}–{_D10[6:]}",
    "a minus": f"{_D10[:6]}−{_D10[6:]}",
    "a hyphen that does not break": f"{_D10[:6]}\u2011{_D10[6:]}",
    "a blank that does not break": f"{_D10[:6]}&nbsp;{_D10[6:]}",
    "zero-width characters": "\u200b".join(_D10),
    "soft hyphens": f"{_D10[:4]}\u00ad{_D10[4:]}",
    "full-width digits": full_width(NUMBER),
    "Arabic digits": _D10.translate({ord("0") + n: 0x660 + n for n in range(10)}),
    "entities": entities(NUMBER),
    "entities twice": entities(NUMBER).replace("&", "&amp;"),
    "split by tags": f"{_D10[:4]}<b>{_D10[4:6]}</b>-<i title='x'>{_D10[6:]}</i>",
    "split by an empty comment": f"{_D10[:4]}<!-- -->{_D10[4:]}",
    "split by a break": f"{_D10[:6]}<br>{_D10[6:]}",
    "split by paragraphs": f"{_D10[:6]}</p><p>{_D10[6:]}",
    "a written date": f"2007-03-12-{DIGITS[8:]}",
    "pairs": f"{_D10[:2]} {_D10[2:4]} {_D10[4:6]} {_D10[6:]}",
    "pairs with points": f"{_D10[:2]}.{_D10[2:4]}.{_D10[4:6]}-{_D10[6:]}",
    "digit by digit": " ".join(_D10),
    "in thousands": f"{_D10[0]} {_D10[1:4]} {_D10[4:7]} {_D10[7:]}",
    "in thousands with points": f"{DIGITS[:3]}.{DIGITS[3:6]}.{DIGITS[6:9]}.{DIGITS[9:]}",
    "a co-ordination number": "070372-2384",
    "a wrong check digit": "20070312-2380",
    "a temporary number": "20070312-T123",
    "a TF number": "070312TF12",
    "percent-encoded": "%30%37%30%33%31%32%2D%32%33%38%34",
    "escaped": "".join(f"\\u{ord(c):04x}" for c in NUMBER),
    "base64": b64(f"pnr {NUMBER}"),
    "hexadecimal": NUMBER.encode().hex(),
    "percent-encoded twice": "%2530%2537%2530%2533%2531%2532%252D%2532%2533%2538%2534",
    "base64 of base64": b64(b64(f"pnr {NUMBER}")),
    "backwards by an override": f"\u202e{NUMBER[::-1]}\u202c",
    "glued to a word": f"elev{DIGITS}",
}

PLANTS: tuple[Plant, ...] = (
    *(planted(f"page: {name}", _PAGE, said(text), _ID) for name, text in SPELLINGS.items()),
    *(
        planted(f"drawing: {name}", "media/fig-program.svg", drawn(f"<g><text>{text}</text></g>"), _ID, "beyond-table")
        for name, text in SPELLINGS.items()
        if name in ("twelve digits", "with a hyphen", "full-width digits", "zero-width characters")
    ),
    # pages: where nobody looks
    planted("page: attribute", _PAGE, swap('class="lead"', f'class="lead" title="{NUMBER}"'), _ID),
    planted("page: alternative text", _PAGE, swap('alt="Staplar.', f'alt="Staplar, {DIGITS}.'), _ID),
    planted("page: comment", _PAGE, said(f"<!-- {NUMBER} -->"), _ID),
    planted("page: meta", _PAGE, swap('content="87 antagna."', f'content="{NUMBER}"'), _ID),
    planted("page: title", _PAGE, swap("<title>Antagna", f"<title>{_D10}"), _ID),
    planted("page: address of a link", _PAGE, said(f'<a href="data/program.csv?elev={DIGITS}">x</a>'), _ID),
    planted("page: data attribute", _PAGE, said(f'<b data-row="{DIGITS}">x</b>'), _ID, "embedded-data"),
    planted("page: an attribute given twice", _PAGE, said(f'<b class="a" class="{NUMBER}">x</b>'), _ID),
    planted("page: script", _PAGE, said(f"<script>var x = ['{NUMBER}'];</script>"), _ID, "script-unknown"),
    planted(
        "page: JSON in a script",
        _PAGE,
        said(f'<script type="application/json">{{"p": "{NUMBER}"}}</script>'),
        _ID,
        "script-unknown",
        "embedded-data",
    ),
    planted("page: style", _PAGE, head(f"<style>p::after {{ content: '{NUMBER}'; }}</style>"), _ID),
    planted(
        "page: style, escaped",
        _PAGE,
        head("<style>p::after { content: '" + "".join(f"\\{ord(c):06x}" for c in NUMBER) + "'; }</style>"),
        _ID,
    ),
    planted(
        "page: data address of a text",
        _PAGE,
        said(f'<a href="data:text/plain;base64,{b64("elev " + NUMBER)}">x</a>'),
        _ID,
        "embedded-data",
        "active-content",
    ),
    planted(
        "page: data address of a drawing",
        _PAGE,
        said(f'<img alt="x" src="data:image/svg+xml;base64,{b64(_SVG_TEXT)}">'),
        _ID,
    ),
    planted(
        "page: data address of a picture",
        _PAGE,
        said(f'<img alt="x" src="data:image/png;base64,{_NOTED}">'),
        _ID,
        "image-metadata",
    ),
    planted("page: hidden element", _PAGE, said("<span hidden>dold</span>"), "hidden-content"),
    planted("page: not displayed", _PAGE, said('<span style="display: none">dold</span>'), "hidden-content"),
    planted("page: template", _PAGE, said("<template><p>dold</p></template>"), "hidden-content"),
    planted("page: after the end", _PAGE, lambda page: page + f"<!-- {NUMBER} -->".encode(), _ID),
    planted("page: cell of text", _PAGE, swap(">Musik<", f">Musik {NUMBER}<"), _ID),
    planted(
        "page: number of thousands in a cell of text",
        _PAGE,
        swap(">Musik<", f">{_D10[0]} {_D10[1:4]} {_D10[4:7]} {_D10[7:]}<"),
        _ID,
    ),
    # pages: what browsers load, and where links lead
    planted(
        "page: picture of another host", _PAGE, said('<img alt="x" src="https://secret.example/x.png">'), "other-host"
    ),
    planted("page: picture without a scheme", _PAGE, said('<img alt="x" src="//secret.example/x.png">'), "other-host"),
    planted(
        "page: backslashes", _PAGE, said(r'<img alt="x" src="\\secret.example\x.png">'), "other-host", "absolute-path"
    ),
    planted(
        "page: pictures by width",
        _PAGE,
        said('<img alt="x" src="icon.svg" srcset="icon.svg 1x, https://secret.example/2.png 2x">'),
        "other-host",
    ),
    planted("page: preconnect", _PAGE, head('<link rel="preconnect" href="https://secret.example">'), "other-host"),
    planted(
        "page: style sheet", _PAGE, head('<link rel="stylesheet" href="https://secret.example/x.css">'), "other-host"
    ),
    planted(
        "page: script of another host", _PAGE, said('<script src="https://secret.example/x.js"></script>'), "other-host"
    ),
    planted(
        "page: form", _PAGE, said('<form action="https://secret.example/"></form>'), "other-host", "active-content"
    ),
    planted(
        "page: refresh",
        _PAGE,
        head('<meta http-equiv="refresh" content="0; url=https://secret.example/">'),
        "other-host",
        "active-content",
        "embedded-data",
    ),
    planted("page: ping", _PAGE, said('<a href="index.html" ping="https://secret.example/p">x</a>'), "other-host"),
    planted(
        "page: style of an element",
        _PAGE,
        said('<b style="background: url(https://secret.example/x)">x</b>'),
        "other-host",
    ),
    planted(
        "page: frame", _PAGE, said('<iframe src="https://secret.example/"></iframe>'), "other-host", "active-content"
    ),
    planted("page: link to an unlisted host", _PAGE, said('<a href="https://secret.example/">x</a>'), "link-host"),
    planted("page: link that runs", _PAGE, said('<a href="javascript:alert(1)">x</a>'), "active-content"),
    planted("page: handler", _PAGE, said('<b onclick="go()">x</b>'), "active-content"),
    # tables of pages
    planted("page: small cell", _PAGE, swap("<td>42</td>", "<td>3</td>"), "small-cell"),
    planted("page: small cell in bold", _PAGE, swap("<td>42</td>", "<td><b>3</b> </td>"), "small-cell"),
    planted("page: another head", _PAGE, swap(">Sökande</th>", ">Sjuka</th>"), "column-not-listed"),
    planted("page: a column more", _PAGE, swap("<td>42</td>", "<td>42</td><td>Lina</td>"), "column-not-listed"),
    planted(
        "page: a head more", _PAGE, swap(">Kronor</th>", '>Kronor</th><th scope="col">Merit</th>'), "column-not-listed"
    ),
    planted(
        "page: a column of persons",
        _PAGE,
        swap(">Sökande</th>", ">personnummer</th>"),
        "column-not-listed",
        "column-never",
    ),
    planted("page: a table more", _PAGE, said("<table><tr><td>45</td></tr></table>"), "table-not-listed"),
    planted(
        "page: a second table in a figure",
        _PAGE,
        swap("</table></figure>", "</table><table><tr><td>45</td></tr></table></figure>"),
        "table-not-listed",
    ),
    planted(
        "page: table of pandas",
        _PAGE,
        said('<table class="dataframe"><tr><td>45</td></tr></table>'),
        "table-not-listed",
        "notebook-remnant",
    ),
    # words that machines leave
    *(
        planted(f"{file}: {name}", file, change(text), kind)
        for file, change in (
            (_PAGE, said),
            ("licence.txt", lambda t: lambda old: old + t.encode()),
            ("style.css", lambda t: lambda old: old + f"/* {t} */".encode()),
        )
        for name, text, kind in (
            ("path", f"{FOLDER}/main.py", "absolute-path"),
            ("path of Windows", r"C:\Users\lisa\x.csv", "absolute-path"),
            ("share", r"\\server\elever\x.csv", "absolute-path"),
            ("file address", "file:///x/y", "absolute-path"),
            ("traceback", "Traceback (most recent call last)", "traceback"),
            ("error", "KeyError: 7", "traceback"),
            ("address of a person", "lisa@skola.example", "email"),
            ("pseudonym", PSEUDONYM, "pseudonym"),
            ("pseudonym in capitals", PSEUDONYM.upper(), "pseudonym"),
        )
    ),
    planted(
        "page: pseudonym as UUID",
        _PAGE,
        said(f"{PSEUDONYM[:8]}-{PSEUDONYM[8:12]}-{PSEUDONYM[12:16]}-{PSEUDONYM[16:20]}-{PSEUDONYM[20:]}"),
        "pseudonym",
    ),
    planted("page: prompt of a notebook", _PAGE, said("In [3]: print(1)"), "notebook-remnant"),
    planted("page: base64 of a path", _PAGE, said(b64(f"{FOLDER}/x")), "absolute-path"),
    # drawings
    planted("drawing: title", "media/fig-program.svg", drawn(f"<title>{NUMBER}</title>"), _ID),
    planted("drawing: description", "media/fig-program.svg", drawn(f"<desc>{DIGITS}</desc>"), _ID),
    planted(
        "drawing: metadata", "media/fig-program.svg", drawn(f"<metadata>{NUMBER}</metadata>"), _ID, "embedded-data"
    ),
    planted("drawing: comment", "media/fig-program.svg", drawn(f"<!-- {NUMBER} -->"), _ID),
    planted(
        "drawing: name for screen readers",
        "media/fig-program.svg",
        swap("<path d", f'<path aria-label="{NUMBER}" d'),
        _ID,
        "embedded-data",
    ),
    planted("drawing: data attribute", "media/fig-program.svg", swap("<path d", '<path data-n="3" d'), "embedded-data"),
    planted(
        "drawing: a page inside",
        "media/fig-program.svg",
        drawn("<foreignObject><p>x</p></foreignObject>"),
        "active-content",
        "embedded-data",
    ),
    planted(
        "drawing: script", "media/fig-program.svg", drawn("<script>1</script>"), "active-content", "script-unknown"
    ),
    planted(
        "drawing: handler",
        "media/fig-program.svg",
        swap("<path d", '<path onload="x" d'),
        "active-content",
        "embedded-data",
    ),
    planted(
        "drawing: picture inside",
        "media/fig-program.svg",
        drawn(f'<image href="data:image/png;base64,{base64.b64encode(png((b"tEXt", NUMBER.encode()))).decode()}"/>'),
        _ID,
        "embedded-data",
        "image-metadata",
    ),
    planted(
        "drawing: picture of another host",
        "media/fig-program.svg",
        drawn('<image href="https://secret.example/x.png"/>'),
        "other-host",
        "embedded-data",
    ),
    planted(
        "drawing: fill of another host",
        "media/fig-program.svg",
        drawn('<path d="M0" fill="url(https://secret.example/#x)"/>'),
        "other-host",
    ),
    planted(
        "drawing: style sheet",
        "media/fig-program.svg",
        lambda old: b'<?xml-stylesheet href="https://secret.example/x.css"?>' + old,
        "other-host",
    ),
    planted(
        "drawing: entity",
        "media/fig-program.svg",
        lambda old: f'<!DOCTYPE svg [<!ENTITY x "{NUMBER}">]>'.encode() + old,
        _ID,
        "active-content",
    ),
    planted(
        "drawing: a number more",
        "media/fig-program.svg",
        drawn('<g><text transform="translate(3,4)">17</text></g>'),
        "beyond-table",
    ),
    planted(
        "drawing: a small count",
        "media/fig-program.svg",
        drawn('<g><text transform="translate(3,4)">3</text></g>'),
        "small-cell",
    ),
    planted(
        "drawing: a number beside the ticks",
        "media/fig-program.svg",
        swap("100</text></g>", '100</text><text transform="translate(70,90)">63</text></g>'),
        "beyond-table",
    ),
    planted(
        "drawing: split by spans",
        "media/fig-program.svg",
        drawn(f"<text>{_D10[:4]}<tspan>{_D10[4:]}</tspan></text>"),
        _ID,
        "beyond-table",
    ),
    planted("drawing: not XML", "media/fig-program.svg", whole(DRAWING.replace("</g>", "", 1).encode()), "unreadable"),
    # PDF
    planted("PDF: page", "index.pdf", whole(paper(f"{PAPER} Elev {NUMBER}.")), _ID, "beyond-page"),
    planted(
        "PDF: digits spelled", "index.pdf", whole(paper(f"{PAPER} Elev {_D10[:6]} {_D10[6:]}.")), _ID, "beyond-page"
    ),
    planted("PDF: a number more", "index.pdf", whole(paper(f"{PAPER} Musik 3 777.")), "beyond-page"),
    planted(
        "PDF: white on white",
        "index.pdf",
        whole(paper(f"{PAPER} #text(fill: white, size: 1pt)[{NUMBER}]")),
        _ID,
        "beyond-page",
    ),
    planted("PDF: title", "index.pdf", changed_pdf(lambda pdf: pdf.docinfo.__setitem__("/Title", NUMBER)), _ID),
    planted(
        "PDF: a key of its own",
        "index.pdf",
        changed_pdf(lambda pdf: pdf.docinfo.__setitem__("/Elev", f"no {DIGITS}")),
        _ID,
    ),
    planted(
        "PDF: XMP",
        "index.pdf",
        changed_pdf(_xmp),
        _ID,
    ),
    planted(
        "PDF: attachment",
        "index.pdf",
        changed_pdf(lambda pdf: pdf.attachments.__setitem__("rows.csv", NUMBER.encode())),
        _ID,
        "attachment",
    ),
    planted(
        "PDF: attached archive",
        "index.pdf",
        changed_pdf(lambda pdf: pdf.attachments.__setitem__("a.bin", zipped("x.txt", NUMBER.encode()))),
        _ID,
        "attachment",
    ),
    planted(
        "PDF: note", "index.pdf", changed_pdf(lambda pdf: _annotate(pdf, "/Text", Contents=NUMBER)), _ID, "annotation"
    ),
    planted(
        "PDF: link to an unlisted host",
        "index.pdf",
        changed_pdf(lambda pdf: _link(pdf, "https://secret.example/")),
        "link-host",
    ),
    planted(
        "PDF: program",
        "index.pdf",
        changed_pdf(
            lambda pdf: pdf.Root.__setitem__(
                "/OpenAction", pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
            )
        ),
        "active-content",
    ),
    planted(
        "PDF: field",
        "index.pdf",
        changed_pdf(
            lambda pdf: pdf.Root.__setitem__(
                "/AcroForm",
                pikepdf.Dictionary(Fields=[pdf.make_indirect(pikepdf.Dictionary(FT=pikepdf.Name.Tx, V=NUMBER))]),
            )
        ),
        _ID,
        "annotation",
    ),
    planted(
        "PDF: sent to another host",
        "index.pdf",
        changed_pdf(
            lambda pdf: _annotate(
                pdf, "/Link", A=pikepdf.Dictionary(S=pikepdf.Name.SubmitForm, F="https://secret.example")
            )
        ),
        "active-content",
    ),
    planted(
        "PDF: object of no page",
        "index.pdf",
        changed_pdf(lambda pdf: pdf.Root.__setitem__("/PieceInfo", pdf.make_stream(f"elev {NUMBER}".encode()))),
        _ID,
    ),
    planted(
        "PDF: alternative text",
        "index.pdf",
        changed_pdf(lambda pdf: pdf.Root.StructTreeRoot.__setitem__("/ActualText", NUMBER)),
        _ID,
    ),
    planted(
        "PDF: an earlier version",
        "index.pdf",
        lambda old: old + b"\nstartxref\n0\n%%EOF\n",
        "earlier-version",
    ),
    planted("PDF: after the end", "index.pdf", lambda old: old + f"\n{NUMBER}\n".encode(), "trailing-bytes", _ID),
    planted("PDF: cut off", "index.pdf", lambda old: old[:300], "trailing-bytes", "unreadable"),
    # tables of text
    *(
        planted(f"CSV: {name}", "data/program.csv", whole(CSV.replace("Musik", text).encode()), _ID)
        for name, text in SPELLINGS.items()
        if name
        in (
            "twelve digits",
            "ten digits",
            "with a hyphen",
            "full-width digits",
            "a TF number",
            "base64",
            "digit by digit",
        )
    ),
    planted("CSV: in a column of counts", "data/program.csv", whole(CSV.replace("42", _D10).encode()), _ID),
    planted("CSV: with a hyphen among amounts", "data/program.csv", whole(CSV.replace("1200", NUMBER).encode()), _ID),
    planted(
        "CSV: over two cells",
        "data/program.csv",
        whole(CSV.replace("Teknik;42", f"{_D10[:6]};{_D10[6:]}").encode()),
        _ID,
    ),
    planted("CSV: small cell", "data/program.csv", whole(CSV.replace(";42;", ";4;").encode()), "small-cell"),
    planted(
        "CSV: column more",
        "data/program.csv",
        whole(CSV.replace("Kronor\r\n", "Kronor;Namn\r\n").encode()),
        "column-not-listed",
    ),
    planted(
        "CSV: cell more", "data/program.csv", whole(CSV.replace("1200", "1200;Lina").encode()), "column-not-listed"
    ),
    planted(
        "CSV: column of persons",
        "data/program.csv",
        whole(CSV.replace("Sökande", "address").encode()),
        "column-not-listed",
        "column-never",
    ),
    planted("CSV: a table more", "data/rows.csv", whole(b"Program;Antal\r\nEkonomi;45\r\n"), "table-not-listed"),
    planted(
        "CSV: an archive by that name",
        "data/program.csv",
        whole(zipped("x.csv", NUMBER.encode())),
        "unreadable",
        _ID,
        "table-not-listed",
    ),
    # JSON, feed, script, style, words
    planted("search index: value", "search.json", swap("index.html", NUMBER), _ID),
    planted("search index: name", "search.json", swap('"href"', f'"{DIGITS}"'), _ID),
    planted("search index: number", "search.json", swap("4120", DIGITS), _ID),
    planted(
        "search index: escaped", "search.json", swap("index.html", "".join(f"\\u{ord(c):04x}" for c in NUMBER)), _ID
    ),
    planted(
        "search index: a name twice", "search.json", swap('"size": 4120', '"size": 4120, "size": 1'), "embedded-data"
    ),
    planted(
        "search index: notebook",
        "search.json",
        swap('"pages"', '"cell_type": "code", "execution_count": 1, "pages"'),
        "notebook-remnant",
    ),
    planted("search index: not JSON", "search.json", lambda old: old[:-1], "unreadable"),
    planted("feed: title", "feed.xml", whole(FEED.replace("Nytt", NUMBER).encode()), _ID),
    planted("feed: comment", "feed.xml", whole(FEED.replace("<item>", f"<!-- {DIGITS} --><item>").encode()), _ID),
    planted("feed: link", "feed.xml", whole(FEED.replace("www.digg.se", "secret.example").encode()), "link-host"),
    planted(
        "feed: entity from elsewhere",
        "feed.xml",
        whole(FEED.replace("<rss", '<!DOCTYPE rss SYSTEM "https://secret.example/x.dtd"><rss').encode()),
        "other-host",
    ),
    planted("script: another one", "search.js", lambda old: old + b"var x = 1;", "script-unknown"),
    planted("script: number", "search.js", lambda old: old + f"var x = '{NUMBER}';".encode(), "script-unknown", _ID),
    planted(
        "script: another host",
        "search.js",
        lambda old: old + b"fetch('https://secret.example/x');",
        "script-unknown",
        "other-host",
    ),
    planted("style: import", "style.css", lambda old: b"@import 'https://secret.example/x.css';" + old, "other-host"),
    planted(
        "style: escaped address",
        "style.css",
        lambda old: old + b"p { background: url(\\68ttps://secret.example/x) }",
        "other-host",
    ),
    planted("style: data", "style.css", lambda old: old + f"/* {NUMBER} */".encode(), _ID),
    planted("words: number", "licence.txt", lambda old: old + NUMBER.encode(), _ID),
    planted("words: in UTF-16", "licence.txt", lambda old: NUMBER.encode("utf-16"), _ID, "unreadable"),
    # pictures and fonts
    planted("PNG: words", "photo.png", whole(png((b"tEXt", b"Author\0" + NUMBER.encode()))), _ID, "image-metadata"),
    planted(
        "PNG: packed words",
        "photo.png",
        whole(png((b"zTXt", b"Comment\0\0" + zlib.compress(NUMBER.encode())))),
        _ID,
        "image-metadata",
    ),
    planted(
        "PNG: words of the world",
        "photo.png",
        whole(png((b"iTXt", b"Title\0\1\0sv\0\0" + zlib.compress(NUMBER.encode())))),
        _ID,
        "image-metadata",
    ),
    planted("PNG: Exif", "photo.png", whole(png((b"eXIf", b"MM\0*" + NUMBER.encode()))), _ID, "image-metadata"),
    planted("PNG: after the end", "photo.png", whole(png(after=NUMBER.encode())), _ID, "trailing-bytes"),
    planted(
        "PNG: archive after the end",
        "photo.png",
        whole(png(after=zipped("x.txt", NUMBER.encode()))),
        _ID,
        "trailing-bytes",
    ),
    planted("JPEG: comment", "photo.jpg", whole(jpeg(NUMBER.encode())), _ID, "image-metadata"),
    planted("JPEG: Exif", "photo.jpg", whole(jpeg(b"Exif\0\0" + NUMBER.encode(), 0xE1)), _ID, "image-metadata"),
    planted("JPEG: after the end", "photo.jpg", whole(jpeg(after=gzipped(NUMBER.encode()))), _ID, "trailing-bytes"),
    planted(
        "font: name",
        "inter.woff2",
        lambda old: old[:150] + NUMBER.encode("utf-16-be") + old[150:],
        _ID,
        "trailing-bytes",
    ),
    planted("font: after the end", "inter.woff2", whole(font(after=b"x" * 9)), "trailing-bytes"),
    # files that have no place here
    planted(
        "archive: zip",
        "rows.zip",
        whole(zipped("x.csv", f"a;b\r\n{NUMBER};1".encode())),
        _ID,
        "file-type",
        "table-not-listed",
    ),
    planted("archive: note", "rows.zip", whole(zipped("x.txt", b"x", NUMBER.encode())), _ID, "file-type"),
    planted("archive: name inside", "rows.zip", whole(zipped(f"{DIGITS}.txt", b"x")), _ID, "file-type"),
    planted("archive: archive inside", "rows.gz", whole(gzipped(zipped("x.txt", NUMBER.encode()))), _ID, "file-type"),
    planted(
        "archive: too deep",
        "rows.gz",
        whole(gzipped(gzipped(gzipped(gzipped(gzipped(gzipped(b"x"))))))),
        "too-deep",
        "file-type",
    ),
    planted(
        "notebook",
        "x.ipynb",
        whole(
            json.dumps(
                {"cells": [{"cell_type": "code", "source": NUMBER}], "nbformat": 4, "metadata": {"kernelspec": {}}}
            ).encode()
        ),
        _ID,
        "file-type",
        "notebook-remnant",
    ),
    planted("workbook", "x.xlsx", whole(zipped("xl/sharedStrings.xml", f"<a>{NUMBER}</a>".encode())), _ID, "file-type"),
    planted("unknown bytes", "x.bin", whole(b"\x00\x01" + NUMBER.encode()), _ID, "file-type"),
    planted(
        "database",
        "x.sqlite",
        whole(b"SQLite format 3\0" + struct.pack(">I", 1) + NUMBER.encode("utf-16-le")),
        _ID,
        "file-type",
    ),
    planted("number as a name", f"{NUMBER}.txt", whole(b"x"), _ID),
    planted("strange name", "a b.txt", whole(b"x"), "file-name"),
    # the folder against its manifest
    planted("file that nobody listed", "stale.txt", whole(b"x"), "file-not-listed", sealed=False),
    planted(
        "number as the name of an unlisted file", f"{NUMBER}.txt", whole(b"x"), "file-not-listed", _ID, sealed=False
    ),
    planted("file that was changed", "licence.txt", whole(b"y" * 10), "file-changed", sealed=False),
    planted(
        "file of the same size that was changed",
        "licence.txt",
        lambda old: b"z" * len(old),
        "file-changed",
        sealed=False,
    ),
    planted(
        "manifest that is none",
        "manifest.json",
        whole(b"[]"),
        "manifest-missing",
        _ID,
        "table-not-listed",
        "script-unknown",
        sealed=False,
    ),
)


# What a planted person of the store looks like once it is out.
_NAME = CANARY[0]
CANARY_PLANTS: tuple[Plant, ...] = (
    planted("canary: name", _PAGE, said(f"Eleven {_NAME} antogs."), "canary"),
    planted("canary: name in capitals without accents", _PAGE, said("ASA ODLA KANARIEFAGEL"), "canary"),
    planted("canary: last name first", _PAGE, said("Kanariefågel, Åsa Ödla"), "canary"),
    planted("canary: without the middle name", _PAGE, said("Åsa&#32;Kanariefågel"), "canary"),
    planted("canary: name split by tags", _PAGE, said("Åsa <i>Kanarie</i>fågel"), "canary"),
    planted(
        "canary: name over cells",
        "data/program.csv",
        whole(CSV.replace("Musik;..", "Åsa;Kanariefågel").encode()),
        "canary",
    ),
    planted("canary: name in a file of words", "licence.txt", lambda old: old + "Åsa Kanariefågel".encode(), "canary"),
    planted("canary: name in a PDF", "index.pdf", whole(paper(f"{PAPER} Åsa Kanariefågel")), "canary"),
    planted(
        "canary: name in a drawing",
        "media/fig-program.svg",
        drawn("<text>Åsa</text><text>Kanariefågel</text>"),
        "canary",
    ),
    planted(
        "canary: name in a picture",
        "photo.png",
        whole(png((b"tEXt", "Author\0Åsa Kanariefågel".encode()))),
        "canary",
        "image-metadata",
    ),
    planted(
        "canary: name in a percent-encoded address",
        _PAGE,
        said('<a href="index.html?q=%C3%85sa%20Kanarief%C3%A5gel">x</a>'),
        "canary",
    ),
    planted("canary: name as base64", _PAGE, said(b64("Åsa Kanariefågel")), "canary"),
    planted("canary: number digit by digit", _PAGE, said("-".join(CANARY[1].replace("-", ""))), "canary", _ID),
    planted("canary: number with words in between", _PAGE, said("081105 och 1239"), "canary"),
    planted("canary: number backwards", _PAGE, said(CANARY[1].replace("-", "")[:1:-1]), "canary"),
    planted(
        "canary: hash of the number",
        _PAGE,
        said(hashlib.sha256(CANARY[1].replace("-", "").encode()).hexdigest()),
        "canary",
    ),
    planted("canary: pseudonym", "search.json", swap("index.html", CANARY[2]), "canary", "pseudonym"),
    planted("canary: pseudonym inside a longer word", _PAGE, said(f"id{CANARY[2]}x"), "canary"),
    planted(
        "canary: last name and merit",
        "data/program.csv",
        whole(CSV.replace("Musik;..;..", "Kanariefågel;317,5;..").encode()),
        "canary",
    ),
    planted("canary: first name and merit", _PAGE, said("Åsa hade 317,5 poäng."), "canary"),
)
