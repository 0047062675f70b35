"""A pen that draws in the coordinates of the finished picture."""

# ruff: noqa: PLR0917  a pen takes its coordinates in order

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import ImageDraw


WIDTH, HEIGHT = 358, 441
SCALE = 2  # drawn twice as large, then halved: smooth edges
CENTRE, FACE_Y = WIDTH / 2, 202.0
type Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Pen:
    """Draws in the coordinates of the finished picture."""

    draw: ImageDraw.ImageDraw

    def ellipse(self, x: float, y: float, rx: float, ry: float, fill: str) -> None:
        self.draw.ellipse(_box(x, y, rx, ry), fill=fill)

    def arc(self, x: float, y: float, rx: float, ry: float, angles: tuple[int, int], fill: str, width: float) -> None:
        self.draw.arc(_box(x, y, rx, ry), *angles, fill=fill, width=round(width * SCALE))

    def slice(self, x: float, y: float, rx: float, ry: float, angles: tuple[int, int], fill: str) -> None:
        self.draw.chord(_box(x, y, rx, ry), *angles, fill=fill)

    def shape(self, points: list[tuple[float, float]], fill: str) -> None:
        self.draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=fill)

    def block(self, x0: float, y0: float, x1: float, y1: float, radius: float, fill: str) -> None:
        self.draw.rounded_rectangle((x0 * SCALE, y0 * SCALE, x1 * SCALE, y1 * SCALE), radius * SCALE, fill=fill)

    def line(self, points: list[tuple[float, float]], fill: str, width: float) -> None:
        self.draw.line(
            [(x * SCALE, y * SCALE) for x, y in points], fill=fill, width=round(width * SCALE), joint="curve"
        )

    def ring(self, x: float, y: float, rx: float, ry: float, colour: str, width: float) -> None:
        self.draw.ellipse(_box(x, y, rx, ry), outline=colour, width=round(width * SCALE))


def _box(x: float, y: float, rx: float, ry: float) -> Box:
    return ((x - rx) * SCALE, (y - ry) * SCALE, (x + rx) * SCALE, (y + ry) * SCALE)
