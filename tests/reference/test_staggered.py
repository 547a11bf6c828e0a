"""Group-time average effects on the data of Callaway and Sant'Anna (2021), against what R's did prints for them.

The figures are those of R's package did 2.x as they stand in csdid/test_csdid/r_ref (ref_aggte.csv, ref_attgt.csv,
ref_pretest.csv) of d2cml-ai/csdid; those of the doubly robust estimator with population are printed by Stata's csdid
(F. Rios-Avila, csdid with method(dripw)).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gymreg_core.effects.staggered import Staggered, staggered
from tests.mpdta import mpdta

PRINTED = 5e-13
"""R prints fifteen figures; sums in another order move the last two of them."""
SEVEN = 6e-8
"""Stata prints seven decimals."""

CALLS: dict[str, dict[str, Any]] = {
    "never": {},
    "not_yet": {"controls": "not_yet"},
    "regression": {"covariates": True, "estimator": "regression"},
    "doubly_robust": {"covariates": True},
}
SIMPLE = {
    "never": (-0.0399512751551763, 0.0120340127701854),
    "not_yet": (-0.0397636256230437, 0.0120524247873419),
    "regression": (-0.0419686124215432, 0.0114448297682151),
}
GROUP = {
    "never": [
        (2004, -0.0797491265747291, 0.0263677994350273),
        (2006, -0.0229095392495403, 0.0167033302551619),
        (2007, -0.0260544107191966, 0.0166554353492522),
        (np.nan, -0.0310182822287484, 0.0124460593209979),
    ],
    "not_yet": [
        (2004, -0.0836942930380162, 0.0257015997680069),
        (2006, -0.0182817976131207, 0.0159222358245001),
        (2007, -0.0260544107191966, 0.0166554353492522),
        (np.nan, -0.030462228112565, 0.0125751201316818),
    ],
    "regression": [
        (2004, -0.0851329850145115, 0.0242512163971128),
        (2006, -0.0203850557514647, 0.0174025032538199),
        (2007, -0.0287894881938243, 0.0161678672536918),
        (np.nan, -0.0329292402290042, 0.0118603087662617),
    ],
}
DYNAMIC = {
    "never": [
        (-3, 0.0305066555832928, 0.01503356028013),
        (-2, -0.000563084626385429, 0.01329164473655),
        (-1, -0.0244587449711696, 0.0142364022105193),
        (0, -0.0199318167892593, 0.0118263640580582),
        (1, -0.0509573670651939, 0.016893476268678),
        (2, -0.137258738889403, 0.0364356642876865),
        (3, -0.100811363085404, 0.0343592258346733),
        (np.nan, -0.0772398214573151, 0.0199649890618494),
    ],
    "not_yet": [
        (-3, 0.0297593647610311, 0.0145335416386514),
        (-2, -0.00244615388606511, 0.0131203504342708),
        (-1, -0.0242689034145076, 0.0144636816758019),
        (0, -0.0189221990834249, 0.0120445686892691),
        (1, -0.0535893473848319, 0.016946385539125),
        (2, -0.136274346328678, 0.03540338496891),
        (3, -0.100811363085404, 0.0343592258346733),
        (np.nan, -0.0773993139705847, 0.0195601769463944),
    ],
    "regression": [
        (-3, 0.0263658317469803, 0.0140189493226751),
        (-2, -0.00412971201229991, 0.0129174707430671),
        (-1, -0.0234649547538384, 0.0144416499564523),
        (0, -0.0211467366918448, 0.0114810443929097),
        (1, -0.0533558653415673, 0.0162930738253423),
        (2, -0.141080104628588, 0.0348362869536185),
        (3, -0.107544274673046, 0.032737692643412),
        (np.nan, -0.0807817453337615, 0.0187458547114755),
    ],
}
CALENDAR = {
    "never": [
        (2004, -0.0105032462209624, 0.0232510363681664),
        (2005, -0.0704231581031467, 0.0309847667572767),
        (2006, -0.0488159842650431, 0.0201258612605003),
        (2007, -0.0370593399359766, 0.0137470791411185),
        (np.nan, -0.0417004321312822, 0.01597185188456),
    ],
    "not_yet": [
        (2004, -0.0193723636759221, 0.0223101128836806),
        (2005, -0.0783190990620607, 0.0303902285433972),
        (2006, -0.0423175312295752, 0.0190562576431668),
        (2007, -0.0370593399359766, 0.0137470791411185),
        (np.nan, -0.0442670834758837, 0.0155709044211449),
    ],
    "regression": [
        (2004, -0.014911237790361, 0.0220556930763196),
        (2005, -0.0769963229660512, 0.0283597455101496),
        (2006, -0.0465163515252653, 0.020998373312028),
        (2007, -0.0397054131310205, 0.0128658596749845),
        (np.nan, -0.0445323313531745, 0.0148850278130483),
    ],
}
PRE_TEST = {
    "never": (7.79123662720035, 0.16812),
    "not_yet": (7.79092771882739, 0.16814),
    "regression": (6.8612749537136, 0.23116),
}
SINGLE = {
    (2004, 2004): (-0.0145297, 0.0221292),
    (2004, 2005): (-0.0764219, 0.0286713),
    (2004, 2006): (-0.1404483, 0.0353782),
    (2004, 2007): (-0.1069039, 0.0328865),
    (2006, 2004): (-0.0004721, 0.0222234),
    (2006, 2005): (-0.0062025, 0.0184957),
    (2006, 2006): (0.0009606, 0.0194002),
    (2006, 2007): (-0.0412939, 0.0197211),
}
POINTWISE = {
    (2007, 2004): (0.0305066555832928, 0.01503356028013),
    (2007, 2006): (-0.0310871193896889, 0.0178775113133435),
}


def found(call: str) -> Staggered:
    employment, first, years, population = mpdta()
    given = dict(CALLS[call])
    if given.get("covariates"):
        given["covariates"] = population
    return staggered(employment, first, years, **given)


@pytest.mark.parametrize("call", SIMPLE)
def test_all_groups_and_years_in_one(call: str) -> None:
    row = found(call).total("simple").iloc[0]
    assert (row["effect"], row["std_error"]) == pytest.approx(SIMPLE[call], abs=PRINTED)


@pytest.mark.parametrize("call", SIMPLE)
@pytest.mark.parametrize(("kind", "printed"), [("group", GROUP), ("dynamic", DYNAMIC), ("calendar", CALENDAR)])
def test_by_group_time_since_treatment_and_year(call: str, kind: Any, printed: Any) -> None:
    table = found(call).total(kind)
    np.testing.assert_allclose(table[["value", "effect", "std_error"]], printed[call], rtol=0, atol=PRINTED)


@pytest.mark.parametrize("call", PRE_TEST)
def test_of_what_was_before(call: str) -> None:
    statistic, restrictions, p_value = found(call).pre_test()
    assert statistic == pytest.approx(PRE_TEST[call][0], abs=1e-9)  # W is a thousand times an effect squared
    assert (restrictions, round(p_value, 5)) == (5, PRE_TEST[call][1])


@pytest.mark.parametrize(
    ("call", "printed", "tolerance"), [("doubly_robust", SINGLE, SEVEN), ("never", POINTWISE, PRINTED)]
)
def test_single_groups_and_years(call: str, printed: Any, tolerance: float) -> None:
    table = found(call).table.set_index(["group", "period"])
    for key, told in printed.items():
        assert tuple(table.loc[key, ["effect", "std_error"]]) == pytest.approx(told, abs=tolerance)
