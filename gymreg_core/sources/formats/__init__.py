"""The ways in which an extract may be written: text, workbooks, Parquet, a database; each gives chunks of text."""
