"""Register extracts, as an admission system gives them: one folder per intake year, read into contracts/register.py."""
