"""What the gate found, for people."""

from __future__ import annotations

from itertools import groupby

from gymreg_core.release.gate.findings import Checked

_PLACES = 5


def told(checked: Checked) -> str:
    """A line for each file and kind, with the first places, how many there are, and what to do."""
    size = f"{checked.files} files, {checked.size / 1e6:.1f} MB"
    if not len(checked):
        return f"Nothing speaks against letting this out ({size})."
    lines = []
    for (file, kind), members in groupby(checked, key=lambda one: (one.file, one.kind)):
        found = list(members)
        places = [one.place for one in found if one.place]
        where = "; ".join(places[:_PLACES]) + (f"; … ({len(places)} places)" if len(places) > _PLACES else "")
        lines.append(f"{file or 'the folder'}: {kind}: {found[0].what}" + (f" ({where})" if where else ""))
        lines.append(f"  {found[0].remedy}")
    return "\n".join([*lines, f"Refused for {len(checked)} reasons ({size})."])
