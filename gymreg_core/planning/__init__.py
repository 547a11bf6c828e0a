"""What is to be expected, and where are seats needed? No pages, no persons."""
