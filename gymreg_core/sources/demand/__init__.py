"""Files that a forecast of demand rests on: population, year 9 and choices."""
