"""Signals in: what one transaction reads, decides and writes."""
