"""Pages about supply and demand."""
