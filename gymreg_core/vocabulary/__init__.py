"""What the words mean: programmes, municipalities, terms and the way numbers are written."""
