"""Paper for a picture in pixels, and two fonts that are the project's own to write on it."""

from __future__ import annotations

import bisect
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from bot.transcripts.characters import one_line, undirected

_FONTS = Path(__file__).parent / "fonts"
_EMOJI = "\u20e3\ufe0e\ufe0f"  # marks that turn a character into an emoji, or back


@dataclass(frozen=True, slots=True)
class Type:
    """How words look: pixels from line to line, roughly, a colour, and one of two weights."""

    size: int
    colour: str
    bold: bool = False


_PROBE = Type(24, "#000000", bold=True)


class Sheet:
    """Paper, and type on it. What the fonts lack leaves no ink; nothing is asked of the machine.

    Lengths are pixels from the upper left corner, colours `#rrggbb`. A font is read once for each
    size; the bold one has Latin, Greek and Cyrillic letters, the other one those of English.
    """

    def __init__(self, width: int, height: int, paper: str) -> None:
        self._image = Image.new("RGB", (width, height), paper)
        self._draw = ImageDraw.Draw(self._image)
        self._fonts: dict[tuple[int, bool], ImageFont.FreeTypeFont] = {}

    def write(self, x: float, y: float, words: str, type_: Type, align: str = "l") -> float:
        """Write on the base line `y`, aligned `l`, `m` or `r` at `x`; return how wide it is."""
        font = self._font(type_)
        self._draw.text((round(x), round(y)), words, type_.colour, font, f"{align}s")
        return font.getlength(words)

    def wide(self, words: str, type_: Type) -> float:
        """Return how wide words would be."""
        return self._font(type_).getlength(words)

    def block(self, left: float, top: float, right: float, bottom: float, colour: str) -> None:
        """Fill a rectangle up to its right and lower edges, at least one pixel of it."""
        x, y = round(left), round(top)
        end = max(x, round(right) - 1), max(y, round(bottom) - 1)
        self._draw.rectangle((x, y, *end), fill=colour)

    def png(self) -> bytes:
        """Return the sheet as a file of 256 colours, close to those that are there."""
        file = BytesIO()
        octree = Image.Quantize.FASTOCTREE
        self._image.quantize(256, octree, dither=Image.Dither.NONE).save(file, "PNG")
        return file.getvalue()

    def _font(self, type_: Type) -> ImageFont.FreeTypeFont:
        """Return a font in the basic layout, which is the same on every machine."""
        wanted = type_.size, type_.bold
        if wanted not in self._fonts:
            file = _FONTS / ("Inter-SemiBold.ttf" if type_.bold else "Inter-Regular.ttf")
            basic = ImageFont.Layout.BASIC
            self._fonts[wanted] = ImageFont.truetype(file, type_.size, layout_engine=basic)
        return self._fonts[wanted]

    # ------------------------------------------------------------ what others wrote

    def drawable(self, text: str) -> str:
        """Return a text in one line as the bold font has it.

        Emoji are left out. If any other character leaves no ink, or if no letter or digit is
        left, the result is empty: half a name would be a wrong one.
        """
        line = unicodedata.normalize("NFC", one_line(undirected(text)))
        lacking = {character for character in {*line} - {" "} if not self._inked(character)}
        if not all(map(_is_emoji, lacking)):
            return ""
        kept = " ".join("".join(c for c in line if c not in lacking).split())
        return kept if any(map(str.isalnum, kept)) else ""

    def _inked(self, character: str) -> bool:
        return self._font(_PROBE).getmask(character).getbbox() is not None

    def set_in(self, room: float, line: str, types: Sequence[Type]) -> tuple[Type, Sequence[str]]:
        """Set a line into `room`; return how, and its lines.

        It is one line in the first of `types` in which it fits; else two lines in the last one,
        the second of them cut with `…` where it is full.
        """
        for type_ in types:
            if self.wide(line, type_) <= room:
                return type_, (line,)
        type_ = types[-1]
        first, rest = self._cut(line, type_, room)
        if self.wide(rest, type_) > room:
            rest = self._cut(rest, type_, room - self.wide("…", type_))[0] + "…"
        return type_, (first, rest)

    def _cut(self, line: str, type_: Type, room: float) -> tuple[str, str]:
        """Cut a line where it is full, at a space if there is one in its second half."""
        full = bisect.bisect_right(
            range(1, len(line)), room, key=lambda end: self.wide(line[:end], type_)
        )
        space = line.rfind(" ", full // 2, full + 1)
        end = space if space > 0 else full
        return line[:end].rstrip(" ,;:.–-"), line[end:].lstrip()


def _is_emoji(character: str) -> bool:
    """Tell whether a character is a picture, or a mark that belongs to one."""
    return character in _EMOJI or unicodedata.category(character) in ("So", "Sk", "Cf")
