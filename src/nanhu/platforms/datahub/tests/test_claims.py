"""One column is one field's: of whatever sheet, by whatever name; what two claim is asked."""

import pytest

from nanhu.platforms.datahub.known_sources import source
from nanhu.platforms.datahub.models import Batch, DataSource
from nanhu.platforms.datahub.reading.headers import Headings, signature_of
from nanhu.platforms.datahub.reading.workbook import read_workbook
from nanhu.platforms.datahub.tests.conftest import id_number
from nanhu.platforms.datahub.tests.reading import HTTP
from nanhu.platforms.datahub.tests.test_strangers_files import workbook
from nanhu.platforms.people.models import Affiliation

pytestmark = pytest.mark.django_db
COLUMNS = "学号,姓名,身份证号,班级,层次,入学日期"


def line(number, name, order):
    return f"{number},{name},{id_number(order=order)},计科23-1班,统招本科,2023-09-01"


def test_one_heading_of_two_sheets_that_means_another_field_in_each_is_read_in_each_as_it_means(hand_in, units):
    """状态 is 学籍状态 where no other column is; on the other sheet it is nobody's, beside a real one."""
    first = [(COLUMNS + ",状态").split(","), [*line("14231100001", "李明", 3).split(","), "休学"]]
    second = [(COLUMNS + ",状态,学籍状态").split(","), [*line("14231100002", "王芳", 7).split(","), "未婚", "在读"]]
    report = hand_in(workbook(("一班", False, first), ("二班", False, second)), name="学籍.xlsx")
    assert (report.counts["accepted"], report.counts["codes"]) == (2, {})
    assert dict(Affiliation.objects.values_list("campus_no", "state")) == {
        "14231100001": "suspended",
        "14231100002": "active",
    }


def test_a_heading_that_a_steward_said_is_another_field_on_each_sheet_is_two_columns(tmp_path):
    first, second = (COLUMNS + ",标记").split(","), (COLUMNS + ",备注,标记").split(",")
    plain = dict(zip(["campus_no", "name", "id_number", "unit_name", "category", "starts_on"], first, strict=False))
    said = {signature_of(first): plain | {"status": "标记"}, signature_of(second): plain | {"email": "标记"}}
    rows = [
        [*line("14231100001", "李明", 3).split(","), "休学"],
        [*line("14231100002", "王芳", 7).split(","), "", "w@x.cn"],
    ]
    path = tmp_path / "学籍.xlsx"
    path.write_bytes(workbook(("一班", False, [first, rows[0]]), ("二班", False, [second, rows[1]])))
    table = read_workbook(path, Headings(source("aa.students"), said))
    found = [[row.cells.get(table.columns[name]) for name in ("status", "email")] for row in table.rows]
    assert found == [["休学", None], [None, "w@x.cn"]]
    assert table.columns["email"] in table.headers


@pytest.mark.parametrize("heading", ["移动电话", "本人电话"])
def test_one_heading_twice_is_asked_also_where_only_a_synonym_knows_it(hand_in, units, heading):
    content = f"{COLUMNS},{heading},{heading}\n{line('14231100001', '李明', 3)},13800138000,13911112222\n"
    report = hand_in(content)
    assert report.state == "unmapped"
    claims = Headings(source("aa.students")).claims(Batch.objects.get(id=report.batch).headings)
    assert claims.contested == {"phone": [heading, f"{heading}·2"]}
    assert not Affiliation.objects.exists()


def test_a_column_that_a_source_names_is_its_fields_though_another_field_has_that_alias(steward):
    """KCH is our course number in the ministry's manner; this system calls the section so."""
    said = {"columns": "教学班号 = KCH\n学号 = stu\n学年学期 = xnxq\n课程号 = kc"}
    assert (
        steward.post("/datahub/sources/new/http/", HTTP | said | {"address": "https://data.example.edu/x"}).status_code
        == 302
    )
    made = DataSource.objects.get()
    claims = Headings(source(made.key)).claims(["KCH", "stu", "xnxq", "kc"])
    assert (claims.columns["section"], claims.columns["course"]) == ("KCH", "kc")


@pytest.mark.parametrize("twice", ["学号 = stu\n教学班号 = stu", "学号 = stu\n学号 = xh"])
def test_a_source_says_each_column_and_each_field_once(steward, twice):
    answer = steward.post(
        "/datahub/sources/new/http/", HTTP | {"columns": twice, "address": "https://data.example.edu/x"}
    )
    assert answer.status_code == 422
    assert "写了两次" in answer.content.decode()
    assert not DataSource.objects.exists()
