"""What became of the pupils who started: histories, measures of completion, and what interruption goes with."""
