"""Rounds runs moderated chats and hands over their transcripts."""

__version__ = "0.1.0"
