"""How does the outside write it? Files of the admission office become tables that a contract can judge."""
