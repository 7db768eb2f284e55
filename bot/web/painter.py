"""From a scene to the parts of a room's page."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from bot.engine.agenda import Room
from bot.transcripts.clock import Clock
from bot.web.access import Visitor, new_ticket
from bot.web.house import Reply
from bot.web.passes import Pass
from bot.web.rows import Quote, Row
from bot.web.scene import Scene
from bot.web.templates import Templates

PORTION = 40
"""Rows that are rendered at a stretch, within a few milliseconds."""

PLACEHOLDERS = {
    "open": "Write a message (T1 answers topic 1)",
    "planned": "Say hello",
    "over": "/chat catchup, /chat withdraw",
    "none": "/chat commands",
}


class Painter:
    """Renders rooms, whole and in parts."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates

    async def room(
        self,
        scene: Scene,
        version: str,
        reply: Quote | None,
        outer: Pass | None = None,
        notices: Sequence[object] = (),
    ) -> Markup:
        """Return the whole page of a room; `outer` is who the reader is on another platform.

        `notices` are the calls for a moderator that they see.
        """
        return self._templates.render(
            "room.html",
            **_common(scene),
            outer=outer,
            notices=notices,
            rows=await self._all_rows(scene),
            version=version,
            reply=reply,
            ticket=new_ticket(),
        )

    async def main(
        self, scene: Scene, outer: Pass | None = None, notices: Sequence[object] = ()
    ) -> Markup:
        """Return the parts of a room's page that change as it is looked at."""
        rows = await self._all_rows(scene)
        values = {**_common(scene), "outer": outer, "notices": notices, "rows": rows}
        return self._templates.render("main.html", **values)

    async def _all_rows(self, scene: Scene) -> Markup:
        """Render a scene's rows in portions, so that nobody else waits for all of them."""
        html = Markup()
        for start in range(0, len(scene.rows), PORTION):
            portion = scene.rows[start : start + PORTION]
            html += self.rows(portion, scene.room, clock_of(scene), scene.own, scene.visitor)
            await asyncio.sleep(0)
        return html

    def bar(self, scene: Scene) -> Markup:
        """Return how a chat stands, with its topics."""
        return self._templates.render("bar.html", **_common(scene))

    def rows(
        self,
        rows: Sequence[Row],
        room: Room,
        clock: Clock,
        own: Mapping[str, frozenset[str]],
        visitor: Visitor | None,
    ) -> Markup:
        """Return messages as `visitor` sees them, who put the emoji `own` to them."""
        return self._templates.render(
            "rows.html",
            rows=rows,
            room=room,
            clock=clock,
            own=own,
            me=visitor.person.id if visitor else None,
        )

    def answer(
        self, scene: Scene, asked: str, reply: Reply, form: str = ""
    ) -> tuple[Markup, Markup]:
        """Return the answer to a command, as a part of the room's page and as its own page.

        `form` is the address of a form that the command asks for.
        """
        values = {"asked": asked, "reply": reply, "room": scene.room, "clock": clock_of(scene),
                  "form": form}  # fmt: skip
        part = self._templates.render("answer.html", **values)
        return part, self._templates.render("answered.html", **values)


def _common(scene: Scene) -> dict[str, Any]:
    return {
        "scene": scene,
        "chat": scene.chat,
        "clock": clock_of(scene),
        "placeholder": PLACEHOLDERS[scene.stage],
    }


def clock_of(scene: Scene) -> Clock:
    """Return the clock of a scene's zone."""
    if scene.chat is not None:
        return Clock(scene.chat.agenda.zone)
    return Clock(scene.following.agenda.zone if scene.following else "UTC")
