"""Hair: what falls behind the neck, and what is seen from the front."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nanhu.sample.photos.pen import CENTRE, FACE_Y

if TYPE_CHECKING:
    from nanhu.sample.photos.look import Look
    from nanhu.sample.photos.pen import Pen


def back_hair(pen: Pen, look: Look) -> None:
    """What falls behind the neck: only long styles."""
    if not look.is_woman:
        return
    width, top = look.face_width + 16, FACE_Y - look.face_height - 8
    if look.hair_style in {0, 1}:  # long
        pen.block(CENTRE - width, top + 30, CENTRE + width, 350, 52, look.hair)
    elif look.hair_style == 2:  # bob
        pen.block(CENTRE - width, top + 30, CENTRE + width, 268, 44, look.hair)
    elif look.hair_style == 3:  # bun
        pen.ellipse(CENTRE, top - 4, 30, 27, look.hair)
    else:  # pony tail over a shoulder
        pen.ellipse(CENTRE + width - 4, 262, 26, 82, look.hair)
    pen.ellipse(CENTRE, FACE_Y - 8, width, look.face_height + 4, look.hair)


def front_hair(pen: Pen, look: Look) -> None:
    if look.is_woman:
        _woman_fringe(pen, look)
    else:
        _man_hair(pen, look)


def _woman_fringe(pen: Pen, look: Look) -> None:
    width, height, top = look.face_width + 8, look.face_height + 8, FACE_Y - look.face_height
    if look.hair_style in {1, 2}:  # a straight fringe
        pen.slice(CENTRE, FACE_Y - 4, width, height, (197, 343), look.hair)
    elif look.hair_style == 0:  # parted in the middle
        for side in (-1, 1):
            pen.shape(
                [
                    (CENTRE, top - 10),
                    (CENTRE + side * width * 0.72, top + 14),
                    (CENTRE + side * (width + 4), FACE_Y + 20),
                    (CENTRE + side * (width - 12), FACE_Y - 14),
                    (CENTRE + side * 10, top + 34),
                ],
                look.hair,
            )
        pen.slice(CENTRE, FACE_Y - 4, width, height, (222, 318), look.hair)
    else:  # combed back, or to the side
        pen.slice(CENTRE, FACE_Y - 4, width, height, (208, 332), look.hair)
        pen.shape(
            [(CENTRE + 20, top + 4), (CENTRE - width + 2, FACE_Y - 8), (CENTRE - width + 12, FACE_Y - 54)], look.hair
        )


def _man_hair(pen: Pen, look: Look) -> None:
    width, height, top = look.face_width + 6, look.face_height + 8, FACE_Y - look.face_height
    pen.slice(CENTRE, FACE_Y - 4, width, height, (200, 340) if look.hair_style else (206, 334), look.hair)
    for side in (-1, 1):
        pen.ellipse(CENTRE + side * (look.face_width - 3), FACE_Y - 24, 6, 25, look.hair)
    if look.hair_style == 1:  # parted at the side
        pen.slice(CENTRE + 12, FACE_Y - 44, width - 12, height - 40, (196, 352), look.hair)
    elif look.hair_style == 2:  # standing
        pen.block(CENTRE - width + 12, top - 14, CENTRE + width - 12, top + 36, 30, look.hair)
    elif look.hair_style == 3:  # curly
        for step in range(7):
            pen.ellipse(
                CENTRE - width + 16 + step * (2 * width - 32) / 6, top + 10 + (step - 3) ** 2 * 2.6, 18, 18, look.hair
            )
    elif look.hair_style == 4:  # a fringe
        for step in range(4):
            pen.slice(CENTRE - 42 + step * 28, FACE_Y - 50, 22, 16, (0, 180), look.hair)
