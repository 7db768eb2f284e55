"""For whom things are made of a chat."""

from __future__ import annotations

from enum import StrEnum


class Audience(StrEnum):
    """For whom something is made."""

    ROOM = "room"
    ORGANIZERS = "organizers"
    PUBLIC = "public"
    RESEARCH = "research"


EDITIONS = (Audience.ORGANIZERS, Audience.PUBLIC, Audience.RESEARCH)
"""Those for whom transcripts are made."""
