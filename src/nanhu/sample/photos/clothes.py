"""Shoulders, neck and what is worn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nanhu.sample.photos.look import darker
from nanhu.sample.photos.pen import CENTRE, HEIGHT

if TYPE_CHECKING:
    from nanhu.sample.photos.look import Look
    from nanhu.sample.photos.pen import Pen


TIES = ("#8c2f39", "#2f4a7a", "#3d5a45")


def shoulders(pen: Pen, look: Look) -> None:
    half = 128 if look.is_woman else 146
    pen.block(CENTRE - half, 338, CENTRE + half, HEIGHT + 80, 74, look.clothes)
    _neck(pen, look)
    style = (_suit, _shirt, _crew_neck, _hoodie, _polo)[look.clothes_style]
    style(pen, look)


def _neck(pen: Pen, look: Look) -> None:
    half = 27 if look.is_woman else 33
    pen.block(CENTRE - half, 236, CENTRE + half, 352, 16, look.shade)
    pen.ellipse(CENTRE, 346, half + 12, 26, look.shade)


def _suit(pen: Pen, look: Look) -> None:
    pen.shape([(CENTRE - 44, 334), (CENTRE + 44, 334), (CENTRE, HEIGHT)], look.shirt)
    pen.shape([(CENTRE - 26, 330), (CENTRE + 26, 330), (CENTRE, 366)], look.shade)
    if not look.is_woman:
        tie = TIES[int(look.face_height) % len(TIES)]
        pen.shape([(CENTRE - 9, 364), (CENTRE + 9, 364), (CENTRE + 13, HEIGHT), (CENTRE - 13, HEIGHT)], tie)
    dark = darker(look.clothes, 0.82)
    for side in (-1, 1):
        pen.shape(
            [
                (CENTRE + side * 46, 330),
                (CENTRE + side * 70, 352),
                (CENTRE + side * 6, HEIGHT),
                (CENTRE + side * 2, HEIGHT),
            ],
            dark,
        )


def _shirt(pen: Pen, look: Look) -> None:
    half = 128 if look.is_woman else 146
    pen.block(CENTRE - half, 338, CENTRE + half, HEIGHT + 80, 74, look.shirt)
    _neck(pen, look)
    edge = darker(look.shirt, 0.86)
    for side in (-1, 1):
        pen.shape(
            [(CENTRE + side * 40, 326), (CENTRE + side * 58, 352), (CENTRE + side * 18, 386), (CENTRE, 366)], edge
        )
    pen.line([(CENTRE, 370), (CENTRE, HEIGHT)], edge, 2)


def _crew_neck(pen: Pen, look: Look) -> None:
    pen.arc(CENTRE, 338, 46, 34, (0, 180), darker(look.clothes, 0.8), 7)


def _hoodie(pen: Pen, look: Look) -> None:
    dark = darker(look.clothes, 0.85)
    pen.arc(CENTRE, 330, 58, 44, (10, 170), dark, 16)
    for side in (-1, 1):
        pen.line([(CENTRE + side * 20, 378), (CENTRE + side * 22, 424)], "#f4f4f2", 3)


def _polo(pen: Pen, look: Look) -> None:
    for side in (-1, 1):
        pen.shape(
            [(CENTRE + side * 42, 326), (CENTRE + side * 60, 348), (CENTRE + side * 24, 380), (CENTRE, 362)], look.shirt
        )
    pen.line([(CENTRE, 366), (CENTRE, 408)], darker(look.clothes, 0.75), 3)
