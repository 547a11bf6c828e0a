"""Where do validated tables live, and who made them from what."""
