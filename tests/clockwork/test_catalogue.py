"""A folder of agendas, read again when a file changes."""

from __future__ import annotations

import os
from pathlib import Path

from bot.clockwork.catalogue import Catalogue

AGENDA = """\
title: {title}
zone: UTC
starts: 2026-12-07 07:00
window: 1h
rooms: [{{local: x}}]
topics: [{{ask: "One?", after: 0m}}]
"""


def write(folder: Path, name: str, title: str, moment: int) -> None:
    path = folder / f"{name}.yaml"
    path.write_text(title if "\n" in title else AGENDA.format(title=title), "utf-8")
    os.utime(path, (moment, moment))


def titles(catalogue: Catalogue) -> dict[str, str]:
    return {name: one.agenda.title for name, one in catalogue.series().items()}


def test_new_changed_and_removed_agendas_are_taken_over(tmp_path: Path) -> None:
    write(tmp_path, "a", "A", 1)
    catalogue = Catalogue(tmp_path)
    assert catalogue.refresh() == []
    write(tmp_path, "a", "A, rewritten", 2)
    write(tmp_path, "b", "B", 2)
    assert catalogue.refresh() == []
    assert titles(catalogue) == {"a": "A, rewritten", "b": "B"}
    (tmp_path / "a.yaml").unlink()
    assert catalogue.refresh() == []
    assert titles(catalogue) == {"b": "B"}


def test_an_unchanged_folder_is_not_read_again(tmp_path: Path) -> None:
    write(tmp_path, "a", "A", 1)
    catalogue = Catalogue(tmp_path)
    assert catalogue.refresh() == []
    assert catalogue.refresh() is None


def test_a_file_that_became_wrong_keeps_its_last_right_reading(tmp_path: Path) -> None:
    write(tmp_path, "a", "A", 1)
    catalogue = Catalogue(tmp_path)
    catalogue.refresh()
    write(tmp_path, "a", "title: only\n", 2)
    mistakes = catalogue.refresh()
    assert mistakes
    assert all(mistake.file.endswith("a.yaml") for mistake in mistakes)
    assert titles(catalogue) == {"a": "A"}
    assert catalogue.unreadable() == frozenset()
    write(tmp_path, "a", "A again", 3)
    assert catalogue.refresh() == []
    assert titles(catalogue) == {"a": "A again"}


def test_a_file_that_was_never_right_is_told_apart_from_one_that_is_gone(tmp_path: Path) -> None:
    write(tmp_path, "a", "title: only\n", 1)
    write(tmp_path, "b", "B", 1)
    catalogue = Catalogue(tmp_path)
    assert catalogue.refresh()
    assert (titles(catalogue), catalogue.unreadable()) == ({"b": "B"}, frozenset({"a"}))
    (tmp_path / "a.yaml").unlink()
    assert catalogue.refresh() == []
    assert catalogue.unreadable() == frozenset()


def test_a_folder_that_is_away_for_a_while_takes_nothing_with_it(tmp_path: Path) -> None:
    folder = tmp_path / "chats"
    folder.mkdir()
    write(folder, "a", "A", 1)
    catalogue = Catalogue(folder)
    catalogue.refresh()
    folder.rename(tmp_path / "elsewhere")
    mistakes = catalogue.refresh()
    assert mistakes is not None
    assert [mistake.file for mistake in mistakes] == [str(folder)]
    assert catalogue.refresh() is None, "it is told once"
    assert titles(catalogue) == {"a": "A"}
    (tmp_path / "elsewhere").rename(folder)
    write(folder, "a", "A, rewritten", 2)
    assert catalogue.refresh() == []
    assert titles(catalogue) == {"a": "A, rewritten"}


def test_an_empty_folder_is_not_read_again_either(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path)
    assert catalogue.refresh() is None
    write(tmp_path, "a", "A", 1)
    assert catalogue.refresh() == []


def test_what_an_editor_hides_in_the_folder_is_no_agenda(tmp_path: Path) -> None:
    write(tmp_path, "a", "A", 1)
    write(tmp_path, ".#a", "A, half written", 1)
    catalogue = Catalogue(tmp_path)
    assert catalogue.refresh() == []
    assert titles(catalogue) == {"a": "A"}


def test_a_file_that_is_misnamed_is_told_of(tmp_path: Path) -> None:
    write(tmp_path, "a", "A", 1)
    (tmp_path / "b.yml").write_text(AGENDA.format(title="B"), "utf-8")
    catalogue = Catalogue(tmp_path)
    (told,) = catalogue.refresh() or []
    assert told.text.endswith("rename it to b.yaml")
    assert titles(catalogue) == {"a": "A"}


def test_user_groups_of_slack_that_agendas_name_are_told(tmp_path: Path) -> None:
    agenda = (
        "title: A club\nzone: UTC\nstarts: 2026-12-07 07:00\nwindow: 48h\n"
        'rooms: [{slack: "C0123456789"}, {local: club}]\n'
        'moderators: {slack: ["group:S01", U0123456789], local: [henry]}\n'
        'guests: {slack: ["group:S02"]}\n'
        'moderators_on_call: {slack: ["group:S01"]}\n'
        'members_only: {slack: ["group:S04", "group:S05"]}\n'
        'topics: [{ask: "What next?", after: 0m}]\n'
        'dates: {2026-12-07: {moderators: {slack: ["group:S03", "group:S01"]}}}\n'
    )
    (tmp_path / "club.yaml").write_text(agenda, "utf-8")
    catalogue = Catalogue(tmp_path)
    assert catalogue.slack_groups() == frozenset()
    assert catalogue.refresh() == []
    assert catalogue.slack_groups() == {"S01", "S02", "S03", "S04", "S05"}
