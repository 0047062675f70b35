"""The standard (信息标准): every shared field of every source has its codes, and no spelling is dropped in silence (A005)."""

import re
from datetime import timedelta

import pytest
import time_machine

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.datahub.api import roll_back
from nanhu.platforms.datahub.codes import TABLES, code_table
from nanhu.platforms.datahub.labels import table_name
from nanhu.platforms.datahub.shared.declarations import shared_tables
from nanhu.platforms.datahub.sources import CODED, SOURCES, table_of
from nanhu.platforms.datahub.tests.conftest import BY, id_number, register, student, unmapped
from nanhu.platforms.people.models import Affiliation, Person

pytestmark = pytest.mark.django_db
ROW = re.compile(r'<th scope="row"[^>]*>\s*([^<]+?)\s*</th>\s*<td[^>]* data-label="代码表">\s*([^<]+?)\s*</td>')
"""Of a list: what a row is called, and its code table."""
SOUND = {
    "campus_no": {"hr.staff": "0020209003", "aa.students": "14231100001", "sec.temporary": "L2600001"},
    "category": {"hr.staff": "在编", "aa.students": "统招本科", "sec.temporary": "访问"},
    "status": {"hr.staff": "在岗", "aa.students": "在读"},
}
PLAIN = {
    "name": "李明",
    "sex": "男",
    "birth_date": "2005-03-18",
    "ethnicity": "汉族",
    "nationality": "中国",
    "document_kind": "居民身份证",
    "id_number": id_number(),
    "unit_code": "11032301",
    "starts_on": "2023-09-01",
    "ends_on": "2099-06-30",
    "phone": "13800138000",
    "code": "1101",
    "short_name": "",
    "parent_code": "11",
    "kind": "班级",
    "guardian_phone": "",
    "email": "",
    "unit_name": "",
}
FIELDS = [(spec, one.field) for spec in SOURCES.values() for one in spec.columns if table_of(spec, one.field)]


def file_of(spec, **changes) -> str:
    cells = {
        one.field: changes.get(one.field) or SOUND.get(one.field, {}).get(spec.key) or PLAIN[one.field]
        for one in spec.columns
    }
    return register(",".join(cells.values()), header=",".join(one.headers[0] for one in spec.columns))


@pytest.mark.capability("A005.2")
@pytest.mark.parametrize(("spec", "field"), FIELDS, ids=[f"{spec.key}-{field}" for spec, field in FIELDS])
def test_a_spelling_that_no_table_knows_is_reported_for_every_shared_field_of_every_source(
    steward, units, hand_in, spec, field
):
    """On the page of the standard; a row that cannot be without the code is refused by name on the page of its batch."""
    report = hand_in(file_of(spec, **{field: "火星写法"}), source_key=spec.key, name="一.csv")
    standard = steward.get("/datahub/standard/").content.decode()
    refused = steward.get(f"/datahub/batches/{report.batch}/?severity=reject").content.decode()
    assert ("火星写法" in standard) or ("火星写法" in refused and field == "category"), field
    sound = hand_in(file_of(spec), source_key=spec.key, name="二.csv")
    assert sound.counts.get("rejected", 0) == 0
    assert "火星写法" not in steward.get(f"/datahub/batches/{sound.batch}/").content.decode()


@pytest.mark.capability("A005.1")
@pytest.mark.parametrize("key", ["hr.staff", "aa.students", "sec.temporary"])
def test_every_shared_field_of_a_person_is_kept_as_a_code_of_its_table(units, hand_in, key):
    """From spellings that are none of the codes."""
    spec = SOURCES[key]
    hand_in(file_of(spec), source_key=key)
    person = Person.objects.get(name="李明")
    kept = {name: getattr(person, name) for name in ("sex", "ethnicity", "nationality", "document_kind")}
    assert kept == {"sex": "1", "ethnicity": "01", "nationality": "CHN", "document_kind": "1"}
    assert all(value in code_table(CODED[name]).codes for name, value in kept.items())
    tie = Affiliation.objects.get(person=person)
    assert tie.category in code_table("person_category").codes
    if spec.status_table:
        assert tie.status_name in {one.name for one in code_table(spec.status_table).codes.values()}


@pytest.mark.capability("A005.1")
def test_every_shared_field_stands_on_the_page_of_the_standard_with_its_table(steward):
    page = steward.get("/datahub/standard/").content.decode().partition('id="fields"')[2]
    rows = set(ROW.findall(page))
    for spec, field in FIELDS:
        assert (spec.fields[field].headers[0], table_name(table_of(spec, field))) in rows, (spec.key, field)
    for table in shared_tables().values():
        for field in table.fields:
            codes = table_name(field.code_table) if field.code_table else "、".join(field.codes.values())
            assert field.type != "code" or (field.label, codes) in rows, (table.key, field.name)


NORMS = {
    "sex": ("GB/T 2261.1-2003", {"1": "男性", "2": "女性"}),
    "ethnicity": ("GB/T 3304-1991", {"01": "汉族", "15": "土家族"}),
    "country": ("GB/T 2659-2000", {"CHN": "中国", "VNM": "越南"}),
    "area": ("GB/T 2260-2007", {"110000": "北京市", "110101": "东城区"}),
    "document_kind": ("JY/T 1001-2012 SFZJLX", {"1": "居民身份证", "2": "军官证"}),
    "student_status": ("JY/T 1001-2012 XSDQZT", {"01": "在读", "02": "休学"}),
    "staff_status": ("JY/T 1001-2012 JZGDQZT", {"01": "退休", "04": "返聘"}),
    "person_category": ("学校自定", {"undergraduate": "统招本科"}),
    "unit_kind": ("学校自定", {"college": "教学学院"}),
}
"""By code table, the edition of the standard that its numbers are of, and some of them."""


@pytest.mark.capability("A005.3")
def test_each_code_table_names_the_edition_of_its_standard_and_shows_its_codes(steward):
    page = steward.get("/datahub/standard/").content.decode()
    assert "JY/T 1006-2012、GB/T 29808-2013" in page
    assert set(TABLES) == set(NORMS)
    for key, (norm, codes) in NORMS.items():
        listed = re.search(rf'href="\?table={key}">.*?</tr>', page, re.DOTALL)[0]
        assert f">{norm}<" in re.sub(r">\s+|\s+<", lambda found: found[0].strip(), listed), key
        shown = steward.get(f"/datahub/standard/?table={key}").content.decode()
        for code, name in codes.items():
            row = rf'<span class="code">{code}</span>\s*</t[hd]>\s*<td[^>]*>\s*{name}\s*</td>'
            assert re.search(row, shown), (key, code)


@pytest.mark.capability("A005.4")
def test_a_spelling_of_one_system_is_read_in_its_files_and_in_no_others(steward, units, hand_in):
    said = {"table": "ethnicity", "value": "毕兹卡", "code": "土家族", "source": "aa.students"}
    assert steward.post("/datahub/standard/alias/", said).status_code == 302
    own = hand_in(file_of(SOURCES["aa.students"], ethnicity="毕兹卡"), source_key="aa.students", name="一.csv")
    assert Person.objects.get(name="李明").ethnicity == "15"
    other = hand_in(file_of(SOURCES["hr.staff"], ethnicity="毕兹卡"), source_key="hr.staff", name="二.csv")
    assert [one.counts.get("codes", {}).get("unmapped_code", 0) for one in (own, other)] == [0, 1]
    page = steward.get("/datahub/standard/").content.decode()
    [alias] = re.findall(r"<tr>(?:(?!<tr>).)*?>\s*毕兹卡\s*<(?:(?!<tr>).)*?土家族.*?</tr>", page, re.DOTALL)
    assert "教务处" in alias, "of whose files"
    assert AuditEntry.objects.get(action="datahub.add_alias").facts["standard_code"].endswith("土家族")
    assert steward.post("/datahub/standard/alias/", said | {"code": "苗族", "source": ""}).status_code == 302
    hand_in(file_of(SOURCES["aa.students"], ethnicity="毕兹卡") + "\n", source_key="aa.students", name="三.csv")
    assert Person.objects.get(name="李明").ethnicity == "15", (
        "what was said of its files counts more than what was said of all"
    )


def code(**said):
    return {
        "table": "student_status",
        "what": "add",
        "code": "21",
        "name": "入伍保留学籍",
        "note": "suspended",
        "reason": "校发",
    } | said


def status_of(hand_in, status, name):
    hand_in(register(student(学籍状态=status)) + "\n" * len(name), name=name)
    tie = Affiliation.objects.get(kind="student")
    return tie.state, tie.status_name


@pytest.mark.capability("A005.3")
def test_a_status_of_the_schools_own_is_read_from_its_day_on(steward, units, hand_in):
    assert status_of(hand_in, "入伍保留学籍", "一.csv") == ("active", "")
    assert "入伍保留学籍" in steward.get("/datahub/standard/").content.decode(), "no table knows it yet"
    tomorrow = campus_today() + timedelta(days=1)
    said = code(starts_on=campus_today().isoformat())
    for wrong in (
        {"note": ""},
        {"name": ""},
        {"name": "在读"},
        {"code": "01"},
        {"ends_on": "2020-01-01"},
        {"reason": ""},
    ):
        assert steward.post("/datahub/standard/codes/", said | wrong).status_code == 422, wrong
    assert steward.post("/datahub/standard/codes/", said).status_code == 302
    assert status_of(hand_in, "入伍保留学籍", "二月.csv") == ("suspended", "入伍保留学籍")
    page = steward.get(f"/datahub/standard/?table=student_status&on={tomorrow}").content.decode()
    assert "入伍保留学籍" in page
    before = campus_today() - timedelta(days=1)
    of_before = steward.get(f"/datahub/standard/?table=student_status&on={before}").context["codes"].rows
    assert "21" not in str(of_before)


@pytest.mark.capability("A005.3", "A005.2")
def test_a_status_out_of_use_is_read_no_more_and_what_old_files_said_stays(steward, units, hand_in):
    with time_machine.travel(now() - timedelta(days=2), tick=False):
        assert status_of(hand_in, "休学", "前天.csv") == ("suspended", "休学")
    said = code(what="withdraw", code="02", name="", note="", starts_on=campus_today().isoformat())
    assert steward.post("/datahub/standard/codes/", said).status_code == 302
    assert steward.post("/datahub/standard/codes/", said | {"code": "77"}).status_code == 422
    held = steward.get("/datahub/standard/?table=student_status").context["codes"].rows
    assert "02" not in {one.code for one in held}
    later = hand_in(register(student(phone="13911112222", 学籍状态="休学")), name="今天.csv")
    assert later.counts["codes"]["unmapped_code"] == 1
    assert "休学" in unmapped(steward)
    roll_back(by=BY, batch_id=later.batch, reason="错")
    assert "休学" not in unmapped(steward), "what was taken back is no finding"
    tie = Affiliation.objects.select_related("person").get(kind="student")
    assert (tie.state, tie.status_name, tie.person.phone) == ("suspended", "休学", "13800138000"), (
        "told again by its day's table"
    )


@pytest.mark.capability("A005.4")
def test_an_alias_may_name_a_code_of_the_schools_own(steward, units, hand_in):
    steward.post("/datahub/standard/codes/", code(starts_on=campus_today().isoformat()))
    said = {"table": "student_status", "value": "参军", "code": "入伍保留学籍", "source": "aa.students"}
    assert steward.post("/datahub/standard/alias/", said).status_code == 302
    assert status_of(hand_in, "参军", "三.csv") == ("suspended", "入伍保留学籍")
    assert "参军" in steward.get("/datahub/standard/").content.decode()
    taken = said | {"value": "入伍保留学籍"}
    assert steward.post("/datahub/standard/alias/", taken).status_code == 422


def test_tables_of_the_state_and_of_the_program_are_not_changed(steward):
    for table in ("sex", "area", "person_category", "nothing"):
        said = code(table=table, starts_on=campus_today().isoformat())
        assert steward.post("/datahub/standard/codes/", said).status_code == 422, table


@pytest.mark.capability("A005.2")
def test_each_coded_column_of_a_source_has_the_share_that_the_tables_know_and_its_course(steward, units, hand_in):
    """Two of eight ethnicities in no table, then one, then none; the worst column first."""
    names = ("王芳", "李强", "张伟", "刘洋", "陈静", "杨磊", "赵敏", "黄勇")
    people = [
        {"no": f"1423110000{n}", "name": name, "document": id_number(order=2 * n + 1)} for n, name in enumerate(names)
    ]
    for turn in (2, 1, 0):
        rows = [student(**one, 民族="火星族" if n < turn else "汉族") for n, one in enumerate(people)]
        hand_in(register(*rows), name=f"{turn}.csv")
        lines = steward.get("/datahub/standard/").context["shares"].rows
        found = {(one.spec.key, one.field): one for one in lines}[("aa.students", "ethnicity")]
        assert (found.filled, found.unknown, found.percent) == (8, turn, f"{100 - turn * 12.5:.1f}%")
        assert [one.course[-1] for one in lines] == sorted(one.course[-1] for one in lines), "the worst first"
    assert found.course == [75.0, 87.5, 100.0]
    page = steward.get("/datahub/standard/").content.decode()
    assert '<span class="visually-hidden">75.0% 87.5% 100.0%</span>' in page
    assert '<rect x="0" y="15" width="3" height="1"/><rect x="4" y="9" width="3" height="7"/><rect x="8" y="0"' in page
