"""The picture of a flow: columns of boxes and the lines between them, as places that a page draws."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

WIDTH, HEIGHT, ROW, APART, SIDE = 230, 26, 36, 150, 10
LONGEST: Final = 17


@dataclass(frozen=True, slots=True)
class Box:
    """`key` joins it to lines; `label` is cut where it is drawn, `whole` is read out."""

    key: str
    whole: str
    url: str = ""
    x: int = 0
    y: int = 0

    @property
    def label(self) -> str:
        return self.whole if len(self.whole) <= LONGEST else f"{self.whole[: LONGEST - 1]}…"

    @property
    def text_x(self) -> int:
        return self.x + SIDE

    @property
    def text_y(self) -> int:
        return self.y + HEIGHT - 8


@dataclass(frozen=True, slots=True)
class Picture:
    boxes: Sequence[Box]
    lines: Sequence[str]
    width: int
    height: int
    box_width: int = WIDTH
    box_height: int = HEIGHT


def drawn(columns: Sequence[Sequence[Box]], links: Iterable[tuple[str, str]]) -> Picture:
    """A box stands in its column in the order given; a line leads from one column to a later one."""
    placed: dict[str, Box] = {}
    for place, column in enumerate(columns):
        for row, box in enumerate(column):
            placed[box.key] = Box(box.key, box.whole, box.url, place * (WIDTH + APART), row * ROW)
    lines = [line(placed[left], placed[right]) for left, right in links if left in placed and right in placed]
    tallest = max((len(column) for column in columns), default=0)
    width = len(columns) * (WIDTH + APART) - APART
    return Picture(list(placed.values()), lines, width, max(tallest * ROW, ROW))


def line(left: Box, right: Box) -> str:
    x, y, to_x, to_y = left.x + WIDTH, left.y + HEIGHT // 2, right.x, right.y + HEIGHT // 2
    bend = (to_x - x) // 2
    return f"M {x} {y} C {x + bend} {y}, {to_x - bend} {to_y}, {to_x} {to_y}"
