"""Charts from released tables alone, drawn to static SVG with exactly the columns that are shown."""

from gymreg_core.reporting.charts.canvas import PALETTE
from gymreg_core.reporting.charts.rows import bars, dumbbells, filled_bars
from gymreg_core.reporting.charts.spread import histogram, lines, scatter, strip
from gymreg_core.reporting.charts.tilemap import tiles

__all__ = ["PALETTE", "bars", "dumbbells", "filled_bars", "histogram", "lines", "scatter", "strip", "tiles"]
