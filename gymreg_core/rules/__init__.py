"""What was decided, for which years, by whom: data files and the one function that reads them."""
