"""Ten attacks on published tables of pupils, each planted: a release that it works on is refused and names the cells.

Margins, linked tables, time, nested populations, rates, what hidden numbers turn into, charts and downloads, paths,
groups that are all alike, and models.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from gymreg_core.disclosure.attack import attacked, refuse_attacked
from gymreg_core.disclosure.cells import Cells, Why, merged
from gymreg_core.disclosure.policy import Policy, policy
from gymreg_core.errors import DisclosureRefused
from tests.attack_knowledge import (
    Mean,
    Price,
    Share,
    at_least,
    from_means,
    from_order,
    from_prices,
    from_shares,
)

OPEN = policy()
Sums = Sequence[tuple[str, tuple[str, ...]]]


def release(
    shown: dict[str, float] | None = None,
    hidden: Sequence[str] = (),
    rests: Sequence[str] = (),
    sums: Sums = (),
    unit: float = 0.0,
    amounts: Sequence[str] = (),
) -> Cells:
    """shown : by key. hidden : keys of cells that show no number. rests : of small numbers that stand nowhere."""
    values = dict(shown or {})
    keys = (*values, *hidden, *rests)
    at = {key: place for place, key in enumerate(keys)}
    why = [Why.SHOWN] * len(values) + [Why.FEW] * len(hidden) + [Why.NOWHERE] * len(rests)
    return Cells(
        keys,
        np.array([values.get(key, np.nan) for key in keys], np.float64),
        np.array(why, np.int8),
        np.array([unit if key in values else 0.0 for key in keys]),
        np.array([key not in values for key in keys], np.bool_),
        tuple((at[whole], tuple(at[part] for part in parts)) for whole, parts in sums),
        np.array([key in amounts for key in keys], np.bool_),
    )


def refused(parts: list[Cells], told: Policy = OPEN, earlier: Sequence[Cells] = ()) -> str:
    """The message of the refusal; '' where the release passes."""
    cells, _ = merged(parts)
    found = attacked(cells, told, earlier)
    if not found:
        return ""
    with pytest.raises(DisclosureRefused) as refusal:
        refuse_attacked(found)
    assert refusal.value.exit_code == 13
    assert refusal.value.why
    assert refusal.value.remedy
    return str(refusal.value)


LEVELS: Sums = (("county", ("city", "village")), ("village", ("owner", "other")), ("owner", ("north", "south")))
BY_SEX: Sums = (("pupils", ("women", "men")), ("women", ("women VF", "women NA")), ("men", ("men VF", "men NA")))
BY_ORIGIN: Sums = (("pupils", ("VF", "NA")), ("VF", ("women VF", "men VF")), ("NA", ("women NA", "men NA")))
FLOWS: Sums = (
    ("start", ("stay", "leave")),
    ("leave", ("leave to NP", "leave to IM")),
    ("to IM", ("leave to IM", "others to IM")),
)

MARGINS = (
    release({"county": 90, "city": 60, "village": 30, "owner": 16, "other": 14, "north": 13}, ["south"], sums=LEVELS),
    release({"county": 90, "city": 60, "village": 30}, ["owner", "other", "north", "south"], sums=LEVELS),
    "south",
)
LINKED = (
    merged(
        [
            release(
                {"pupils": 80, "women": 40, "men": 40, "men NA": 22, "men VF": 18},
                ["women VF", "women NA"],
                sums=BY_SEX,
            ),
            release({"pupils": 80, "VF": 21, "NA": 59}, ["women VF", "men VF", "women NA", "men NA"], sums=BY_ORIGIN),
        ]
    )[0],
    merged(
        [
            release({"pupils": 80, "women": 40, "men": 40}, ["women VF", "women NA", "men VF", "men NA"], sums=BY_SEX),
            release({"pupils": 80, "VF": 21, "NA": 59}, ["women VF", "men VF", "women NA", "men NA"], sums=BY_ORIGIN),
        ]
    )[0],
    "women VF",
)
NESTED = (
    release(
        {"four years": 52, "three years": 49},
        rests=["fourth year"],
        sums=[("four years", ("three years", "fourth year"))],
    ),
    release({"four years": 52}, ["three years"], ["fourth year"], [("four years", ("three years", "fourth year"))]),
    "fourth year",
)


@pytest.mark.parametrize(
    ("open_", "protected", "key"),
    [MARGINS, LINKED, NESTED],
    ids=["1 margins", "2 linked tables", "4 nested populations"],
)
def test_sums_and_differences(open_: Cells, protected: Cells, key: str) -> None:
    assert key in refused([open_])
    assert not refused([protected])


def test_two_tables_that_are_open_alone_and_not_together() -> None:
    first = release({"pupils": 60, "VF": 20, "NA": 20}, ["BA", "EE"], sums=[("pupils", ("VF", "NA", "BA", "EE"))])
    second = release({"pupils": 60, "NA": 20, "BA": 17}, ["VF", "EE"], sums=[("pupils", ("VF", "NA", "BA", "EE"))])
    assert not refused([first])
    assert not refused([second])
    assert "EE" in refused([first, second])


@pytest.mark.parametrize(
    ("before", "now", "key"),
    [
        ({"completed": 210, "VF": 40}, {"completed": 211, "VF": 41}, "change of VF"),
        ({"paid until May": 300}, {"paid until May": 302}, "change of paid until May"),
    ],
    ids=["one was reported late", "cumulative"],
)
def test_3_time(before: dict[str, float], now: dict[str, float], key: str) -> None:
    assert key in refused([release(now)], earlier=[release(before)])
    assert not refused([release(now)], earlier=[release(now)])
    assert not refused([release({name: value + 5 for name, value in before.items()})], earlier=[release(before)])


def test_5_a_share_of_a_known_whole_gives_the_count_back() -> None:
    counts = release({"pupils": 60}, ["completed"])
    assert "completed" in refused([counts, from_shares([Share("completed", "pupils", 0.05, 2)])])
    assert not refused([counts, from_shares([Share("completed", "pupils", 0.1, 1)])]), "3 to 9 are a tenth"


def test_5_decimals_reveal_the_whole() -> None:
    counts = release({"not completed": 3}, ["pupils"])
    assert "pupils" in refused([counts, from_shares([Share("not completed", "pupils", 0.333, 3)])])
    assert not refused(
        [release({}, ["not completed", "pupils"]), from_shares([Share("not completed", "pupils", 0.333, 3)])]
    )


def test_5_a_public_price_gives_the_pupils_back() -> None:
    counts = release({}, ["pupils"])
    paid = release({"amount": 3 * 98_400.0}, amounts=["amount"])
    assert "pupils" in refused([counts, paid, from_prices([Price("amount", "pupils", 98_400.0)])])
    assert not refused(
        [counts, release({}, ["amount"], amounts=["amount"]), from_prices([Price("amount", "pupils", 98_400.0)])]
    )


def test_5_means_of_a_whole_and_a_part_give_the_mean_of_the_rest_back() -> None:
    counts = release({"pupils": 30, "VF": 24, "rest": 6}, sums=[("pupils", ("VF", "rest"))])
    names = ("points", "points VF", "points rest")
    points = release({}, names, sums=[("points", names[1:])], amounts=names)
    points = replace(points, guarded=np.array([key == "points rest" for key in names]))
    told = [Mean("points", "pupils", 231.4, 1), Mean("points VF", "VF", 240.2, 1)]
    assert "points rest" in refused([counts, points, from_means(told)])
    assert not refused([counts, points, from_means(told[:1])])


def test_5_a_median_tells_that_a_count_is_not_small() -> None:
    counts = release({"pupils": 14}, ["VF", "NA"], sums=[("pupils", ("VF", "NA"))])
    assert not refused([counts])
    assert "VF" in refused([counts, at_least(["VF", "NA"], OPEN.smallest_count)])


def test_6_what_a_hidden_number_turns_into() -> None:
    table = release({"pupils": 40, "NA": 30}, ["VF", "BA"], sums=[("pupils", ("NA", "VF", "BA"))])
    assert not refused([table])
    assert "VF" in refused([table, release({"VF": 0})]), "a hidden count that is written as 0"
    assert "VF" in refused([table, release({"VF": 3}, unit=0.5)]), "the length of a bar"
    assert "BA" in refused([table, from_order(["NA", "VF", "BA"]), release({"VF": 5}, unit=1)]), (
        "the place in a sorted table"
    )


def test_7_a_download_shows_what_the_page_does_not() -> None:
    page = release({"pupils": 40, "NA": 30}, ["VF", "BA"], sums=[("pupils", ("NA", "VF", "BA"))])
    assert "BA" in refused([page, release({"BA": 8})])
    assert not refused([page, release({"pupils": 40, "NA": 30})])
    rounded = release({"pupils": 40}, ["VF"])
    assert "VF" in refused([rounded, from_shares([Share("VF", "pupils", 0.1, 1), Share("VF", "pupils", 0.075, 3)])])


def test_8_a_rare_path_of_an_alluvial_diagram() -> None:
    shown = {"start": 100, "stay": 80, "leave": 20, "leave to NP": 17, "to IM": 44, "others to IM": 41}
    assert "leave to IM" in refused([release(shown, ["leave to IM"], sums=FLOWS)])
    few = {name: shown[name] for name in ("start", "stay", "leave", "to IM")}
    assert not refused([release(few, ["leave to NP", "others to IM", "leave to IM"], sums=FLOWS)])


def test_9_all_of_a_group_are_alike() -> None:
    strict = OPEN.model_copy(update={"zeros": "hidden"})
    sums: Sums = [("pupils", ("eligible", "not eligible"))]
    assert "not eligible" in refused(
        [release({"pupils": 24, "eligible": 24}, rests=["not eligible"], sums=sums)], strict
    )
    assert not refused([release({"pupils": 24}, ["eligible"], ["not eligible"], sums)], strict)
    near = release({"not eligible": OPEN.share_near / 2}, unit=OPEN.share_near / 2 - 1)
    assert not refused([release({"pupils": 70}, ["eligible"], ["not eligible"], sums), near]), "near 100 per cent"
    small = release({"pupils": 4}, ["eligible"], ["not eligible"], sums)
    assert "not eligible" in refused([small, near]), "near 100 per cent of few"


def test_10_a_leaf_of_a_tree_or_the_effect_of_a_tiny_school() -> None:
    sums: Sums = [("leaf", ("completed", "not completed"))]
    leaf = release({"leaf": 12}, ["completed"], ["not completed"], sums)
    assert "not completed" in refused([leaf, from_shares([Share("completed", "leaf", 0.917, 3)])])
    assert not refused([leaf, from_shares([Share("completed", "leaf", 0.5, 0)])])


def test_a_refusal_holds_no_number_of_a_cell() -> None:
    message = refused([release({"pupils": 7919, "NA": 7916}, ["VF"], sums=[("pupils", ("NA", "VF"))])])
    assert "VF" in message
    assert not any(number in message for number in ("7919", "7916", "3"))


def test_many_cells_are_not_all_named() -> None:
    keys = [f"group {n}" for n in range(50)]
    message = refused([release(dict.fromkeys(keys, 3.0)), release({}, keys)])
    assert message.count("group") == 20
    assert "30 more" in message
