"""How a released table becomes a page: charts, tables, sentences, notebooks, sites."""
