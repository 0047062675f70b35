"""Code 128 (ISO/IEC 15417, sets B and C): the bars of a label, for readers that know no QR code."""

import re
from typing import Final

WIDTHS: Final = (
    "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222123122123221"
    "223211221132221231213212223112312131311222321122321221312212322112322211212123212321232121111323131123131321"
    "112313132113132311211313231113231311112133112331132131113123113321133121313121211331231131213113213311213131"
    "311123311321331121312113312311332111314111221411431111111224111422121124121421141122141221112214112412122114"
    "122411142112142211241211221114413111241112134111111242121142121241114212124112124211411212421112421211212141"
    "214121412121111143111341131141114113114311411113411311113141114131311141411131211412211214211232"
)
"""Six digits a symbol: bar, space, bar, space, bar, space, in modules."""
STOP: Final = "2331112"
STARTS: Final = {"B": 104, "C": 105}
SWITCHES: Final = {"B": 100, "C": 99}
RUN: Final = re.compile(r"(?P<C>(?:\d\d){2,})|(?P<B>(?:(?!\d{4})[ -~])+)")
"""Four digits and more stand two in a symbol, which is half as long."""
QUIET: Final = 10
"""Modules of white that a reader needs at each side."""


def symbols(text: str) -> list[int]:
    """With start and check symbol. Set B has the printable characters of ASCII."""
    runs = list(RUN.finditer(text))
    if not runs or "".join(one[0] for one in runs) != text:
        raise ValueError(text)
    values: list[int] = []
    for run in runs:
        name = run.lastgroup or "B"
        values.append(SWITCHES[name] if values else STARTS[name])
        values += pairs(run[0]) if name == "C" else [ord(one) - ord(" ") for one in run[0]]
    check = values[0] + sum(place * value for place, value in enumerate(values))
    return [*values, check % 103]


def pairs(digits: str) -> list[int]:
    return [int(digits[place : place + 2]) for place in range(0, len(digits), 2)]


def bars(text: str) -> list[tuple[int, int]]:
    """(where it begins, how wide it is) of each bar, in modules, quiet zones left out."""
    widths = "".join(WIDTHS[6 * one : 6 * one + 6] for one in symbols(text)) + STOP
    found, at = [], 0
    for place, width in enumerate(widths):
        if place % 2 == 0:
            found.append((at, int(width)))
        at += int(width)
    return found


def svg(text: str, height: int = 40) -> str:
    """A drawing of the bars with their quiet zones; one unit is a module."""
    drawn = bars(text)
    whole = drawn[-1][0] + drawn[-1][1] + 2 * QUIET
    path = "".join(f"M{at + QUIET} 0h{width}v{height}h-{width}z" for at, width in drawn)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {height}"><path d="{path}"/></svg>'
