"""Enrolment extracts, as a system for pupils and schools gives them: a folder read into contracts/enrolments.py."""
