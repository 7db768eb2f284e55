"""Whether a number is one of its kind, by the digits that are there to check it.

Each function takes what its name says without separators, and says False for anything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1: payment cards, IMEI, personal numbers of Sweden and Canada."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0 and any(digit != "0" for digit in digits)


def social_security(digits: str) -> bool:
    """United States: no area 000, 666 or 9xx, no group 00, no serial 0000 (SSA, since 2011)."""
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    in_use = area not in ("000", "666") and area[:1] != "9"
    return len(digits) == 9 and in_use and group != "00" and serial != "0000"


def nhs(digits: str) -> bool:
    """England, Wales and Isle of Man, and with a date in front Scotland's CHI: modulus 11."""
    if len(digits) != 10 or len(set(digits)) == 1:
        return False
    check = 11 - _weighed(digits, range(10, 1, -1)) % 11
    return check % 11 == int(digits[9])


def community_health(digits: str) -> bool:
    """Scotland's CHI, by its day of birth: not every number in use passes the modulus."""
    return len(digits) == 10 and digits.isdecimal() and _is_day(digits[:6])


def medicare(digits: str) -> bool:
    """Australia's Medicare card: begins with 2 to 6, the ninth digit checks."""
    if len(digits) not in (10, 11) or digits[0] not in "23456":
        return False
    return _weighed(digits, (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == int(digits[8])


def nir(digits: str) -> bool:
    """France's social security number with its key; Corsica's 2A and 2B are given as letters."""
    number = digits[:-2].upper().replace("2A", "19", 1).replace("2B", "18", 1)
    if len(digits) != 15 or not number.isdecimal() or not digits[-2:].isdecimal():
        return False
    return digits[0] in "123478" and 97 - int(number) % 97 == int(digits[-2:])


def ahv(digits: str) -> bool:
    """Switzerland's social insurance number: an EAN-13 that begins with 756."""
    if len(digits) != 13 or not digits.startswith("756"):
        return False
    return _weighed(digits, (1, 3) * 6 + (1,)) % 10 == 0


def cpf(digits: str) -> bool:
    """Brazil's CPF: two check digits, modulus 11."""
    if len(digits) != 11 or len(set(digits)) == 1:
        return False
    first = _weighed(digits, range(10, 1, -1)) * 10 % 11 % 10
    second = _weighed(digits, range(11, 1, -1)) * 10 % 11 % 10
    return digits[9:] == f"{first}{second}"


def pesel(digits: str) -> bool:
    """Poland's PESEL."""
    if len(digits) != 11 or len(set(digits)) == 1:
        return False
    return _weighed(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0


def bsn(digits: str) -> bool:
    """Dutch citizen service number: the test of eleven."""
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return len(digits) == 9 and int(digits) > 0 and _weighed(digits, weights) % 11 == 0


def belgian(digits: str) -> bool:
    """Belgium's national register number, born before 2000 or after."""
    if len(digits) != 11:
        return False
    check = int(digits[9:])
    return check in (97 - int(digits[:9]) % 97, 97 - int("2" + digits[:9]) % 97)


def norwegian(digits: str) -> bool:
    """Norway's birth number: two check digits, modulus 11."""
    if len(digits) != 11:
        return False
    first = -_weighed(digits, (3, 7, 6, 1, 8, 9, 4, 5, 2)) % 11
    second = -_weighed(digits, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return _is_day(digits[:6]) and digits[9:] == f"{first}{second}"


def aadhaar(digits: str) -> bool:
    """India's Aadhaar: Verhoeff's check, and no 0 or 1 in front."""
    if len(digits) != 12 or digits[0] in "01":
        return False
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = _dihedral(check, _permuted(int(digit), place))
    return check == 0


def spanish(text: str) -> bool:
    """Spain's DNI and NIE: a letter by the number modulo 23."""
    number, letter = text[:-1].upper(), text[-1:].upper()
    if number[:1] in ("X", "Y", "Z"):
        number = str("XYZ".index(number[0])) + number[1:]
    is_one = len(number) == 8 and number.isdecimal()
    return is_one and "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == letter


def finnish(text: str) -> bool:
    """Finland's personal identity code: a sign by the number modulo 31."""
    number = text[:6] + text[7:10]
    if len(text) != 11 or not number.isdecimal() or not _is_day(text[:6]):
        return False
    return "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(number) % 31] == text[10].upper()


def swedish(digits: str) -> bool:
    """Sweden's personal number: a day (60 more for a coordination number) and Luhn's digit."""
    digits = digits[-10:]
    day = int(digits[4:6]) if len(digits) == 10 else 0
    return 1 <= day % 60 <= 31 and 1 <= int(digits[2:4]) <= 12 and luhn(digits)


def italian(text: str) -> bool:
    """Italy's fiscal code: its sixteenth character checks the others."""
    odd = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25,
           24, 23)  # fmt: skip
    values = [ord(c) - ord("0") if c.isdecimal() else ord(c) - ord("A") for c in text.upper()]
    if len(values) != 16 or not all(0 <= value < 26 for value in values):
        return False
    total = sum(value if place % 2 else odd[value] for place, value in enumerate(values[:15]))
    return total % 26 == values[15]


def german(text: str) -> bool:
    """Germany's health insurance number: a letter and nine digits, the last one checks."""
    if len(text) != 10 or not text[0].isalpha() or not text[1:].isdecimal():
        return False
    digits = f"{ord(text[0].upper()) - ord('A') + 1:02}{text[1:9]}"
    products = (int(digit) * (1 + place % 2) for place, digit in enumerate(digits))
    return sum(value // 10 + value % 10 for value in products) % 10 == int(text[9])


def new_zealand(text: str) -> bool:
    """Check New Zealand's NHI in its first form: three letters, four digits, modulus 11."""
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    text = text.upper()
    if len(text) != 7 or not all(c in letters for c in text[:3]) or not text[3:].isdecimal():
        return False
    values = [*(letters.index(c) + 1 for c in text[:3]), *map(int, text[3:6])]
    rest = sum(value * weight for value, weight in zip(values, range(7, 1, -1), strict=True)) % 11
    return rest != 0 and (11 - rest) % 10 == int(text[6])


def iban(text: str) -> bool:
    """ISO 13616: the country and check digits moved behind, letters as numbers, modulo 97."""
    moved = text[4:] + text[:4]
    return 15 <= len(text) <= 34 and int("".join(str(int(c, 36)) for c in moved)) % 97 == 1


def vehicle(text: str) -> bool:
    """ISO 3779 with North America's check digit in the ninth place (49 CFR 565.15)."""
    letters, numbers = "ABCDEFGHJKLMNPRSTUVWXYZ", "12345678123457923456789"
    values = {letter: int(number) for letter, number in zip(letters, numbers, strict=True)}
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
    text = text.upper()
    is_mixed = not text.isdecimal() and not text.isalpha()
    if len(text) != 17 or not is_mixed or not all(c.isdecimal() or c in values for c in text):
        return False
    total = sum(
        (int(c) if c.isdecimal() else values[c]) * weight
        for c, weight in zip(text, weights, strict=True)
    )
    return "0123456789X"[total % 11] == text[8]


def _weighed(digits: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def _is_day(digits: str) -> bool:
    """Whether six digits are a day of some century, day first."""
    try:
        date(2000 + int(digits[4:6]), int(digits[2:4]), int(digits[:2]))
    except ValueError:
        return False
    return True


def _dihedral(left: int, right: int) -> int:
    """Multiply in the dihedral group of the pentagon."""
    turned, mirrored = left % 5, left // 5
    other, also = right % 5, right // 5
    turn = (turned - other if mirrored else turned + other) % 5
    return turn + 5 * (mirrored ^ also)


def _permuted(digit: int, times: int) -> int:
    """Apply Verhoeff's permutation so many times."""
    for _ in range(times % 8):
        digit = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)[digit]
    return digit
