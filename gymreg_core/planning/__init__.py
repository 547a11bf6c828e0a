"""What is to be expected, and where are seats needed? Forecasts from what is published; no pages, no persons."""
