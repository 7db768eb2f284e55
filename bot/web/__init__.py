"""The organizers' pages and the built-in room."""
