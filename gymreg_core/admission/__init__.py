"""How did a round of admission turn out? Statistics on the results table; no pages, no persons."""

from gymreg_core.admission.changes import Moves, cutoff_moves, cutoff_series
from gymreg_core.admission.competition import Competition, competition
from gymreg_core.admission.empty import EmptySeats, empty_seats
from gymreg_core.admission.introductory import Introductory, introductory
from gymreg_core.admission.news import News, news
from gymreg_core.admission.programmes import Programmes, by_programme
from gymreg_core.admission.provider import Providers, by_provider
from gymreg_core.admission.rounds import Rounds, preliminary_against_final
from gymreg_core.admission.scope import Scope, make_scope, of_round
from gymreg_core.admission.study_paths import StudyPaths, study_paths
from gymreg_core.admission.supply import Supply, by_municipality
from gymreg_core.admission.totals import Totals, totals

__all__ = [
    "Competition",
    "EmptySeats",
    "Introductory",
    "Moves",
    "News",
    "Programmes",
    "Providers",
    "Rounds",
    "Scope",
    "StudyPaths",
    "Supply",
    "Totals",
    "by_municipality",
    "by_programme",
    "by_provider",
    "competition",
    "cutoff_moves",
    "cutoff_series",
    "empty_seats",
    "introductory",
    "make_scope",
    "news",
    "of_round",
    "preliminary_against_final",
    "study_paths",
    "totals",
]
