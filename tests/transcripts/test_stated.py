"""Roles and disclosures stand beside names, which are those of the check-in, in every format."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine import events
from bot.engine.checkin import CheckIn
from bot.engine.consent import Consent
from bot.engine.fold import fold
from bot.engine.showing import EDITIONS, Audience
from bot.store import checkins
from bot.transcripts.rendering import FORMATS
from tests.transcripts.club import CHAT, CLOSES, LOG, OPENS, SIGNALS, heard, kept
from tests.transcripts.guarded import check_in, in_words

HOSTILE = "=HYPERLINK(1) <script>alert(1)</script> **Pharma** <@kofi> | x"
EMMA = CheckIn("Dr E. Lindqvist", "surgeon", "SE", HOSTILE)
KOFI = CheckIn("", "trainee", "GH", "none")
DOI = "10.1056/nejmoa2214122"


async def written(
    wanted: str,
    said: Mapping[str, CheckIn],
    audience: Audience = Audience.ORGANIZERS,
    log: list[events.Event] = LOG,
) -> str:
    async with kept(heard(fold(log), SIGNALS), log) as (tables, chat):
        await check_in(tables, chat, said)
        return await in_words(tables, chat, wanted, audience)


BOTH = {"local:emma": EMMA, "local:kofi": KOFI}


async def test_the_name_of_the_check_in_stands_everywhere_and_people_count_by_their_ids() -> None:
    for wanted in FORMATS:
        text = await written(wanted, BOTH)
        assert "Emma Lindqvist" not in text, wanted
        assert text.count("Dr E. Lindqvist") > 5, wanted
        assert "Kofi Mensah" in text, "who gave no name has the one of where they write"
    found = json.loads(await written("json", BOTH))
    plain = json.loads(await written("json", {}))
    assert found["counts"] == plain["counts"]
    assert {one["author"] for one in found["messages"]} == {
        one["author"] for one in plain["messages"]
    }
    page = await written("html", BOTH)
    assert "shared by <bdi>Kofi Mensah</bdi>, <bdi>Dr E. Lindqvist</bdi>" in page
    assert "<bdi>Dr E. Lindqvist</bdi></a>" in page, "what somebody answers"
    assert "@<bdi>Dr E. Lindqvist</bdi>" in page, "a mention"


async def test_a_role_stands_at_every_message_and_a_disclosure_at_the_first() -> None:
    page = await written("html", BOTH)
    mine = page.count("<b><bdi>Dr E. Lindqvist</bdi></b>")
    assert mine > 3
    assert page.count('<i class="s"><bdi>surgeon</bdi></i>') == mine
    assert page.count("conflict of interest: =HYPERLINK(1) &lt;script&gt;") == 1
    assert page.count("<small><bdi>no conflict of interest</bdi></small>") == 1
    text = await written("md", BOTH)
    assert text.count("· surgeon ·") == mine
    assert text.count("conflict of interest: =HYPERLINK") == 1
    assert "**Kofi Mensah** · trainee · no conflict of interest · 07:04" in text


async def test_what_people_disclose_can_do_nothing() -> None:
    assert "<script>" not in await written("html", BOTH)
    markdown = await written("md", BOTH)
    assert "<script>" not in markdown
    assert "**Pharma**" not in markdown
    (row, *_) = [
        row
        for row in csv.DictReader(io.StringIO((await written("csv", BOTH)).lstrip("\ufeff")))
        if row["author"] == "emma"
    ]
    assert row["conflict_of_interest"].startswith("'=HYPERLINK")
    assert row["stated_role"] == "surgeon"


async def test_a_role_that_looks_like_mark_up_is_text_in_the_summary_too() -> None:
    said = {"local:emma": replace(EMMA, role="nurse | <b>*midwife*")}
    text = await written("md", said)
    assert "| Roles | 1 nurse \\| &lt;b&gt;\\*midwife\\*, 5 not stated |" in text


async def test_machines_read_what_was_stated_and_what_was_not() -> None:
    found = json.loads(await written("json", {"local:emma": EMMA, "local:kofi": CheckIn()}))
    stated = {one["author"]: one["stated"] for one in found["messages"] if "stated" in one}
    assert stated == {
        "emma": {"role": "surgeon", "conflict_of_interest": HOSTILE},
        "kofi": {"role": None, "conflict_of_interest": None},
    }


async def test_the_summary_counts_roles_countries_and_who_came_before() -> None:
    found = json.loads(await written("json", BOTH))
    assert found["summary"]["people"] == {
        "new": 6,
        "returning": 0,
        "checked_in": 2,
        "roles": {"surgeon": 1, "trainee": 1, "": 4},
        "countries": {"GH": 1, "SE": 1, "": 4},
    }
    text = await written("md", BOTH)
    assert "| New or returning | 6 new, 0 returning |" in text
    assert "| Roles | 1 surgeon, 1 trainee, 4 not stated |" in text
    assert "| Countries | 1 Ghana, 1 Sweden, 4 not stated |" in text
    assert "A returning participant was one of an earlier chat" in text


async def test_where_nobody_checked_in_and_nobody_was_asked_only_who_came_is_counted() -> None:
    text = await written("md", {})
    assert "| New or returning |" in text
    assert "| Roles |" not in text
    planned = LOG[0]
    assert isinstance(planned, events.Planned)
    asking = replace(planned, agenda=replace(planned.agenda, rules="Be kind."))
    text = await written("md", {}, log=[asking, *LOG[1:]])
    assert "| Roles | 6 not stated |" in text


async def test_of_whoever_is_out_and_of_what_is_no_longer_kept_nothing_is_told() -> None:
    out = {"local:emma": replace(EMMA, consent=Consent.OUT)}
    found = json.loads(await written("json", out))
    assert not [one for one in found["messages"] if "stated" in one]
    blanked = [*LOG, events.Blanked(CLOSES, CLOSES - OPENS)]
    for wanted in FORMATS:
        text = await written(wanted, BOTH, log=blanked)
        for word in ("Dr E. Lindqvist", "HYPERLINK(1)"):
            assert word not in text, wanted


@pytest.mark.parametrize("audience", [Audience.PUBLIC, Audience.RESEARCH])
@pytest.mark.parametrize("wanted", FORMATS)
async def test_of_whoever_has_a_pseudonym_it_is_told_that_they_disclose_and_not_what(
    audience: Audience, wanted: str
) -> None:
    hidden = {"local:emma": replace(EMMA, consent=Consent.PSEUDONYM)}
    text = await written(wanted, hidden, audience)
    assert "HYPERLINK(1)" not in text
    assert "Lindqvist" not in text
    assert "one is disclosed" in text
    assert "surgeon" in text


SAID = st.builds(
    CheckIn,
    name=st.sampled_from(["", "Quillfeather"]),
    role=st.sampled_from(["", "nurse"]),
    interest=st.sampled_from(["", "none", "Quillpharma"]),
    consent=st.sampled_from(list(Consent)),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(SAID, min_size=1, max_size=4), st.permutations(range(4)), st.sampled_from(EDITIONS))
async def test_whatever_was_said_in_whatever_order_it_arrives_the_last_wish_holds(
    said: list[CheckIn], order: list[int], audience: Audience
) -> None:
    """What somebody writes is in no edition once they want it out, whatever they wanted before."""
    moments = list(enumerate(said))
    last = said[-1]
    async with kept(heard(CHAT, SIGNALS)) as (tables, chat):
        for place in order:
            if place < len(moments):
                n, one = moments[place]
                at = OPENS.replace(minute=n)
                await checkins.put(tables, chat.series, "local:emma", at, one)
        text = await in_words(tables, chat, "json", audience)
    assert ("Good morning from Uppsala" in text) == (last.consent is not Consent.OUT)
    is_named = audience is Audience.ORGANIZERS or (
        audience is Audience.PUBLIC and last.consent is Consent.NAMED
    )
    if not is_named:
        assert "Quill" not in text
        assert "Lindqvist" not in text
    elif last.consent is not Consent.OUT:
        assert ("Quillfeather" in text) == bool(last.name)
        assert ("Quillpharma" in text) == (last.interest == "Quillpharma")
