"""Rounds runs moderated chats and hands over their transcripts."""
