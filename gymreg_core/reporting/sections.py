"""What the sections of every report share: headings, figures with their table, long tables with their file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from gymreg_core.disclosure import Released
from gymreg_core.reporting.fragments import Fragment, page_slug
from gymreg_core.reporting.markup import attribute, escape, fold, heading, paragraph
from gymreg_core.reporting.symbols import absent
from gymreg_core.reporting.tables import Column, download, table
from gymreg_core.rules import rule
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.programmes import Language


class Page(Protocol):
    """A page in a language with texts of its own; among them those that the parts here ask for."""

    @property
    def language(self) -> Language: ...
    def say(self, key: str, **blanks: Any) -> str:
        """A text of the page in its language."""
        ...


def section(view: Page, key: str, identifier: str, level: int = 2, /, **blanks: object) -> Fragment:
    """The heading of a section; its text is ``<key>.heading``."""
    return heading(level, view.say(f"{key}.heading", **blanks), f"sec-{identifier}")


def figure(view: Page, name: str, drawing: bytes, *, kind: str, alt: str, caption: str, data: Fragment) -> Fragment:
    """A figure with its alternative text and its table folded below, and that hidden numbers are not drawn.

    Parameters
    ----------
    kind : what kind of chart it is, a key of ``alt.*``; it opens the alternative text.
    alt : what is drawn and what it says; caption : the message.
    data : the table that holds what is drawn.
    """
    path = f"media/{page_slug()}/fig-{name}.svg"
    text = attribute(f"{view.say(f'alt.{kind}')} {alt}")
    image = Fragment(f'![{escape(caption)}]({path}){{#fig-{name} fig-alt="{text}"}}', {path: drawing})
    return image + paragraph(absent(data.markdown, view.language)) + fold(view.say("show_table"), data)


def long_table(
    view: Page,
    released: Released,
    shown: Sequence[Column],
    *,
    caption: str,
    identifier: str,
    csv: str,
    whole: Sequence[Column] | None = None,
) -> Fragment:
    """The first rows of a table, how many there are, and the whole of it as a file where it is longer than a screen."""
    limit = int(rule("report", "rows_on_page"))
    out = table(released.head(limit), shown, caption=caption, identifier=identifier, language=view.language)
    if len(released) <= limit:
        return out
    numbers = {"n": number(limit, view.language), "total": number(len(released), view.language)}
    file = download(released, whole or shown, name=identifier, label=csv, language=view.language)
    return out + paragraph(view.say("shown_of", **numbers)) + file


def labelled(released: Released, names: Sequence[str]) -> Released:
    """The rows with `names` as their label."""
    return released.with_words("label", list(names))
