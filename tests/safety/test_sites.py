"""That links are found however they are written, and sites are told apart by their whole names."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.safety import sites
from bot.safety.folding import LONGEST
from bot.safety.rules import load
from bot.safety.sites import MOST_LINKS, inviting, is_of, plain, site

INVITATIONS = inviting(load().invitations)


def linked(text: str) -> tuple[str, ...]:
    return sites.linked(plain(text))


def named(text: str) -> frozenset[str]:
    return sites.named(plain(text))


def invites(text: str, invitations: re.Pattern[str]) -> bool:
    return sites.invites(plain(text), invitations)


@pytest.mark.parametrize(
    "text",
    [
        "https://evil.example/x",
        "see http://evil.example.",
        "HTTPS://EVIL.EXAMPLE",
        "hxxp://evil.example and more",
        "hXXps://evil[.]example/a",
        "evil(.)example",
        "evil [dot] example",
        "evil.example",
        "www.evil.example/path",
        "https://a.b.evil.example",
        "[paper](https://evil.example/a)",
        "<https://evil.example/a|paper>",
        "<https://evil.example>",
        "paper (https://evil.example)",
        "https://doi.org@evil.example/10.1000",
        "https://user:word@evil.example:8080/",
        "https://evil%2eexample/",
        "https://evil.example./",
        "https://evil\u3002example/",
        "https://ｅｖｉｌ.example",
        "https://ev\u200bil.example",
        "https:\\\\evil.example",
        "https:///evil.example",
        "https://go.example/?to=https://evil.example",
        "https://doi.org/1 and https://evil.example/2",
        '"https://evil.example"',
    ],
)
def test_a_listed_site_is_found(text: str) -> None:
    assert any(is_of(one, {site("evil.example")}) for one in named(text)), named(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://notevil.example",
        "https://evil.example.org",
        "https://doi.org/evil.example",
        "me@evil.example is an address, not a link",
        "That is evil. Example follows.",
        "evil example",
    ],
)
def test_another_site_is_none(text: str) -> None:
    hosts = [one for one in named(text) if one != "doi.org"]
    assert not any(is_of(one, {"evil.example"}) for one in hosts), hosts


@pytest.mark.parametrize("listed", ["bücher.example", "xn--bcher-kva.example", "*.BÜCHER.example"])
@pytest.mark.parametrize(
    "text", ["https://bücher.example/a", "https://xn--bcher-kva.example", "a.bu\u0308cher.example"]
)
def test_an_international_name_is_one_in_both_its_forms(text: str, listed: str) -> None:
    assert any(is_of(one, {site(listed)}) for one in named(text))


@pytest.mark.parametrize("name", ["https://a.example/x", "A.example.", "*.a.example", ".a.example"])
def test_a_site_is_listed_as_people_write_it(name: str) -> None:
    assert site(name) == "a.example"


def test_links_are_counted_each_time() -> None:
    assert linked("https://a.example/1 https://a.example/2 www.b.example c.example") == (
        "a.example",
        "a.example",
        "www.b.example",
    )
    assert linked("see Fig. 2.1 and e.g. this") == ()


@pytest.mark.parametrize(
    "text",
    [
        "https://discord.gg/abc",
        "discord.gg/abc",
        "join DISCORD.GG/abc now",
        "discord . gg / abc",
        "discord[.]gg/abc",
        "https://discord.com/invite/abc",
        "https://www.discord.com/invite/abc",
        "https://ptb.discordapp.com/invite/abc",
        "https://join.slack.com/t/x/shared_invite/1",
        "https://urojc.slack.com/join/shared_invite/1",
        "https://chat.whatsapp.com/AbC",
        "https://t.me/+AbC",
        "https://t.me/joinchat/AbC",
        "[here](https://discord.gg/abc)",
        "<https://discord.gg/abc|here>",
        "discord.gg%2Fabc",
        "ｄｉｓｃｏｒｄ.gg/abc",
        "disc\u200bord.gg/abc",
    ],
)
def test_an_invitation_is_found(text: str) -> None:
    assert invites(text, INVITATIONS)


@pytest.mark.parametrize(
    "text",
    [
        "https://discord.com/channels/1/2/3",
        "https://urojc.slack.com/archives/C1/p1",
        "https://t.me/somebody",
        "https://notdiscord.gg/abc",
        "Join us on Discord. Great.",
        "discord.gg/",
        "https://doi.org/10.1016/j.eururo.2026.01.012",
        "I invite you to discuss T1/T2",
    ],
)
def test_another_address_is_no_invitation(text: str) -> None:
    assert not invites(text, INVITATIONS)


def test_without_a_list_nothing_is_an_invitation() -> None:
    assert not invites("discord.gg/abc", inviting([]))


@pytest.mark.parametrize(
    "piece", ["https://a.b/", "a.", "a.b ", "[.]", "www.", " . ", "%2e", "\ufdfa.", "é.b "]
)
def test_of_a_large_text_only_so_much_is_looked_at(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    assert len(linked(text)) <= MOST_LINKS
    assert linked(text) == linked(text[:LONGEST])
    assert len(named(text)) <= 2 * MOST_LINKS
    assert not invites(text, INVITATIONS)


@given(st.text(max_size=200))
def test_no_text_makes_the_search_fail(text: str) -> None:
    assert all(isinstance(one, str) for one in (*linked(text), *named(text), site(text)))
    assert invites(text, INVITATIONS) in (True, False)


LABELS = st.from_regex(r"[a-z]{1,8}", fullmatch=True)


@settings(max_examples=300)
@given(st.text("aé1.-_ /", max_size=9))
def test_a_name_is_found_whatever_other_names_there_are(text: str) -> None:
    assert named(f"{text} other.example") == named(text) | {"other.example"}


@given(LABELS, LABELS, LABELS)
def test_part_of_a_name_is_part_of_its_site_only_at_a_dot(a: str, b: str, c: str) -> None:
    assert is_of(f"{a}.{b}.{c}", {f"{b}.{c}"})
    assert is_of(f"{b}.{c}", {f"{b}.{c}"})
    assert not is_of(f"{a}{b}.{c}", {f"{b}.{c}"})
    assert not is_of(f"{b}.{c}", {f"{a}.{b}.{c}"})
