"""Drawings of things (资产照片), as a keeper would photograph them: what the phone counter shows at each beep."""

import io
from functools import cache
from typing import Final

from PIL import Image, ImageDraw

SIZE: Final = (640, 480)
CASE, EDGE, GLASS, PAPER = "#3c4654", "#20262e", "#7fa7bd", "#f4efe3"
type Box = tuple[str, tuple[int, int, int, int], str]
SHAPES: Final[dict[str, tuple[Box, ...]]] = {
    "台式计算机": (
        ("box", (90, 110, 390, 310), CASE),
        ("box", (106, 126, 374, 294), GLASS),
        ("box", (220, 310, 260, 370), CASE),
        ("box", (170, 366, 310, 384), CASE),
        ("box", (440, 90, 560, 390), CASE),
        ("dot", (486, 120, 514, 148), GLASS),
    ),
    "笔记本电脑": (
        ("box", (150, 110, 490, 320), CASE),
        ("box", (168, 126, 472, 304), GLASS),
        ("box", (110, 324, 530, 352), "#aab2ba"),
    ),
    "投影仪": (
        ("box", (120, 200, 520, 350), PAPER),
        ("dot", (380, 220, 490, 330), EDGE),
        ("dot", (405, 245, 465, 305), GLASS),
    ),
    "服务器": tuple(("box", (120, top, 520, top + 50), CASE) for top in range(110, 380, 62)),
    "网络交换机": (
        ("box", (80, 210, 560, 300), CASE),
        *(("box", (110 + 34 * port, 232, 132 + 34 * port, 262), EDGE) for port in range(12)),
        ("dot", (530, 240, 546, 256), "#7bbf6a"),
    ),
    "多功能一体机": (
        ("box", (160, 170, 480, 370), PAPER),
        ("box", (190, 130, 450, 170), "#c9c2b2"),
        ("box", (210, 300, 430, 330), EDGE),
    ),
    "空调": (("box", (90, 130, 550, 270), PAPER), ("box", (110, 230, 530, 250), "#b9b2a2")),
    "办公桌": (
        ("box", (90, 190, 550, 225), "#a9743f"),
        ("box", (110, 225, 150, 390), "#8a5c30"),
        ("box", (430, 225, 530, 390), "#8a5c30"),
    ),
}


@cache
def picture_of(name: str) -> bytes | None:
    """On a desk by the window; None of what is not drawn."""
    if name not in SHAPES:
        return None
    picture = Image.new("RGB", SIZE, "#dfe5e3")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 370, *SIZE), fill="#c2ab86")
    for shape, box, colour in SHAPES[name]:
        draw = pen.ellipse if shape == "dot" else pen.rectangle
        draw(box, fill=colour, outline=EDGE, width=3)
    pen.rectangle((540, 400, 610, 450), fill="#fffefb", outline=EDGE)  # its label
    for left in range(552, 600, 8):
        pen.line((left, 408, left, 442), fill=EDGE, width=3)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()
