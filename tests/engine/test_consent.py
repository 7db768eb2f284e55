"""What a person agreed to, as logs and files have it."""

from __future__ import annotations

from datetime import timedelta

from bot.engine import events
from bot.engine.consent import Consent
from bot.store.codec import decode_event, encode_event
from tests.engine.script import OPENS, agenda


def test_the_words_that_stand_in_logs_and_files_stay_what_they_are() -> None:
    assert {one.name: str(one) for one in Consent} == {
        "NAMED": "named",
        "PSEUDONYM": "pseudonym",
        "OUT": "out",
    }


def test_a_log_gives_back_each_and_takes_names_where_it_is_older_than_the_question() -> None:
    for consent in Consent:
        plan = agenda("0m", consent=consent)
        planned = events.Planned(OPENS, "a", "a", plan, OPENS, OPENS + timedelta(hours=1))
        kind, body = encode_event(planned)
        assert decode_event(kind, body) == planned
        older = body.replace(f',"consent":"{consent}"', "")
        assert older != body
        read = decode_event(kind, older)
        assert isinstance(read, events.Planned)
        assert read.agenda.consent is Consent.NAMED
