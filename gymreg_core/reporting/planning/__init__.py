"""The pages on what is to be expected and where seats are needed."""
