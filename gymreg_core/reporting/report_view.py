"""What a page looks at, as far as reports share it: a language with its words, a scope with its name, who decided to
publish, and the rules that were asked for on the way."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, TypeVar

import pandas as pd

from gymreg_core.disclosure import Released
from gymreg_core.errors import BadParameters
from gymreg_core.provenance import Provenance
from gymreg_core.rules import rules_read
from gymreg_core.vocabulary.phrases import label, programme_inside
from gymreg_core.vocabulary.programmes import LANGUAGES, Language
from gymreg_core.vocabulary.texts import Texts, texts

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class ReportView:
    """A page of a report; each kind of report adds its data.

    scope, scope_name : whom the page is about; the region has no name.
    decision : who decided to publish what is known of real pupils, and when.
    package, words : where the texts lie.
    """

    scope: str
    scope_name: str | None
    language: Language
    decision: str | None

    package: ClassVar[str]
    words: ClassVar[tuple[str, ...]] = ("texts.yml",)

    @property
    def provenance(self) -> Provenance:
        """Of what the page rests on."""
        raise NotImplementedError

    @property
    def statuses(self) -> Mapping[str, str]:
        """The status of every rule that the page rests on, by file and key."""
        raise NotImplementedError

    def release(self, frame: pd.DataFrame) -> Released:
        """Let a table out by the policy of the report."""
        raise NotImplementedError

    def say(self, key: str, **blanks: Any) -> str:
        """A text of the page in its language."""
        found = next((one for one in self._texts if key in one.entries), self._texts[0])
        return found(key, self.language, **blanks)

    def says(self, key: str) -> bool:
        """Whether there is a text of this key."""
        return any(key in one.entries for one in self._texts)

    @property
    def _texts(self) -> tuple[Texts, ...]:
        return tuple(texts(self.package, name) for name in self.words)

    @property
    def is_region(self) -> bool:
        return self.scope == "region"

    @cached_property
    def place(self) -> str:
        """Where the page is about, after 'gäller' or 'for': 'Täby', 'hela regionen', 'fristående skolor'."""
        if self.scope == "region":
            return self.say("place.region")
        if self.scope == "provider_form":
            name = label(str(self.scope_name), self.language)
            return name[:1].lower() + name[1:]
        if self.scope == "programme":
            return programme_inside(str(self.scope_name), self.language)
        return str(self.scope_name)

    def noted(self, work: Callable[[], T]) -> T:
        """What `work` gives; the rules that it asks for are kept in `rules_noted`."""
        with rules_read() as read:
            found = work()
        self.rules_noted.update(read)
        return found

    @cached_property
    def rules_noted(self) -> dict[str, str]:
        """The status of every rule that was asked for inside `noted`."""
        return {}


def known_name(scope: str, name: str | None, names: Mapping[str, Sequence[str]]) -> str | None:
    """The name of a scope as it is written.

    names : per scope the names that it may have; the region has none.
    Errors: BadParameters naming the scopes, or the nearest right names.
    """
    if scope not in names:
        raise BadParameters(f"{scope!r} is not a scope", where="scope", remedy=f"One of: {', '.join(names)}.")
    if scope == "region":
        if name:
            raise BadParameters("the whole region has no name", where="scope_name", remedy="Leave scope_name out.")
        return None
    known = names[scope]
    exact = {one.casefold(): one for one in known}.get((name or "").strip().casefold())
    if exact is None:
        near = difflib.get_close_matches(name or "", known, n=3, cutoff=0.5)
        raise BadParameters(
            f"no {scope.replace('_', ' ')} is called {name!r}",
            where="scope_name",
            remedy=f"Did you mean {' or '.join(map(repr, near))}?" if near else f"One of: {', '.join(known)}.",
        )
    return exact


def known_language(language: str) -> None:
    """Errors: BadParameters for a language that there are no pages in."""
    if language not in LANGUAGES:
        raise BadParameters(
            f"{language!r} is not a language", where="language", remedy=f"One of: {', '.join(LANGUAGES)}."
        )
