"""Labels (资产标签): QR code of `…/a/<number>`, text, Code 128 where it is wanted; A4 sheets by typst, ZPL for label printers.

Rooms have labels, too: the code on a door proves that whoever counts stood before it (`room_code`).
"""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nanhu.kernel.configuration import configuration
from nanhu.kernel.crypto import blind_index
from nanhu.kernel.printing.rendering import pdf_of
from nanhu.kernel.school import school
from nanhu.kernel.ui import qr
from nanhu.systems.assets import code128
from nanhu.systems.assets.numbers import in_bars

TEMPLATE: Final = Path(__file__).parent / "labels.typ"
SIGNATURE: Final = 12
ROOM: Final = re.compile(rf"R\.(?P<key>[0-9a-z.-]+)\.(?P<proof>[0-9a-f]{{{SIGNATURE}}})\Z")
DOTS_PER_MM: Final = 8
"""Of a label printer of 203 dpi."""
MOST: Final = 1000
SMALL_NAME: Final = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    width_mm: int
    height_mm: int
    columns: int
    rows: int

    @property
    def name(self) -> str:
        return f"{self.width_mm}×{self.height_mm}"


SIZES: Final = {
    "40x30": Size(width_mm=40, height_mm=30, columns=5, rows=9),
    "60x40": Size(width_mm=60, height_mm=40, columns=3, rows=7),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """`code`: what follows `/a/`; the lines are for people."""

    code: str
    name: str
    owner: str
    line: str = ""


def address_of(code: str) -> str:
    return f"{configuration().public_url}/a/{code}"


def room_code(key: str) -> str:
    """What the label of a door says: nobody makes one without our key."""
    return f"R.{key}.{proof_of(key)}"


def proof_of(key: str) -> str:
    return blind_index(key, purpose="assets.room_code").hex()[:SIGNATURE]


def room_key_of(code: str) -> str:
    """The key of the room whose door label this is, or nothing."""
    found = ROOM.search(code)
    return found["key"] if found and hmac.compare_digest(found["proof"], proof_of(found["key"])) else ""


def sheet_of(labels: Sequence[Label], *, size: Size, has_bars: bool) -> bytes:
    """A4 pages as a PDF, as many labels on each as go."""
    drawn = [
        {
            "qr": qr.svg(address_of(one.code)),
            "bars": code128.svg(in_bars(one.code)) if has_bars else "",
            "code": one.code,
            "name": one.name,
            "owner": one.owner,
            "line": one.line,
        }
        for one in labels
    ]
    paper = {"width": size.width_mm, "height": size.height_mm, "columns": size.columns, "rows": size.rows}
    frame = {"issuer": school().name, "labels": drawn, "paper": paper}
    return pdf_of(TEMPLATE.read_text("utf-8"), frame, code="")


def zpl_of(labels: Sequence[Label], *, size: Size, has_bars: bool) -> str:
    """One `^XA…^XZ` a label, UTF-8 (^CI28); text as hexadecimal (^FH), so that nothing in a name is a command."""
    return "".join(zpl_label(one, size, has_bars=has_bars) for one in labels)


def zpl_label(label: Label, size: Size, *, has_bars: bool) -> str:
    wide, high = size.width_mm * DOTS_PER_MM, size.height_mm * DOTS_PER_MM
    scale = 5 if size.width_mm >= 60 else 4  # noqa: PLR2004 - dots a module: 33 modules of a QR code leave room for two lines
    below = high - (64 if has_bars else 30)
    lines = [
        f"^XA^CI28^PW{wide}^LL{high}",
        f"^FO12,12^BQN,2,{scale}^FH^FDMA,{escaped(address_of(label.code))}^FS",
        f"^FO{scale * 33 + 28},16^A0N,22,22^FB{wide - scale * 33 - 36},4^FH^FD{escaped(label.name)}^FS",
        f"^FO{scale * 33 + 28},116^A0N,18,18^FB{wide - scale * 33 - 36},2^FH^FD{escaped(label.owner)}^FS",
        f"^FO12,{high - 26}^A0N,20,20^FH^FD{escaped(label.code)} {escaped(label.line)}^FS",
    ]
    if has_bars:
        lines.append(f"^FO12,{below}^BY1^BCN,32,N,N,N^FH^FD{escaped(in_bars(label.code))}^FS")
    return "\n".join([*lines, "^XZ\n"])


def escaped(text: str) -> str:
    """As ^FH reads it: what ZPL takes for a command (^ ~ _), and all that is not ASCII, as _hh."""
    return "".join(
        one
        if one.isascii() and one.isprintable() and one not in "^~_"
        else "".join(f"_{byte:02X}" for byte in one.encode())
        for one in text
    )
