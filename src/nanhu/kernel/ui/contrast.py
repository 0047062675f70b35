"""Contrast by WCAG 2.2 (relative luminance), and the shades of a colour among which one finds enough of it. Pure."""

import colorsys
import re
from collections.abc import Iterator

TEXT, SHAPE = 4.5, 3.0
HEX = re.compile(r"#([0-9a-fA-F]{6})")

type Rgb = tuple[float, float, float]


def parse(colour: str) -> Rgb:
    """ "#0f6292" → three parts between 0 and 1. Raises ValueError for any other form."""
    found = HEX.fullmatch(colour.strip())
    if found is None:
        raise ValueError(f"{colour!r} is not a colour written as #rrggbb")
    number = int(found.group(1), 16)
    return (number >> 16) / 255, (number >> 8 & 255) / 255, (number & 255) / 255


def to_hex(rgb: Rgb) -> str:
    return "#" + "".join(f"{round(max(0.0, min(1.0, part)) * 255):02x}" for part in rgb)


def luminance(rgb: Rgb) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb)  # noqa: PLR2004 - WCAG
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(parse(one)), luminance(parse(other))), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def shades(colour: str, *, darker: bool) -> Iterator[str]:
    """The colour itself, then the same hue step by step down to black or up to white."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*parse(colour))
    for step in range(101):
        moved = lightness * (1 - step / 100) if darker else lightness + (1 - lightness) * step / 100
        yield to_hex(colorsys.hls_to_rgb(hue, moved, saturation))


def is_light(colour: str) -> bool:
    """On which side of the grey where black and white read alike?"""
    return luminance(parse(colour)) > 0.18  # noqa: PLR2004


def mix(colour: str, ground: str, share: float) -> str:
    one, other = parse(colour), parse(ground)
    red, green, blue = (a * share + b * (1 - share) for a, b in zip(one, other, strict=True))
    return to_hex((red, green, blue))
