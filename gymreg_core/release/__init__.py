"""What may go out, who said so, and what is out."""
