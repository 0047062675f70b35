"""One portrait, drawn from the back to the front."""

from __future__ import annotations

import io
from random import Random
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from nanhu.sample.photos.clothes import shoulders
from nanhu.sample.photos.hair import back_hair, front_hair
from nanhu.sample.photos.look import darker, draw_look
from nanhu.sample.photos.pen import CENTRE, FACE_Y, HEIGHT, SCALE, WIDTH, Pen

if TYPE_CHECKING:
    from nanhu.sample.photos.look import Look


QUALITY = 88


def file_name(campus_no: str) -> str:
    return f"{campus_no}.jpg"


def portrait(campus_no: str, *, sex: str = "", age: int = 20, is_foreign: bool = False) -> bytes:
    """The JPEG. `sex` as in GB/T 2261.1; unknown is drawn by lot."""
    look = draw_look(Random(f"portrait:{campus_no}"), sex=sex, age=age, is_foreign=is_foreign)
    image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), look.background)
    pen = Pen(ImageDraw.Draw(image))
    back_hair(pen, look)
    shoulders(pen, look)
    _face(pen, look)
    _features(pen, look)
    front_hair(pen, look)
    if look.glasses:
        _glasses(pen, look)
    file = io.BytesIO()
    image.reduce(SCALE).save(file, "JPEG", quality=QUALITY, dpi=(300, 300))
    return file.getvalue()


def _face(pen: Pen, look: Look) -> None:
    for side in (-1, 1):
        pen.ellipse(CENTRE + side * look.face_width, FACE_Y + 8, 11, 17, look.shade)
    pen.ellipse(CENTRE, FACE_Y, look.face_width, look.face_height, look.skin)
    pen.ellipse(CENTRE, FACE_Y + 26, look.face_width - 7, look.face_height - 20, look.skin)


def _features(pen: Pen, look: Look) -> None:
    eyes, dark = FACE_Y + 6, "#2a2323"
    for side in (-1, 1):
        x = CENTRE + side * look.eye_gap
        pen.line(
            [(x - 12, eyes - 20 - side * look.brow), (x + 12, eyes - 20 + side * look.brow)],
            darker(look.hair, 0.95),
            4 if not look.is_woman else 3,
        )
        pen.ellipse(x, eyes, 8.5, 6.2, "#ffffff")
        pen.ellipse(x, eyes, 5.2, 6.0, dark)
        pen.ellipse(x + 1.8, eyes - 2, 1.6, 1.6, "#ffffff")
        pen.arc(x, eyes + 1, 10, 8, (200, 340), dark, 2.4 if look.is_woman else 1.6)
        if look.has_blush:
            pen.ellipse(x + side * 13, eyes + 30, 12, 7, _mix(look.skin))
    pen.line([(CENTRE + 1, eyes + 12), (CENTRE - 5, eyes + 30), (CENTRE + 4, eyes + 32)], look.shade, 3)
    lips = "#b4505a" if look.is_woman else "#a5625a"
    pen.arc(CENTRE, eyes + 46, 21, look.smile, (22, 158), lips, 4)


def _mix(skin: str) -> str:
    red, green, blue = (int(skin[place : place + 2], 16) for place in (1, 3, 5))
    return f"#{min(red + 4, 255):02x}{int(green * 0.9):02x}{int(blue * 0.88):02x}"


def _glasses(pen: Pen, look: Look) -> None:
    colour, eyes = ("#2b2b30", "#6b5a4a")[look.glasses - 1], FACE_Y + 6
    for side in (-1, 1):
        pen.ring(CENTRE + side * look.eye_gap, eyes, 21, 17 if look.glasses == 1 else 20, colour, 2.6)
        pen.line(
            [(CENTRE + side * (look.eye_gap + 20), eyes - 3), (CENTRE + side * look.face_width, eyes - 6)], colour, 2.4
        )
    pen.line([(CENTRE - look.eye_gap + 20, eyes - 2), (CENTRE + look.eye_gap - 20, eyes - 2)], colour, 2.6)
