"""One intake's study paths connected with those seen before it: stage by stage, from the surest evidence to none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from gymreg_core.rules import rule
from gymreg_core.sources.profiles import likeness
from gymreg_core.sources.school_renames import Offer, School, renamed_schools
from gymreg_core.vocabulary.successors import Lineage, lineage

Key = tuple[School, str, str]


@dataclass(frozen=True)
class Path:
    """A row of the results: `position` in the table, and what tells it apart."""

    position: int
    school: School
    code: str
    name: str
    seats: int
    profile: frozenset[str]

    @property
    def key(self) -> Key:
        return (self.school, self.code, self.name)

    @property
    def lineage(self) -> Lineage:
        return lineage(self.code)


@dataclass
class Track:
    """A study path so far: `last` is its last row, seen in the intake of that `order` and `year`."""

    number: int
    last: Path
    order: int
    year: int


@dataclass(frozen=True)
class Link:
    """A row, the study path it belongs to, and by what evidence."""

    path: Path
    track: Track
    evidence: str


@dataclass
class Register:
    """Every study path up to some intake; `by_key`: whose row a municipality, school, code and name last was."""

    tracks: list[Track] = field(default_factory=list)
    by_key: dict[Key, Track] = field(default_factory=dict)
    by_school: dict[School, set[int]] = field(default_factory=dict)

    def link(self, paths: Iterable[Path], order: int, year: int) -> list[Link]:
        """Connect the rows of the next intake, one study path each, and remember them."""
        intake = _Intake(self, sorted(paths, key=lambda path: (path.key, path.position)), order, year)
        links = intake.links()
        for link in links:
            self._remember(link, order, year)
        return links

    def begin(self, path: Path, order: int, year: int) -> Track:
        """A study path that nothing earlier goes on in."""
        track = Track(len(self.tracks) + 1, path, order, year)
        self.tracks.append(track)
        return track

    def _remember(self, link: Link, order: int, year: int) -> None:
        track = link.track
        track.last, track.order, track.year = link.path, order, year
        self.by_key[link.path.key] = track
        self.by_school.setdefault(link.path.school, set()).add(track.number)

    def last_at(self, school: School, since: int) -> list[Track]:
        """Study paths whose last row was at the school, in an intake of at least that order."""
        numbers = sorted(self.by_school.get(school, ()))
        tracks = (self.tracks[number - 1] for number in numbers)
        return [track for track in tracks if track.last.school == school and track.order >= since]


class _Intake:
    """The work on one intake: what is still open on both sides."""

    def __init__(self, register: Register, paths: list[Path], order: int, year: int) -> None:
        self.register, self.order, self.year = register, order, year
        self.since = order - int(rule("linking", "intakes_back"))
        self.open = {path.position: path for path in paths}
        self.taken: set[int] = set()
        self.found: list[Link] = []
        self.before = self._schools_before(paths)

    def links(self) -> list[Link]:
        self._same_everywhere(lambda path: [path.key], "exact")
        self._same_everywhere(
            lambda path: [(school, path.code, path.name) for school in self.before[path.school][1:]], "renamed_school"
        )
        self._same_line()
        self._only_one_left()
        for path in list(self.open.values()):
            self._connect(path, self.register.begin(path, self.order, self.year), "new")
        return self.found

    def _connect(self, path: Path, track: Track, evidence: str) -> None:
        self.found.append(Link(path, track, evidence))
        self.taken.add(track.number)
        del self.open[path.position]

    def _schools_before(self, paths: list[Path]) -> dict[School, tuple[School, ...]]:
        """Every school of the intake -> itself and the schools it goes on from."""
        now: dict[School, set[Lineage]] = {}
        for path in paths:
            now.setdefault(path.school, set()).add(path.lineage)
        begun = {school: frozenset(offer) for school, offer in now.items() if school not in self.register.by_school}
        ended: dict[School, Offer] = {}
        for school in self.register.by_school.keys() - now.keys():
            last = self.register.last_at(school, self.since)
            if last:
                ended[school] = frozenset(track.last.lineage for track in last)
        renamed = renamed_schools(ended, begun, now.keys() - begun.keys())
        return {school: (school, *renamed.get(school, ())) for school in now}

    def _same_everywhere(self, keys: Callable[[Path], list[Key]], evidence: str) -> None:
        """Code and name are the same: connect with the study path that last had them there."""
        fitting = [
            (path.key != track.last.key, path.key, path, track)
            for path in self.open.values()
            for key in keys(path)
            if (track := self.register.by_key.get(key)) is not None
        ]
        for _, _, path, track in sorted(fitting, key=lambda fit: (fit[0], fit[1], fit[3].number)):
            if path.position in self.open and track.number not in self.taken:
                self._connect(path, track, evidence)

    def _candidates(self) -> list[tuple[Path, Track, int]]:
        """Open rows with the open study paths of the same education at their school or the ones it goes on from."""
        found = []
        at: dict[School, list[Track]] = {}
        for path in self.open.values():
            for distance, school in enumerate(self.before[path.school]):
                if school not in at:
                    at[school] = self.register.last_at(school, self.since)
                found += [
                    (path, track, distance)
                    for track in at[school]
                    if track.number not in self.taken and track.last.lineage == path.lineage
                ]
        return found

    def _same_line(self) -> None:
        """The same education under another code or name: the likest profile, then the nearest number of seats."""
        scored = [
            (-like, distance, abs(path.seats - track.last.seats), path.key, track.number, path, track)
            for path, track, distance in self._candidates()
            if (like := likeness(path.profile, track.last.profile)) >= rule("linking", "shared_words_of_profiles")
        ]
        for *_, path, track in sorted(scored, key=lambda score: score[:5]):
            if path.position in self.open and track.number not in self.taken:
                self._connect(path, track, self._evidence(path, track))

    def _only_one_left(self) -> None:
        """One row and one study path of an education are left at a school, and one of them names no profile."""
        candidates = self._candidates()
        rows = {(path.position, track.number) for path, track, _ in candidates}
        for path, track, _ in sorted(candidates, key=lambda c: (c[0].key, c[1].number)):
            alone = sum(p == path.position for p, _ in rows) == 1 and sum(t == track.number for _, t in rows) == 1
            if alone and not (path.profile and track.last.profile):
                self._connect(path, track, self._evidence(path, track))

    def _evidence(self, path: Path, track: Track) -> str:
        across = track.year < rule("linking", "gy25_first_intake") <= self.year
        return "gy25_code" if across and path.code != track.last.code else "name_match"
