"""Who gets where: every address for every kind of visitor, and what every answer carries."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from yarl import URL

from bot.web.access import LENT_STAYS, LINK_LASTS, Access, Visitor
from bot.web.gate import OUTER_COOKIE, Pace, Sorry
from bot.web.passes import Pass
from tests.house import START, House, person, room_of, urojc
from tests.web.outer import CHANNEL, HOLDER, ROLES
from tests.web.served import Answer, Guest, Served

CHAT = "urojc-2026-12-07"
MISSING = "urojc-2020-01-01"

ORGANIZERS = [
    "/",
    "/?older=urojc-2026-12-07",
    "/chats",
    f"/chats/{CHAT}",
    f"/chats/{CHAT}/over-time.svg",
    f"/chats/{CHAT}/by-topic.svg",
    f"/chats/{CHAT}/transcript.html",
    f"/chats/{CHAT}/transcript.md",
    f"/chats/{CHAT}/transcript.json",
    f"/chats/{CHAT}/transcript.csv",
    f"/chats/{CHAT}/transcript.pdf",
    f"/chats/{MISSING}",
    f"/chats/{MISSING}/transcript.json",
    f"/chats/{MISSING}/over-time.svg",
    "/chats/../chats/x",
    "/chats/%2e%2e%2fetc%2fpasswd",
    "/chats/x/y/z",
]
"""Addresses of the organizers' pages, real and guessed."""

VISITORS = [
    "outsider",
    "participant",
    "tampered cookie",
    "cookie of another house",
    "expired link",
    "tampered pass",
    "pass of another house",
    "expired pass",
    "pass that a participant wrote",
]


@contextlib.asynccontextmanager
async def visiting(place: Served, kind: str) -> AsyncIterator[Guest]:
    """Bring in somebody who is no moderator, whatever they claim."""
    now = place.house.clock()
    henry = Visitor(person("henry"), came_by_link=True)
    async with place.guest(name="Ana" if kind == "participant" else "") as guest:
        match kind:
            case "tampered cookie":
                await guest.get(place.link_for("henry").removeprefix(place.url))
                body, _, key = guest.cookie.partition(".")
                guest.cookie = f"{body[:-4]}AAAA.{key}"
            case "cookie of another house":
                guest.cookie = Access("another secret").cookie(henry, now)[0]
            case "tampered pass":
                await guest.get(place.way_in(HOLDER, CHANNEL))
                body, _, key = guest.cookie_of(OUTER_COOKIE).partition(".")
                guest.set_cookie(OUTER_COOKIE, f"{body[:-4]}AAAA.{key}")
            case "pass of another house":
                forged = Access("another secret").pass_cookie(Pass.of(HOLDER, CHANNEL), now)[0]
                guest.set_cookie(OUTER_COOKIE, forged)
            case "expired pass":
                value, _ = place.access.pass_cookie(Pass.of(HOLDER, CHANNEL), now - LENT_STAYS)
                guest.set_cookie(OUTER_COOKIE, value)
            case "pass that a participant wrote":
                ben = Visitor(person("Ben"), came_by_link=False)
                guest.set_cookie(OUTER_COOKIE, place.access.cookie(ben, now)[0])
            case "expired link":
                link = place.access.link_for("henry", "", now - LINK_LASTS)
                answer = await guest.get(link)
                assert answer.status == 403
                assert "/chat link" in answer.words
        yield guest


@pytest.mark.parametrize("kind", VISITORS)
async def test_the_organizers_pages_look_the_same_to_everybody_else(
    place: Served, kind: str
) -> None:
    place.house.series["roles"] = ROLES
    seen: dict[str, Answer] = {}
    async with visiting(place, kind) as guest:
        for address in ORGANIZERS:
            seen[address] = await guest.get(address)
    assert {answer.status for answer in seen.values()} == {403}
    assert len({answer.body for answer in seen.values()}) == 1
    words = seen["/"].words
    assert "For moderators only" in words
    assert "/chat link" in words
    assert "Urology" not in words


async def test_a_moderator_of_another_series_cannot_tell_which_chats_exist(place: Served) -> None:
    async with place.moderator("ada") as ada:
        existing = await ada.get(f"/chats/{CHAT}")
        for address in (
            f"/chats/{MISSING}",
            f"/chats/{CHAT}/transcript.json",
            f"/chats/{CHAT}/transcript.nothing",
            f"/chats/{MISSING}/transcript.json",
            f"/chats/{CHAT}/over-time.svg",
            f"/chats/{CHAT}/nothing.svg",
        ):
            answer = await ada.get(address)
            assert (answer.status, answer.body) == (403, existing.body), address
        listed = await ada.get("/")
    assert existing.status == 403
    assert listed.status == 200
    assert CHAT not in listed.text
    assert "Urology" not in listed.text


async def test_a_moderator_on_discord_cannot_tell_which_chats_exist(place: Served) -> None:
    place.house.series["roles"] = ROLES
    async with place.outer(HOLDER, CHANNEL) as ann:
        seen = {path: await ann.get(path) for path in ORGANIZERS[3:10] + ORGANIZERS[11:14]}
        listed = await ann.get("/")
    assert {answer.status for answer in seen.values()} == {403}
    assert len({answer.body for answer in seen.values()}) == 1
    assert listed.status == 200
    assert CHAT not in listed.text


async def test_a_moderator_sees_the_pages_of_their_chats(place: Served) -> None:
    async with place.moderator() as henry:
        for address in ORGANIZERS[:10]:
            if address != "/chats":
                assert (await henry.get(address)).status == 200, address
        assert (await henry.get(f"/chats/{MISSING}")).status == 403
        assert (await henry.get(f"/chats/{CHAT}/transcript.pdf")).status == 404
        assert (await henry.get("/chats/x/y/z")).status == 404


async def test_a_moderator_who_is_one_no_longer_is_turned_away(place: Served) -> None:
    async with place.moderator("ada") as ada:
        assert (await ada.get("/")).status == 200
        place.house.series["meded"] = urojc("meded", moderators=("eve",))
        assert (await ada.get("/")).status == 403


async def test_a_participant_who_calls_themselves_by_a_moderators_id_gets_nowhere(
    place: Served,
) -> None:
    ben = Visitor(person("henry"), came_by_link=False)
    async with place.guest() as guest:
        guest.cookie = place.access.cookie(ben, place.house.clock())[0]
        assert (await guest.get("/")).status == 403
        answer = await guest.say("urojc", "/chat close")
        assert answer.status == 422
        assert "reads like the name of a moderator" in answer.words


async def test_only_forms_of_our_own_pages_are_taken(place: Served) -> None:
    own = [
        {"Origin": place.url},
        {"Origin": "http://rounds.example"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Referer": f"{place.url}/rooms/urojc"},
    ]
    foreign = [
        {},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": place.url.replace("127.0.0.1", "127.0.0.1.evil.example")},
        {"Origin": place.url, "Sec-Fetch-Site": "cross-site"},
        {"Origin": place.url, "Sec-Fetch-Site": "same-site"},
        {"Referer": "http://evil.example/rooms/urojc"},
    ]
    async with place.guest(name="Ana") as ana:
        before = ana.cookie
        for n, headers in enumerate(own):
            place.house.clock.advance(timedelta(seconds=20))
            answer = await ana.post("/rooms/urojc/say", {"text": f"own {n}"}, headers)
            assert answer.status == 200, headers
        for headers in foreign:
            for path in (
                "/rooms/urojc/say",
                "/rooms/urojc/join",
                "/leave",
                "/rooms/urojc/messages/1-aaa/edit",
                "/rooms/urojc/messages/1-aaa/delete",
                "/rooms/urojc/messages/1-aaa/react",
                "/rooms/urojc/messages/1-aaa/place",
            ):
                fields = {"text": "foreign", "name": "Foreign", "emoji": "👍"}
                answer = await ana.post(path, fields, headers)
                assert answer.status == 403, (path, headers)
                assert "not sent from a page of this site" in answer.words
        assert ana.cookie == before
        assert "foreign" not in (await ana.get("/rooms/urojc")).words


async def test_what_another_site_wrote_is_not_offered_to_be_sent_again(place: Served) -> None:
    for origin in ("http://evil.example", "http://[", "null"):
        async with place.guest(name="Ana") as ana:
            answer = await ana.post("/rooms/urojc/say", {"text": "/chat close"}, {"Origin": origin})
        assert answer.status == 403, origin
        assert "/chat close" not in answer.text
        assert "Try again" not in answer.words


async def test_what_is_sent_again_goes_to_the_whole_address_that_it_was_meant_for(
    place: Served,
) -> None:
    form = f"/rooms/urojc/checkin?chat={CHAT}"
    async with place.guest(name="Ana") as ana:
        for _ in range(Pace.MOST):
            await ana.post(form, {"name": "Ana", "consent": "name"}, follow=False)
        answer = await ana.post(form, {"name": "Ana", "consent": "name"})
    assert answer.status == 429
    assert f'action="{form}"' in answer.text


@pytest.mark.parametrize(
    "path", ["/", "/rooms/urojc", "/rooms/nowhere", "/static/style.css", "/nothing", "/enter"]
)
async def test_every_answer_forbids_what_is_not_ours(place: Served, path: str) -> None:
    async with place.guest() as guest:
        headers = (await guest.get(path)).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    for rule in ("base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"):
        assert rule in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Server"] == "Rounds"
    if not path.startswith("/static"):
        assert headers["Cache-Control"] == "no-store"


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(place: Served) -> None:
    async with place.guest() as guest:
        answer = await guest.post("/rooms/urojc/join", {"name": "Ana"}, follow=False)
        assert answer.status == 303
        cookies = [answer.headers["Set-Cookie"]]
        link = URL(place.url + place.way_in(HOLDER, CHANNEL), encoded=True)
        async with guest.session.get(link, allow_redirects=False) as response:
            assert response.status == 303
            assert response.headers["Location"] == "/"
            cookies += response.headers.getall("Set-Cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Secure" not in cookie  # this house is reached by http
    assert f"Max-Age={LENT_STAYS.total_seconds():.0f}" in cookies[1]


@pytest.mark.parametrize(
    ("body", "kind", "status", "sentence"),
    [
        (b"text=" + b"x" * 200_000, "application/x-www-form-urlencoded", 413, "4,000 characters"),
        (b'{"text": "hello"}', "application/json", 415, "as this site's own pages do"),
        (b"--x\r\n", "multipart/form-data; boundary=x", 415, "as this site's own pages do"),
        (b"&".join(b"a=%d" % n for n in range(30)), "application/x-www-form-urlencoded", 400,
         "too many fields"),
        (b"text=%ff%fe%00", "application/x-www-form-urlencoded", 200, "\ufffd"),
        (b"", "application/x-www-form-urlencoded", 422, "nothing in it yet"),
    ],
    ids=["huge", "json", "multipart", "many fields", "no utf-8", "empty"],
)  # fmt: skip
async def test_a_strange_body_gets_a_sentence(
    place: Served, body: bytes, kind: str, status: int, sentence: str
) -> None:
    async with (
        place.guest(name="Ana") as ana,
        ana.session.post(
            f"{place.url}/rooms/urojc/say",
            data=body,
            headers={"Origin": place.url, "Content-Type": kind},
        ) as response,
    ):
        answer = Answer(response, await response.read())
    assert answer.status == status
    assert sentence in answer.words
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nothing", 404),
        ("/rooms/", 404),
        ("/rooms/nowhere", 404),
        ("/rooms/nowhere/live", 404),
        ("/rooms/URJC", 404),
        ("/rooms/urojc?before=x", 404),
        ("/rooms/urojc?before=99999999999999999999.a", 404),
        ("/rooms/urojc?at=nothing", 404),
        ("/rooms/urojc?chat=urojc-1999-01-01", 404),
        ("/rooms/urojc/messages/nothing", 404),
        ("/rooms/urojc/say", 405),
        ("/static/../site.py", 404),
        ("/static/%2e%2e/gate.py", 404),
        ("/you", 403),
    ],
)
async def test_a_wrong_address_gets_a_page_that_says_so(
    place: Served, path: str, status: int
) -> None:
    async with place.guest() as guest:
        answer = await guest.get(path)
    assert answer.status == status
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "<h1>" in answer.text


async def test_ten_things_in_ten_seconds_are_taken_and_the_next_is_kept_for_later(
    place: Served,
) -> None:
    async with place.guest(name="Ana") as ana, place.guest(name="Ben") as ben:
        for n in range(10):
            assert (await ana.say("urojc", f"message {n}")).status == 200
        refused = await ana.say("urojc", "one too many")
        assert refused.status == 429
        assert "Wait a moment" in refused.words
        assert "one too many" in refused.text  # kept in the form
        assert (await ben.say("urojc", "somebody else")).status == 200
        place.house.clock.advance(timedelta(seconds=11))
        assert (await ana.say("urojc", "one too many")).status == 200


def test_the_pace_counts_a_sliding_window() -> None:
    pace = Pace()
    for second in range(10):
        pace.step("ana", START + timedelta(seconds=second / 2))
    with pytest.raises(Sorry):
        pace.step("ana", START + timedelta(seconds=9.9))
    pace.step("ana", START + timedelta(seconds=10))
    with pytest.raises(Sorry):
        pace.step("ana", START + timedelta(seconds=10.4))


async def test_when_the_store_fails_words_are_kept_and_nothing_is_half_done(
    place: Served, open_house: House
) -> None:
    async with place.guest(name="Ana") as ana:
        assert (await ana.say("urojc", "before")).status == 200
        await open_house.disk.close()
        answer = await ana.say("urojc", "a long <thought> & more", ticket="abc")
        assert answer.status == 503
        assert "nothing was saved" in answer.words
        assert "a long &lt;thought&gt; &amp; more" in answer.text
        assert 'name="ticket" value="abc"' in answer.text
        await open_house.disk.open()
        again = await ana.say("urojc", "a long <thought> & more", ticket="abc")
        assert again.status == 200
        page = await ana.get("/rooms/urojc")
    assert page.text.count("a long &lt;thought&gt; &amp; more") == 1
    chat = await open_house.chat(CHAT)
    assert room_of(open_house.series["urojc"]) in chat.agenda.rooms


async def test_a_room_that_cannot_be_read_says_so_without_a_traceback(
    place: Served, open_house: House
) -> None:
    await open_house.disk.close()
    async with place.guest() as guest:
        answer = await guest.get("/rooms/urojc")
        part = await guest.part("/rooms/urojc")
    await open_house.disk.open()
    assert answer.status == part.status == 503
    assert "Reload this page in a moment" in answer.words
    assert "Reload this page in a moment" in part.text
    assert "<" not in part.text
