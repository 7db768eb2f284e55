"""Checking in for a built-in room: the page, the form, what it shows and what it holds back."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from bot.engine.agenda import Series
from bot.engine.checkin import CheckIn
from bot.engine.consent import Consent
from bot.store import checkins
from tests.house import House, house, urojc
from tests.web.served import Guest, Served, served
from tests.web.windows import TELEPHONE, Windows, row_of, say, width_beyond

FORM = "/rooms/urojc/checkin"
FIELDS = {"name": "Dr Ann Lee", "role": "nurse", "country": "NO", "interest": "none",
          "consent": "pseudonym"}  # fmt: skip
ANN = CheckIn("Dr Ann Lee", "nurse", "NO", "none", Consent.PSEUDONYM)
RULES = "Be kind.\n<script>alert(1)</script> Write nothing by which a patient could be known."


@pytest.fixture
def club() -> Series:
    series = urojc()
    return replace(series, agenda=replace(series.agenda, rules=RULES, require_checkin=True))


async def kept(at: House) -> list[CheckIn]:
    async with at.store.reading() as tables:
        return list((await checkins.of_series(tables.connection, "urojc")).values())


async def test_the_form_shows_the_rules_and_what_was_understood_and_comes_filled_in(
    place: Served,
) -> None:
    async with place.guest(name="Ann") as ann:
        shown = await ann.get(FORM)
        assert "Be kind. <script>alert(1)</script> Write nothing" in shown.words
        assert "<script>alert" not in shown.text
        assert "held back until you check in" in shown.words
        done = await ann.post(FORM, FIELDS)
        assert done.status == 200
        assert "Name: Dr Ann Lee" in done.words
        assert "Country: Norway" in done.words
        assert await kept(place.house) == [ANN]
        again = await ann.get(FORM)
        assert 'value="Dr Ann Lee"' in again.text
        for chosen in ('value="nurse" selected', 'value="NO" selected', 'value="pseudonym" req'):
            assert chosen in again.text
        assert "held back until" not in again.words


async def test_who_was_left_out_and_only_states_a_role_stays_out(
    tmp_path: Path, club: Series
) -> None:
    shy = replace(club, agenda=replace(club.agenda, consent=Consent.OUT))
    async with house(tmp_path, shy) as at, served(at) as place, place.guest(name="Ann") as ann:
        await at.start(shy)
        (chosen,) = re.findall(r'name="consent" value="(\w+)" required checked', await _text(ann))
        assert chosen == "out"
        done = await ann.post(FORM, {"role": "nurse", "consent": chosen})
        assert "In transcripts: left out" in done.words
        assert await kept(at) == [CheckIn(role="nurse", consent=Consent.OUT)]


async def _text(guest: Guest) -> str:
    return (await guest.get(FORM)).text


async def test_faults_stand_beside_their_fields_with_all_that_was_typed(place: Served) -> None:
    async with place.guest(name="Ann") as ann:
        sent = await ann.post(FORM, FIELDS | {"name": "henry", "interest": "x" * 301})
        assert sent.status == 422
        assert "reads like the name of a moderator" in sent.words
        assert "at most 300 characters" in sent.words
        assert "2 fields have to be written otherwise" in sent.words
        assert "x" * 301 in sent.text
        assert 'value="nurse" selected' in sent.text
        assert await kept(place.house) == []


async def test_what_a_patient_could_be_known_by_is_refused_and_stays_in_the_form(
    place: Served,
) -> None:
    async with place.guest(name="Ann") as ann:
        sent = await ann.post(FORM, FIELDS | {"interest": "paid by MRN 00482913"})
        assert sent.status == 422
        assert "The conflict of interest seems to have a record number" in sent.words
        assert "paid by MRN 00482913</textarea>" in sent.text
        assert await kept(place.house) == []


async def test_what_is_no_choice_is_refused_whatever_is_sent(place: Served) -> None:
    async with place.guest(name="Ann") as ann:
        sent = await ann.post(FORM, {"role": "king", "country": '"><i>', "consent": "perhaps"})
        assert sent.status == 422
        assert "3 fields have" in sent.words
        assert "<i>" not in sent.text
        for field in ("role", "country", "consent"):  # told with the field to those who hear it
            assert f'aria-describedby="{field}-fault"' in sent.text
        assert (await ann.post(FORM, FIELDS, headers={})).status == 403, "from elsewhere"
        assert await kept(place.house) == []


async def test_strangers_join_first_and_are_led_to_the_form(place: Served) -> None:
    async with place.guest() as stranger:
        shown = await stranger.get(FORM)
        assert "Join the room with a name first" in shown.words
        assert (await stranger.post(FORM, FIELDS)).status == 403
        joined = await stranger.post("/rooms/urojc/join", {"name": "Ann", "to": FORM})
        assert joined.url.path == FORM
        assert "Conflict of interest" in joined.words
        for elsewhere in ("//evil.example", "https://evil.example/rooms/urojc/checkin", "/chats"):
            moved = await stranger.post("/rooms/urojc/join", {"name": "Ann", "to": elsewhere})
            assert moved.url.path == "/rooms/urojc"


async def test_where_no_chat_is_held_there_is_no_form(place: Served) -> None:
    async with place.guest(name="Ann") as ann:
        shown = await ann.get("/rooms/kitchen/checkin")
        assert shown.status == 404
        assert "No chat is held here" in shown.words


async def test_typed_the_command_leads_to_the_form(place: Served) -> None:
    async with place.guest(name="Ann") as ann:
        led = await ann.say("urojc", "/chat checkin")
        assert led.url.path == FORM


async def test_what_is_held_back_is_shown_when_its_author_checks_in(place: Served) -> None:
    async with place.guest(name="Ann") as ann, place.guest(name="Bob") as bob:
        await ann.say("urojc", "T1: quillfeather")
        for guest in (ann, bob):
            page = await guest.get("/rooms/urojc")
            assert "quillfeather" not in page.text
            assert "held back until its author checks in" in page.words
        assert (
            "What you write is held back until you check in"
            in (await ann.get("/rooms/urojc")).words
        )
        await ann.post(FORM, FIELDS)
        page = await bob.get("/rooms/urojc")
        assert "quillfeather" in page.text
        mine = (await ann.get("/rooms/urojc")).words
        assert "held back" not in mine
    async with place.moderator() as henry:
        await henry.say("urojc", "T1: welcome all")
        shown = (await henry.get("/rooms/urojc")).words
        assert "welcome all" in shown
        assert "What you write is held back" not in shown


# ---------------------------------------------------------------- in a browser


async def fill_in(page: Page) -> None:
    await page.get_by_label("Name to be shown").fill("Dr Ann Lee")
    await page.get_by_label("Role").select_option("nurse")
    await page.get_by_label("Country").select_option("Norway")
    await page.get_by_label("Conflict of interest").fill("none")
    await page.get_by_label("Under a pseudonym").check()
    await page.get_by_role("button", name="Check in").click()


async def test_open_pages_show_at_once_what_was_held_back(windows: Windows) -> None:
    bob = await windows.join("Bob")
    ann = await windows.join("Ann")
    await ann.get_by_label("Your message").fill("T1: quillfeather")
    await ann.get_by_role("button", name="Send").click()
    held = bob.locator(".row.said", has_text="held back until its author checks in")
    await expect(held).to_be_visible()
    await ann.locator("#note").get_by_role("link", name="check in").click()
    await fill_in(ann)
    await expect(ann.get_by_role("status")).to_contain_text("You are checked in")
    await expect(row_of(bob, "T1: quillfeather")).to_be_visible()
    await expect(held).to_have_count(0)
    await ann.get_by_role("link", name="To the room", exact=True).click()
    await expect(row_of(ann, "T1: quillfeather")).to_be_visible()


async def test_the_form_is_filled_in_on_a_telephone_from_the_openings_button(
    windows: Windows,
) -> None:
    page = await windows.join("Ann", **TELEPHONE)
    await page.locator(".row.opening").get_by_role("link", name="Check in").click()
    assert await width_beyond(page) <= 0
    for field in ("Name to be shown", "Role", "Country", "Conflict of interest"):
        box = await page.get_by_label(field).bounding_box()
        assert box is not None
        assert box["height"] >= 44, "a finger finds it"
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    await fill_in(page)
    await expect(page.get_by_role("status")).to_contain_text("You are checked in")
    assert await kept(windows.place.house) == [ANN]


async def test_typed_in_a_page_the_command_answers_with_the_way_to_the_form(
    windows: Windows,
) -> None:
    page = await windows.join("Ann")
    await page.get_by_label("Your message").fill("/chat checkin")
    await page.get_by_role("button", name="Send").click()
    await page.get_by_role("link", name="To the form").click()
    await expect(page.get_by_role("heading", name="Check in")).to_be_visible()


async def test_without_rules_and_before_any_chat_the_form_is_there_too(
    tmp_path: Path, chromium: Browser
) -> None:
    async with house(tmp_path, urojc()) as at, served(at) as place:
        await at.plan(at.series["urojc"], at.clock())
        page = await Windows(chromium, place).join("Ann")
        await page.get_by_role("link", name="Check in").first.click()
        await expect(page.get_by_text("The rules")).to_have_count(0)
        await expect(page.get_by_label("With my name")).to_be_checked()
        await page.get_by_role("button", name="Check in").click()
        assert await kept(at) == [CheckIn()]
        await page.goto(place.url + "/rooms/urojc")
        await say(page, "T1: hello")
