"""Text in, findings out: what a message says that a patient could be known by."""
