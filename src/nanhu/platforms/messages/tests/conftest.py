"""The cast: a student of 计算机学院, a student of another college, a teacher, an editor of notices."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from nanhu.kernel.actors import Actor
from nanhu.kernel.tests import counting
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.messages import api as messages
from nanhu.platforms.messages.models import Notice
from nanhu.platforms.people import api as people
from nanhu.testing.database import school_fixture
from nanhu.testing.sessions import signed_in

SYSTEM = Actor.system("test")
PASSWORD = "Lake-and-bridge-42"
ORIGIN = people.Origin(source="test", title="测试")
UNITS = (
    ("1000", "湖南理工学院", "学校", ""),
    ("1012", "教务处", "党政部门", "1000"),
    ("11", "计算机学院", "教学学院", "1000"),
    ("1103", "软件工程", "专业", "11"),
    ("11032301", "软件工程 2301 班", "班级", "1103"),
    ("12", "机械工程学院", "教学学院", "1000"),
)
CAST = {
    "student": ("林小满", "student", "14231100001", "11032301"),
    "other_student": ("赵一鸣", "student", "14231200001", "12"),
    "teacher": ("陈志远", "staff", "0020190123", "11"),
    "editor": ("周敏", "staff", "0020150007", "1012"),
}
PDF = b"%PDF-1.7\nhello"


def record(name: str, kind: str, campus_no: str, unit: str) -> people.PersonRecord:
    tie = people.AffiliationRecord(
        kind=kind, campus_no=campus_no, starts_on=date(2023, 9, 1), unit_code=unit, state="active"
    )
    return people.PersonRecord(key=campus_no, name=name, affiliations=(tie,))


def make_people(*persons) -> dict[str, int]:
    result = people.apply_records(by=SYSTEM, records=[record(*person) for person in persons], origin=ORIGIN)
    identity.open_accounts(by=SYSTEM, person_ids=result.person_ids.values())
    return dict(result.person_ids)


def bring_in_the_cast() -> None:
    units = [people.UnitRecord(code=c, name=n, kind=k, parent_code=p) for c, n, k, p in UNITS]
    people.apply_units(by=SYSTEM, records=units, origin=ORIGIN)
    make_people(*CAST.values())
    for _name, _kind, campus_no, _unit in CAST.values():
        identity_sample.set_password_for_sample(by=SYSTEM, campus_no=campus_no, password=PASSWORD)
    editor = identity.account_with(CAST["editor"][2])
    identity.grant_role(by=SYSTEM, account_id=editor.pk, role="messages.editor")


cast_of_readers = school_fixture(bring_in_the_cast)


@pytest.fixture
def readers(cast_of_readers, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def browser(readers):
    """browser("student") → a signed-in client, kept for the test."""
    clients: dict[str, Client] = {}

    def of(who: str) -> Client:
        if who not in clients:
            clients[who] = signed_in(CAST[who][2])
        return clients[who]

    return of


@pytest.fixture
def publish(readers):
    def publish(title="关于国庆放假的通知", body="各单位：\n\n放假三天。", **given) -> Notice:
        ref = messages.publish_notice(by=SYSTEM, title=title, body=body, **given)
        return Notice.objects.get(pk=ref.notice_id)

    return publish


def file(name="安排表.pdf", content=PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def address(notice: Notice, tail: str = "") -> str:
    return f"/notices/{notice.public_id}/{tail}"


def desk(notice: Notice, tail: str = "") -> str:
    return f"/notices/manage/{notice.public_id}/{tail}"


def queries_of(browser: Client, url: str) -> int:
    return len(counting.queries_of(browser, url))
