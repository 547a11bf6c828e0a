"""Charts from released tables alone, drawn to static SVG with exactly the columns that are shown."""

from gymreg_core.reporting.charts.areas import stacked_areas
from gymreg_core.reporting.charts.balances import diverging_bars, waterfall
from gymreg_core.reporting.charts.canvas import PALETTE
from gymreg_core.reporting.charts.curves import levels, lorenz
from gymreg_core.reporting.charts.doses import power_curves, quantile_bands, stepped
from gymreg_core.reporting.charts.effects import at_cutoff, by_cohort, specification_curve
from gymreg_core.reporting.charts.estimates import bands, intervals
from gymreg_core.reporting.charts.flow import flow_diagram
from gymreg_core.reporting.charts.forecasts import fans
from gymreg_core.reporting.charts.judged import calibration, funnel
from gymreg_core.reporting.charts.matrix import heat_map
from gymreg_core.reporting.charts.panels import line_panels
from gymreg_core.reporting.charts.rows import bars, dumbbells, filled_bars
from gymreg_core.reporting.charts.spread import histogram, lines, scatter, strip
from gymreg_core.reporting.charts.states import STATE_COLOURS
from gymreg_core.reporting.charts.tilemap import tiles

__all__ = [
    "PALETTE",
    "STATE_COLOURS",
    "at_cutoff",
    "bands",
    "bars",
    "by_cohort",
    "calibration",
    "diverging_bars",
    "dumbbells",
    "fans",
    "filled_bars",
    "flow_diagram",
    "funnel",
    "heat_map",
    "histogram",
    "intervals",
    "levels",
    "line_panels",
    "lines",
    "lorenz",
    "power_curves",
    "quantile_bands",
    "scatter",
    "specification_curve",
    "stacked_areas",
    "stepped",
    "strip",
    "tiles",
    "waterfall",
]
