"""Errors a user can act on: what happened, where, why, and what to do about it."""

from __future__ import annotations

from gymreg_core.findings import Findings


class GymregError(Exception):
    """Base of every error that reaches a user; its text never holds a personal value.

    Parameters
    ----------
    what : one sentence saying what is wrong.
    where : file, sheet, row, column or parameter, as precise as is known.
    why : the rule that was broken.
    remedy : what to do now.
    """

    exit_code = 1

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        why: str | None = None,
        remedy: str | None = None,
    ) -> None:
        self.what, self.where, self.why, self.remedy = what, where, why, remedy
        super().__init__(self.message())

    def __str__(self) -> str:
        return self.message()

    def message(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return "\n  ".join(part for part in (head, self.why, self.remedy) if part)


class BadParameters(GymregError):
    """A run was asked for with parameters that its report does not have."""

    exit_code = 10


class BadInput(GymregError):
    """Input data that cannot be used; `findings` holds every reason, collected."""

    exit_code = 11

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        why: str | None = None,
        remedy: str | None = None,
        findings: Findings | None = None,
    ) -> None:
        super().__init__(what, where=where, why=why, remedy=remedy)
        self.findings = findings if findings is not None else Findings()


class RuleMissing(GymregError):
    """A decision of an authority is needed and stands nowhere in `rules/`."""

    exit_code = 12


class MissingText(GymregError, KeyError):
    """A page asks for words that stand nowhere."""

    exit_code = 14


class DisclosureRefused(GymregError):
    """A table was about to leave the store that may not be shown."""

    exit_code = 13


class RenderingFailed(GymregError):
    """A report could not be executed or turned into pages."""

    exit_code = 14


class NotPermitted(GymregError):
    """The state of a release forbids this step."""

    exit_code = 15


class NotCertified(GymregError):
    """A match broke a rule that every match has to keep; its result counts for nothing."""

    exit_code = 16


class NotReproduced(GymregError):
    """A release that was made again is not what was released."""

    exit_code = 17
