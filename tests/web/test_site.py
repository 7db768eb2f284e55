"""The room and the organizers' pages as people use them, in a real Chromium."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from playwright.async_api import Page, expect

from bot.engine.agenda import Room, Series
from tests.house import House, moderator, person
from tests.web.outer import CHANNEL, HOLDER, NAMED, ROLES, open_all
from tests.web.served import Served
from tests.web.windows import TELEPHONE, Windows, row_of, say, tools_of, width_beyond

ROOM = Room("local", "urojc")
CHAT = "urojc-2026-12-07"
ANA, BEN = person("Ana"), person("Ben")


# ---------------------------------------------------------------- a conversation


async def test_two_people_talk_and_see_each_other_at_once(
    windows: Windows, open_house: House
) -> None:
    ana, ben = await windows.join("Ana"), await windows.join("Ben")
    await say(ana, "T1 They asked whether it is safe.")
    seen = row_of(ben, "T1 They asked whether it is safe.")
    await expect(seen).to_be_visible()
    await expect(seen.locator(".name")).to_have_text("Ana")
    await expect(seen.locator(".chip")).to_have_text("T1")
    await expect(ben.locator("#bar .counts")).to_contain_text("1 participant")

    open_house.clock.advance(timedelta(seconds=5))
    await seen.get_by_role("link", name="Reply").click()
    await expect(ben.locator(".replying")).to_contain_text("Replying to Ana")
    await expect(ben.get_by_label("Your message")).to_be_focused()
    await say(ben, "And for whom?")
    answer = row_of(ana, "And for whom?")
    await expect(answer.locator(".quote")).to_contain_text("Ana T1 They asked whether")
    await expect(answer.locator(".placed")).to_contain_text("reply")
    await expect(ben.locator(".replying")).to_be_hidden()
    await expect(ana.locator("#bar .topics .answers").first).to_have_text("2")
    await expect(ben.get_by_label("Your message")).to_have_value("")


async def test_reactions_are_toggled_by_everybody_for_themselves(
    windows: Windows, open_house: House
) -> None:
    ana, ben = await windows.join("Ana"), await windows.join("Ben")
    await say(ana, "T1 yes")
    tools = await tools_of(ben, row_of(ben, "T1 yes"))
    await tools.get_by_role("button", name="💡").click()
    on_ben = row_of(ben, "T1 yes").locator(".reactions button")
    on_ana = row_of(ana, "T1 yes").locator(".reactions button")
    await expect(on_ben).to_have_attribute("aria-pressed", "true")
    await expect(on_ana).to_have_attribute("aria-label", "💡, 1")
    await expect(on_ana).to_have_attribute("aria-pressed", "false")
    open_house.clock.advance(timedelta(seconds=1))
    await on_ana.click()
    await expect(on_ana).to_have_attribute("aria-label", "💡, 2")
    await expect(on_ana).to_be_focused()
    open_house.clock.advance(timedelta(seconds=1))
    await on_ben.click()
    await expect(on_ana).to_have_attribute("aria-label", "💡, 1")
    await expect(on_ben).to_have_attribute("aria-pressed", "false")


async def test_people_edit_and_withdraw_what_they_said(windows: Windows, open_house: House) -> None:
    ana, ben = await windows.join("Ana"), await windows.join("Ben")
    row = await say(ana, "the postman from Elm Strete")
    identity = await row.get_attribute("id")
    open_house.clock.advance(timedelta(seconds=5))
    tools = await tools_of(ana, row)
    await tools.get_by_label("Your wording").fill("the postman from Elm Street")
    await tools.get_by_role("button", name="Save").click()
    theirs = ben.locator(f"#{identity}")
    await expect(theirs.locator(".text")).to_have_text("the postman from Elm Street")
    await expect(theirs.locator(".state")).to_have_text("edited")
    await expect(ana.locator("#tools")).to_have_count(0)

    tools = await tools_of(ana, ana.locator(f"#{identity}"))
    await tools.get_by_text("Withdraw this message").click()
    await tools.get_by_role("button", name="Withdraw it").click()
    await expect(theirs).to_contain_text("withdrawn by its author")
    await expect(ana.locator(f"#{identity}")).to_contain_text("withdrawn by its author")
    for page in (ana, ben):
        assert "Elm Street" not in await page.content()
    async with open_house.store.reading() as tables:
        rows = await tables.connection.rows("SELECT text FROM messages WHERE withdrawn = 1")
    assert rows == [("",)]


async def test_nobody_is_offered_to_change_what_others_said(windows: Windows) -> None:
    ana, ben = await windows.join("Ana"), await windows.join("Ben")
    await say(ana, "T1 mine")
    tools = await tools_of(ben, row_of(ben, "T1 mine"))
    await expect(tools.locator("form.edit, .withdraw, form.place")).to_have_count(0)
    await ben.keyboard.press("Escape")
    await expect(ben.locator("#tools")).to_have_count(0)


async def test_a_moderator_places_a_message_and_posts_the_next_topic(
    windows: Windows, open_house: House
) -> None:
    henry, ana = await windows.enter(), await windows.join("Ana")
    await henry.get_by_label("Your message").fill("/chat next")
    await henry.keyboard.press("Enter")
    answer = henry.locator("#answer")
    await expect(answer).to_contain_text("T2 is posted")
    await open_house.live()
    await expect(ana.locator("h2#T2")).to_contain_text("Is the comparison group the right one?")
    await expect(ana.locator("#answer")).to_be_empty()
    await answer.get_by_role("button", name="Close the answer").click()
    await expect(answer).to_be_empty()

    open_house.clock.advance(timedelta(seconds=5))
    await say(ana, "this is about the first one")
    tools = await tools_of(henry, row_of(henry, "this is about the first one"))
    await expect(tools.get_by_label("Topics of this message")).to_have_value("T2")
    await tools.get_by_label("Topics of this message").fill("T7")
    await tools.get_by_role("button", name="Place").click()
    await expect(tools.get_by_role("alert")).to_contain_text("There is no T7 in this chat")
    await tools.get_by_label("Topics of this message").fill("T1")
    await tools.get_by_role("button", name="Place").click()
    placed = row_of(ana, "this is about the first one").locator(".placed")
    await expect(placed).to_contain_text("T1")
    await expect(placed).to_contain_text("moderator")


async def test_a_refused_command_is_told_to_one_person_alone(windows: Windows) -> None:
    ana = await windows.join("Ana")
    await ana.get_by_label("Your message").fill("/chat close")
    await ana.keyboard.press("Enter")
    await expect(ana.locator("#say .sorry")).to_contain_text("is for the moderators of this chat")
    await expect(ana.get_by_label("Your message")).to_have_value("/chat close")


async def test_the_room_closes_before_peoples_eyes(
    windows: Windows, open_house: House, club: Series
) -> None:
    ana = await windows.join("Ana")
    await ana.get_by_label("Your message").fill("half a thou")
    await open_house.ask("close", moderator(club), ROOM)
    await expect(ana.locator("#bar .stage")).to_have_text("Closed")
    await expect(ana.locator("#note")).to_contain_text("its text is not kept")
    await expect(ana.get_by_placeholder("/chat catchup, /chat withdraw")).to_be_visible()
    await expect(ana.locator(".row.closing")).to_be_visible()
    await expect(ana.get_by_label("Your message")).to_have_value("half a thou")
    open_house.clock.advance(timedelta(minutes=1))
    await ana.get_by_role("button", name="Send").click()
    await expect(ana.locator("#say .sorry")).to_contain_text("counts as late")
    await expect(ana.get_by_label("Your message")).to_have_value("half a thou")


# ---------------------------------------------------------------- hostile people


HOSTILE_NAME = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>"
HOSTILE_TEXTS = [
    "<script>alert(3)</script><img src=x onerror=alert(4)><svg onload=alert(5)>",
    "[x](javascript:alert(6)) <a href=javascript:alert(7)>x</a> javascript:alert(8)",
    "</article></div></main><style>*{display:none}</style><iframe srcdoc='<script>'>",
    "\u202e\u2066 turned " + "Z\u0336\u0337\u0338\u0310" * 100,
    "w" * 3000,
]


async def test_nothing_that_hostile_people_type_runs_or_breaks_the_page(
    windows: Windows, open_house: House
) -> None:
    ana = await windows.join("Ana", **TELEPHONE)
    mallory = await windows.join(HOSTILE_NAME)
    for text in HOSTILE_TEXTS:
        open_house.clock.advance(timedelta(seconds=3))
        await mallory.get_by_label("Your message").fill(text)
        await mallory.get_by_role("button", name="Send").click()
        await expect(mallory.get_by_label("Your message")).to_have_value("")
    rows = ana.locator(".row.said")
    await expect(rows).to_have_count(len(HOSTILE_TEXTS))
    await expect(rows.first.locator(".text")).to_have_text(HOSTILE_TEXTS[0])
    await expect(rows.first.locator(".name")).to_have_text(HOSTILE_NAME)
    await rows.first.get_by_role("link", name="Reply").click()
    await expect(ana.locator(".replying")).to_contain_text(HOSTILE_NAME)
    for page in (ana, mallory):
        await page.reload()
        assert await page.evaluate("document.querySelectorAll('.row img, .row script').length") == 0
        assert await page.evaluate("document.querySelectorAll('script:not([src])').length") == 0
        links = await page.evaluate("[...document.links].map(link => link.protocol)")
        assert set(links) <= {"http:", "https:"}
        assert await width_beyond(page) == 0
        await expect(page.get_by_label("Your message")).to_be_visible()
    henry = await windows.enter("henry", f"/chats/{CHAT}")
    await expect(henry.get_by_role("heading", name="Figures")).to_be_visible()


async def test_a_page_of_ours_obeys_its_own_policy(windows: Windows) -> None:
    page = await windows.join("Ana")
    await page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"top:0\">x</p>')")
    assert any("Content Security Policy" in trouble for trouble in windows.troubles)
    windows.troubles.clear()  # this one was ours, to see that the policy is there


async def test_an_outsider_is_turned_away_from_the_organizers_pages(
    windows: Windows, place: Served
) -> None:
    page = await windows.join("Ana")
    for path in ("/", f"/chats/{CHAT}", f"/chats/{CHAT}/transcript.html", "/chats/guessed"):
        response = await page.goto(place.url + path)
        assert response is not None
        assert response.status == 403
        await expect(page.get_by_role("heading", level=1)).to_have_text("For moderators only")
        await expect(page.locator("body")).not_to_contain_text("Urology")


# ---------------------------------------------------------------- organizers


async def test_a_moderator_comes_in_and_downloads_the_transcript(
    windows: Windows, open_house: House, tmp_path: Path
) -> None:
    await open_house.say(ROOM, ANA, "T1 yes")
    await open_house.say(ROOM, BEN, "A1 no")
    page = await windows.enter("henry", "/")
    card = page.locator(f"#{CHAT}")
    await expect(card).to_contain_text("Participants")
    for picture in await card.locator("img").all():
        assert await picture.evaluate("image => image.decode().then(() => image.naturalWidth)")
    async with page.expect_download() as waiting:
        await card.get_by_role("link", name="json").click()
    download = await waiting.value
    assert download.suggested_filename == f"{CHAT}.json"
    await download.save_as(tmp_path / "transcript.json")
    transcript = json.loads((tmp_path / "transcript.json").read_text("utf-8"))
    assert transcript["counts"]["participants"] == 2

    await card.get_by_role("heading").get_by_role("link").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(
        "International Urology Journal Club"
    )
    await expect(page.locator("figure svg")).to_have_count(2)
    bars = page.locator("figure svg .a").first
    assert await bars.evaluate("bar => getComputedStyle(bar).fill") != "rgb(0, 0, 0)"


async def test_one_click_on_discord_leads_a_moderator_to_their_chats(
    windows: Windows, open_house: House, tmp_path: Path
) -> None:
    """As Discord opens an address: in a new window, from another site, which stays unnamed."""
    chats = await open_all(open_house, ROLES, NAMED)
    link = windows.place.url + windows.place.way_in(replace(HOLDER, id="55"), CHANNEL)
    discord = await windows.open(**TELEPHONE)
    await discord.goto("data:text/html,<p>Discord</p>")
    await discord.set_content(f'<a href="{link}" target="_blank" rel="noreferrer">pages</a>')
    async with discord.context.expect_page() as waiting:
        await discord.get_by_role("link", name="pages").click()
    page = await waiting.value
    card = page.locator("article.card")
    await expect(card).to_have_count(1)
    await expect(card).to_contain_text("Discord channel …7999")
    assert await width_beyond(page) == 0
    async with page.expect_download() as downloading:
        await card.get_by_role("link", name="html").click()
    await (await downloading.value).save_as(tmp_path / "transcript.html")
    assert "T1 of roles" in (tmp_path / "transcript.html").read_text("utf-8")
    await card.get_by_role("heading").get_by_role("link").click()
    await expect(page.get_by_role("heading", name="Log")).to_be_visible()
    assert await width_beyond(page) == 0

    await page.goto(f"{windows.place.url}/rooms/urojc")
    await expect(page.locator("#about")).to_contain_text("know you as Ann Lee (Discord)")
    await page.get_by_label("Your name").fill("Annie")
    await page.get_by_role("button", name="Join").click()
    await say(page, "T1 hello")
    response = await page.goto(f"{windows.place.url}/chats/{chats['roles']}")
    assert response is not None
    assert response.status == 200
    response = await page.goto(f"{windows.place.url}/chats/{chats['named']}")
    assert response is not None
    assert response.status == 403


# ---------------------------------------------------------------- telephones, keys, zones


async def test_a_telephone_shows_everything_without_scrolling_sideways(
    windows: Windows, open_house: House, club: Series
) -> None:
    await open_house.ask("next", moderator(club), ROOM)
    for n in range(12):
        open_house.clock.advance(timedelta(minutes=1))
        await open_house.say(ROOM, (ANA, BEN)[n % 2], f"T1 answer {n} " + "long words " * 30)
    page = await windows.join("Zoë", **TELEPHONE)
    await expect(row_of(page, "T1 answer 11 " + "long words " * 30)).to_be_in_viewport()
    await expect(page.locator("#bar")).to_be_in_viewport()
    await expect(page.get_by_label("Your message")).to_be_in_viewport()
    assert await width_beyond(page) == 0
    tools = await tools_of(page, page.locator(".row.said").last)
    assert await width_beyond(page) == 0
    targets = [*await tools.locator("button").all(), page.get_by_role("button", name="Send")]
    for target in targets:
        box = await target.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        assert box["width"] >= 44
    await page.locator("#bar").get_by_role("link", name="T1").click()
    await expect(page.locator("h2#T1")).to_be_in_viewport()
    bar = await page.locator("#bar").bounding_box()
    heading = await page.locator("h2#T1").bounding_box()
    assert bar is not None
    assert heading is not None
    assert heading["y"] >= bar["y"] + bar["height"]  # not hidden below the bar
    for path in ("/", "/rooms/nowhere", "/you?room=urojc"):
        await page.goto(windows.place.url + path)
        assert await width_beyond(page) == 0


async def test_times_are_shown_in_the_zone_of_whoever_reads(windows: Windows) -> None:
    berlin = await windows.open("/rooms/urojc")
    kolkata = await windows.open("/rooms/urojc", timezone_id="Asia/Kolkata")
    await expect(berlin.locator(".window")).to_contain_text("21:00")
    await expect(berlin.locator(".window")).to_contain_text("CET")
    await expect(kolkata.locator(".window")).to_contain_text("01:30")
    await expect(kolkata.locator(".row.opening")).to_contain_text("01:30")


async def test_enter_sends_and_shift_enter_makes_a_line(windows: Windows) -> None:
    page = await windows.join("Ana")
    field = page.get_by_label("Your message")
    await field.fill("one")
    await field.press("Shift+Enter")
    await field.press_sequentially("two")
    await field.press("Enter")
    await expect(page.locator(".row.said .text")).to_have_text("one\ntwo")
    assert await page.locator(".row.said").count() == 1


async def test_a_message_that_is_too_long_stays_in_its_field(windows: Windows) -> None:
    page = await windows.join("Ana")
    await page.get_by_label("Your message").fill("x" * 4001)
    await expect(page.locator("#say .length")).to_have_text("4,001 of 4,000")
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator("#say .sorry")).to_contain_text("at most 4,000 characters")
    assert len(await page.get_by_label("Your message").input_value()) == 4001


# ---------------------------------------------------------------- connections


async def test_what_was_said_while_away_is_there_after_coming_back(
    windows: Windows, open_house: House
) -> None:
    page = await windows.join("Ana")
    await page.context.set_offline(True)
    await page.get_by_label("Your message").fill("is anybody there?")
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator("#say .sorry")).to_contain_text("Your words are still here")
    await open_house.say(ROOM, BEN, "T1 said meanwhile")
    await page.context.set_offline(False)
    await page.get_by_role("button", name="Send").click()
    await expect(row_of(page, "is anybody there?")).to_have_count(1)
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(row_of(page, "T1 said meanwhile")).to_be_visible(timeout=15_000)


async def test_earlier_messages_are_fetched_above_those_in_sight(
    windows: Windows, open_house: House
) -> None:
    for n in range(230):
        open_house.clock.advance(timedelta(seconds=1))
        await open_house.say(ROOM, ANA, f"T1 number {n}")
    page = await windows.open("/rooms/urojc")
    await expect(page.locator(".row")).to_have_count(200)
    await expect(row_of(page, "T1 number 229")).to_be_in_viewport()
    await page.evaluate("scrollTo(0, 0)")
    before = await page.locator(".row").first.bounding_box()
    first = await page.locator(".row").first.get_attribute("id")
    await page.get_by_role(
        "link", name="Earlier messages"
    ).dblclick()  # pressed twice, fetched once
    await expect(page.locator(".row")).to_have_count(232)
    await page.wait_for_timeout(200)
    after = await page.locator(f"#{first}").bounding_box()
    assert before is not None
    assert after is not None
    assert abs(after["y"] - before["y"]) < 3  # the reader's eye stays where it is
    await expect(page.get_by_role("link", name="Earlier messages")).to_have_count(0)
    texts = await page.locator(".row.said .text").all_text_contents()
    assert texts == [f"T1 number {n}" for n in range(230)]


async def test_whoever_reads_further_up_is_not_moved(windows: Windows, open_house: House) -> None:
    for n in range(60):
        open_house.clock.advance(timedelta(seconds=1))
        await open_house.say(ROOM, ANA, f"T1 number {n}")
    page = await windows.open("/rooms/urojc")
    await page.evaluate("scrollTo(0, 0)")
    await open_house.say(ROOM, BEN, "T1 the newest")
    fresh = page.get_by_role("button", name="1 new message")
    await expect(fresh).to_be_visible()
    assert await page.evaluate("scrollY") == 0
    await fresh.click()
    await expect(row_of(page, "T1 the newest")).to_be_in_viewport()
    await expect(fresh).to_be_hidden()


# ---------------------------------------------------------------- without any script


async def test_everything_can_be_done_without_script(windows: Windows, open_house: House) -> None:
    ana = await windows.join("Ana", java_script_enabled=False)
    row = await say(ana, "T1 frist")
    open_house.clock.advance(timedelta(seconds=5))
    await row.get_by_role("link", name="More about the message").click()
    await ana.get_by_label("Your wording").fill("T1 first")
    await ana.get_by_role("button", name="Save").click()
    await expect(row_of(ana, "T1 first").locator(".state")).to_have_text("edited")
    await row_of(ana, "T1 first").get_by_role("link", name="Reply").click()
    await expect(ana.locator(".replying")).to_contain_text("Replying to Ana")
    await say(ana, "and one more thing")
    await expect(row_of(ana, "and one more thing").locator(".quote")).to_contain_text("T1 first")
    await row_of(ana, "T1 first").get_by_role("link", name="More about the message").click()
    await ana.get_by_role("button", name="👍").click()
    await row_of(ana, "T1 first").get_by_role("button", name="👍, 1").click()
    await expect(row_of(ana, "T1 first").locator(".reactions button")).to_have_count(0)
    await ana.get_by_label("Your message").fill("/chat commands")
    await ana.get_by_role("button", name="Send").click()
    await expect(ana.locator(".reply-alone")).to_contain_text("/chat withdraw")
    await ana.get_by_role("link", name="Back to the room").click()
    await row_of(ana, "T1 first").get_by_role("link", name="More about the message").click()
    await ana.get_by_text("Withdraw this message").click()
    await ana.get_by_role("button", name="Withdraw it").click()
    await expect(ana.locator(".row.gone")).to_contain_text("withdrawn by its author")
    assert "T1 first" not in await ana.content()


async def test_the_page_is_told_apart_by_those_who_hear_it(windows: Windows) -> None:
    page = await windows.join("Ana")
    await expect(page.get_by_role("log", name="What is said")).to_have_count(1)
    await expect(page.get_by_role("navigation", name="Topics")).to_have_count(1)
    await expect(page.get_by_role("region", name="Write a message")).to_have_count(1)
    ben = await windows.join("Ben")
    await say(ben, "T1 hear me")
    await expect(page.locator("#said")).to_have_text("Ben: T1 hear me")
    await page.keyboard.press("Tab")
    await expect(page.locator(":focus-visible")).to_have_count(1)


async def test_links_within_the_page_take_the_keyboard_with_them(windows: Windows) -> None:
    page = await windows.join("Ana")
    await page.get_by_role("navigation", name="Topics").get_by_role("link", name="T1").click()
    await expect(page.locator("#T1")).to_be_focused()
    await page.get_by_role("link", name="Skip to writing").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Your message")).to_be_focused()
    row = await say(page, "T1 look here")
    await row.locator("a.time").click()
    await expect(row).to_be_focused()


async def test_a_call_is_told_to_those_who_hear_the_page_and_nothing_else_is_drawn_anew(
    windows: Windows, open_house: House
) -> None:
    henry, ana = await windows.enter(), await windows.join("Ana")
    mark = "() => { for (const id of ['calls', 'about']) document.getElementById(id).known = id; }"
    await henry.evaluate(mark)
    await ana.goto(f"{windows.place.url}/rooms/urojc/help")
    await ana.get_by_role("button", name="Call a moderator").click()
    await expect(henry.locator("#calls")).to_contain_text("Ana")
    known = "() => ['calls', 'about'].map((id) => document.getElementById(id).known)"
    assert await henry.evaluate(known) == ["calls", "about"]


async def test_a_telephone_shows_the_topic_in_sight_and_whole_panels_and_no_stale_complaint(
    windows: Windows, open_house: House, club: Series
) -> None:
    for number in range(6):
        await open_house.ask(f"topic And question {number}?", moderator(club), ROOM)
    topics = (await open_house.chat(CHAT)).topics
    for _ in topics[1:]:
        await open_house.ask("next", moderator(club), ROOM)
    page = await windows.join("Ana", **TELEPHONE)
    await open_house.live()
    last = page.locator(f"#bar a[data-topic='{len(topics)}']")
    await page.get_by_label("Your message").fill("/chat nothing")
    await page.get_by_role("button", name="Send").click()
    complaint = page.locator("#say .sorry")
    await expect(complaint).to_be_visible()
    await page.get_by_label("Your message").fill("/chat commands")
    await expect(complaint).to_be_hidden()
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator("#answer")).to_contain_text("/chat withdraw")  # a tall one

    row = row_of(page, await _said(page, open_house))
    panel = await tools_of(page, row)
    await panel.get_by_text("Withdraw this message").click()
    await expect(panel.get_by_role("button", name="Withdraw it")).to_be_in_viewport()
    button = await panel.get_by_role("button", name="Withdraw it").bounding_box()
    writing = await page.locator("#composer").bounding_box()
    assert button is not None
    assert writing is not None
    assert button["y"] + button["height"] <= writing["y"]
    await expect(last).to_have_attribute("aria-current", "true")
    await expect(last).to_be_in_viewport(ratio=1)


async def _said(page: Page, open_house: House) -> str:
    """Say something without the composer, which keeps the answer above it."""
    open_house.clock.advance(timedelta(seconds=5))
    ticket = page.locator("#say [name=ticket]")
    await page.evaluate(
        "([action, ticket]) => fetch(action, {method: 'POST', body:"
        " new URLSearchParams({text: 'a word of mine', ticket})})",
        [await page.locator("#say").get_attribute("action"), await ticket.input_value()],
    )
    return "a word of mine"


async def test_whoever_called_sees_what_is_said_last(windows: Windows, open_house: House) -> None:
    for number in range(30):
        open_house.clock.advance(timedelta(seconds=5))
        await open_house.say(ROOM, ANA, f"T1 message {number}")
    ben = await windows.join("Ben")
    await ben.goto(f"{windows.place.url}/rooms/urojc/help")
    await ben.get_by_role("button", name="Call a moderator").click()
    await expect(ben.locator("#calls")).to_contain_text("A moderator of")
    await expect(row_of(ben, "T1 message 29")).to_be_in_viewport()


async def test_a_day_near_by_stands_without_its_year_and_another_one_with_it(
    windows: Windows, open_house: House
) -> None:
    near = await windows.open("/rooms/urojc")
    await expect(near.locator(".window")).to_contain_text("Sun 6 Dec, 21:00 CET")
    title = near.locator(".window time").first
    await expect(title).to_have_attribute("title", "Sun, 6 Dec 2026, 21:00 CET")
    open_house.clock.advance(timedelta(days=300))
    far = await windows.open(f"/rooms/urojc?chat={CHAT}")
    await expect(far.locator(".window")).to_contain_text("6 Dec 2026, 21:00 CET")


async def test_one_connection_and_two_files_are_all_a_page_needs(windows: Windows) -> None:
    page = await windows.open()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(windows.place.url + "/rooms/urojc")
    await expect(page.locator("h2#T1")).to_be_visible()
    await page.wait_for_timeout(300)
    own = [url.removeprefix(windows.place.url) for url in asked if not url.startswith("data:")]
    assert [url.partition("?")[0] for url in own] == [
        "/rooms/urojc",
        "/static/style.css",
        "/static/room.js",
        "/rooms/urojc/live",
    ]
