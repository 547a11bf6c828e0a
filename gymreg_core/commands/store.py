"""What is stored of persons: gymreg store rekey, erase and prune."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gymreg_core.commands.app import app

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

store = typer.Typer(no_args_is_help=True, help="Look after what is stored of persons: its key, erasing, keeping.")
app.add_typer(store, name="store")

_WorkspaceOption = Annotated[Path, typer.Option("--workspace", help="Where validated tables are kept.")]
_ReleasesOption = Annotated[
    list[Path] | None,
    typer.Option("--releases", help="A folder of sites or a release desk, to see what rests on it."),
]
_JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON alone.")]


@store.command()
def rekey(
    workspace: _WorkspaceOption,
    key: Annotated[Path, typer.Option("--key", help="File with the key to the pseudonyms; the new one replaces it.")],
) -> None:
    """Make a new key to the pseudonyms, put all that is stored under it and destroy the old one.

    Another workspace under the old key has to be re-keyed from a copy of it, or ingested anew: copy the file first.
    """
    from gymreg_core.store.rekey import rekey as renew

    entry = renew(_there(workspace), key)
    print(f"{len(entry.places)} shelves and {len(entry.closings)} closed months are under a new key, in {key}.")
    if entry.closings:
        print("The closings have other hashes now; those that were told before are still found (changes.json).")
    print("Copies of the old key, and of the workspace, are yours to destroy.")


@store.command()
def erase(
    workspace: _WorkspaceOption,
    number_in: Annotated[
        Path | None,
        typer.Option("--number-in", help="File with the identity number alone (default: standard input)."),
    ] = None,
    key: Annotated[
        Path | None, typer.Option("--key", help="File with the key to the pseudonyms (default: GYMREG_KEY).")
    ] = None,
    releases: _ReleasesOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Erase; without it, only say what would go.")] = False,
    as_json: _JsonOption = False,
) -> None:
    """Erase one person from all that is stored and from extracts to come.

    The number is read from standard input or a file, never from the command line, which others can see and the shell
    remembers.
    """
    from gymreg_core.store.erasing import erase as take_out

    number, here = _number(number_in), _there(workspace)
    seen = take_out(here, number, key, dry=True)
    if not seen.rows:
        _say("Nothing is stored of this person.", {}, seen.hashes, None, as_json=as_json, done=False)
        return
    agreed = yes or (number_in is None and sys.stdin.isatty() and _agreed(seen.rows))
    done = take_out(here, number, key) if agreed else seen
    told = "Erased" if agreed else "This would be erased; say --yes to do it"
    _say(f"{told}:", done.rows, done.hashes, releases, as_json=as_json, done=agreed)
    if not as_json:
        print("The sources still hold the person; what comes from them again is left out.")
        if any(name.startswith("ledger/") for name in done.rows):
            print("What was paid stays in the ledger, under a name that nobody has. Nothing more is paid.")


@store.command()
def prune(
    workspace: _WorkspaceOption,
    releases: _ReleasesOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Remove; without it, only say what would go and why.")] = False,
    as_json: _JsonOption = False,
) -> None:
    """Remove what is older than it is to be kept (rules/retention.yml); without --yes only show it."""
    from gymreg_core.store.pruning import prune as remove_old

    pruned = remove_old(_there(workspace), dry=not yes)
    rows = pruned.altered.rows
    head = ("Removed" if yes else "This would be removed; say --yes to do it") if rows else "Nothing is too old"
    _say(f"{head}:" if rows else f"{head}.", rows, pruned.altered.hashes, releases, as_json=as_json, done=yes)
    if not as_json:
        for room, reason in pruned.reasons.items():
            print(f"  {room}: {reason['value']} ({reason['unit']}; {reason['status']}). {reason['source']}")


def _there(workspace: Path) -> Path:
    from gymreg_core.errors import BadInput

    if not workspace.is_dir():
        raise BadInput("there is no such workspace", where=str(workspace), remedy="Name the folder of a workspace.")
    return workspace


def _number(path: Path | None) -> str:
    from gymreg_core.errors import BadInput

    if path is None and sys.stdin.isatty():
        return str(typer.prompt("Identity number", hide_input=True))
    try:
        text = (sys.stdin.read() if path is None else path.read_text(encoding="utf-8")).strip()
    except (OSError, UnicodeDecodeError):
        raise BadInput(
            "the number cannot be read", where=str(path or "standard input"), remedy="Give a text file with it alone."
        ) from None
    return text


def _agreed(rows: Mapping[str, int]) -> bool:
    _print_rows(rows)
    return typer.confirm("Erase these rows?", default=False)


def _say(
    head: str,
    rows: Mapping[str, int],
    hashes: Collection[str],
    releases: list[Path] | None,
    *,
    as_json: bool,
    done: bool,
) -> None:
    from gymreg_core.release.resting import resting_on

    resting = resting_on(releases or (), hashes)
    if as_json:
        content = {
            "done": done,
            "rows": dict(rows),
            "releases": [{"folder": one.folder, "key": one.key, "pages": list(one.pages)} for one in resting],
            "releases_looked_at": bool(releases),
        }
        print(json.dumps(content, ensure_ascii=False, indent=1))
        return
    print(head)
    _print_rows(rows)
    if rows and not releases:
        print("Which releases rest on this was not looked at; name their folders with --releases.")
    for one in resting:
        print(f"Rests on it, and cannot be made again to the same figures: {one.folder} ({len(one.pages)} pages)")
    if rows and releases and not resting:
        print("No release in these folders rests on it.")


def _print_rows(rows: Mapping[str, int]) -> None:
    for name, count in rows.items():
        print(f"  {name}: {count} rows")
