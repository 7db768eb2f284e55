from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.desk.asking import Desk
from bot.engine.agenda import Override, Room, Series
from bot.web.access import Access
from bot.web.house import House as Site
from tests.house import House, person, way_in

UROJC, MEDED, NOWHERE = Room("local", "urojc"), Room("local", "meded"), Room("local", "nowhere")


def site_of(house: House) -> Site:
    desk = Desk(house.runner, house.store, house.catalogue, way_in)
    return Site(
        house.runner, house.store, desk, Access("s"), house.catalogue, house.clock, "http://h"
    )


async def test_a_room_knows_its_series_and_who_moderates_them(
    open_house: House, club: Series
) -> None:
    site = site_of(open_house)
    henry, ada = person("henry"), person("ada")
    henry, ada = replace(henry, id="henry"), replace(ada, id="ada")
    assert [one.name for one in site.held_in(UROJC)] == ["urojc"]
    assert site.held_in(NOWHERE) == []
    assert site.moderates_in(UROJC, henry)
    assert not site.moderates_in(UROJC, ada)
    assert site.moderates_in(MEDED, ada)
    assert not site.moderates_in(NOWHERE, henry)


async def test_whoever_moderates_on_one_date_is_a_moderator_too(
    open_house: House, club: Series
) -> None:
    site = site_of(open_house)
    assert site.moderators() == {"henry", "ada"}
    guest = Override(moderators={"local": ("grace",), "slack": ("U1",)})
    open_house.series["urojc"] = replace(club, dates={date(2026, 12, 7): guest})
    assert site.moderators() == {"henry", "ada", "grace"}  # agendas may change while it runs
