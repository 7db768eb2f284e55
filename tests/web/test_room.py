"""What stands on a room's pages, without any script."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import datetime, timedelta
from html.parser import HTMLParser

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.engine.agenda import Reading, Room, Schedule, Series
from bot.engine.messages import Message
from bot.engine.people import Person, Role
from bot.engine.signals import Said
from bot.web.access import Visitor
from bot.web.room import can
from tests.house import START, House, moderator, person, room_of, urojc
from tests.web.served import Served

ROOM = Room("local", "urojc")
CHAT = "urojc-2026-12-07"
ANA, BEN = person("Ana"), person("Ben")

NAMES = [
    "<img src=x onerror=alert(1)>",
    "\"><script>alert('name')</script>",
    "'; alert(1); '",
    "</article></main><h1>Hi",
    "\u202eadmin",
    "{{ 7*7 }}{% raw %}",
    "👩‍⚕️👨‍👩‍👧‍👦",
    "x" * 60,
]
TEXTS = [
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "</div></article></main><style>*{display:none}</style><base href=//evil.example>",
    "[click](javascript:alert(1)) javascript:alert(1) <javascript:alert(1)|x> data:text/html,x",
    "https://example.org/\"onmouseover=alert(1)// <https://a.b/'><b>|<i>x</i>>",
    "\u202eright to left \u2066 and on",
    "T1 Z" + "\u0336\u0337\u0338\u0310" * 300,
    "a" * 4000,
    "```\n</code></pre><script>alert(3)</script>\n``` `<b>` **<i>** > <u>",
    "<t:99999999999999999999:F> <@p-ana> <#1> &lt;script&gt; &amp;",
    "line\n" * 500,
    "\x1b[31m\x07\x08 bell \u2028 \ufeff",
]

ALLOWED = {
    "html", "head", "meta", "title", "link", "script", "body", "a", "div", "header", "p", "h1",
    "h2", "br", "nav", "ol", "li", "main", "article", "span", "bdi", "time", "form", "button",
    "footer", "section", "label", "input", "textarea", "strong", "em", "u", "s", "code", "pre",
    "blockquote", "details", "summary", "ul", "b",
}  # fmt: skip
VOID = {"meta", "link", "br", "input"}


class Tree(HTMLParser):
    """Reads a page strictly: which elements, attributes and texts it has, all closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED, tag
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, tag
        assert self.open.pop() == tag

    def check(self) -> None:
        """Assert that nothing on the page can run or leads to what runs."""
        for tag, attributes in self.elements:
            for name, value in attributes.items():
                assert not name.startswith("on"), (tag, name)
                assert name != "style"
                if name in ("href", "src", "action"):
                    assert re.match(r"(/|\?|#|https?://|mailto:|data:image/svg)", value or ""), (
                        value
                    )
            if tag == "script":
                assert (attributes.get("src") or "").startswith("/static/room.js")


# ---------------------------------------------------------------- what people type


async def test_nothing_that_is_typed_becomes_anything_but_text(
    place: Served, open_house: House
) -> None:
    last = ""
    for n, text in enumerate(TEXTS):
        open_house.clock.advance(timedelta(seconds=30))
        name = NAMES[n % len(NAMES)]
        last = await open_house.say(
            ROOM, Person("local", f"p-{n}", name), text, reply_to=last or None
        )
        await open_house.put_emoji(ROOM, last, ANA, '"><script>alert(4)</script>')
    async with place.guest(name="Ana") as ana, place.moderator() as henry:
        pages = [
            await ana.get("/rooms/urojc"),
            await henry.get("/rooms/urojc"),
            *[await henry.get(f"/rooms/urojc/messages/m{n + 1}") for n in range(len(TEXTS))],
            *[await ana.get(f"/rooms/urojc?reply=m{n + 1}") for n in range(len(TEXTS))],
        ]
    for page in pages:
        assert page.status == 200
        tree = Tree(page.text)
        tree.check()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in pages[0].text
    assert '<bdi class="name">&lt;img src=x onerror=alert(1)&gt;</bdi>' in pages[0].text


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.text(st.sampled_from("<>\"'&`*_[]()!@#:/\\ \n\u202e\u0301abT1htp.=-~|{}%"), max_size=80),
    st.text(max_size=40),
)
async def test_no_text_and_no_name_breaks_a_page(
    place: Served, open_house: House, text: str, name: str
) -> None:
    open_house.clock.advance(timedelta(seconds=1))
    await open_house.say(ROOM, Person("local", "p-any", name), text)
    async with place.guest() as guest:
        page = await guest.get("/rooms/urojc")
    Tree(page.text).check()


async def test_what_an_organizer_wrote_is_escaped_too(place: Served, open_house: House) -> None:
    series = urojc("wild", questions=['<b>Why</b> & "how"?', "See https://example.org/<x>"])
    agenda = replace(
        series.agenda,
        title="<script>alert(1)</script>",
        welcome="</p><img src=x onerror=alert(1)>",
        hashtag="#<b>",
        reading=Reading("<i>Paper</i>", url="javascript:alert(1)", authors=("<u>A</u>",)),
    )
    await open_house.start(replace(series, agenda=agenda))
    open_house.series["wild"] = replace(series, agenda=agenda)
    async with place.guest() as guest, place.moderator() as henry:
        page = await guest.get("/rooms/wild")
        listed = await henry.get("/chats/wild-2026-12-07")
    Tree(page.text).check()
    assert "<script>alert" not in page.text + listed.text
    assert "javascript:alert" not in re.sub(r">[^<]*<", "><", page.text)
    assert "&lt;b&gt;Why&lt;/b&gt; &amp; " in page.text


# ---------------------------------------------------------------- topics and posts


async def test_topics_are_headings_with_anchors_and_a_list_of_them_with_counts(
    place: Served, open_house: House, club: Series
) -> None:
    await open_house.ask("next", moderator(club), ROOM)
    await open_house.say(ROOM, ANA, "A1 yes")
    await open_house.say(ROOM, BEN, "A1: no")
    async with place.guest() as guest:
        page = await guest.get("/rooms/urojc")
    assert re.search(r'<h2 id="T1"[^>]*><span class="number">T1</span>', page.text)
    assert re.search(r'<h2 id="T2"', page.text)
    assert 'href="#T1" data-topic="1"' in page.text
    assert "T1 What question did the authors try to answer? 2 T2" in page.words
    assert "2 participants · 2 messages" in page.words
    assert "T3 Mon 19:00" in page.words  # the next one, in the chat's zone
    assert "Would this change your practice?" not in page.words


async def test_the_bots_posts_are_set_apart_by_what_they_are(
    place: Served, open_house: House, club: Series
) -> None:
    henry = moderator(club)
    series = urojc("planned")
    open_house.series["planned"] = series
    await open_house.plan(series, open_house.clock() + timedelta(hours=1))
    await open_house.ask("pause", henry, ROOM)
    await open_house.ask("close", henry, ROOM)
    await open_house.live(timedelta(minutes=50))
    async with place.guest() as guest:
        page = await guest.get("/rooms/urojc")
        other = await guest.get("/rooms/planned")
    kinds = re.findall(r'<article class="row (topic|post \w+)"', page.text)
    assert kinds == ["post opening", "topic", "post notice", "post closing"]
    assert re.findall(r'<article class="row (post \w+)"', other.text) == ["post reminder"]


async def test_a_question_longer_than_a_post_is_shown_whole(
    place: Served, open_house: House
) -> None:
    words = " ".join(f"word{n}" for n in range(1500))
    series = urojc("long", questions=[words, "Short?"])
    await open_house.start(series)
    async with place.guest() as guest:
        page = await guest.get("/rooms/long")
    assert page.text.count('<h2 id="T1"') == 1
    assert re.search(r'<article class="row post more"', page.text)
    assert all(f"word{n}" in page.words for n in (0, 700, 1499))


async def test_times_are_times_and_stand_in_the_chats_zone_without_a_script(
    place: Served,
) -> None:
    async with place.guest() as guest:
        page = await guest.get("/rooms/urojc")
    assert (
        '<time datetime="2026-12-06T20:00:00Z" data-shows="full">Mon 7 Dec 2026, 07:00 AEDT</time>'
        in page.text
    )
    assert "The chat closes Wed 9 Dec 2026, 07:00 AEDT ." in page.words
    assert "&lt;t:" not in page.text


async def test_the_reading_and_its_link_stand_above_the_chat(place: Served) -> None:
    async with place.guest() as guest:
        page = await guest.get("/rooms/urojc")
    assert "Reading Smith A, Jones B. Watchful waiting" in page.words
    assert 'href="https://doi.org/10.1016/j.eururo.2026.01.001"' in page.text
    assert "Moderated by henry" in page.words


# ---------------------------------------------------------------- states of a room


async def test_a_room_without_a_chat_says_when_the_next_one_is(
    place: Served, open_house: House
) -> None:
    wall = datetime(2026, 12, 20, 7, 0)  # noqa: DTZ001  a wall time of the agenda
    open_house.series["soon"] = replace(urojc("soon"), schedule=Schedule(singles=(wall,)))
    async with place.guest() as guest:
        none = await guest.get("/rooms/meded")
        soon = await guest.get("/rooms/soon")
    assert "None is planned either" in none.words
    assert "opens Sun 20 Dec 2026, 07:00 AEDT , in 13 days" in soon.words


async def test_a_closed_chat_says_what_now(place: Served, open_house: House) -> None:
    await open_house.live(timedelta(hours=49))
    async with place.guest(name="Ana") as ana:
        page = await ana.get("/rooms/urojc")
    assert "Closed Wed 9 Dec 07:00" in page.words
    assert "its transcript is with the moderators" in page.words
    assert "its text is not kept" in page.words


async def test_late_words_are_shown_where_the_agenda_keeps_them(
    place: Served, open_house: House
) -> None:
    series = urojc("patient", keep_late=True)
    await open_house.start(series)
    await open_house.live(timedelta(hours=49))
    async with place.guest(name="Ana", room="patient") as ana:
        answer = await ana.say("patient", "one more thing")
    assert answer.status == 200
    assert "late one more thing" in answer.words


async def test_the_room_goes_on_to_its_next_chat_and_keeps_the_last_ones_in_reach(
    place: Served, open_house: House, club: Series
) -> None:
    await open_house.say(ROOM, ANA, "in the first chat", message="first")
    await open_house.ask("close", moderator(club), ROOM)
    await open_house.live(timedelta(days=1))
    await open_house.start(club)
    async with place.guest() as guest:
        now = await guest.get("/rooms/urojc")
        before = await guest.get(f"/rooms/urojc?chat={CHAT}")
        message = await guest.get("/rooms/urojc?at=first")
    assert "in the first chat" not in now.words
    assert f'href="/rooms/urojc?chat={CHAT}"' in now.text
    for page in (before, message):
        assert "in the first chat" in page.words
        assert "To the room as it is now" in page.words
        assert "data-live" not in page.text
        assert 'name="text"' not in page.text


# ---------------------------------------------------------------- long chats


async def fill(open_house: House, room: Room, count: int) -> None:
    """Let `count` messages be said, a second apart, named L0, L1 ..."""
    start = open_house.clock()
    await asyncio.gather(
        *(
            open_house.runner.handle(
                Said(start + timedelta(seconds=n), room, f"L{n:04}", ANA, f"message {n} said")
            )
            for n in range(count)
        )
    )
    open_house.clock.set(start + timedelta(seconds=count))


async def test_a_long_chat_is_shown_from_its_end_in_pages(place: Served, open_house: House) -> None:
    await fill(open_house, ROOM, 450)
    shown: list[str] = []
    async with place.guest() as guest:
        path = "/rooms/urojc"
        for pages in range(1, 10):  # noqa: B007  counted
            page = await guest.get(path)
            found = re.findall(r'<article class="row[^"]*" id="m-([^"]+)"', page.text)
            assert len(found) <= 200
            shown = found + shown
            earlier = re.search(r'id="earlier"><a href="([^"]+)"', page.text)
            if earlier is None:
                break
            path = "/rooms/urojc" + earlier[1].replace("&amp;", "&")
    assert pages == 3
    assert len(shown) == len(set(shown)) == 452
    assert [one for one in shown if one.startswith("L")] == [f"L{n:04}" for n in range(450)]


async def test_a_link_to_an_old_message_leads_to_its_page(place: Served, open_house: House) -> None:
    await fill(open_house, ROOM, 450)
    async with place.guest() as guest:
        latest = await guest.get("/rooms/urojc")
        old = await guest.get("/rooms/urojc?at=L0100")
        new = await guest.get("/rooms/urojc?at=L0440")
        topic = re.search(r'href="(\?at=[^"]+)#T1"', latest.text)
        assert topic is not None
        asked = await guest.get("/rooms/urojc" + topic[1])
    assert 'id="m-L0100"' not in latest.text
    assert 'id="m-L0100"' in old.text
    assert "To the latest messages" in old.words
    assert 'id="m-L0440"' in new.text
    assert "data-live" in new.text
    assert 'id="T1"' in asked.text


async def test_counts_follow_what_is_said(place: Served, open_house: House) -> None:
    async with place.guest() as guest:
        assert "0 participants · 0 messages" in (await guest.get("/rooms/urojc")).words
        await open_house.say(ROOM, ANA, "A1 one")
        await open_house.say(ROOM, BEN, "A1 two")
        await asyncio.sleep(1.2)  # counts are at most a second old
        assert "2 participants · 2 messages" in (await guest.get("/rooms/urojc")).words


# ---------------------------------------------------------------- rights


def test_what_somebody_can_do_with_a_message_depends_on_whose_it_is() -> None:
    message = Message(CHAT, ROOM, "m1", said=True, at=START, author="p-ana", text="hello")
    ana, ben = Visitor(ANA, came_by_link=False), Visitor(BEN, came_by_link=False)

    def deeds(one: Message, visitor: Visitor | None, *, moderates: bool = False) -> str:
        found = can(one, visitor, moderates=moderates)
        names = ("react", "edit", "withdraw", "place")
        return " ".join(name for name in names if getattr(found, name))

    assert deeds(message, ana) == "react edit withdraw"
    assert deeds(message, ben) == "react"
    assert deeds(message, ben, moderates=True) == "react place"
    assert deeds(message, None) == ""
    assert deeds(message._replace(text=""), ana) == "react withdraw"
    assert deeds(message._replace(text="", withdrawn=True), ana, moderates=True) == ""
    assert deeds(message._replace(role=Role.BOT), ana, moderates=True) == ""


async def test_a_messages_page_offers_what_its_reader_may_do(
    place: Served, open_house: House
) -> None:
    async with place.guest(name="Ana") as ana:
        await ana.say("urojc", "T1 hello")
        page = await ana.get("/rooms/urojc")
        found = re.search(r'id="m-(1-\w+)"', page.text)
        assert found is not None
        path = f"/rooms/urojc/messages/{found[1]}"
        own = await ana.get(path)
        part = await ana.part(path, "tools")
        async with place.guest() as stranger, place.moderator() as henry:
            strange = await stranger.get(path)
            moderated = await henry.get(path)
    assert [f"{path}/{deed}" in own.text for deed in ("react", "edit", "delete", "place")] == [
        True, True, True, False,
    ]  # fmt: skip
    assert f"/chat place {found[1]} T3" in moderated.words
    assert f"{path}/edit" not in moderated.text
    assert "Join the room to react" in strange.words
    assert "<form" not in strange.text
    assert "<html" not in part.text
    assert f"{path}/edit" in part.text


async def test_the_room_tells_who_moderates_it(place: Served, club: Series) -> None:
    assert room_of(club) == ROOM
    async with place.moderator() as henry, place.moderator("ada") as ada:
        assert "You moderate here." in (await henry.get("/rooms/urojc")).words
        assert "You moderate here." not in (await ada.get("/rooms/urojc")).words
        assert "You moderate here." in (await ada.get("/rooms/meded")).words
