"""Fonts for print: Fandol where it is there, Noto Serif CJK for the rest, character by character. Which characters none of them has."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

FILES: Final = (
    Path("/usr/share/texlive/texmf-dist/fonts/opentype/public/fandol/FandolSong-Regular.otf"),
    Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc"),
    Path("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"),
)
"""In the order in which a character is looked for (sheet.typ names the same families)."""
ALL_NAMES: Final = FILES[1]
"""With this one every name of the standard's tables can be drawn."""
BOLD: Final = (FILES[0].with_name("FandolSong-Bold.otf"), ALL_NAMES.with_name("NotoSerifCJK-Bold.ttc"))
UNDRAWN: Final = frozenset("\n\r\t\u3000 ")


def present() -> list[Path]:
    return [file for file in (*FILES, *BOLD) if file.is_file()]


def covered() -> frozenset[int]:
    """Of the fonts that are there now: one that is installed meanwhile counts without a restart."""
    return covered_by(tuple((file, file.stat().st_mtime_ns) for file in FILES if file.is_file()))


@cache
def covered_by(files: tuple[tuple[Path, int], ...]) -> frozenset[int]:
    return frozenset().union(*(code_points(file) for file, _changed in files))


def code_points(file: Path) -> set[int]:
    from fontTools.ttLib import TTCollection, TTFont  # only who prints reads them

    with TTCollection(file, lazy=True).fonts[0] if file.suffix == ".ttc" else TTFont(file, lazy=True) as font:
        return set(font.getBestCmap())


def missing_in(texts: Iterable[str]) -> list[str]:
    """The characters that would be boxes."""
    wanted = {sign for text in texts for sign in text} - UNDRAWN
    drawn = covered()
    return sorted(sign for sign in wanted if ord(sign) not in drawn)


def texts_in(facts: Any) -> Iterable[str]:
    """All that a template may set of these facts."""
    if isinstance(facts, str):
        yield facts
    elif isinstance(facts, Mapping):
        for value in facts.values():
            yield from texts_in(value)
    elif isinstance(facts, list | tuple):
        for value in facts:
            yield from texts_in(value)
