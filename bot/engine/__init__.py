"""What a chat is and does: pure, standard library only, no I/O, no clock, no randomness."""
