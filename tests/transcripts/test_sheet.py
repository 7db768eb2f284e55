"""The paper of the picture in pixels: what the fonts have, what they lack, what is drawn where."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.transcripts import sheet as sheet_module
from bot.transcripts.sheet import Sheet, Type

PAPER = (250, 249, 246)
BOLD = Type(40, "#1d2126", bold=True)
PLAIN = Type(40, "#1d2126")
SIZES = [Type(size, "#1d2126", bold=True) for size in (56, 50, 44)]


def paper(width: int = 400, height: int = 100) -> Sheet:
    return Sheet(width, height, "#faf9f6")


def pixels(sheet: Sheet) -> Image.Image:
    return Image.open(BytesIO(sheet.png())).convert("RGB")


def ink(sheet: Sheet) -> tuple[int, int, int, int] | None:
    """Return the box around everything that is darker than the paper."""
    return pixels(sheet).convert("L").point(lambda value: 255 * (value < 200)).getbbox()


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Urology Journal Club", "Urology Journal Club"),
        ("  two\n lines\t", "two lines"),
        ("Journal Club für Ärzte – «Żółć» №1 50 €", "Journal Club für Ärzte – «Żółć» №1 50 €"),
        ("Arzte u\u0308ben", "Arzte üben"),
        ("Λέσχη περιοδικού", "Λέσχη περιοδικού"),
        ("Журнальный клуб", "Журнальный клуб"),
        ("🩺 Journal Club 👩🏽‍⚕️ für Ärzte ✨", "Journal Club für Ärzte"),
        ("1️⃣ chat ❤️", "1 chat"),
        ("\u202eesrever\u202c \x1b[31mred", "esrever [31mred"),
        ("نادي المجلات", ""),
        ("Journal Club نادي", ""),
        ("抄読会", ""),
        ("वार्ता", ""),
        ("a\u0323\u0325 with a mark of no letter", ""),
        ("🩺 ✨", ""),
        ("– :", ""),
        ("", ""),
    ],
)
def test_a_text_is_drawn_whole_or_not_at_all_emoji_aside(text: str, drawn: str) -> None:
    assert paper().drawable(text) == drawn


@given(st.text(max_size=40))
def test_whatever_is_drawable_leaves_ink_for_each_of_its_characters(text: str) -> None:
    drawn = paper().drawable(text)
    for character in {*drawn} - {" "}:
        sheet = paper(100, 100)
        sheet.write(30, 60, character, BOLD)
        assert sheet.png() != paper(100, 100).png()


@pytest.mark.parametrize("type_", [BOLD, PLAIN])
def test_what_a_font_lacks_leaves_no_box(type_: Type) -> None:
    sheet = paper()
    sheet.write(10, 60, "نادي抄読会🩺\ue000", type_)
    assert ink(sheet) is None


def test_words_stand_on_their_line_where_they_are_aligned() -> None:
    for align, left, right in (("l", 200, 400), ("r", 0, 201), ("m", 100, 300)):
        sheet = paper()
        wide = sheet.write(200, 60, "Hhh", BOLD, align)
        assert wide == sheet.wide("Hhh", BOLD) > 60
        box = ink(sheet)
        assert box is not None
        assert left <= box[0] < box[2] <= right
        assert box[3] == 60
        assert box[2] - box[0] == pytest.approx(wide, abs=10)


def test_a_block_ends_before_its_right_and_lower_edge_and_is_never_nothing() -> None:
    sheet = paper(20, 20)
    sheet.block(2, 3, 6, 8, "#000000")
    sheet.block(12, 12, 12, 12.2, "#000000")
    picture = pixels(sheet)
    dark = {(x, y) for x in range(20) for y in range(20) if picture.getpixel((x, y)) == (0, 0, 0)}
    assert dark == {(x, y) for x in range(2, 6) for y in range(3, 8)} | {(12, 12)}


def test_colours_stay_close_to_those_that_were_asked_for() -> None:
    sheet = paper()
    for place in range(40):
        sheet.block(place * 10, 0, place * 10 + 10, 10, f"#{place * 6:02x}7a{255 - place * 6:02x}")
    sheet.write(10, 60, "Colours", BOLD)
    picture = pixels(sheet)
    for place in range(40):
        found = picture.getpixel((place * 10 + 5, 5))
        assert isinstance(found, tuple)
        wanted = (place * 6, 0x7A, 255 - place * 6)
        assert all(abs(a - b) <= 12 for a, b in zip(found, wanted, strict=True))
    corner = picture.getpixel((399, 99))
    assert isinstance(corner, tuple)
    assert all(abs(a - b) <= 2 for a, b in zip(corner, PAPER, strict=True))


def test_a_line_is_set_as_large_as_it_fits() -> None:
    sheet = paper()
    assert sheet.set_in(1112, "Urology Journal Club", SIZES) == (
        SIZES[0],
        ("Urology Journal Club",),
    )
    longer = "International Urology Journal Club and its friends"
    type_, lines = sheet.set_in(1112, longer, SIZES)
    assert (type_, lines) == (SIZES[2], (longer,))
    assert sheet.wide(longer, SIZES[1]) > 1112


def test_a_long_line_becomes_two_cut_at_words() -> None:
    title = "What every junior doctor should know about lower urinary tract symptoms, " * 3
    type_, (first, second) = paper().set_in(1112, title, SIZES)
    assert type_ == SIZES[-1]
    assert title.startswith(f"{first} {second.removesuffix('…')}")
    assert second.endswith("…")
    assert second[-2].isalpha()
    two = "What every junior doctor should know about lower urinary tract symptoms"
    assert " ".join(paper().set_in(1112, two, SIZES)[1]) == two


@given(st.text("Wi ,.Ωя–", min_size=1, max_size=200))
def test_no_line_is_wider_than_its_room(text: str) -> None:
    sheet = paper()
    type_, lines = sheet.set_in(300, text, SIZES)
    assert len(lines) <= 2
    assert all(sheet.wide(line, type_) <= 300 for line in lines)


def test_the_fonts_stand_beside_their_licence() -> None:
    fonts = Path(sheet_module.__file__).parent / "fonts"
    assert "SIL OPEN FONT LICENSE" in (fonts / "LICENSE").read_text("utf-8")
    assert {file.suffix for file in fonts.iterdir()} == {".ttf", ".md", ""}
