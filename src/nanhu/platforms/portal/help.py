"""Help on a page (帮助): the section of the user manual (`docs/manual/使用手册.md`) that explains it, found by the page's name.

A section ends with `页面：` and the names of what it explains: a whole console (`card:bank`), or one page of it (`card:code`); the longest name
that fits a page has it; or, where it explains no page but a machine, with `画面：` and the name of its picture. Each stands in English too (`docs/manual/user-manual.en.md`).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Final

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt

from nanhu.kernel.folding import folded
from nanhu.kernel.manual import HOUSE
from nanhu.kernel.registry import Hit, Text, Viewer
from nanhu.kernel.ui.words import called, reads_chinese

TEXT: Final = HOUSE / "docs" / "manual" / "使用手册.md"
ENGLISH: Final = HOUSE / "docs" / "manual" / "user-manual.en.md"
"""The same sections in English, each with the title of the one that it translates."""
PICTURES: Final = HOUSE / "docs" / "manual" / "pictures"
"""A page of each section on the sample campus, as `make screenshots` takes them."""
PICTURE_SIZE: Final = (960, 600)
HEADING: Final = re.compile(r"(?m)^## ")
ROWS, PAGES, SCREEN, TRANSLATES = "对应条目：", "页面：", "画面：", "Section: "
ROW: Final = re.compile(r"A\d{3}")

CHAPTERS: Final[tuple[tuple[Text, frozenset[str]], ...]] = (
    (_("账号与登录"), frozenset({"identity"})),
    (_("门户、消息和待办"), frozenset({"portal", "messages", "inbox", "flows"})),
    (_("校园卡和门禁"), frozenset({"card", "kiosks", "pos", "bus", "access"})),
    (_("校园生活"), frozenset({"campus", "directory", "venues", "lostfound", "requests"})),
    (_("网络和移动校园"), frozenset({"mobile", "network", "network_portal", "network_reach"})),
    (_("资产、收费和水电"), frozenset({"assets", "payments", "dormitory", "parties"})),
    (_("学校的数据和管理"), frozenset({"datahub", "openapi", "people", "printing"})),
)
"""By the room of the first page that a section explains, or of its picture."""


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    text: str
    pages: tuple[str, ...]
    rows: tuple[str, ...]
    """Ids of the rows that it explains (A025)."""
    screen: str = ""
    english: tuple[str, str] | None = None
    """Title and text."""

    @property
    def is_english(self) -> bool:
        """Whether this reader reads it in English."""
        return self.english is not None and not reads_chinese()

    @property
    def called(self) -> str:
        return self.english[0] if self.english and self.is_english else called(self.title)

    @property
    def shown(self) -> str:
        return self.english[1] if self.english and self.is_english else self.text

    @property
    def picture_file(self) -> Path | None:
        """None of a section that shows nothing."""
        name = self.screen or (self.pages[0].replace(":", "-") if self.pages else "")
        return PICTURES / f"{name}.webp" if name else None

    @property
    def picture(self) -> str:
        """The name of its file, where that is there."""
        return self.picture_file.name if self.picture_file is not None and self.picture_file.is_file() else ""

    @property
    def chapter(self) -> int:
        """Its place among `CHAPTERS`; behind them where none has its room."""
        room = (self.pages[0] if self.pages else self.screen).partition(":")[0]
        return next((place for place, (_name, rooms) in enumerate(CHAPTERS) if room in rooms), len(CHAPTERS))

    def has(self, wanted: str) -> bool:
        """Does it hold every word of what was typed?"""
        return all(word in folded_text(self) for word in folded(wanted).split())

    def html(self) -> SafeString:
        """Our own file; what markup it has is shown as it was typed."""
        shown: SafeString = mark_safe(MarkdownIt("commonmark", {"html": False}).enable("table").render(self.shown))  # noqa: S308
        return shown


@lru_cache(maxsize=200)
def folded_text(section: Section) -> str:
    return folded(" ".join([section.title, section.text, *(section.english or ())]))


@lru_cache(maxsize=1)
def sections() -> tuple[Section, ...]:
    """The manual, as it lay there when the program started; nothing where it was installed without documents."""
    if not TEXT.is_file():
        return ()
    known = english_sections()
    found = (section_of(part) for part in HEADING.split(TEXT.read_text(encoding="utf-8"))[1:])
    return tuple(replace(one, english=known.get(one.title)) for one in found)


def english_sections() -> dict[str, tuple[str, str]]:
    """Title and text in English, by the Chinese title."""
    if not ENGLISH.is_file():
        return {}
    found = {}
    for part in HEADING.split(ENGLISH.read_text(encoding="utf-8"))[1:]:
        title, of, text = (one.strip() for one in part.split("\n", 2))
        found[of.removeprefix(TRANSLATES)] = (title, text)
    return found


def section_of(part: str) -> Section:
    title, *lines = part.strip().splitlines()
    pages = next((line.removeprefix(PAGES).split() for line in lines if line.startswith(PAGES)), [])
    rows = tuple(ROW.findall(next((line for line in lines if line.startswith(ROWS)), "")))
    screen = next((line.removeprefix(SCREEN).strip() for line in lines if line.startswith(SCREEN)), "")
    text = "\n".join(line for line in lines if not line.startswith((ROWS, PAGES, SCREEN)))
    return Section(title.strip(), text.strip(), tuple(pages), rows, screen)


def by_chapter(found: Iterable[Section]) -> list[tuple[Text, list[Section]]]:
    ordered = groupby(sorted(found, key=lambda one: one.chapter), key=lambda one: one.chapter)
    return [(CHAPTERS[place][0] if place < len(CHAPTERS) else _("其他"), list(some)) for place, some in ordered]


def section_for(page: str) -> Section | None:
    """The section that explains a page by its name (`card:bank:overview`)."""
    found = [(len(name), one) for one in sections() for name in one.pages if f"{page}:".startswith(f"{name}:")]
    return max(found, key=lambda pair: pair[0])[1] if found else None


def section_of_row(row: str) -> Section | None:
    """The first that names this row of the manual."""
    return next((one for one in sections() if row in one.rows), None)


def section_titled(title: str) -> Section | None:
    return next((one for one in sections() if one.title == title), None)


def sections_found(_viewer: Viewer, text: str, limit: int) -> list[Hit]:
    """For the one search, and the manual is everybody's: what has it in its title first, then what says it in so many letters. In a
    long text any three letters begin some three syllables."""
    titled = [one for one in sections() if text in folded(f"{one.title} {one.called}")]
    found = [*titled, *(one for one in sections() if text in one.shown.lower() and one not in titled)]
    return [
        Hit(key=one.title, title=one.called, url=reverse("portal:help_section", args=[one.title]))
        for one in found[:limit]
    ]
