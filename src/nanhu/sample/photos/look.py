"""What is drawn by lot for one person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random


BACKGROUNDS = ("#438edb", "#438edb", "#4f97dd", "#f7f8f9", "#eef3f7")
SKINS = ("#f6d9c2", "#f2cdb0", "#ecc19f", "#e3b18c", "#d9a27b", "#f8e0cd")
DARK_SKINS = ("#b9825a", "#9a6743", "#7d5136", "#e8c4a4", "#f3d9c6")
HAIRS = ("#1d1a1b", "#241f1e", "#2e2522", "#3a2c26", "#171517")
GREY_HAIRS = ("#6c6a6b", "#8d8b8b", "#4c494a")
CLOTHES = ("#2f4858", "#33658a", "#54738e", "#8a4f4d", "#5c6b54", "#3f3f57", "#7a6a8a", "#b35c44", "#466b66", "#c9ced6")
SHIRTS = ("#ffffff", "#f1f4f8", "#dfeaf5", "#fbf3e6")


@dataclass(frozen=True, slots=True)
class Look:
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


def draw_look(rng: Random, *, sex: str, age: int, is_foreign: bool) -> Look:
    skin = rng.choice(DARK_SKINS if is_foreign else SKINS)
    is_grey = age > 50 and rng.random() < (age - 50) / 18
    is_woman = sex == "2" or (sex != "1" and rng.random() < 0.5)
    return Look(
        background=rng.choice(BACKGROUNDS),
        skin=skin,
        shade=darker(skin, 0.9),
        hair=rng.choice(GREY_HAIRS if is_grey else HAIRS),
        clothes=rng.choice(CLOTHES),
        shirt=rng.choice(SHIRTS),
        is_woman=is_woman,
        hair_style=rng.randrange(5),
        clothes_style=rng.randrange(3) if age > 26 else rng.randrange(1, 5),
        face_width=rng.uniform(68, 75) - 4 * is_woman,
        face_height=rng.uniform(87, 95),
        eye_gap=rng.uniform(28, 33),
        brow=rng.uniform(-0.3, 1.4),
        smile=rng.uniform(12, 20),
        glasses=rng.choice((0, 0, 0, 1, 2)),
        has_blush=is_woman or rng.random() < 0.25,
    )


def darker(colour: str, factor: float) -> str:
    parts = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{int(part * factor):02x}" for part in parts)
