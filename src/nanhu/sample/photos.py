"""Portraits (证件照) of people who do not exist: flat, friendly, the same each time for a campus number.

JPEG 358×441 as the card office asks, named by campus number, made one by one when somebody looks.
"""

# ruff: noqa: PLR0917  a pen takes its coordinates in order

from __future__ import annotations

import io
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 358, 441
SCALE = 2  # drawn twice as large, then halved: smooth edges
QUALITY = 88

BACKGROUNDS = ("#438edb", "#438edb", "#4f97dd", "#f7f8f9", "#eef3f7")
SKINS = ("#f6d9c2", "#f2cdb0", "#ecc19f", "#e3b18c", "#d9a27b", "#f8e0cd")
DARK_SKINS = ("#b9825a", "#9a6743", "#7d5136", "#e8c4a4", "#f3d9c6")
HAIRS = ("#1d1a1b", "#241f1e", "#2e2522", "#3a2c26", "#171517")
GREY_HAIRS = ("#6c6a6b", "#8d8b8b", "#4c494a")
CLOTHES = ("#2f4858", "#33658a", "#54738e", "#8a4f4d", "#5c6b54", "#3f3f57", "#7a6a8a", "#b35c44", "#466b66", "#c9ced6")
SHIRTS = ("#ffffff", "#f1f4f8", "#dfeaf5", "#fbf3e6")
TIES = ("#8c2f39", "#2f4a7a", "#3d5a45")

type Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Look:
    """What was drawn by lot for one person."""

    background: str
    skin: str
    shade: str
    hair: str
    clothes: str
    shirt: str
    is_woman: bool
    hair_style: int
    clothes_style: int
    face_width: float
    face_height: float
    eye_gap: float
    brow: float
    smile: float
    glasses: int
    has_blush: bool


def file_name(campus_no: str) -> str:
    return f"{campus_no}.jpg"


def portrait(campus_no: str, *, sex: str = "", age: int = 20, is_foreign: bool = False) -> bytes:
    """The JPEG. `sex` as in GB/T 2261.1; unknown is drawn by lot."""
    look = _look(Random(f"portrait:{campus_no}"), sex=sex, age=age, is_foreign=is_foreign)
    image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), look.background)
    pen = _Pen(ImageDraw.Draw(image))
    _back_hair(pen, look)
    _shoulders(pen, look)
    _face(pen, look)
    _features(pen, look)
    _front_hair(pen, look)
    if look.glasses:
        _glasses(pen, look)
    file = io.BytesIO()
    image.reduce(SCALE).save(file, "JPEG", quality=QUALITY, dpi=(300, 300))
    return file.getvalue()


def _look(rng: Random, *, sex: str, age: int, is_foreign: bool) -> _Look:
    skin = rng.choice(DARK_SKINS if is_foreign else SKINS)
    is_grey = age > 50 and rng.random() < (age - 50) / 18
    is_woman = sex == "2" or (sex != "1" and rng.random() < 0.5)
    return _Look(
        background=rng.choice(BACKGROUNDS), skin=skin, shade=_darker(skin, 0.9), hair=rng.choice(GREY_HAIRS if is_grey else HAIRS),
        clothes=rng.choice(CLOTHES), shirt=rng.choice(SHIRTS), is_woman=is_woman, hair_style=rng.randrange(5),
        clothes_style=rng.randrange(3) if age > 26 else rng.randrange(1, 5), face_width=rng.uniform(68, 75) - 4 * is_woman,
        face_height=rng.uniform(87, 95), eye_gap=rng.uniform(28, 33), brow=rng.uniform(-0.3, 1.4), smile=rng.uniform(12, 20),
        glasses=rng.choice((0, 0, 0, 1, 2)), has_blush=is_woman or rng.random() < 0.25,
    )  # fmt: skip


def _darker(colour: str, factor: float) -> str:
    parts = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{int(part * factor):02x}" for part in parts)


@dataclass(frozen=True, slots=True)
class _Pen:
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


CENTRE, FACE_Y = WIDTH / 2, 202.0


def _back_hair(pen: _Pen, look: _Look) -> None:
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


def _shoulders(pen: _Pen, look: _Look) -> None:
    half = 128 if look.is_woman else 146
    pen.block(CENTRE - half, 338, CENTRE + half, HEIGHT + 80, 74, look.clothes)
    _neck(pen, look)
    style = (_suit, _shirt, _crew_neck, _hoodie, _polo)[look.clothes_style]
    style(pen, look)


def _neck(pen: _Pen, look: _Look) -> None:
    half = 27 if look.is_woman else 33
    pen.block(CENTRE - half, 236, CENTRE + half, 352, 16, look.shade)
    pen.ellipse(CENTRE, 346, half + 12, 26, look.shade)


def _suit(pen: _Pen, look: _Look) -> None:
    pen.shape([(CENTRE - 44, 334), (CENTRE + 44, 334), (CENTRE, HEIGHT)], look.shirt)
    pen.shape([(CENTRE - 26, 330), (CENTRE + 26, 330), (CENTRE, 366)], look.shade)
    if not look.is_woman:
        tie = TIES[int(look.face_height) % len(TIES)]
        pen.shape([(CENTRE - 9, 364), (CENTRE + 9, 364), (CENTRE + 13, HEIGHT), (CENTRE - 13, HEIGHT)], tie)
    dark = _darker(look.clothes, 0.82)
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


def _shirt(pen: _Pen, look: _Look) -> None:
    half = 128 if look.is_woman else 146
    pen.block(CENTRE - half, 338, CENTRE + half, HEIGHT + 80, 74, look.shirt)
    _neck(pen, look)
    edge = _darker(look.shirt, 0.86)
    for side in (-1, 1):
        pen.shape(
            [(CENTRE + side * 40, 326), (CENTRE + side * 58, 352), (CENTRE + side * 18, 386), (CENTRE, 366)], edge
        )
    pen.line([(CENTRE, 370), (CENTRE, HEIGHT)], edge, 2)


def _crew_neck(pen: _Pen, look: _Look) -> None:
    pen.arc(CENTRE, 338, 46, 34, (0, 180), _darker(look.clothes, 0.8), 7)


def _hoodie(pen: _Pen, look: _Look) -> None:
    dark = _darker(look.clothes, 0.85)
    pen.arc(CENTRE, 330, 58, 44, (10, 170), dark, 16)
    for side in (-1, 1):
        pen.line([(CENTRE + side * 20, 378), (CENTRE + side * 22, 424)], "#f4f4f2", 3)


def _polo(pen: _Pen, look: _Look) -> None:
    for side in (-1, 1):
        pen.shape(
            [(CENTRE + side * 42, 326), (CENTRE + side * 60, 348), (CENTRE + side * 24, 380), (CENTRE, 362)], look.shirt
        )
    pen.line([(CENTRE, 366), (CENTRE, 408)], _darker(look.clothes, 0.75), 3)


def _face(pen: _Pen, look: _Look) -> None:
    for side in (-1, 1):
        pen.ellipse(CENTRE + side * look.face_width, FACE_Y + 8, 11, 17, look.shade)
    pen.ellipse(CENTRE, FACE_Y, look.face_width, look.face_height, look.skin)
    pen.ellipse(CENTRE, FACE_Y + 26, look.face_width - 7, look.face_height - 20, look.skin)


def _features(pen: _Pen, look: _Look) -> None:
    eyes, dark = FACE_Y + 6, "#2a2323"
    for side in (-1, 1):
        x = CENTRE + side * look.eye_gap
        pen.line(
            [(x - 12, eyes - 20 - side * look.brow), (x + 12, eyes - 20 + side * look.brow)],
            _darker(look.hair, 0.95),
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


def _front_hair(pen: _Pen, look: _Look) -> None:
    if look.is_woman:
        _woman_fringe(pen, look)
    else:
        _man_hair(pen, look)


def _woman_fringe(pen: _Pen, look: _Look) -> None:
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


def _man_hair(pen: _Pen, look: _Look) -> None:
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


def _glasses(pen: _Pen, look: _Look) -> None:
    colour, eyes = ("#2b2b30", "#6b5a4a")[look.glasses - 1], FACE_Y + 6
    for side in (-1, 1):
        pen.ring(CENTRE + side * look.eye_gap, eyes, 21, 17 if look.glasses == 1 else 20, colour, 2.6)
        pen.line(
            [(CENTRE + side * (look.eye_gap + 20), eyes - 3), (CENTRE + side * look.face_width, eyes - 6)], colour, 2.4
        )
    pen.line([(CENTRE - look.eye_gap + 20, eyes - 2), (CENTRE + look.eye_gap - 20, eyes - 2)], colour, 2.6)
