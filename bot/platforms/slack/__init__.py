"""Slack: what its events tell becomes signals, actions become its calls."""
