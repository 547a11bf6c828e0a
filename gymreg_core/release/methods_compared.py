"""What two manifests differ by: rules key by key, parameters, code, libraries and inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gymreg_core.release.changes import Change, setting_changes
from gymreg_core.release.pages_compared import pairs
from gymreg_core.reporting.project import address

_WHOLE = ("gymreg", "renderer", "audience", "made_up", "region")


def method_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """What the numbers of two sites rest on that is not the same.

    Manifests of before rules and rooms of the code were told one by one have a hash of all of them, which is compared
    then.
    """
    yield from _rules(old, new)
    yield from _parameters(old, new)
    at = Change("setting", "")
    yield from setting_changes(at, *({name: one[name] for name in _WHOLE if name in one} for one in (old, new)))
    yield from setting_changes(replace(at, kind="code"), *(_code(one) for one in (old, new)))
    yield from setting_changes(replace(at, kind="library"), *(one.get("libraries", {}) for one in (old, new)))
    yield from setting_changes(replace(at, kind="input"), *(inputs_of(one) for one in (old, new)))


def _rules(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    before, after = old.get("decisions"), new.get("decisions")
    if before is None or after is None:
        if old.get("rules") != new.get("rules"):
            yield Change("rule", "", place="rules", before=old.get("rules"), after=new.get("rules"))
        return
    for file in sorted({**before, **after}):
        at = Change("rule", "", place=file)
        yield from setting_changes(at, *(_by_year(one.get(file, {})) for one in (before, after)))


def _by_year(entries: Mapping[str, Any]) -> dict[str, Any]:
    """Entries of a file; decisions that followed each other stand each under its year."""
    found: dict[str, Any] = {}
    for key, entry in entries.items():
        dated = isinstance(entry, list) and all(isinstance(one, Mapping) and "valid_from" in one for one in entry)
        found |= {f"{key} {one['valid_from']}": one for one in entry} if dated else {key: entry}
    return found


def _parameters(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """Of every page that both have, and of the plans."""
    before, after = ({_page(entry): entry["params"] for entry in one.get("reports", ())} for one in (old, new))
    for name_before, name in pairs(before, after)[0]:
        at = Change("parameter", name)
        yield from setting_changes(at, before[name_before], after[name])
    plans = [_plans(one.get("plans", ())) for one in (old, new)]
    yield from setting_changes(Change("parameter", "", place="plans"), *plans)


def _page(entry: Mapping[str, Any]) -> str:
    language = entry["params"].get("language", "sv")
    return address(entry["page"], language, seen_from="sv")


def _plans(plans: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Plans by what they are of; two of the same are told apart by their order."""
    found: dict[str, Any] = {}
    for plan in plans:
        name = " ".join(str(plan.get(key)) for key in ("report", "scope", "scope_name") if plan.get(key))
        name = f"{name} {'+'.join(plan.get('languages', ()))}".strip()
        while name in found:
            name += "'"
        found[name] = dict(plan)
    return found


def _code(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    """The rooms of the code, but for the rules, which are told key by key."""
    parts = manifest.get("parts_of_code") or {"code": manifest.get("code")}
    return {name: value for name, value in parts.items() if name != "rules"}


def inputs_of(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Files that the numbers are from: name -> hash; the same name twice is told apart by its order."""
    found: dict[str, str] = {}
    files = [(one["name"], one["sha256"]) for one in manifest.get("inputs", ())]
    if reference := manifest.get("reference"):
        files.append((f"{reference[0]} (reference)", reference[1]))
    for name, sha256 in sorted(files):
        number = 1
        while (label := name if number == 1 else f"{name} ({number})") in found:
            number += 1
        found[label] = sha256
    return found
