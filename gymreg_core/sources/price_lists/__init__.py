"""Price lists of the region and of municipalities, read from the workbooks in which they are published."""
