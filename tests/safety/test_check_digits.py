"""That a number passes its check, and that it does not with a digit changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.safety import check_digits

EXAMPLES: list[tuple[Callable[[str], bool], str]] = [
    (check_digits.aadhaar, "499118665246"),
    (check_digits.ahv, "7569217076985"),
    (check_digits.belgian, "93051822361"),
    (check_digits.bsn, "111222333"),
    (check_digits.cpf, "52998224725"),
    (check_digits.finnish, "131052-308T"),
    (check_digits.german, "T220001291"),
    (check_digits.iban, "GB82WEST12345698765432"),
    (check_digits.italian, "RSSMRA85T10A562S"),
    (check_digits.luhn, "4111111111111111"),
    (check_digits.medicare, "2123456701"),
    (check_digits.new_zealand, "ZAC5361"),
    (check_digits.nhs, "9434765919"),
    (check_digits.nir, "255081416802538"),
    (check_digits.norwegian, "13097248022"),
    (check_digits.pesel, "44051401359"),
    (check_digits.spanish, "12345678Z"),
    (check_digits.spanish, "X1234567L"),
    (check_digits.swedish, "8112189876"),
    (check_digits.vehicle, "1M8GDM9AXKP042788"),
]

ids = [f"{check.__name__}-{text[0]}" for check, text in EXAMPLES]


@pytest.mark.parametrize(("check", "text"), EXAMPLES, ids=ids)
def test_a_number_passes(check: Callable[[str], bool], text: str) -> None:
    assert check(text)


@pytest.mark.parametrize(("check", "text"), EXAMPLES, ids=ids)
def test_with_a_digit_changed_or_lost_it_does_not(check: Callable[[str], bool], text: str) -> None:
    place = max(place for place, sign in enumerate(text[:-1]) if sign.isdecimal())
    changed = text[:place] + str((int(text[place]) + 1) % 10) + text[place + 1 :]
    assert not check(changed)
    assert not check(text[:-1])


@pytest.mark.parametrize("check", {check for check, _ in EXAMPLES}, ids=lambda it: it.__name__)
def test_digits_that_are_all_zero_are_no_number(check: Callable[[str], bool]) -> None:
    assert not any(check("0" * length) for length in range(1, 20))


@pytest.mark.parametrize(
    "digits", ["000123456", "666123456", "900123456", "123006789", "123450000"]
)
def test_a_social_security_number_that_is_never_given_is_none(digits: str) -> None:
    assert not check_digits.social_security(digits)
    assert check_digits.social_security("078051120")


def test_one_born_after_2000_has_another_check_in_belgium() -> None:
    number = "050112345"
    check = 97 - int("2" + number) % 97
    assert check_digits.belgian(f"{number}{check:02}")


def test_a_scottish_number_begins_with_a_day_whatever_its_check_digit() -> None:
    assert check_digits.community_health("0101560123")
    assert not check_digits.community_health("4501560123")
    assert not check_digits.community_health("010156012")
