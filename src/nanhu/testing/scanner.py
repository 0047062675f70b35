"""A QR scanner for tests: what a telephone would read from a picture on a page."""

import re
from html import unescape
from urllib.parse import unquote

import zxingcpp
from PIL import Image, ImageDraw

PIXELS = 8
LARGEST = 181
"""Modules of the side of a code of version 40 with its border."""
STEP = re.compile(r"([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?")


def read_codes(page: str) -> list[str]:
    """What the QR codes of a page say, in the order they stand there."""
    return [read_code(unquote(unescape(one))) for one in re.findall(r'src="data:image/svg\+xml;[^,]*,([^"]+)"', page)]


def read_code(svg: str) -> str:
    """Looks for no bars: the dots of one code in some ten thousand read as a short bar code as well."""
    found = zxingcpp.read_barcodes(drawn(svg), formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    if len(found) != 1:
        raise AssertionError(f"a picture with {len(found)} codes")
    return found[0].text


def drawn(svg: str) -> Image.Image:
    """The modules as segno writes them: lines of one module's width, `M` absolute, `m` and `h` relative."""
    path = re.search(r"stroke=['\"]#000['\"][^>]*? d=['\"]([^'\"]+)['\"]", svg)
    if path is None:
        raise AssertionError("no code in the picture")
    field = re.search(r"M0 0h(\d+)", svg) or re.search(r"viewBox=['\"]0 0 (\d+)", svg)
    side = (int(field[1]) if field else LARGEST) * PIXELS
    image = Image.new("L", (side, side), 255)
    pen, x, y = ImageDraw.Draw(image), 0.0, 0.0
    for command, first, second in STEP.findall(path[1]):
        if command == "h":
            pen.rectangle((x * PIXELS, (y - 0.5) * PIXELS, (x + float(first)) * PIXELS - 1, (y + 0.5) * PIXELS - 1), 0)
            x += float(first)
        else:
            is_absolute = command == "M"
            x, y = float(first) + (0 if is_absolute else x), float(second) + (0 if is_absolute else y)
    return image
