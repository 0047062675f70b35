"""The print file of an order (制卡排版): front and back of each card, CR80 with bleed and marks where to cut.

Made by fpdf2, which embeds a subset of the system's Chinese font (Debian: fonts-noto-cjk), so that any printer shows it.
"""

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from nanhu.kernel.school import school
from nanhu.platforms.people import api as people
from nanhu.systems.card.issuing.errors import FontMissingError
from nanhu.systems.card.issuing.models import OrderRow
from nanhu.systems.card.issuing.services import photos

if TYPE_CHECKING:
    from fpdf import FPDF
    from fpdf.enums import WrapMode

CARD_MM: Final = (85.6, 54.0)
BLEED_MM: Final = 3.0
PAGE_MM: Final = (CARD_MM[0] + 2 * BLEED_MM, CARD_MM[1] + 2 * BLEED_MM)
SMALLEST_PT: Final = 4
READABLE_PT: Final = 6
PHOTO_MM: Final = (22.0, 27.1)
FONTS: Final = (
    (
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
        2,
    ),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0),
    ("C:/Windows/Fonts/msyh.ttc", "C:/Windows/Fonts/msyhbd.ttc", 0),
)
type Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """What tells the classes apart at a glance (A095); a school sets colours in [card.colours]."""

    title: str
    colour: Colour
    number_name: str


COLOUR: Final = re.compile("#[0-9a-fA-F]{6}")
TEMPLATES: Final = {
    "teacher": Template(title="教师卡", colour=(158, 42, 43), number_name="工号"),
    "student": Template(title="学生卡", colour=(18, 92, 124), number_name="学号"),
    "ordinary": Template(title="普通卡", colour=(72, 112, 76), number_name="编号"),
}
BACK: Final = (
    "1. 此卡限本人使用，遗失请立即挂失：圈存机、自助补卡机、手机或校园卡管理办公室。",
    "2. 请避免重压、弯折和静电，不与其他卡片叠放。",
    "3. 拾到此卡请送交校园卡管理办公室，谢谢。",
)


def template_of(card_class: str) -> Template:
    told = TEMPLATES[card_class]
    if colour := own_colour(card_class):
        red, green, blue = bytes.fromhex(colour[1:])
        return Template(title=told.title, colour=(red, green, blue), number_name=told.number_name)
    return told


def own_colour(card_class: str) -> str:
    """The school's for a class of cards (`[card.colours] student = "#1b5e7b"`), else ""."""
    table = school().table("card.colours")
    colour = table.text(card_class, "")
    if colour and not COLOUR.fullmatch(colour):
        raise table.fault(card_class, colour, "#1b5e7b")
    return colour


def read_colours() -> list[str]:
    """All of them, for the start and the doctor."""
    school().table("card.colours").only(TEMPLATES)
    return [own_colour(card_class) for card_class in TEMPLATES]


def pdf_of(card_class: str, rows: Iterable[OrderRow]) -> bytes:
    """Two pages for each row: front, then back, so that a duplex card printer takes it as it is."""
    from fpdf import FPDF  # reads fonts for a second

    sheet = FPDF(unit="mm", format=PAGE_MM)
    sheet.set_auto_page_break(auto=False)
    sheet.set_margin(0)
    sheet.set_title(f"{school().name} {TEMPLATES[card_class].title}")
    add_fonts(sheet)
    template = template_of(card_class)
    wanted = list(rows)
    persons = people.person_cards({row.person_id for row in wanted if row.person_id})
    for row in wanted:
        front(sheet, template, row, persons.get(row.person_id or 0))
        back(sheet, template, row)
    return bytes(sheet.output())


def add_fonts(sheet: "FPDF") -> None:
    for regular, bold, face in FONTS:
        if Path(regular).is_file() and Path(bold).is_file():
            sheet.add_font("cjk", "", regular, collection_font_number=face)
            sheet.add_font("cjk", "B", bold, collection_font_number=face)
            return
    raise FontMissingError


def by_character() -> "WrapMode":
    """Chinese breaks anywhere."""
    from fpdf.enums import WrapMode

    return WrapMode.CHAR


def front(sheet: "FPDF", template: Template, row: OrderRow, person: people.PersonCard | None) -> None:
    new_page(sheet)
    left, top = BLEED_MM, BLEED_MM
    sheet.set_fill_color(*template.colour)
    sheet.rect(0, 0, PAGE_MM[0], BLEED_MM + 14, style="F")  # the band runs into the bleed on three sides
    sheet.set_fill_color(*lighter(template.colour))
    sheet.rect(0, BLEED_MM + 14, PAGE_MM[0], 1.2, style="F")
    sheet.set_text_color(255, 255, 255)
    words(sheet, school().name, left + 5, top + 2.6, size=13, bold=True)
    words(sheet, school().english_name, left + 5, top + 8.6, size=5.5)
    words(sheet, template.title, left + CARD_MM[0] - 31, top + 3.6, size=12, bold=True, width=26, align="R")
    portrait(sheet, row, left + 5, top + 19)
    sheet.set_text_color(34, 40, 44)
    lines = (
        ("姓名", row.name or (person.name if person else "")),
        (template.number_name, row.campus_no),
        ("单位", row.unit),
        ("类别", row.category),
        ("有效期至", valid_until(row)),
    )
    for place, (label, text) in enumerate(lines):
        line_top = top + 19 + place * 5.7
        words(sheet, label, left + 31, line_top, size=7, colour=(92, 102, 108))
        value(sheet, text, left + 43, line_top, is_bold=place == 0)
    words(sheet, spaced(row.card.number) if row.card else "", left + 31, top + 48, size=8, bold=True)
    cut_marks(sheet)


def back(sheet: "FPDF", template: Template, row: OrderRow) -> None:
    new_page(sheet)
    left, top = BLEED_MM, BLEED_MM
    sheet.set_fill_color(*template.colour)
    sheet.rect(0, PAGE_MM[1] - BLEED_MM - 6, PAGE_MM[0], BLEED_MM + 6, style="F")
    sheet.set_text_color(34, 40, 44)
    words(sheet, "持卡须知", left + 5, top + 4, size=10, bold=True)
    sheet.set_xy(left + 5, top + 11)
    sheet.set_font("cjk", "", 7)
    for line in BACK:
        sheet.set_x(left + 5)
        sheet.multi_cell(CARD_MM[0] - 10, 4.2, line, align="L", wrapmode=by_character())
    office = f"校园卡管理办公室 {school().card_office_place}　电话 {school().card_office_phone}"
    words(sheet, office, left + 5, top + 36, size=7)
    partners = school().table("card.partners").members
    words(
        sheet, "　".join(str(name) for name in partners.values()), left + 5, top + 41.5, size=7, colour=(92, 102, 108)
    )
    sheet.set_text_color(255, 255, 255)
    words(sheet, spaced(row.card.number) if row.card else "", left + 5, top + CARD_MM[1] - 4.4, size=7)
    cut_marks(sheet)


def new_page(sheet: "FPDF") -> None:
    sheet.add_page()
    sheet.set_fill_color(255, 255, 255)
    sheet.rect(0, 0, *PAGE_MM, style="F")


def portrait(sheet: "FPDF", row: OrderRow, left: float, top: float) -> None:
    """358×441 fits the frame as it is; without a picture the frame says so, and the card is not to be printed."""
    content = photos.content_of(row) or golden_photo(row)
    if content is not None:
        sheet.image(io.BytesIO(content), x=left, y=top, w=PHOTO_MM[0], h=PHOTO_MM[1])
        return
    sheet.set_draw_color(160, 160, 160)
    sheet.rect(left, top, *PHOTO_MM)
    sheet.set_text_color(160, 60, 60)
    words(sheet, _("缺照片"), left, top + 11, size=8, width=PHOTO_MM[0], align="C")


def golden_photo(row: OrderRow) -> bytes | None:
    return people.photo_of(row.person_id) if row.person_id else None


def words(
    sheet: "FPDF",
    text: str,
    left: float,
    top: float,
    *,
    size: float,
    bold: bool = False,
    width: float = 0,
    align: str = "L",
    colour: Colour | None = None,
) -> None:
    """One line; a long one is set smaller until it fits its width."""
    before = sheet.text_color
    if colour is not None:
        sheet.set_text_color(*colour)
    sheet.set_font("cjk", "B" if bold else "", size)
    while width and size > SMALLEST_PT and sheet.get_string_width(text) > width:
        size -= 0.5
        sheet.set_font_size(size)
    sheet.set_xy(left, top)
    sheet.cell(width or sheet.get_string_width(text) + 1, size * 0.42, text, align=align)
    sheet.text_color = before


def value(sheet: "FPDF", text: str, left: float, top: float, *, is_bold: bool) -> None:
    """In one line; a long unit in two smaller ones rather than in letters nobody reads."""
    width = CARD_MM[0] - 46
    sheet.set_font("cjk", "B" if is_bold else "", READABLE_PT)
    if sheet.get_string_width(text) <= width:
        words(sheet, text, left, top, size=8, bold=is_bold, width=width)
        return
    sheet.set_xy(left, top - 0.6)
    sheet.multi_cell(width, 2.5, text, align="L", wrapmode=by_character())


def cut_marks(sheet: "FPDF") -> None:
    """Corners of the trimmed card, drawn in the bleed."""
    sheet.set_draw_color(0, 0, 0)
    sheet.set_line_width(0.1)
    right, bottom = BLEED_MM + CARD_MM[0], BLEED_MM + CARD_MM[1]
    for x in (BLEED_MM, right):
        sheet.line(x, 0, x, BLEED_MM - 1)
        sheet.line(x, bottom + 1, x, PAGE_MM[1])
    for y in (BLEED_MM, bottom):
        sheet.line(0, y, BLEED_MM - 1, y)
        sheet.line(right + 1, y, PAGE_MM[0], y)


def lighter(colour: Colour) -> Colour:
    red, green, blue = (part + (255 - part) // 2 for part in colour)
    return red, green, blue


def valid_until(row: OrderRow) -> str:
    return str(row.card.valid_until) if row.card else row.valid_until


def spaced(number: str) -> str:
    return f"{number[:4]} {number[4:7]} {number[7:]}"
