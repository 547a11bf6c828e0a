"""Is this table what it claims to be? One schema per table, one rule per check, all findings collected."""
