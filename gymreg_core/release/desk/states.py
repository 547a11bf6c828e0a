"""The states of a release, and the table of steps between them: it drives the desk, and the diagram in the docs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from gymreg_core.errors import NotPermitted
from gymreg_core.release.desk.people import Actor, People
from gymreg_core.rules import rule

NEW = "new"
PUBLIC = ("published", "amended", "withdrawn")


@dataclass(frozen=True)
class Step:
    """One row of the table `transitions` in rules/release_desk.yml.

    roles : who may, of the desk's people. another : never one who requested the release. by_desk : no person asks for
    it by itself; it follows from another step.
    """

    before: str
    action: str
    after: str
    roles: tuple[str, ...]
    another: bool
    by_desk: bool


@cache
def steps() -> tuple[Step, ...]:
    """The table, in the order of the file."""
    return tuple(
        Step(row["from"], row["action"], row["to"], tuple(row["roles"]), bool(row["another"]), row["by"] == "desk")
        for row in rule("release_desk", "transitions")
    )


def step_from(state: str, action: str) -> Step | None:
    """The step that `action` takes from `state`, None where there is none."""
    return next((step for step in steps() if (step.before, step.action) == (state, action)), None)


def permit(release: str, state: str, action: str, actor: Actor, people: People, requesters: Iterable[Actor]) -> Step:
    """The step of a release in `state` that `actor` asks for.

    requesters : everyone who has requested this release.
    Errors: NotPermitted naming the state, the action and who may.
    """
    requesters = tuple(requesters)
    step = step_from(state, action)
    if step is None:
        sources = [row.before for row in steps() if row.action == action]
        raise NotPermitted(
            f"a release that is {state} cannot be taken through '{action}'",
            where=release,
            why=f"'{action}' is for a release that is {' or '.join(sources) or '(in no state)'}.",
            remedy="See where it stands with gymreg release log.",
        )
    able = people.with_role(step.roles)
    may = [one for one in able if not (step.another and any(one.is_same(other) for other in requesters))]
    if any(one.is_same_account(actor) for one in may):
        return step
    asked = step.another and any(actor.is_same(other) for other in requesters)
    raise NotPermitted(
        f"{actor} may not {action} a release that is {state}",
        where=release,
        why="Who requests a release cannot be the one who lets it pass."
        if asked
        else f"'{action}' takes the role {' or '.join(step.roles)}.",
        remedy=f"These may: {', '.join(map(str, may)) or 'nobody yet; the desk file names people and roles'}.",
    )


def diagram() -> str:
    """The table as a Mermaid state diagram, for docs/release-desk.md."""
    lines = ["stateDiagram-v2"]
    for step in steps():
        before = "[*]" if step.before == NEW else step.before
        who = "desk" if step.by_desk else " or ".join(step.roles) + (", another" if step.another else "")
        lines.append(f"    {before} --> {step.after}: {step.action} ({who})")
    ends = {step.after for step in steps()} - {step.before for step in steps()}
    lines += [f"    {state} --> [*]" for state in sorted(ends)]
    return "\n".join(lines) + "\n"
