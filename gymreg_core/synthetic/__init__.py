"""What would a region like this look like: a made-up one, in the office's own file format."""
