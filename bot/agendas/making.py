"""Makes a series of a filled form: asks for what is missing and compares what is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.agendas.date_checks import date_flaws
from bot.agendas.fields import Form, people_of
from bot.agendas.form import (
    EXAMPLES,
    REQUIRED,
    AgendaForm,
    AlertsForm,
    EvenTopicsForm,
    NotifyForm,
    ReadingForm,
    ScheduleForm,
    TopicForm,
    known_keys,
)
from bot.agendas.form_filling import Path, find, key_mark, mark_of
from bot.agendas.icalendar_rule import needs_first
from bot.agendas.key_names import meant
from bot.agendas.mistakes import START, Flaw
from bot.agendas.place_checks import place_flaws
from bot.agendas.safety_making import safety_flaws, with_safety
from bot.agendas.yaml_tree import Mapping
from bot.engine.agenda import Agenda, Override, Reading, Room, Schedule, Series, Topic


class Making:
    """Makes the series of one file; `flaws` are found on the way, and then it is not to be used."""

    def __init__(self, form: AgendaForm, root: Mapping, name: str, now: datetime | None) -> None:
        self.flaws: list[Flaw] = []
        self._form = form
        self._root = root
        self._name = name
        self._now = now

    def series(self) -> Series:
        """Return the series, with stand-ins for what is wrong or missing."""
        self._ask_for_keys()
        schedule = self._schedule()
        agenda = self._agenda()
        self.flaws += place_flaws(self._form, self._root, agenda.rooms)
        self.flaws += safety_flaws(self._form, self._root)
        dates = self._dates(agenda.window)
        series = Series(self._name, agenda, schedule or Schedule(), dates)
        if schedule is not None and self._form.zone:
            self.flaws += date_flaws(series, self._form, self._root, self._now)
        return series

    def _flaw(self, path: Path, text: str, *, at_key: bool = False) -> None:
        find_mark = key_mark if at_key else mark_of
        self.flaws.append(Flaw(find_mark(self._root, path), text))

    def _written(self, path: Path, form: type[Form]) -> set[str | None]:
        """Return the keys that are written at `path`, rightly or wrongly, misspelt ones too."""
        node = find(self._root, path)
        known = known_keys(form)
        keys = node.pairs if isinstance(node, Mapping) else ()
        return {key if key in known else meant(key, known) for key in keys}

    def _ask_for_keys(self) -> None:
        written = self._written((), AgendaForm)
        for key in REQUIRED:
            if key not in written:
                self.flaws.append(Flaw(START, f"{key} is missing. Write {EXAMPLES[key]}"))
        if {"schedule", "starts"} <= written:
            self._flaw(("starts",), "Both schedule and starts are given. Keep one.", at_key=True)
        if not {"schedule", "starts"} & written:
            self.flaws.append(
                Flaw(
                    START,
                    f"It is not said when the chat opens. Write {EXAMPLES['schedule']} or "
                    f"{EXAMPLES['starts']}",
                )
            )

    # ---- what a chat is

    def _agenda(self) -> Agenda:
        form = self._form
        window = form.window or timedelta(days=31)
        given = form.reminders
        agenda = Agenda(
            title=form.title or "",
            zone=form.zone or "UTC",
            window=window,
            rooms=self._rooms(),
            topics=self._topics(("topics",), form.topics, window),
            hashtag=form.hashtag or "",
            moderators=people_of(form.moderators),
            guests=people_of(form.guests),
            welcome=form.welcome or "",
            reading=self._reading(("reading",), form.reading),
            closing=form.closing or "",
            keep_late=bool(form.after_close),
            thread_per_topic=bool(form.threads),
            publish=bool(form.publish),
            share_names=bool(form.share_names),
            alerts=_one_by_platform(form.alerts),
            notify=_one_by_platform(form.notify),
            archive_channel=bool(form.archive),
            keep=form.keep,
        )
        agenda = with_safety(agenda, form)
        if given is None:
            return agenda
        reminders = {before for before in given if before}
        return replace(agenda, reminders=tuple(sorted(reminders, reverse=True)))

    def _rooms(self) -> tuple[Room, ...]:
        rooms: list[Room] = []
        for place, form in enumerate(self._form.rooms or ()):
            node = find(self._root, ("rooms", place))
            if isinstance(node, Mapping) and not node.pairs:
                self._flaw(("rooms", place), f"This room is empty. Write {EXAMPLES['rooms']}")
            for platform, name in form or ():
                room = Room(platform, name) if name else None
                if room in rooms:
                    self._flaw(("rooms", place), f"The room {room} stands twice. Delete one.")
                rooms += [room] if room else []
        return tuple(rooms)

    def _reading(self, path: Path, form: ReadingForm | None) -> Reading | None:
        if form is None:
            return None
        node = find(self._root, path)
        if isinstance(node, Mapping) and not node.pairs:
            self._flaw(path, f"The reading is empty. Write {EXAMPLES['reading']}")
        authors = tuple(author for author in form.authors or () if author)
        return Reading(form.citation or "", form.doi or "", form.url or "", authors)

    # ---- topics

    def _topics(
        self, path: Path, form: list[TopicForm | None] | EvenTopicsForm | None, window: timedelta
    ) -> tuple[Topic, ...]:
        if isinstance(form, EvenTopicsForm):
            return self._even_topics(path, form, window)
        topics: list[Topic] = []
        if form == []:
            self._flaw(path, f"A chat needs at least one topic. Write {EXAMPLES['topics']}")
        earlier: tuple[int, timedelta] | None = None
        for place, topic in enumerate(form or ()):
            here = (*path, place)
            if topic is not None:
                self._ask_for_parts(here, place + 1)
            if topic is None or topic.after is None:
                continue
            self._check_time((*here, "after"), place + 1, topic.after, earlier, window)
            earlier = (place + 1, topic.after)
            topics.append(Topic(topic.ask or "", topic.after))
        return tuple(topics)

    def _ask_for_parts(self, path: Path, number: int) -> None:
        written = self._written(path, TopicForm)
        if not written:
            self._flaw(path, f"T{number} is empty. Write {EXAMPLES['topics']}")
        elif "ask" not in written and "after" in written:
            self._flaw(path, f"T{number} asks nothing. Write {EXAMPLES['topics.ask']}")
        elif "ask" in written and "after" not in written:
            words = f"T{number} has no time. Write {EXAMPLES['topics.after']}, from the opening."
            self._flaw(path, words)

    def _check_time(
        self,
        path: Path,
        number: int,
        after: timedelta,
        earlier: tuple[int, timedelta] | None,
        window: timedelta,
    ) -> None:
        if after >= window:
            self._flaw(
                path,
                f"T{number} would come {_long(after)} after the opening, but the chat is open for "
                f"{_long(window)}. Post it earlier, or make the window longer.",
            )
        if earlier and after == earlier[1]:
            self._flaw(
                path,
                f"T{number} comes at the same time as T{earlier[0]}, {_long(after)} after the "
                "opening. Post one of them later.",
            )
        elif earlier and after < earlier[1]:
            self._flaw(
                path,
                f"T{number} ({_long(after)}) would come before T{earlier[0]} "
                f"({_long(earlier[1])}). List topics in the order in which they are posted.",
            )

    def _even_topics(
        self, path: Path, form: EvenTopicsForm, window: timedelta
    ) -> tuple[Topic, ...]:
        written = self._written(path, EvenTopicsForm)
        for key in ("every", "ask"):
            if key not in written:
                self._flaw(path, f"{key} is missing. Write {EXAMPLES['topics.every']}")
        if form.ask == []:
            self._flaw((*path, "ask"), f"No question is given. Write {EXAMPLES['topics.every']}")
        every = form.every
        if every is None or form.ask is None:
            return ()
        if not every and len(form.ask) > 1:
            self._flaw((*path, "every"), "All topics would come at once. Write 10m, or longer.")
        late = next((n for n in range(len(form.ask)) if n * every >= window), None)
        if late is not None:
            self._flaw(
                (*path, "ask", late),
                f"T{late + 1} would come {_long(late * every)} after the opening, but the chat is "
                f"open for {_long(window)}. Ask fewer questions, post them closer together, or "
                "make the window longer.",
            )
        return tuple(Topic(ask or "", n * every) for n, ask in enumerate(form.ask))

    # ---- when chats are held

    def _schedule(self) -> Schedule | None:
        """Return the schedule, or None if it cannot be known."""
        form = self._form
        both = self._written((), AgendaForm) >= {"schedule", "starts"}
        if form.starts is not None and not both:
            if not form.starts:
                self._flaw(("starts",), f"No time is given. Write {EXAMPLES['starts']}")
            return Schedule(singles=tuple(start for start in form.starts if start))
        if form.schedule is None or both:
            return None
        asked = len(self.flaws)
        self._ask_for_rule(form.schedule)
        skipped = frozenset(day for day in form.schedule.except_ or () if day)
        singles = tuple(moment for moment in form.schedule.also or () if moment)
        if len(self.flaws) > asked:
            return None
        if rule := form.schedule.every:
            return Schedule(rule.rrule, rule.at, rule.first, skipped, singles)
        if form.schedule.rrule and form.schedule.at:
            first = form.schedule.from_
            return Schedule(form.schedule.rrule, form.schedule.at, first, skipped, singles)
        return None

    def _ask_for_rule(self, form: ScheduleForm) -> None:
        written = self._written(("schedule",), ScheduleForm)
        every, rrule, at, first = (key in written for key in ("every", "rrule", "at", "from"))
        if not every and not rrule:
            self._flaw(
                ("schedule",),
                f"The recurrence is missing. Write {EXAMPLES['schedule']}; for single dates write "
                f"{EXAMPLES['starts']} instead of schedule.",
            )
        elif every and rrule:
            self._flaw(
                ("schedule", "rrule"), "Both every and rrule are given. Keep one.", at_key=True
            )
        elif every and at:
            words = f"The time stands in every: {EXAMPLES['schedule.every']}. Delete at."
            self._flaw(("schedule", "at"), words, at_key=True)
        elif every and first:
            words = "With every, the first day is written at the end: every: thursday at 21:00 from"
            self._flaw(("schedule", "from"), f"{words} 2026-11-26", at_key=True)
        elif rrule and not at:
            words = f"The time is missing. Write {EXAMPLES['schedule.at']} beside rrule."
            self._flaw(("schedule", "rrule"), words, at_key=True)
        elif form.rrule and needs_first(form.rrule) and not first:
            self._flaw(
                ("schedule", "rrule"),
                "It is not said from which date this rule counts. Write "
                f"{EXAMPLES['schedule.from']} beside rrule.",
            )

    def _dates(self, window: timedelta) -> dict[date, Override]:
        dates = {}
        for day, form in (self._form.dates or {}).items():
            if form is None:
                continue
            path: Path = ("dates", str(day))
            topics = self._topics((*path, "topics"), form.topics, window)
            dates[day] = Override(
                start=form.start,
                topics=None if form.topics is None else topics,
                reading=self._reading((*path, "reading"), form.reading),
                welcome=form.welcome,
                moderators=None if form.moderators is None else people_of(form.moderators),
            )
        return dates


def _one_by_platform(form: AlertsForm | NotifyForm | None) -> dict[str, str]:
    return {platform: name for platform, name in form or () if name}


def _long(length: timedelta) -> str:
    """Write a length of time as agendas do: 48h, 1h30m, 10m."""
    minutes = length // timedelta(minutes=1)
    hours, rest = divmod(minutes, 60)
    return (f"{hours}h" if hours else "") + (f"{rest}m" if rest or not hours else "")
