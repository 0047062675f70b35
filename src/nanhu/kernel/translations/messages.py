"""A text for people as it stands in a source file, and what is wrong with the way it stands there."""

import re
from dataclasses import dataclass
from pathlib import Path

CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")


@dataclass(frozen=True, slots=True)
class Message:
    text: str
    plural: str | None
    context: str | None
    file: Path
    line: int


@dataclass(frozen=True, slots=True)
class Fault:
    file: Path
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Found:
    """What one source file holds."""

    messages: tuple[Message, ...]
    faults: tuple[Fault, ...]


def has_chinese(text: str) -> bool:
    return CHINESE.search(text) is not None
