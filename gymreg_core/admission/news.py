"""What is new this year: schools and study paths that came and went, programmes that grew and shrank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from gymreg_core.admission.measures import is_national
from gymreg_core.admission.programmes import Programmes
from gymreg_core.admission.result import Result, phrase
from gymreg_core.rules import rule
from gymreg_core.vocabulary.numbers import change, number
from gymreg_core.vocabulary.phrases import capital, counted, listing, programme_inside
from gymreg_core.vocabulary.programmes import Language, programmes
from gymreg_core.vocabulary.slugs import swedish_order

KINDS = ("new_school", "closed_school", "renamed_school", "new_programme", "closed_programme")


@dataclass(frozen=True, eq=False)
class News(Result):
    """One row per thing that is new or gone since the year compared with.

    table : status (one of KINDS), label (name of the school or code of the programme), municipality (of a school),
    note (the earlier name of a renamed school, the successor of a closed programme, else empty).
    by_programme : the programmes with their change.
    paths_new, paths_closed : counts of study paths of national programmes; None = nothing to compare with.
    gy25 : whether the codes of the reform of 2025 are new this year.
    """

    by_programme: Programmes
    paths_new: int | None
    paths_closed: int | None
    gy25: bool

    def of(self, kind: str) -> pd.DataFrame:
        """The rows of one kind."""
        return self.table[self.table["status"] == kind]

    def movers(self, direction: int) -> pd.DataFrame:
        """The programmes with the largest rise (1) or fall (-1) in admitted, largest first."""
        rows = self.by_programme.in_both()
        least, shown = int(rule("report", "news_least_admitted")), int(rule("report", "news_items"))
        size = rows[["admitted", "admitted_previous"]].max(axis=1)
        moved = rows[(size >= least) & (rows["admitted_change"] * direction > 0)]
        return moved.sort_values(["admitted_change", "programme"], ascending=[direction < 0, True]).head(shown)

    def summary(self) -> dict[str, Any]:
        counts = {kind: len(self.of(kind)) for kind in KINDS}
        return {**counts, "new_study_paths": self.paths_new, "closed_study_paths": self.paths_closed}

    def sentences(self, language: Language) -> tuple[str, ...]:
        if self.compare_to is None:
            return (phrase()("news.no_comparison", language),)
        found = (
            *self.moved(language),
            *self.schools(language),
            self.paths(language),
            *self.changed_programmes(language),
        )
        out = tuple(s for s in found if s)
        return out or (phrase()("news.nothing", language, year=self.compare_to),)

    def moved(self, language: Language) -> tuple[str, ...]:
        """Which programmes grew and shrank most."""
        out = []
        for direction, key in ((1, "news.grew"), (-1, "news.shrank")):
            rows = self.movers(direction)
            names = [
                f"{programme_inside(code, language)} ({change(float(size), language)})"
                for code, size in zip(rows["programme"], rows["admitted_change"], strict=True)
            ]
            if names:
                out.append(phrase()(key, language, names=listing(names, language)))
        return tuple(out)

    def schools(self, language: Language) -> tuple[str, ...]:
        """Schools that came, went and changed their name."""
        return tuple(
            self._school_names(kind, language)
            for kind in ("new_school", "closed_school", "renamed_school")
            if len(self.of(kind))
        )

    def _school_names(self, kind: str, language: Language) -> str:
        rows = self.of(kind)
        n = len(rows)
        if n > rule("report", "names_in_sentence"):
            return phrase()(f"news.{kind}.count", language, n=number(n, language), year=self.compare_to)
        words = zip(rows["label"], rows["municipality"], rows["note"], strict=True)
        names = [
            phrase()("news.was", language, new=school, old=old) if old else f"{school} ({place})"
            for school, place, old in words
        ]
        ending = "one" if n == 1 else "many"
        return phrase()(
            f"news.{kind}.{ending}",
            language,
            n=number(n, language),
            names=listing(names, language),
            year=self.compare_to,
        )

    def paths(self, language: Language) -> str:
        """How many study paths are new and how many are gone."""
        if self.paths_new is None or self.paths_closed is None or self.paths_new == self.paths_closed == 0:
            return ""
        new, gone = counted(self.paths_new, "study_path", language), counted(self.paths_closed, "study_path", language)
        return phrase()("news.paths", language, new=new, gone=gone, year=self.compare_to)

    def changed_programmes(self, language: Language) -> tuple[str, ...]:
        """Programmes that came and went, and the reform of 2025."""
        out = [phrase()("news.gy25", language)] if self.gy25 else []
        closed = self.of("closed_programme")
        replaced = {new: old for new, old in zip(closed["note"], closed["label"], strict=True) if new}
        names = [(programme_inside(new, language), programme_inside(old, language)) for new, old in replaced.items()]
        pairs = [phrase()("news.replaced", language, new=new, old=old) for new, old in names if new != old]
        if pairs:
            out.append(f"{capital(listing(pairs, language))}.")
        for kind in ("new_programme", "closed_programme"):
            codes = [code for code in self.of(kind)["label"] if code not in {*replaced, *replaced.values()}]
            if codes:
                listed = listing([programme_inside(c, language) for c in codes], language)
                out.append(phrase()(f"news.{kind}", language, names=listed, year=self.compare_to))
        return tuple(out)


def news(now: pd.DataFrame, before: pd.DataFrame | None, by_programme: Programmes) -> News:
    """What came, went and moved between two admissions.

    Parameters
    ----------
    now, before : results tables of one year and round each, with columns study_path_id and evidence;
        None = nothing to compare with.
    by_programme : the programmes of the same two.
    """
    year, then = by_programme.intake_year, by_programme.compare_to
    columns = ["status", "label", "municipality", "note"]
    if before is None:
        return News(pd.DataFrame(columns=columns, dtype="str"), year, then, by_programme, None, None, False)
    rows = [*_schools(now, before), *_programmes(by_programme.table)]
    ids = [set(t.loc[is_national(t), "study_path_id"]) for t in (now, before)]
    whole = [t["study_path_code"].str.fullmatch(r"[A-Z]{2}25").any() for t in (now, before)]
    table = pd.DataFrame(rows, columns=columns).astype("str")
    return News(
        table, year, then, by_programme, len(ids[0] - ids[1]), len(ids[1] - ids[0]), bool(whole[0] and not whole[1])
    )


def _schools(now: pd.DataFrame, before: pd.DataFrame) -> list[tuple[str, str, str, str]]:
    here, there = _places(now), _places(before)
    renamed = {
        school: old for school, old in _earlier_names(now, before).items() if school not in there and old not in here
    }
    found = [
        *(("new_school", school, "") for school in here - there - set(renamed)),
        *(("closed_school", school, "") for school in there - here - set(renamed.values())),
        *(("renamed_school", school, old[1]) for school, old in renamed.items()),
    ]
    found.sort(key=lambda item: (KINDS.index(item[0]), swedish_order(item[1][1]), item[1][0]))
    return [(status, school, municipality, note) for status, (municipality, school), note in found]


def _places(rows: pd.DataFrame) -> set[tuple[str, str]]:
    return set(zip(rows["municipality"].astype(str), rows["school"].astype(str), strict=True))


def _earlier_names(now: pd.DataFrame, before: pd.DataFrame) -> dict[tuple[str, str], tuple[str, str]]:
    """(municipality, school) -> the one that most of its study paths were at before, where that is another name."""
    earlier = before[["study_path_id", "school"]].rename(columns={"school": "old"})
    pairs = now[["study_path_id", "municipality", "school"]].merge(earlier, on="study_path_id")
    counts = pairs.groupby(["municipality", "school", "old"]).size().reset_index(name="count")
    most = counts.sort_values(["count", "old"], ascending=[False, True]).drop_duplicates(["municipality", "school"])
    moved = most[most["school"] != most["old"]]
    return {
        (str(place), str(school)): (str(place), str(old))
        for place, school, old in zip(moved["municipality"], moved["school"], moved["old"], strict=True)
    }


def _programmes(table: pd.DataFrame) -> list[tuple[str, str, str, str]]:
    known = programmes()
    here = {str(code) for code in table.loc[table["study_paths"] > 0, "programme"]}
    there = {str(code) for code in table.loc[table["study_paths_previous"] > 0, "programme"]}
    gone = sorted(there - here)
    successor = {code: (known[code].followed_by or "") if code in known else "" for code in gone}
    return [
        *(("new_programme", code, "", "") for code in sorted(here - there)),
        *(("closed_programme", code, "", successor[code] if successor[code] in here - there else "") for code in gone),
    ]
