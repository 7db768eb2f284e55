"""Transcripts: built once from the store, rendered in four formats."""
