"""Discord: what its gateway tells becomes signals, actions become its calls."""
