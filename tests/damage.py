"""What may befall the files of an extract: cells, rows and bytes changed, lost or doubled."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

CELLS = st.sampled_from(
    [
        "",
        " ",
        "-",
        "0",
        "-1",
        "1",
        "1,5",
        "9" * 9,
        "9" * 30,
        "Ja",
        "nej",
        "Öppen",
        "Stängd",
        "A",
        "Z",
        "2023-02-30",
        "2023-05-20",
    ]
) | st.text(st.characters(exclude_characters=';\n\r"', exclude_categories=("Cs",)), max_size=8)


def damage_of(names: Iterable[str]) -> st.SearchStrategy[list[tuple[Any, ...]]]:
    """One to four damages to files of these names; `damaged` does each."""
    files = st.sampled_from(sorted(names))
    return st.lists(
        st.one_of(
            st.tuples(st.just("cell"), files, st.integers(0, 40), st.integers(0, 25), CELLS),
            st.tuples(st.just("copied cell"), files, st.integers(1, 40), st.integers(0, 25), st.integers(1, 40)),
            st.tuples(st.just("row twice"), files, st.integers(0, 40)),
            st.tuples(st.just("row lost"), files, st.integers(0, 40)),
            st.tuples(st.just("bytes"), files, st.integers(0, 3000), st.binary(max_size=3)),
            st.tuples(st.just("cut"), files, st.integers(0, 3000)),
            st.tuples(st.just("file lost"), files),
        ),
        min_size=1,
        max_size=4,
    )


def damaged(path: Path, how: str, *details: object) -> None:
    content = path.read_bytes()
    lines = content.split(b"\n")
    if how == "file lost":
        path.unlink()
    elif how == "cut":
        path.write_bytes(content[: int(str(details[0]))])
    elif how == "bytes":
        place, instead = int(str(details[0])) % (len(content) + 1), bytes(details[1])  # type: ignore[call-overload]
        path.write_bytes(content[:place] + instead + content[place + len(instead) :])
    else:
        line = int(str(details[0])) % len(lines)
        if how == "row twice":
            lines.insert(line, lines[line])
        elif how == "row lost":
            del lines[line]
        else:
            cells = lines[line].split(b";")
            place = int(str(details[1])) % len(cells)
            if how == "cell":
                cells[place] = str(details[2]).encode()
            else:
                other = lines[int(str(details[2])) % len(lines)].split(b";")
                cells[place] = other[place % len(other)]
            lines[line] = b";".join(cells)
        path.write_bytes(b"\n".join(lines))
