"""A campus with units, documents, phones; an agent and a leader of the college; somebody of the office."""

import io
import re
import zipfile
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook
from PIL import Image

from nanhu.kernel.clock import campus_today
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.systems.card.issuing.models import CardOrder, UnitDelegate
from nanhu.systems.card.services.issue import issue_cards
from nanhu.systems.card.tests.conftest import CAST, ORIGIN, SYSTEM


def last_day():
    return f"{campus_today() + timedelta(days=210)}"


"""A last day that a visitor says: it lies ahead whenever this runs."""


def document_number(*, birth: str = "19900101", order: int) -> str:
    first = f"430602{birth}{order:03d}"
    return first + people.id_check_character(first)


COLLEGE = "计算机学院"
DOCUMENTS = {part: document_number(order=n) for n, part in enumerate(CAST, 11)}
NEWCOMERS = {
    "new_teacher": ("许知远", "staff", "0020260001", "人事代理"),
    "second_teacher": ("许静", "staff", "0020260002", "正式在编"),
}
DESK = "/card/issuing/"


def picture(width: int = 600, height: int = 800, colour: str = "#dfe8f0") -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Phone of 13907300001"
    Image.new("RGB", (width, height), colour).save(out, "JPEG", exif=exif)
    return out.getvalue()


def archive(*names: str, content: bytes | None = None) -> SimpleUploadedFile:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name in names:
            file.writestr(name, content or picture())
    return SimpleUploadedFile("photos.zip", out.getvalue(), "application/zip")


def filled(template: bytes, rows: list[list[str]]) -> SimpleUploadedFile:
    """The office's own template with rows typed in."""
    book = load_workbook(io.BytesIO(template))
    for line, row in enumerate(rows, start=4):
        for column, text in enumerate(row, start=1):
            book.active.cell(row=line, column=column, value=text)
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("汇总表.xlsx", out.getvalue())


def line(
    name, number, document, category="正式在编", *, photo="", until="", unit=COLLEGE, phone="13907301234", sex="男"
):
    return [name, number, sex, "居民身份证", document, unit, category, photo or f"{number}.jpg", phone, "陈志远", until]


@pytest.fixture
def campus(cast):
    """Without plastic for anybody; the teacher is the college's agent, the second clerk its leader."""
    people.apply_units(
        by=SYSTEM,
        origin=ORIGIN,
        records=[
            people.UnitRecord(code="1", name="湖南理工学院", kind="school"),
            people.UnitRecord(code="12", name=COLLEGE, kind="college", parent_code="1"),
            people.UnitRecord(code="12012301", name="计科2301班", kind="class", parent_code="12"),
        ],
    )
    records = [
        people.PersonRecord(
            key=part,
            person_id=cast.persons[part],
            id_number=document,
            document_kind="1",
            phone=f"1390730{n:04}",
            sex="1",
            affiliations=(
                people.AffiliationRecord(
                    kind=CAST[part][1],
                    campus_no=CAST[part][2],
                    starts_on=date(2023, 9, 1),
                    unit_code="12012301" if CAST[part][1] == "student" else "12",
                ),
            ),
        )
        for n, (part, document) in enumerate(DOCUMENTS.items())
    ]
    people.apply_records(by=SYSTEM, records=records, origin=ORIGIN)
    new = [
        people.PersonRecord(
            key=part,
            name=name,
            sex="1",
            id_number=document_of(part),
            document_kind="1",
            affiliations=(
                people.AffiliationRecord(
                    kind=kind,
                    campus_no=number,
                    starts_on=date(2024, 9, 1),
                    category_name=category,
                    state="active",
                    unit_code="12",
                ),
            ),
        )
        for part, (name, kind, number, category) in NEWCOMERS.items()
    ]
    cast.persons |= people.apply_records(by=SYSTEM, records=new, origin=ORIGIN).person_ids
    issue_cards(by=SYSTEM, person_ids=[cast.persons[part] for part in NEWCOMERS])
    for part, role in (("teacher", "agent"), ("second_clerk", "leader")):
        UnitDelegate.objects.create(
            unit_code="12", unit_name=COLLEGE, person_id=cast.persons[part], role=role, named_by_name="测试"
        )
    identity.revoke_role(by=SYSTEM, account_id=cast.actor("second_clerk").account_id, role="card.clerk")
    return cast


def document_of(part: str) -> str:
    return document_number(birth="19850505", order=21 + 2 * sorted(NEWCOMERS).index(part))


def teacher_rows() -> list[list[str]]:
    return [line(NEWCOMERS[part][0], NEWCOMERS[part][2], document_of(part), NEWCOMERS[part][3]) for part in NEWCOMERS]


def upload(campus, rows, *, card_class="teacher", part="teacher", photos=None, **more):
    browser = campus.client(part)
    template = browser.get(f"{DESK}template/{card_class}.xlsx").content
    given = {"card_class": card_class, "unit": "12", "sheet": filled(template, rows), **more}
    return browser.post(f"{DESK}upload/", given | ({"archive": photos} if photos else {}))


def newest() -> CardOrder:
    return CardOrder.objects.latest("id")


def at(order: CardOrder, tail: str = "") -> str:
    return f"{DESK}orders/{order.public_id}/{tail}"


def look(campus, order: CardOrder, *, refused: tuple[int, ...] = (), part="clerk"):
    """The clerk sees the page of faces and says which of them are none."""
    shown = re.findall(r'name="shown" value="([^"]+)"', campus.client(part).get(at(order, "faces/")).content.decode())
    return campus.client(part).post(at(order, "faces/"), {"shown": shown, "refused": refused})


def accepted_batch(campus, rows=None, card_class="teacher", photos=None) -> CardOrder:
    """Handed in by the agent, approved by the leader, taken on by the clerk."""
    rows = rows or teacher_rows()
    upload(campus, rows, card_class=card_class, photos=photos or archive(*(row[7] for row in rows)))
    order = newest()
    assert campus.client("teacher").post(at(order, "submit/")).status_code == 302
    assert campus.client("second_clerk").post(at(order, "approve/")).status_code == 302
    assert look(campus, order).status_code == 302
    answer = campus.client("clerk").post(at(order, "accept/"))
    assert answer.status_code == 302, answer.content.decode()
    order.refresh_from_db()
    return order


def made_batch(campus, **given) -> CardOrder:
    order = accepted_batch(campus, **given)
    for number, row in enumerate(order.rows.order_by("line")):
        answer = campus.client("clerk").post(at(order, "make/"), {"line": row.line, "uid": f"04A1B2C3D4E5{number:02X}"})
        assert answer.status_code == 302, answer.content.decode()
    order.refresh_from_db()
    return order
