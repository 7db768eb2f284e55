"""Actions out, and what goes with them."""
