"""Did the structural supplement help, and how sure can anyone be."""
