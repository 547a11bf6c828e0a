"""Prices of study paths: every published figure, what follows from it by published rises, and which list counts.

Sources: the common list of the region as Nacka published it for 2019 and 2023; decisions of the region's board on
rises; Skolverket's national list of 2023, and of 2026 by a second source; Sigtuna's own prices of 2024.
"""

from __future__ import annotations

import ast
from fractions import Fraction
from importlib.resources import files
from itertools import product
from pathlib import Path

import pandas as pd
import pytest
import yaml

import gymreg_core
from gymreg_core.errors import BadParameters, RuleMissing
from gymreg_core.funding.money import twelfth
from gymreg_core.funding.price_comparison import COLUMNS, compare_prices
from gymreg_core.funding.price_index import consumer_prices, cost_shares, skolindex
from gymreg_core.funding.price_keys import price_keys
from gymreg_core.funding.prices import KEY_COLUMNS, PriceMissing, Tariff, price_missing
from gymreg_core.rules import entries, rule, rules_read
from gymreg_core.synthetic.paths import paths_in
from gymreg_core.vocabulary.programmes import municipalities, programmes
from gymreg_core.vocabulary.texts import texts

PACKAGE = Path(gymreg_core.__file__).parent
FILES = ("regional", "national", "own", "rises", "use", "index", "cost_types", "comparison", "limits")
PRICE_MODULES = ("prices", "price_results", "price_keys", "price_lookup", "price_reckoning", "price_comparison")
TARIFF = Tariff.packaged()

# key, year of study, the list of 2019, that of 2023, and what the research note reckons for 2024 and 2025.
REGIONAL = """
    BF      1    82457   88412    91418    93978
    BA      1   114738  119817   123891   127360
    BA      3   114738  119817   123891   127360
    BAANL   1   114738  119817   123891   127360
    BAANL   2   181812  224291        .        .
    BAANL   3   181812  224291        .        .
    EK      1    78262   81692    84470    86835
    EE      1   109721  114548   118443   121759
    EEENE   2   116548  121605   125740   129260
    ES      1   106775  111377   115164   118388
    ESEST   2   110950  115825   119763   123116
    ESMUS   2   124388  129529   133933   137683
    FT      1   135228  138702   143418   147434
    FTTRA   1   135228  138702   143418   147434
    FTTRA   2   181738  209231        .        .
    FS      1        .   92524    95670    98349
    HA      1    86327   92524    95670    98349
    HV      1   107399  111995   115803   119045
    HT      1    86953   92780    95935    98621
    HU      1    78555   82010    84798    87173
    IN      1   141654  147858   152885   157166
    NB      1   165640  172468   178332   183325
    NBLAN   2   205082  213869   221141   227332
    NBTRA   2   179178       .        .        .
    NA      1    86565   90333    93404    96020
    RL      1   127094  132777   137291   141136
    SA      1    78089   81513    84284    86644
    SAMED   1    78089   81513    84284    86644
"""
# With meals and with VAT: key, 2023, 2026.
NATIONAL = """
    BF     112400  121200
    BA     143200  161700
    BAANL  212100  221500
    BA25        .  163700
    BAHUD       .  163700
    BAMAA       .  206600
    EE     134800  148700
    EK      93300  102000
    ES     124300  135100
    ESMUS  158100  170500
    FT     157300  176400
    FTTRA  208600  238900
    FR          .  147900
    FS     109200  120300
    HA     109500  125000
    HV     137700  144300
    HT     121800  128600
    HU      98900  111500
    IN     169800  185500
    NA     102100  111300
    IB     102100  111300
    NBDJR  218400  243700
    NBHAT       .  274100
    NBLAN       .  302700
    NBNAT       .  285500
    NBSKG       .  308200
    NBTRA       .  313800
    RL          .  170000
    SA          .  102600
    TE          .  121900
    VF          .  161700
    VO          .  131500
"""
# What a code's price is called in the list, the closest name first.
KEYS = """
    EKEKO      EKEKO EKEKI EK
    EKEKI      EKEKI EKEKO EK
    EK25       EK25 EK
    ESMUK0PR   ESMUK ESMUS ES
    BAMAA0L    BAMAA BA
    BAMAR      BAMAR BA
    FTTRT      FTTRT FTTRA FT
    FSFS00L    FSFS0 FSFOR FS HA
    HAHAN0L    HAHAN HA FS
    FRFRR      FRFRR HVFRS HVFRI FR HV
    DSDS0X0R   DSDS0 HVTEX DS HV FR
    FLFLNX0R   FLFLN FXFLY FL FX
    NAMUSVE    NAMUS NA
    NANASVE    NANAS NANAA NA
    IMVBAGL    IMVBA BA IMV
    IMYFRG     IMYFR FR HV IMY
    IMS        IMS
    IMIND      IMA
    IAIND      IAIND
    VIINF      VIINF VI
"""
# Registered and school inside the region (in) or outside; who runs the school; the price of EK in 2023 and its list.
LISTS = """
    home    school    form         price  list
    in      in        municipal    81692  regional
    in      in        region       81692  regional
    in      in        independent  81692  regional
    in      outside   independent  81692  regional
    in      outside   municipal    88019  national
    in      outside   region       88019  national
    outside in        municipal    81692  regional
    outside in        region       81692  regional
    outside in        independent  88019  national
    outside outside   independent  88019  national
    outside outside   municipal    88019  national
"""
PLACES = {"in": "Solna", "outside": "Uppsala"}


def lines(table: str) -> list[list[str]]:
    return [line.split() for line in table.strip().splitlines()]


def kronor(code: str, year_of_study: int, price_year: int, **more: str) -> float:
    return TARIFF.price(code, year_of_study, price_year, **more).amount / 100


@pytest.mark.parametrize(("key", "year", "in_2019", "in_2023", "in_2024", "in_2025"), lines(REGIONAL))
def test_the_common_list(key: str, year: str, in_2019: str, in_2023: str, in_2024: str, in_2025: str) -> None:
    for price_year, told in zip((2019, 2023, 2024, 2025), (in_2019, in_2023, in_2024, in_2025), strict=True):
        if told == ".":
            continue
        price = TARIFF.price(key, int(year), price_year)
        assert price.amount == int(told) * 100
        unclear = price_year == 2019 and key in ("EE", "EEENE")  # two rows of that list have one name
        assert price.status == ("published" if price_year < 2024 and not unclear else "derived")
        assert "Nacka" in price.source


@pytest.mark.parametrize(("key", "in_2023", "in_2026"), lines(NATIONAL))
def test_the_national_list(key: str, in_2023: str, in_2026: str) -> None:
    for price_year, told in ((2023, in_2023), (2026, in_2026)):
        if told != ".":
            found = TARIFF.books["national"](key, price_year)
            assert found is not None
            assert found.kronor * Fraction(106, 100) == int(told)
            assert found.status == "derived"
            assert ("prices/use", "vat", 2011) in found.used
            assert "13 kap. 3 §" in found.source
            assert price_year == 2023 or "check before use" in found.source


def test_the_national_list_quotes_2025_for_natural_science() -> None:
    found = TARIFF.books["national"]("NA", 2025)
    assert found is not None
    assert (found.kronor * Fraction(106, 100), found.status) == (108500, "derived")


def test_amounts_without_meals_are_below_those_with() -> None:
    both = [e for e in entries("prices/national").values() if "without_meals" in e]
    assert len(both) == 17
    assert all(5_000 < entry["value"] - entry["without_meals"] < 8_000 for entry in both)


@pytest.mark.parametrize(
    ("code", "year", "expected"),
    [
        ("EK", 2018, 78262 / 1.018),
        ("EK", 2020, 78262 * 1.0106),
        ("EK", 2021, 78262 * 1.0106),  # unchanged prices, board 4 June 2020
        ("EK", 2022, 78262 * 1.0106 * 1.015),  # 1.5 per cent, board 10 June 2021
        ("BF", 2022, 82457 * 1.0106 * 1.03),  # BF, VO, HA and HT 3 per cent
        ("HA", 2022, 86327 * 1.0106 * 1.03),
        ("HT", 2022, 86953 * 1.0106 * 1.03),
        ("FT", 2022, 135228 * 1.0106 + 1000),  # Fordon 1,000 kronor
        ("FS", 2022, 92524 / 1.03),  # backwards: it is in no older list
        ("EK", 2026, 81692 * 1.034 * 1.028 * 1.028),
    ],
)
def test_years_without_a_list_follow_the_rises(code: str, year: int, expected: float) -> None:
    assert kronor(code, 1, year) == round(expected)
    assert TARIFF.price(code, 1, year).status == ("assumption" if year == 2026 else "derived")


@pytest.mark.parametrize("key", sorted({r[0] for r in lines(REGIONAL)} - {r[0] for r in lines(REGIONAL) if "." in r}))
def test_the_rises_lead_from_one_list_to_the_other(key: str) -> None:
    """2019 risen to 2023 is the list of 2023; programmes without a rise of their own got a bit less than that."""
    before, now = kronor(key, 2, 2022), kronor(key, 2, 2023)
    rise = {"FT": 1 + 1000 / before, **dict.fromkeys(("BF", "HA", "HT"), 1.03)}.get(key, 1.018)
    # Music and nature rose by 4.1 per cent in four years, others by 4.3-4.4; HT by 0.5 less than its sisters.
    assert now == pytest.approx(before * rise, rel=0.005 if key == "HT" else 0.003)


@pytest.mark.parametrize("key", ["NBTRA", "NBSKG", "NBHAT", "NBNAT"])
def test_branches_that_are_only_called_riksprislista_cost_as_much_in_whole_kronor(key: str) -> None:
    of_national = TARIFF.books["national"](key, 2026)
    assert of_national is not None
    assert kronor(key, 2, 2026) == round(of_national.kronor)


def test_transport_and_construction_vehicles_rise_with_the_national_list() -> None:
    assert kronor("FTTRA", 2, 2026) == round(209231 * 238900 / 208600)
    assert kronor("BAANL", 3, 2026) == round(224291 * 221500 / 212100)
    assert TARIFF.price("FTTRA", 2, 2026).status == "derived"
    assert TARIFF.price("FTTRA", 2, 2024).status == "assumption"


@pytest.mark.parametrize(
    ("code", "year", "expected"),
    [
        ("TE", 1, 90333 * 121900 / 111300),
        ("VF", 1, 114548 * 161700 / 148700),
        ("VO", 1, 88412 * 131500 / 121200),
        ("FR", 1, 111995 * 147900 / 144300),
        ("SAMED", 2, 81513 * 115825 / 111377),
        ("IB", 1, 110770 / 1.034),
        ("IMS", 1, 144080 / 1.034),
        ("IMA", 1, 148686 / 1.034),
        ("IMVBA", 1, 119817 + round(10000 / 1.034)),  # the support part for a year
        ("IMVBA", 2, 119817),
        ("IMYBA", 1, 119817),  # yrkesintroduktion costs as the programme
        ("IMY", 1, 148686 / 1.034),
        ("IAIND", 1, 388683 / 1.034),
        ("FXFLY", 1, 262991 / 1.034),
        ("MXSER", 1, 262991 / 1.034),
        ("VIINF", 4, 90333 * 121900 / 111300),
        ("NAMUSVE", 1, 90333),
        ("ESMUS0S", 2, 129529),
        ("EKEKO0L", 1, 81692),
        ("EK", 4, 81692),
    ],
)
def test_what_nobody_published_is_an_assumption_that_says_how(code: str, year: int, expected: float) -> None:
    price = TARIFF.price(code, year, 2023)
    assert price.amount == round(expected) * 100
    assert price.status == ("derived" if (code, year) in (("IMYBA", 1), ("IMVBA", 2)) else "assumption")


def test_small_groups_cost_half_as_much_again_from_2020_on() -> None:
    assert kronor("EK", 1, 2023, group="small") == round(81692 * 1.5)
    assert kronor("EK", 1, 2019, group="small") == 78262
    assert kronor("EK", 1, 2023, group="apprentice") == 81692
    assert kronor("IMS", 1, 2024, group="small") == 144080
    assert kronor("IAIND", 1, 2024, group="small") == 782533
    assert TARIFF.price("EK", 1, 2023, group="small").status == "assumption"


def test_sigtuna_has_prices_of_its_own_in_2024() -> None:
    """sigtuna.se: IMS, IMA, IB, aviation technology, adapted school; the rest is the region's list."""
    for code, told in (("IMS", 144080), ("IMA", 148686), ("IAIND", 388683)):
        ours = TARIFF.price(code, 1, 2024, home="Sigtuna", school_municipality="Solna")
        others = TARIFF.price(code, 1, 2024, home="Solna", school_municipality="Sigtuna")
        assert (ours.amount, ours.status) == (told * 100, "published")
        assert (others.amount, others.status) == (told * 100, "assumption")
    for code, told in (("IB", 110770), ("FXFLY", 262991)):
        ours = TARIFF.price(code, 1, 2024, home="Solna", school_municipality="Sigtuna")
        assert (ours.amount, ours.status) == (told * 100, "published")
    assert TARIFF.price("EK", 1, 2024, home="Sigtuna").source.startswith("The common list")
    assert TARIFF.price("IMS", 1, 2025, home="Sigtuna").status == "derived"
    assert TARIFF.price("IMS", 1, 2023, home="Sigtuna").status == "assumption"


@pytest.mark.parametrize(("home", "school", "form", "told", "name"), lines(LISTS)[1:])
def test_which_list_counts(home: str, school: str, form: str, told: str, name: str) -> None:
    """The region's price document for 2016 has these cases; skollagen 16 kap. 50-52 and 55 §."""
    price = TARIFF.price("EK", 1, 2023, home=PLACES[home], school_municipality=PLACES[school], provider_form=form)
    assert round(price.amount / 100) == int(told)
    assert price.rule.startswith(f"{name} list")


def test_gnesta_is_no_party_and_counts_as_outside() -> None:
    assert not municipalities()["Gnesta"].party
    price = TARIFF.price("EK", 1, 2023, home="Gnesta", provider_form="independent", school_municipality="Solna")
    assert price.rule.startswith("national list")


def test_the_vat_taken_out_of_the_national_list_is_the_one_that_is_paid() -> None:
    assert rule("prices/use", "vat") == rule("settlement", "vat_percent")


def test_the_amount_of_the_national_list_comes_back_with_its_vat() -> None:
    """93,300 kronor with 6 per cent (gymnasieförordningen 13 kap. 3 §); Skolverket divides by 1.06."""
    price = TARIFF.price("EK", 1, 2023, home="Uppsala", provider_form="independent")
    assert price.amount == round(9330000 / 1.06)
    assert round(price.amount * 1.06) == 9330000


def test_a_year_is_paid_in_twelve_parts_that_add_up() -> None:
    amount = TARIFF.price("EK", 1, 2025).amount
    assert sum(int(twelfth(amount, month)) for month in range(1, 13)) == amount


@pytest.mark.parametrize("row", lines(KEYS), ids=lambda row: row[0])
def test_where_a_price_is_looked_for(row: list[str]) -> None:
    assert [one.key for one in price_keys(row[0]).keys] == row[1:]


def test_codes_of_gy25_cost_what_their_older_names_cost() -> None:
    for old, new in (
        ("ESMUS", "ESMUK"),
        ("EEENE", "EEENK"),
        ("FTTRA", "FTTRT"),
        ("NBLAN", "NBLAK"),
        ("SAMED", "SAMJK"),
    ):
        for year, price_year in product((1, 2, 3), range(2018, 2027)):
            assert TARIFF.price(old, year, price_year) == TARIFF.price(new, year, price_year)
    assert kronor("BAMAR", 2, 2026) == kronor("BA", 2, 2026)
    assert kronor("BAMAA", 2, 2026) == round(206600 / 1.06)
    assert kronor("BAMAA", 1, 2026) == kronor("BA", 1, 2026)


def test_every_study_path_of_the_made_up_region_and_every_programme_has_a_price() -> None:
    codes = sorted({code for year in range(2018, 2027) for code in paths_in(year, 0)["code"]} | set(programmes()))
    keys = pd.DataFrame(
        list(product(codes, (1, 2, 4), range(2018, 2027), ("ordinary", "small"))),
        columns=["code", "year_of_study", "price_year", "group"],
    )
    for form, home, school in (("municipal", "", ""), ("independent", "Uppsala", ""), ("region", "", "Uppsala")):
        found = TARIFF.prices(keys.assign(provider_form=form, home=home, school_municipality=school))
        assert not found.missing.any()
        assert found.amount.min() > 60_000 * 100
        assert found.table["keys"].sum() == len(keys)


def test_a_study_path_without_a_price_is_an_error_that_says_where_and_how_many() -> None:
    for code, price_year in (("XX", 2024), ("EK", 2027), ("EK", 2017)):
        with pytest.raises(PriceMissing, match=f"{code}.*{price_year}"):
            TARIFF.price(code, 1, price_year)
    asked = [("XX", 1, 2024, "A", 12), ("EK", 2, 2031, "B", 2), ("XX", 1, 2024, "A", 1)]
    told = price_missing(pd.DataFrame(asked, columns=["code", "year_of_study", "price_year", "school", "pupils"]))
    assert isinstance(told, RuleMissing)
    assert told.exit_code == 12
    assert "2 study paths have no price; nothing was posted" in str(told)
    assert "XX, year of study 1, 2024 at A: 13 pupils" in str(told)
    assert "EK, year of study 2, 2031 at B: fewer than 5 pupils" in str(told)


def test_what_a_price_rests_on_is_told_to_whoever_asks() -> None:
    with rules_read() as read:
        TARIFF.price("EK", 1, 2023)
    assert read == {"prices/regional.EK": "published"}
    with rules_read() as read:
        TARIFF.price("EK", 1, 2026, group="small")
        TARIFF.price("EK", 1, 2024)
    assert read["prices/rises.2026"] == "assumption"
    assert read["prices/rises.2024"] == "published"
    assert read["prices/use.small_group"] == "assumption"
    assert "prices/regional.BF" not in read


def test_of_decisions_that_followed_each_other_the_least_sure_is_told() -> None:
    """NBSKG is only called riksprislista in 2023, and held to have been so before."""
    for years in ((2019, 2023), (2023, 2019)):
        with rules_read() as outer:
            for year in years:
                with rules_read() as inner:
                    TARIFF.price("NBSKG", 2, year)
                assert inner["prices/regional.NBSKG"] == ("published" if year == 2023 else "assumption")
        assert outer["prices/regional.NBSKG"] == "assumption"


@pytest.mark.parametrize("name", FILES)
def test_a_figure_says_its_source_its_years_and_how_sure_it_is(name: str) -> None:
    content = yaml.safe_load(files("gymreg_core.rules").joinpath(f"prices/{name}.yml").read_text(encoding="utf-8"))
    for key, entry in content.items():
        for single in entry if isinstance(entry, list) else [entry]:
            assert {"value", "valid_from", "status", "source"} <= set(single), key
            assert single["status"] in ("published", "derived", "assumption"), key
            assert isinstance(single["valid_from"], int), key
            assert len(single["source"]) > 10, key
        years = [single["valid_from"] for single in entry] if isinstance(entry, list) else []
        assert years == sorted(set(years)), key


def test_the_files_of_prices_are_all_known() -> None:
    assert {path.stem for path in (PACKAGE / "rules/prices").glob("*.yml")} == set(FILES)


def test_every_choice_is_asked_for_somewhere() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    for name in ("use", "limits"):
        for key in entries(f"prices/{name}"):
            assert f'"{key}"' in text, key


@pytest.mark.parametrize("module", PRICE_MODULES)
def test_no_programme_place_or_price_stands_in_the_code(module: str) -> None:
    tree = ast.parse((PACKAGE / f"funding/{module}.py").read_text(encoding="utf-8"))
    found = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    decided = {*programmes(), *municipalities()}
    assert [value for value in found if isinstance(value, str) and value in decided] == []
    numbers = {v for v in found if isinstance(v, (int, float)) and not isinstance(v, bool)}
    # -1 has no price; 100 is hundredths, 3 and 4 bound the years of study; comparisons begin with the list of 2019.
    assert numbers <= {0, 1, 2, 3, 100, 2019}


def test_the_support_part_is_what_lindesberg_pays() -> None:
    of_lindesberg = entries("prices/comparison")["Lindesberg support part 2024"]
    assert entries("prices/use")["support_part"]["value"]["kronor"] == of_lindesberg["value"]


def test_lists_to_compare_with_add_up_to_a_krona() -> None:
    """Lindesberg 2024: other costs, meals and premises, 3 per cent administration, the total."""
    split = [e for key, e in entries("prices/comparison").items() if key.startswith("Lindesberg") and "parts" in e]
    assert len(split) == 5
    for entry in split:
        if "sum" in (parts := entry["parts"]):
            assert abs(parts["other"] + parts["meals"] + parts["premises"] - parts["sum"]) <= 1
            assert abs(parts["sum"] + parts["administration"] - entry["value"]) <= 1
            assert parts["administration"] == round(parts["sum"] * 0.03)


def test_cost_types_make_both_totals_of_the_index_of_2016() -> None:
    """KSL 2015: 3.53 per cent, 3.05 without the grant for first teachers; teaching 5.52 and 4.56, so it weighs 0.50."""
    shares = cost_shares()
    assert sum(shares.values()) == 1000
    for key in ("index_2016", "index_2016_after_grant"):
        index = dict(entries("prices/cost_types")[key]["value"])
        total = index.pop("total")
        assert set(index) == set(shares)
        assert sum(index[name] * shares[name] for name in index) / 1000 == pytest.approx(total, abs=0.005)
    assert shares["teaching"] / 1000 == pytest.approx((3.53 - 3.05) / (5.52 - 4.56), abs=0.005)


def test_indexes_by_hand() -> None:
    """SCB's consumer prices; förordning (1993:167): wages 0.716, goods 0.284, of the year before."""
    assert float(consumer_prices(2023)) == 403.70
    assert float(consumer_prices(2026)) == pytest.approx(415.01 * 1.02**2)
    assert float(skolindex(2021, 2020)) == pytest.approx(1 + 0.716 * 0.023 + 0.284 * (335.92 / 334.26 - 1))
    assert float(skolindex(2022, 2020)) == pytest.approx(
        (1 + 0.716 * 0.023 + 0.284 * (335.92 / 334.26 - 1)) * (1 + 0.716 * 0.024 + 0.284 * (343.19 / 335.92 - 1))
    )
    assert skolindex(2019, 2019) == 1
    for year in (2010, 2017):
        with pytest.raises(RuleMissing):
            consumer_prices(year)
    with pytest.raises(RuleMissing):
        skolindex(2018, 2019)


def test_prices_beside_the_national_list_and_indexes() -> None:
    found = compare_prices(TARIFF, ["HT", "ESMUS"], [2019, 2023], base_year=2023)
    assert tuple(found.table.columns) == COLUMNS
    row = found.table.set_index(["key", "price_year"]).loc[("HT", 2023)]
    assert (row["regional"], row["national"]) == (9278000, round(12180000 / 1.06))
    assert row["share"] == pytest.approx(92780 * 1.06 / 121800)
    assert round(row["share"], 2) == 0.81  # as the research note has it
    assert row["regional_fixed"] == row["regional"]
    assert row["real_change"] == pytest.approx(92780 / 86953 / (403.70 / 334.26) - 1)
    assert row["regional_index"] == pytest.approx(92780 / 86953 * 100)
    first = found.table.set_index(["key", "price_year"]).loc[("HT", 2019)]
    assert first["regional_fixed"] == round(8695300 * 403.70 / 334.26)
    assert (first["real_change"], first["skolindex"]) == (0, 100)
    music = found.table.set_index(["key", "price_year"]).loc[("ESMUS", 2023)]
    assert (round(music["share"], 2), music["programme"]) == (0.87, "ES")


def test_a_comparison_says_what_it_found() -> None:
    found = compare_prices(TARIFF)
    summary = found.summary()
    assert (summary["first_year"], summary["last_year"], summary["base_year"]) == (2019, 2026, 2026)
    assert summary["lost"] == summary["compared"] == 18
    assert 0.8 < summary["share_median"] < 0.95  # the note's range for ordinary programmes
    assert set(found.table.loc[found.table["key"] == "FS", "price_year"]) == set(range(2022, 2027))
    assert found.table.loc[found.table["key"] == "HA", "price_year"].max() == 2023
    assert not texts("gymreg_core.funding", "price_texts.yml").incomplete()
    assert "riksprislistans" in found.describe()
    assert "skolindex by 24" in found.describe("en")
    assert "<table" in found._repr_html_()
    for wrong in ({"keys": ["XX"]}, {"years": [2040]}):
        with pytest.raises(BadParameters):
            compare_prices(TARIFF, **wrong)


def test_keys_are_the_columns_that_decide_a_price() -> None:
    assert KEY_COLUMNS[:3] == ("code", "year_of_study", "price_year")
