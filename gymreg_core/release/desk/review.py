"""The reviewer's page: one verdict, then every check with what it found; it stays at the desk."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from gymreg_core.release.desk.checks import Check
from gymreg_core.release.desk.content import Content, as_bytes
from gymreg_core.release.desk.releases import Release
from gymreg_core.store.durable import remove, sync_folder, write

PAGE, FOUND = "granskning.html", "review.json"
_OUTCOMES = {"passed": "godkänd", "refused": "stoppar utgåvan", "told": "att läsa"}
_STYLE = (
    "body{font:1rem/1.6 Inter,'Helvetica Neue',Arial,sans-serif;color:#1d252c;background:#fff;max-width:60rem;"
    "margin:2rem auto;padding:0 1.25rem;overflow-wrap:break-word}h1,h2{color:#12436d;line-height:1.25}"
    "h2{border-top:1px solid #c9d1d8;padding-top:1rem}.refused{color:#801650;font-weight:600}"
)


def write_review(content: Content, release: Release, found: Sequence[Check]) -> None:
    """Put the review beside the content, whole or not at all, in the place of one before. Errors: OSError."""
    files = {PAGE: page(release, found).encode(), FOUND: as_bytes([check.__dict__ | {"page": ""} for check in found])}
    files |= {f"{check.name}.html": check.page.encode() for check in found if check.page}
    temporary = content.folder / ".writing-review"
    remove(temporary)
    temporary.mkdir()
    for name, text in files.items():
        write(temporary / name, text)
    sync_folder(temporary)
    if content.review.exists():
        remove(content.review)
    temporary.rename(content.review)
    sync_folder(content.folder)


def page(release: Release, found: Sequence[Check]) -> str:
    """The page as HTML: the same checks give the same bytes."""
    refused = [check.name for check in found if check.outcome == "refused"]
    verdict = (
        f'<p class="refused">Utgåvan kan inte godkännas: {escape(", ".join(refused))}.</p>'
        if refused
        else "<p>Inget stoppar utgåvan. Läs det som är markerat <em>att läsa</em> innan den godkänns.</p>"
    )
    title = f"Granskning av utgåva {release.base}, version {release.version}"
    about = [f"<dt>Titel</dt><dd>{escape(release.title['sv'])}</dd>", f"<dt>Innehåll</dt><dd>{release.tree}</dd>"]
    if release.embargo:
        about.append(f"<dt>Tidigast</dt><dd>{escape(release.embargo.replace('T', ' kl. '))}, svensk tid</dd>")
    if release.amends:
        about.append(f"<dt>Rättar</dt><dd>{escape(release.amends)}: {escape(release.note.get('sv', ''))}</dd>")
    sections = "\n".join(_section(check) for check in found)
    return (
        f'<!DOCTYPE html>\n<html lang="sv">\n<head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>\n'
        f"<body><main><h1>{escape(title)}</h1>\n{verdict}\n<dl>{''.join(about)}</dl>\n{sections}\n</main></body>\n</html>\n"
    )


def _section(check: Check) -> str:
    lines = "\n".join(f"<li>{escape(line)}</li>" for line in check.told)
    own = f'<p><a href="{escape(check.name)}.html">Hela jämförelsen</a></p>' if check.page else ""
    heading = f"{check.name[0].upper()}{check.name[1:]}: {_OUTCOMES[check.outcome]}"
    return f'<section>\n<h2 class="{check.outcome}">{escape(heading)}</h2>\n<ul>\n{lines}\n</ul>{own}\n</section>'
