"""The tables of a page about an extract, as they follow from its layout."""

from __future__ import annotations

from gymreg_core.sources.register.layout import Field, File

WRITTEN = {
    "person": "`ÅÅÅÅMMDD-NNNN`, the hyphen may be left out",
    "path": "a *Studieväg* of `studievagar.csv`",
    "school": "a *Skolenhet* of `skolor.csv`",
    "text": "text",
    "unit": "eight digits",
    "count": "a whole number",
    "rank": "a whole number from 1",
    "year": "four digits",
    "amount": "a number, decimal comma",
    "date": "`ÅÅÅÅ-MM-DD`",
    "day": "`ÅÅÅÅ-MM-DD`",
    "grade": "a grade of the year's scale, `A` to `F`; `-` where there was no basis for one",
}
WHOSE = {"person": "identity number of the pupil", "path": "the study path", "school": "the school"}


def how(column: Field) -> str:
    english = {"F": "female", "M": "male", True: "yes", False: "no"}
    words = [f"`{word}` ({english.get(value, str(value).replace('_', ' '))})" for word, value in column.words.items()]
    written = ", ".join(words) or WRITTEN[column.kind]
    return written if column.empty is None else f"{written}; may be empty"


def table_of(file: File) -> str:
    """The table of a file on the page."""
    described = {column.name: column.meaning for column in file.contract}
    lines = ["| Kolumn | holds | written |", "|---|---|---|"]
    for column in file.fields:
        if column.kind != "grade":
            held = WHOSE.get(column.kind) or described[column.name]
            lines.append(f"| {column.header} | {held} | {how(column)} |")
    if subjects := [column for column in file.fields if column.kind == "grade"]:
        names = ", ".join(column.header for column in subjects)
        lines.append(f"| {names} | grade in the subject, a column each | {how(subjects[0])} |")
    return "\n".join(lines)
