"""The cast: a data steward, a stranger; and small files as the offices would hand them in."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from nanhu.kernel.actors import Actor
from nanhu.platforms.datahub import jobs
from nanhu.platforms.datahub.api import import_file
from nanhu.platforms.datahub.batches.finishing import finish_batch
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.people import api as people
from nanhu.platforms.people.rules import id_check_character
from nanhu.testing import sessions
from nanhu.testing.database import school_fixture

BY = Actor.system("test")
PASSWORD = "Reed-Boat-1995"
UNITS = "机构代码,机构名称,简称,上级机构代码,机构类型\n1000,湖南理工学院,校,,学校\n11,计算机学院,计院,1000,教学学院\n11032301,计科23-1班,,11,班级\n"
STUDENT_HEADER = "学号,姓名,性别,出生日期,民族,国籍地区,证件类型,证件号码,班级代码,班级名称,学生类别,入学日期,预计毕业日期,学籍状态,联系电话"


def id_number(birth="20050318", order=1, area="430602"):
    first = f"{area}{birth}{order:03d}"
    return first + id_check_character(first)


def student(no="14231100001", name="李明", document=None, phone="13800138000", **other):
    cells = {
        "学号": no,
        "姓名": name,
        "性别": "男",
        "出生日期": "2005-03-18",
        "民族": "汉族",
        "国籍地区": "中国",
        "证件类型": "居民身份证",
        "证件号码": id_number() if document is None else document,
        "班级代码": "11032301",
        "班级名称": "",
        "学生类别": "统招本科",
        "入学日期": "2023-09-01",
        "预计毕业日期": "2099-06-30",
        "学籍状态": "在读",
        "联系电话": phone,
    }
    return ",".join((cells | other).values())


def unmapped(steward):
    """What the page of the standard names as being in no table."""
    return [one.value for one in steward.get("/datahub/standard/").context["unmapped"].rows]


def register(*rows, header=STUDENT_HEADER):
    return "\n".join([header, *rows]) + "\n"


@pytest.fixture
def hand_in(tmp_path, db):
    """Write a file and import it."""

    def write_and_import(content, source_key="aa.students", name="学籍.csv", encoding="utf-8", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return import_file(by=BY, path=path, source_key=source_key, **options)

    return write_and_import


def brought_in(content, source_key="aa.students", name="学籍.csv"):
    """As `hand_in`, for a school that is brought in once."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_text(content, encoding="utf-8")
        return import_file(by=BY, path=path, source_key=source_key)


def with_units():
    return brought_in(UNITS, "org.units", "机构.csv")


units = school_fixture(with_units)


@pytest.fixture
def run_jobs():
    """Run the imports that pages have queued, as the worker would."""

    done = set()
    known = {"datahub.import_upload": jobs.import_upload, "datahub.finish_batch": finish_batch}

    def run():
        from procrastinate.contrib.django.models import ProcrastinateJob

        queue = ProcrastinateJob.objects.filter(status="todo", task_name__in=known).exclude(id__in=done)
        for queued in queue.order_by("id"):
            done.add(queued.id)
            known[queued.task_name](**queued.args)

    return run


def enrolled(name, campus_no, *roles):
    record = people.PersonRecord(
        key="1",
        name=name,
        affiliations=(
            people.AffiliationRecord(kind="staff", campus_no=campus_no, starts_on=date(2020, 9, 1), state="active"),
        ),
    )
    origin = people.Origin(source="test", title="测试")
    person_id = people.apply_records(by=BY, records=[record], origin=origin).person_ids["1"]
    identity.open_accounts(by=BY, person_ids=[person_id])
    account = identity_sample.set_password_for_sample(by=BY, campus_no=campus_no, password=PASSWORD)
    for role in roles:
        identity.grant_role(by=BY, account_id=account.pk, role=role)
    return campus_no


def signed_in(name, campus_no, *roles):
    return sessions.signed_in(enrolled(name, campus_no, *roles))


def with_a_steward():
    return enrolled("管数据", "0020209001", "datahub.steward")


house_of_a_steward = school_fixture(with_a_steward)


@pytest.fixture
def steward(house_of_a_steward):
    return sessions.signed_in(house_of_a_steward)


@pytest.fixture
def stranger(db):
    return signed_in("路人甲", "0020209002")
