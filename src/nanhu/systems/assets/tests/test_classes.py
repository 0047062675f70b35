"""The national table of classes (GB/T 14885) by a sheet: two people, whole or not at all, and nothing that things stand on is moved."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from nanhu.kernel import intake
from nanhu.kernel.errors import SamePersonError
from nanhu.systems.assets import jobs
from nanhu.systems.assets.checking import check_classes
from nanhu.systems.assets.errors import ClassesChangedError, NothingNewError
from nanhu.systems.assets.forms import ClassField
from nanhu.systems.assets.models import Classification, ClassImport, ClassRollback, ServiceLife
from nanhu.systems.assets.queries.lives import months_of
from nanhu.systems.assets.services import classes
from nanhu.systems.assets.sheets import CLASSES
from nanhu.systems.assets.tests.conftest import token
from nanhu.systems.assets.tests.test_importing import PRINTER
from nanhu.systems.assets.tests.test_importing import handed_in as cards_handed_in

pytestmark = pytest.mark.django_db
HEAD = "分类代码,分类名称,计量单位,计提折旧,存有数据\n"
RADARS = "A023301,地面雷达,,,\nA0233,雷达设备,套,是,否\nA023302,机载雷达,部,否,是\n"


def checked(text):
    return check_classes(CLASSES.read((HEAD + text).encode()))


def handed_in(school, text, by="T5"):
    found = checked(text)
    assert found.faults == []
    return classes.make_import(by=school.actor(by), token=token(), title="国标", rows=found.rows)


def approved(school, batch):
    intake.submit(by=school.actor("T5"), batch=batch)
    return intake.approve(by=school.actor("T6"), batch=batch)


def said(code):
    one = Classification.objects.get(code=code)
    return one.name, one.parent.code if one.parent else "", one.measure, one.is_depreciable, one.holds_data


def test_a_table_adds_classes_below_those_that_stand_once_two_agreed(school):
    batch = handed_in(school, RADARS)
    assert (batch.class_count, batch.new_count) == (3, 3)
    intake.submit(by=school.actor("T5"), batch=batch)
    with pytest.raises(SamePersonError):
        intake.approve(by=school.actor("T5"), batch=batch)
    intake.approve(by=school.actor("T6"), batch=batch)
    assert not Classification.objects.filter(code="A0233").exists()
    for _twice in range(2):
        classes.take_classes(batch_id=batch.pk)
    assert said("A0233") == ("雷达设备", "A02", "套", True, False)
    assert said("A023301") == ("地面雷达", "A0233", "套", True, False), "what it leaves open is as above it"
    assert said("A023302") == ("机载雷达", "A0233", "部", False, True)
    assert ClassImport.objects.get().state == "posted"
    with pytest.raises(NothingNewError):
        classes.make_import(by=school.actor("T5"), token=token(), title="再来", rows=checked(RADARS).rows)


def test_what_a_line_leaves_open_is_as_it_stands_and_nothing_is_taken_away(school):
    before = set(Classification.objects.values_list("code", flat=True))
    old = said("A0201")
    batch = approved(school, handed_in(school, "ａ０２０１,计算机,,,\n"))
    assert jobs.resume() == 1
    assert said("A0201") == ("计算机", *old[1:])
    assert batch.rows.get().before == old[0]
    assert set(Classification.objects.values_list("code", flat=True)) == before


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("B02,别的,,,\n", "代码写成"),
        ("A029901,没有上级,,,\n", "没有上一级 A0299"),
        ("A0233,,台,是,否\n", "请写名称"),
        ("A0233,雷达,台,也许,否\n", "只能是"),
        ("A0233,雷达,,,\nA0233,雷达二,,,\n", "代码相同"),
        ("A020101,台式机,,,\n", "上一级已有资产"),
        ("A0201,计算机,,否,\n", "是否折旧不能改"),
    ],
)
def test_a_line_that_cannot_stand_is_told(school, line, what):
    school.thing(code="A0201")
    assert any(what in fault.what for fault in checked(line).faults)


def test_a_class_that_got_things_after_the_check_is_not_divided(school):
    batch = handed_in(school, "A020201,打印机,,,\n")
    school.thing(code="A0202")
    with pytest.raises(ClassesChangedError, match="A020201"):
        approved(school, batch)


def test_a_new_class_serves_as_long_as_the_one_above_it(school):
    batch = approved(school, handed_in(school, "A020203,碎纸机,,,\n"))
    classes.take_classes(batch_id=batch.pk)
    assert months_of("A020203", batch.created_at.date()) == months_of("A0202", batch.created_at.date())


NEW_RECEIPT = "/assets/unit/receipts/new/"


def offered(client, typed, page=NEW_RECEIPT):
    return client.get(page, {"suggest": "classification", "classification": typed}).content.decode()


def test_a_class_is_found_by_what_one_types_and_what_is_used_comes_first(school):
    keeper = school.client("T1")
    page = keeper.get(NEW_RECEIPT).content.decode()
    assert "A0201 信息化设备" not in page, "thousands of them are no list to scroll"
    assert 'hx-get="?suggest=classification"' in page
    for _each in range(2):
        school.thing(code="A0232")
    school.thing(code="A0202")
    found = offered(keeper, "设备")
    assert found.index('value="A0232 ') < found.index('value="A0202 ') < found.index('value="A0201 ')
    assert 'value="A0201 ' in offered(keeper, "a0201")
    assert 'value="A02 ' not in offered(keeper, "A02"), "a branch"
    assert 'value="A02 ' in offered(school.client("T9"), "A02", "/assets/office/lives/set/"), (
        "years are set of a branch"
    )
    assert school.client("T2").get(NEW_RECEIPT, {"suggest": "classification"}).status_code == 404


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("A0201", "A0201"),
        ("a0201 随便", "A0201"),
        ("Ａ０２０１", "A0201"),
        ("信息化设备", "A0201"),
        ("A02", ""),
        ("没有的", ""),
    ],
)
def test_a_class_is_understood_by_code_or_name_without_a_script(school, typed, code):
    assert Classification.objects.filter(code="A02").exists()
    field = ClassField()
    if code:
        assert field.clean(typed).code == code
    else:
        with pytest.raises(ValidationError):
            field.clean(typed)


def posted(school, text):
    batch = approved(school, handed_in(school, text))
    classes.take_classes(batch_id=batch.pk)
    return batch


def asked_back(school, batch, status=302):
    form = {"token": str(token()), "reason": "交错了版本"}
    answer = school.client("T6").post(f"/assets/classes/{batch.public_id}/undo/", form)
    assert answer.status_code == status
    return answer


def test_a_table_is_rolled_back_as_a_whole_by_a_third(school):
    before = sorted(Classification.objects.values_list("code", "name", "measure", "is_depreciable", "holds_data"))
    batch = posted(school, RADARS + "A0201,计算机及外设,套,,\n")
    assert said("A0201")[0] == "计算机及外设"
    asked_back(school, batch)
    case = f"/assets/class-rollbacks/{ClassRollback.objects.get().public_id}/approve/"
    for number in ("T5", "T6"):
        assert school.client(number).post(case).status_code in {403, 409}, "who brought it in"
    assert Classification.objects.filter(code="A023301").exists()
    assert school.client("T9").post(case).status_code == 302
    assert (
        sorted(Classification.objects.values_list("code", "name", "measure", "is_depreciable", "holds_data")) == before
    )
    assert ClassImport.objects.get().state == "undone"
    assert posted(school, RADARS).class_count == 3, "it may come again"


@pytest.mark.parametrize("since", ["a thing", "cards that wait", "another table", "a table that waits", "a life"])
def test_a_table_on_which_anything_stands_is_not_rolled_back(school, since):
    batch = posted(school, RADARS)
    if since == "a thing":
        school.thing(code="A023302")
    elif since == "cards that wait":
        cards_handed_in(school, PRINTER.replace("A0202", "A023302").replace("1000.00", "0"))
    elif since == "another table":
        posted(school, "A0233,雷达,套,是,否\n")
    elif since == "a table that waits":
        handed_in(school, "A02330101,二级雷达,套,是,否\n")
    else:
        ServiceLife.objects.create(
            code="A0233", name="雷达", years=8, starts_on=date(2020, 1, 1), reason="附表", created_by_name="x"
        )
    answer = asked_back(school, batch, 409)
    assert "不能整份回滚" in answer.content.decode()
    assert Classification.objects.filter(code="A023301").exists()
