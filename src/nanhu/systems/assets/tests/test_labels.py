"""Labels are read back as a telephone, a hand scanner and a printer read them."""

import re

import pytest
import zxingcpp
from PIL import Image

from nanhu.kernel.printing.tests.reading import ran, text_of
from nanhu.systems.assets import code128, labels
from nanhu.systems.assets.counting.tests.conftest import numbered
from nanhu.systems.assets.labels import SIZES, Label, address_of, room_code, room_key_of, sheet_of, zpl_of
from nanhu.systems.assets.numbers import in_bars, spelled

DPI = 200
THINGS = [
    Label(code=numbered(f"2026-A02-{n:06}-"), name=name, owner="湖南理工学院 国有资产管理处", line="图书馆 312")
    for n, name in enumerate(
        ["台式计算机", "显微镜 ^XZ~_", "䶮牌实验台（防静电，带三层抽屉和独立插座）", "服务器"] * 12
    )
]


@pytest.mark.parametrize("code", ["2026-A02-000123-7", "2026-A02-1234567-8"])
def test_what_the_bars_say_is_written_as_the_number(code):
    assert in_bars(code) == code.replace("-", "")
    assert spelled(f" {in_bars(code).lower()}") == spelled(code) == code
    for other in ("R.b-1.312.0123456789ab", "OLD-1/2", room_code("b-1")):
        assert (in_bars(other), spelled(other)) == (other, other)


def read_back(pdf, folder, size):
    """The codes of each label of the first page by itself, as somebody holds a reader before it."""
    (folder / "labels.pdf").write_bytes(pdf)
    ran(
        [
            "pdftoppm",
            "-r",
            str(DPI),
            "-gray",
            "-png",
            "-f",
            "1",
            "-l",
            "1",
            str(folder / "labels.pdf"),
            str(folder / "p"),
        ]
    )
    [page] = [Image.open(path) for path in folder.glob("p*.png")]
    dots = DPI / 25.4
    left, top = (210 - size.width_mm * size.columns) / 2, (297 - size.height_mm * size.rows) / 2
    said = []
    for row in range(size.rows):
        for column in range(size.columns):
            x, y = left + column * size.width_mm, top + row * size.height_mm
            cut = page.crop([round(dots * one) for one in (x, y, x + size.width_mm, y + size.height_mm)])
            cut.save(folder / "one.png")
            said += sorted(ran(["zbarimg", "-q", str(folder / "one.png")]).decode().split())
    return said


@pytest.mark.slow
@pytest.mark.capability("A014.2")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("has_bars", [True, False])
def test_every_label_of_a_sheet_is_read_at_200_dpi(size, has_bars, tmp_path):
    first = THINGS[: SIZES[size].columns * SIZES[size].rows]
    pdf = sheet_of(THINGS, size=SIZES[size], has_bars=has_bars)
    wanted = [[f"CODE-128:{in_bars(one.code)}"] * has_bars + [f"QR-Code:{address_of(one.code)}"] for one in first]
    assert read_back(pdf, tmp_path, SIZES[size]) == [code for codes in wanted for code in codes]
    text = text_of(pdf)
    assert "䶮" in text
    assert all(one.code in text for one in THINGS)


def test_the_bars_are_those_of_another_program():
    for text in ["2026A020100017-7", "!~ azAZ09", "12345", "A123456", "1234", "12a3456b78901"]:
        drawn = code128.bars(text)
        picture = [[255] * ((drawn[-1][0] + drawn[-1][1] + 20) * 3) for _row in range(90)]
        for row in picture:
            for at, width in drawn:
                row[(at + 10) * 3 : (at + 10 + width) * 3] = [0] * (width * 3)
        [found] = zxingcpp.read_barcodes(as_picture(picture))
        assert (found.text, found.format.name) == (text, "Code128")


def as_picture(rows):
    picture = Image.new("L", (len(rows[0]), len(rows)))
    picture.putdata([dot for row in rows for dot in row])
    return picture


@pytest.mark.parametrize("text", ["", "资产", "a\n"])
def test_bars_say_only_what_their_set_has(text):
    with pytest.raises(ValueError) as refused:
        code128.symbols(text)
    assert refused.value.args == (text,)


@pytest.mark.capability("A014.2")
@pytest.mark.parametrize("size", SIZES)
def test_nothing_in_a_name_is_a_command_of_the_printer(size):
    said = zpl_of(THINGS[:4], size=SIZES[size], has_bars=True)
    assert (said.count("^XA"), said.count("^XZ"), said.count("~")) == (4, 4, 0)
    assert said.isascii()
    names = re.findall(r"\^FH\^FD(.*?)\^FS", said)
    shown = [
        re.sub(r"((?:_[0-9A-F]{2})+)", lambda run: bytes.fromhex(run[1].replace("_", "")).decode(), one)
        for one in names
    ]
    assert {one.name for one in THINGS[:4]} <= set(shown)
    assert said.count(f"MA,{address_of(THINGS[0].code)}") == 1


def test_the_code_of_a_door_is_made_by_nobody_else():
    code = room_code("lib.312")
    assert room_key_of(code) == room_key_of(address_of(code)) == "lib.312"
    other = code.replace("312", "313")
    assert [room_key_of(one) for one in (other, code[:-1], code + "0", "R.lib.312.", "", code + "\n")] == [""] * 6
    assert labels.ROOM.search(other)
