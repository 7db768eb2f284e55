"""Links to places: each platform knows its own, and what is said holds them."""

from __future__ import annotations

from bot.desk.signposts import Signposts
from bot.engine.actions import Amend, Post, PostKind, Spot, Tell, Words, privately
from bot.engine.agenda import Room
from bot.platforms.discord.text import address as discord_address
from bot.platforms.local_adapter import LocalRooms
from bot.platforms.platform import Errand, Receipt
from bot.platforms.slack.text import address as slack_address
from tests.house import START

ROOM, CHANNEL = Room("local", "uro jc"), Room("discord", "100")
HERE = "https://chat.example.org"


class Heard(LocalRooms):
    """Built-in rooms that keep what they were asked to say."""

    def __init__(self) -> None:
        super().__init__(HERE)
        self.words: list[Words] = []

    async def perform(self, errand: Errand) -> Receipt:
        assert isinstance(errand.action, Post | Tell | Amend)
        self.words.append(errand.action.words)
        return await super().perform(errand)


def test_a_message_of_a_built_in_room_is_found_on_its_page() -> None:
    rooms = LocalRooms(HERE)
    assert rooms.address(Spot(ROOM, None, "3-x")) == f"{HERE}/rooms/uro%20jc?at=3-x#m-3-x"
    assert rooms.address(Spot(ROOM)) == f"{HERE}/rooms/uro%20jc"
    assert LocalRooms().address(Spot(ROOM)) == ""


def test_messages_threads_and_channels_of_discord_are_found() -> None:
    start = "https://discord.com/channels/7"
    assert discord_address(7, Spot(CHANNEL, "200", "300")) == f"{start}/200/300"
    assert discord_address(7, Spot(CHANNEL, None, "300")) == f"{start}/100/300"
    assert discord_address(7, Spot(CHANNEL, "200")) == f"{start}/200"
    assert discord_address(7, Spot(CHANNEL)) == f"{start}/100"


def test_messages_threads_and_channels_of_slack_are_found() -> None:
    room, team = Room("slack", "C1"), "https://club.slack.com/"
    start = "https://club.slack.com/archives/C1"
    assert slack_address(team, Spot(room)) == start
    assert slack_address(team, Spot(room, None, "17.000200")) == f"{start}/p17000200"
    assert slack_address(team, Spot(room, "17.000200")) == f"{start}/p17000200"
    assert (
        slack_address(team, Spot(room, "17.000200", "18.000300"))
        == f"{start}/p18000300?thread_ts=17.000200&cid=C1"
    )


async def test_what_is_said_on_one_platform_leads_to_places_of_all() -> None:
    signposts, rooms = Signposts(), Heard()
    signposts.join({"local": rooms})
    words: Words = ("Look: ", Spot(ROOM, None, "3"), " and ", Spot(CHANNEL))
    expected = ("Look: ", f"{HERE}/rooms/uro%20jc?at=3#m-3", " and ", Spot(CHANNEL))
    assert signposts.words(words) == expected, "what has no address stays a place"
    tell = Tell(privately("local"), ("henry",), "", words)
    post = Post(ROOM, PostKind.NOTICE, ("Nothing leads anywhere.",))
    for action in (tell, post):
        await signposts.platforms["local"].perform(Errand("c/1/0", action, START))
    assert rooms.words == [expected, post.words]
