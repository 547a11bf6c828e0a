"""Who gets which seat, and why not another."""
