"""What is to be expected, and where seats are needed."""
