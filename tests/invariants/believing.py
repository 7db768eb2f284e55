"""`python -m bot` with a clock that a test sets, which leads under a name of its own.

Two of these with different names, on one database, both believe that they lead.
"""

from __future__ import annotations

import os

from bot.store import leading

leading.NAME = os.environ["LEADS_AS"]

import tests.invariants.clocked  # noqa: E402, F401  runs the program
