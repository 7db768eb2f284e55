"""That floods, copies and invitations are seen, whatever the order, and participants left alone."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.safety.conduct import Breach, Recent, Saying, mentions_in, watch, wording
from bot.safety.rules import KEPT, load
from bot.safety.words import Lexicon

DATA = Path(__file__).resolve().parents[2] / "../shared/data"
CHAT = DATA / "pstweetchat_dev/messages.jsonl"

LEXICON = Lexicon(load())
T0 = datetime(2026, 12, 7, 20, 0, tzinfo=UTC)
LONG = "Buy the best supplements for your prostate here"


def after(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def seen(*sayings: Saying) -> list[tuple[Breach, ...]]:
    recent, found = Recent(), []
    for saying in sayings:
        recent, breaches = watch(recent, saying, LEXICON)
        found.append(breaches)
    return found


def every(seconds: float, texts: list[str]) -> list[tuple[Breach, ...]]:
    return seen(*(Saying(after(n * seconds), text) for n, text in enumerate(texts)))


# ---------------------------------------------------------------- floods and copies


def test_seven_messages_in_ten_seconds_are_many_and_eight_are_a_flood() -> None:
    found = every(1, [f"point {n}" for n in range(9)])
    assert found == [()] * 7 + [(Breach.FLOOD,)] * 2


def test_who_waits_a_little_between_two_messages_floods_the_minute() -> None:
    found = every(2, [f"point {n}" for n in range(25)])
    assert found[:20] == [()] * 20
    assert found[20] == (Breach.FLOOD,)


def test_somebody_who_speaks_every_five_seconds_is_left_alone() -> None:
    assert set(every(5, [f"point {n}" for n in range(100)])) == {()}


@pytest.mark.parametrize(
    "saying",
    [
        Saying(T0, "a\n" * 200),
        Saying(T0, "so " * 5000),
        Saying(T0, " ".join(f"https://doi.org/{n}" for n in range(11))),
        Saying(T0, "", attachments=7),
    ],
    ids=["lines", "characters", "links", "attachments"],
)
def test_one_message_can_be_a_flood(saying: Saying) -> None:
    assert seen(saying) == [(Breach.FLOOD,)]


def test_ten_papers_are_no_flood_and_what_follows_a_flood_of_links_without_one_is_none() -> None:
    papers = " ".join(f"https://doi.org/{n}" for n in range(10))
    assert seen(Saying(T0, papers)) == [()]
    more = Saying(after(1), "https://doi.org/11"), Saying(after(2), "sorry, these were many")
    assert seen(Saying(T0, papers), *more) == [(), (Breach.FLOOD,), ()]


def test_the_fourth_copy_is_one_too_many_however_it_is_dressed() -> None:
    copies = [LONG, LONG.upper(), f"**{LONG}**", f"{LONG}!!! \u200b", LONG.replace(" ", "\n")]
    assert every(1, copies)[2:] == [(), (Breach.DUPLICATE,), (Breach.DUPLICATE,)]


def test_copies_that_come_slowly_are_seen_too() -> None:
    assert every(60, [LONG] * 6) == [()] * 5 + [(Breach.DUPLICATE,)]
    assert set(every(200, [LONG] * 20)) == {()}


@pytest.mark.parametrize(
    "text", ["A1: yes", "+1", "agree", "👏👏👏", "", "Great point, thank you!"]
)
def test_short_answers_may_be_said_again(text: str) -> None:
    assert set(every(11, [text] * 50)) == {()}


def test_a_window_ends_before_its_last_second() -> None:
    texts = [f"point {n}" for n in range(8)]
    assert every(10 / 7, texts)[-1] == ()
    assert every(9.99 / 7, texts)[-1] == (Breach.FLOOD,)


# ---------------------------------------------------------------- mentions


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("thanks <@1> and <@!2>", 2),
        ("<@1> <@1> <@!1>", 1),
        ("<@5|Ann Lee> <@U12AB|bea>", 2),
        ("<@&77> <!subteam^S1|club>", 2),
        ("@everyone come", 3),
        ("@here and @channel", 6),
        ("<!channel> <!here|here>", 6),
        ("ann@everyone.org and @henry, #urojc", 0),
        ("https://medium.com/@here/x", 0),
        ("a < b > c", 0),
    ],
)
def test_mentions_are_counted_as_each_platform_writes_them(text: str, count: int) -> None:
    assert mentions_in(text, 3) == count


def test_five_may_be_thanked_and_six_are_many() -> None:
    thanks = " ".join(f"<@{n}>" for n in range(6))
    assert seen(Saying(T0, thanks)) == [(Breach.MENTIONS,)]
    assert seen(Saying(T0, thanks.replace("<@5>", ""))) == [()]
    assert seen(Saying(T0, thanks, mentions=2)) == [()]
    assert seen(Saying(T0, "no mention is in here", mentions=6)) == [(Breach.MENTIONS,)]


def test_everybody_may_be_called_once_and_not_twice_at_once() -> None:
    assert every(1, ["@everyone look", "@everyone again"]) == [(), (Breach.MENTIONS,)]
    assert every(60, ["@everyone look", "@everyone again"]) == [(), ()]


# ---------------------------------------------------------------- wordings


def test_a_listed_site_and_what_is_part_of_it_are_seen() -> None:
    listed = ["evil.example"]
    for text, is_blocked in {
        "https://a.evil.example/x": True,
        "hxxps://evil[.]example": True,
        "https://notevil.example": False,
    }.items():
        saying = Saying(T0, text, blocked_domains=listed)
        assert (wording(saying, LEXICON) == (Breach.BLOCKED_LINK,)) is is_blocked, text
    assert wording(Saying(T0, "https://evil.example"), LEXICON) == ()


def test_an_invitation_and_severe_words_are_seen_in_a_wording_and_in_a_saying() -> None:
    saying = Saying(T0, "faggots, come to https://discord.gg/abc")
    assert wording(saying, LEXICON) == (Breach.INVITATION, Breach.SEVERE)
    assert seen(saying) == [(Breach.INVITATION, Breach.SEVERE)]
    allowed = Saying(T0, "faggots of firewood", allow_words=["faggots"])
    assert wording(allowed, LEXICON) == ()


# ---------------------------------------------------------------- new accounts


def new(seconds: float, text: str, hours: float = 1) -> Saying:
    return Saying(after(seconds), text, account_since=after(seconds) - timedelta(hours=hours))


def test_a_new_account_may_link_a_paper_and_not_three() -> None:
    texts = [f"see https://doi.org/{n}" for n in range(3)]
    assert seen(*(new(n * 60, text) for n, text in enumerate(texts)))[1:] == [
        (),
        (Breach.NEW_ACCOUNT,),
    ]
    assert set(seen(*(new(n * 60, text, 25) for n, text in enumerate(texts)))) == {()}
    assert set(seen(*(Saying(after(n), text) for n, text in enumerate(texts)))) == {()}


def test_a_new_account_may_answer_like_everybody() -> None:
    assert set(seen(*(new(n * 10, f"A{n}: yes, we do that too") for n in range(50)))) == {()}


def test_an_account_that_begins_after_it_speaks_is_new() -> None:
    links = " ".join(f"https://doi.org/{n}" for n in range(3))
    assert seen(new(0, links, hours=-1)) == [(Breach.NEW_ACCOUNT,)]


# ---------------------------------------------------------------- order and bounds

SAYINGS = st.builds(
    lambda second, text, mentions, attachments: Saying(
        after(second), text, mentions=mentions, attachments=attachments
    ),
    st.integers(0, 40),
    st.sampled_from([LONG, "yes", "see https://doi.org/1 https://doi.org/2 https://doi.org/3"]),
    st.integers(0, 3),
    st.integers(0, 3),
)


@settings(deadline=None)
@given(st.lists(SAYINGS, max_size=25), st.randoms(use_true_random=False))
def test_what_is_breached_does_not_depend_on_the_order_of_arrival(
    sayings: list[Saying],
    chance: object,
) -> None:
    shuffled = list(sayings)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    found = [
        {one for breaches in seen(*order) for one in breaches} for order in (sayings, shuffled)
    ]
    assert found[0] == found[1]


@settings(deadline=None)
@given(st.lists(SAYINGS, max_size=25), st.randoms(use_true_random=False))
def test_what_is_remembered_does_not_depend_on_it_either(
    sayings: list[Saying],
    chance: object,
) -> None:
    shuffled = list(sayings)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    kept = []
    for order in (sayings, shuffled):
        recent = Recent()
        for saying in order:
            recent, _ = watch(recent, saying, LEXICON)
        kept.append(Counter(recent.traces))
        assert list(recent.traces) == sorted(recent.traces, key=lambda one: one.at)
    assert kept[0] == kept[1]


@pytest.mark.parametrize("order", [1, -1], ids=["forwards", "backwards"])
def test_a_long_absence_is_read_back_with_its_floods_in_either_direction(order: int) -> None:
    calm = [Saying(after(n * 60), f"point {n}") for n in range(200)]
    flood = [Saying(after(6000 + n / 2), f"flood {n}") for n in range(20)]
    breaches = seen(*sorted([*calm, *flood], key=lambda one: one.at)[::order])
    assert sum(1 for one in breaches if Breach.FLOOD in one) >= 10
    assert set(seen(*calm[::order])) == {()}


@pytest.mark.parametrize("step", [1, -1, 7], ids=["forwards", "backwards", "across"])
def test_of_many_sayings_so_many_are_remembered_as_there_is_room_for(step: int) -> None:
    recent = Recent()
    for n in range(300):
        saying = Saying(after(n * step % 300 * 60), f"point {n}")
        recent, _ = watch(recent, saying, LEXICON)
        assert len(recent.traces) == min(n + 1, KEPT)
        assert saying.at in {one.at for one in recent.traces}


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 10_000), st.text(max_size=60)), max_size=200))
def test_what_is_remembered_is_bounded_and_holds_no_words(said: list[tuple[int, str]]) -> None:
    recent = Recent()
    for second, text in said:
        recent, _ = watch(recent, Saying(after(second), text), LEXICON)
        assert len(recent.traces) <= KEPT
    for trace in recent.traces:
        assert not any(isinstance(getattr(trace, name), str) for name in trace._fields)
        assert len(trace.digest) in (0, 8)


def test_few_words_leave_no_digest_from_which_they_could_be_guessed() -> None:
    (trace,) = watch(Recent(), Saying(T0, "A1: yes"), LEXICON)[0].traces
    assert trace.digest == b""


# ---------------------------------------------------------------- real people


def test_in_recorded_sessions_no_participant_breaks_a_rule() -> None:
    if not CHAT.exists():
        pytest.skip(f"{CHAT.parent.name} is not beside the project")
    recents: dict[tuple[str, str], Recent] = {}
    breaches: Counter[Breach] = Counter()
    messages = [json.loads(line) for line in CHAT.read_text("utf-8").split("\n") if line]
    for message in messages:
        at = datetime.fromisoformat(message["ts"])
        key = message["session"], message["author"]
        recents[key], found = watch(
            recents.get(key, Recent()), Saying(at, message["text"]), LEXICON
        )
        breaches.update(found)
    assert len(messages) > 2000
    assert breaches == {}
