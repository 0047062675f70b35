"""Cleaning rules by examples and by Hypothesis: never raise, clean(clean(x)) == clean(x)."""

from datetime import date
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nanhu.platforms.datahub.cleaning.contacts import clean_email, clean_phone
from nanhu.platforms.datahub.cleaning.dates import clean_date
from nanhu.platforms.datahub.cleaning.documents import clean_document, is_area_known, is_one_off, is_transposed
from nanhu.platforms.datahub.cleaning.lookups import Lookups
from nanhu.platforms.datahub.cleaning.masking import looks_sensitive
from nanhu.platforms.datahub.cleaning.names import (
    clean_name,
    differs_in_one,
    folded,
    is_name,
    is_near,
    same_name,
    sounds_like,
)
from nanhu.platforms.datahub.cleaning.person import clean_person
from nanhu.platforms.datahub.cleaning.text import TEXT_MARKS, is_clean, text_of
from nanhu.platforms.datahub.cleaning.units import UnitBook
from nanhu.platforms.datahub.codes import TABLES, code_table
from nanhu.platforms.datahub.services.skip import Skips
from nanhu.platforms.datahub.shared.declarations import shared_tables
from nanhu.platforms.datahub.sources import SOURCES, STAFF
from nanhu.platforms.people.api import halfwidth
from nanhu.platforms.people.rules import id_check_character

TODAY = date(2026, 11, 25)
CELLS = st.one_of(
    st.none(),
    st.text(max_size=40),
    st.integers(),
    st.floats(),
    st.dates().map(str),
    st.text("0123456789Xx ０１２３ＸＡ年月日/.-'‘\u3000张三（）(2)·．欧阳龘?□+=@\ufffd", max_size=24),
)


@given(CELLS)
def test_text_is_clean_once_cleaned(cell):
    assert text_of(text_of(cell)) == text_of(cell)


@given(st.one_of(st.text(max_size=12), st.text("0Aa中Ａ９ﬁ²٣-./:_ \u200b\u00a0'=", max_size=8)))
@example("2026-2027-1")
@example("选课名单")
@example("\u2460")
def test_what_is_passed_over_as_clean_is_what_cleaning_leaves(text):
    if is_clean(text):
        assert " ".join(halfwidth(text).split()).strip(TEXT_MARKS + " ") == text == text_of(text)


@given(CELLS)
@example("C¸𠀀")
def test_names_are_clean_once_cleaned(cell):
    assert clean_name(clean_name(cell)) == clean_name(cell)
    assert folded(folded(clean_name(cell))) == folded(clean_name(cell))


@given(CELLS)
def test_dates_are_clean_once_cleaned(cell):
    day = clean_date(cell)
    assert day is None or clean_date(day.isoformat()) == day


@given(CELLS)
def test_phones_and_mail_are_clean_once_cleaned(cell):
    assert clean_phone(clean_phone(cell)) == clean_phone(cell)
    assert clean_email(clean_email(cell)) == clean_email(cell)


@given(CELLS, CELLS)
def test_documents_are_clean_once_cleaned(cell, kind):
    document = clean_document(cell, kind, today=TODAY)
    again = clean_document(
        document.number, code_table("document_kind").codes[document.kind].name if document.kind else "", today=TODAY
    )
    assert document.fault or again == document


@given(st.dictionaries(st.sampled_from([h for c in STAFF.columns for h in c.headers[:1]]), CELLS))
def test_no_row_whatever_makes_cleaning_raise(cells):
    columns = {column.field: column.headers[0] for column in STAFF.columns}
    clean, findings = clean_person(STAFF, columns, cells, Lookups(UnitBook.of([("11", "计算机学院", "计院")])), TODAY)
    assert (clean is None) == any(finding.severity == "reject" for finding in findings)


@pytest.mark.capability("A004.3")
@given(
    st.dates(date(1930, 1, 1), date(2010, 1, 1)), st.integers(0, 999), st.sampled_from(["430602", "110105", "810000"])
)
def test_a_sound_number_is_read_and_a_slip_is_never_another_sound_number(birth, order, area):
    first = f"{area}{birth:%Y%m%d}{order:03d}"
    number = first + id_check_character(first)
    document = clean_document(number, today=TODAY)
    assert (document.fault, document.number, document.birth_date) == ("", number, birth)
    assert document.sex == ("1" if order % 2 else "2")
    for place in range(len(number) - 1):
        slip = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        if slip == number:
            continue
        assert clean_document(slip, "身份证", today=TODAY).fault
        assert is_transposed(number, slip)


@pytest.mark.capability("A004.3")
@given(st.dates(date(1930, 1, 1), date(1999, 12, 31)), st.integers(0, 999))
def test_fifteen_digits_become_eighteen(birth, order):
    first = f"430602{birth:%Y%m%d}{order:03d}"
    assert clean_document(first[:6] + first[8:], today=TODAY).number == first + id_check_character(first)


@pytest.mark.capability("A004.4")
@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("张　伟", "张伟"),
        ("张伟(大)", "张伟"),
        ("张伟（女）", "张伟"),
        ("张伟2", "张伟"),
        ("阿迪力．买买提", "阿迪力·买买提"),
        ("阿迪力•买买提", "阿迪力·买买提"),
        ("Anna  Petrova", "Anna Petrova"),
        ("ＡＮＮＡ Li", "ANNA Li"),
        ("'王芳", "王芳"),
    ],
)
def test_names(cell, name):
    assert clean_name(cell) == name
    assert is_name(name)


@pytest.mark.capability("A004.2")
@pytest.mark.parametrize("name", ["", "王?", "李□", "王\ufffd", "张3伟", "测试", "1234", "·", "王" * 61])
def test_what_is_no_name(name):
    assert not is_name(clean_name(name))


@pytest.mark.capability("A004.4")
def test_names_compared():
    assert same_name("張偉", "张伟")
    assert same_name("阿迪力·买买提", "阿迪力买买提")
    assert same_name("周喆", "周哲")
    assert not same_name("张伟", "张玮")
    assert sounds_like("张伟", "张玮")
    assert not is_near("王", "李"), "of one letter nothing is left to agree"
    assert differs_in_one("李小明", "李晓明")
    assert not differs_in_one("李小明", "王晓明")
    assert not sounds_like("张伟", "李伟")


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2019-09-01", date(2019, 9, 1)),
        ("2019.9.1", date(2019, 9, 1)),
        ("20190901", date(2019, 9, 1)),
        ("2019年9月", date(2019, 9, 1)),
        ("2019年9月1日", date(2019, 9, 1)),
        (43709, date(2019, 9, 1)),
        ("43709", date(2019, 9, 1)),
        (43709.0, date(2019, 9, 1)),
        ("２０１９／９／１", date(2019, 9, 1)),
        ("201909", date(2019, 9, 1)),
        ("2019-09-01 00:00:00", date(2019, 9, 1)),
        ("43709.0", date(2019, 9, 1)),
        (43709.5, date(2019, 9, 1)),
        ("20190901.0", date(2019, 9, 1)),
        ("2019年9月1号", date(2019, 9, 1)),
        ("二〇一九年十二月二十三日", date(2019, 12, 23)),
        ("二○一九年九月", date(2019, 9, 1)),
        ("19.9.1", date(2019, 9, 1)),
        ("19年9月", date(2019, 9, 1)),
        ("62年10月3日", date(1962, 10, 3)),
        ("9/1/2019", None),
        ("19/9/1", None),
        ("二〇一九年十三月", None),
        ("2019", None),
        ("9月1日", None),
        ("2019-02-30", None),
        ("", None),
        ("99999999", None),
        (1e300, None),
    ],
)
def test_dates(cell, day):
    assert clean_date(cell) == day


@pytest.mark.parametrize(
    ("cell", "phone"),
    [
        ("+86 138 0013 8000", "13800138000"),
        ("008613800138000", "13800138000"),
        ("138-0013-8000", "13800138000"),
        ("13800138000/0730-8641234", "13800138000"),
        (13800138000, "13800138000"),
        (13800138000.0, "13800138000"),
        ("1380013800", ""),
        ("12800138000", ""),
        ("0730-8641234", ""),
        ("１３８００１３８０００", "13800138000"),
    ],
)
def test_phones(cell, phone):
    assert clean_phone(cell) == phone


@pytest.mark.parametrize(
    ("cell", "kind", "found"),
    [
        ("11010519491231002x", "", "1"),
        ("810000199408230021", "", "H"),
        ("E12345678", "", "A"),
        ("EA1234567", "", "A"),
        ("123456789", "护照", "A"),
        ("PAK430188010112", "", "9"),
        ("H12345678", "回乡证", "T"),
    ],
)
@pytest.mark.capability("A004.5")
def test_document_kinds_come_from_the_number(cell, kind, found):
    assert clean_document(cell, kind, today=TODAY).kind == found


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ("", "document_missing"),
        ("4.30602E+17", "document_precision"),
        (4.3060219900101e17, "document_precision"),
        ("43060219900101123", "document_malformed"),
        ("430602199002301234", "document_date"),
        ("430602203002011234", "document_date"),
        ("110105194912310021", "document_checksum"),
    ],
)
@pytest.mark.capability("A004.2", "A004.3")
def test_document_faults(cell, fault):
    assert clean_document(cell, "身份证", today=TODAY).fault == fault


def test_near_numbers_are_told():
    assert is_transposed("E12345678", "E12345687")
    assert is_one_off("E12345678", "E12345679")
    assert not is_transposed("E12345678", "E12345678")
    assert is_area_known("430602")
    assert not is_area_known("999999")


def test_code_tables_answer_to_codes_names_and_aliases():
    assert {len(code_table(key).codes) > 1 for key in TABLES} == {True}
    assert [code_table("ethnicity").find(text).code for text in ("汉", "汉族", "01", "HA", "ha")] == ["01"] * 5
    assert [code_table("country").find(text).code for text in ("中国", "156", "CN", "香港")] == [
        "CHN",
        "CHN",
        "CHN",
        "HKG",
    ]
    assert code_table("sex").find("男").code == "1"
    assert code_table("person_category").find("本科（五年）").code == "five_year"


@pytest.mark.capability("A005.1")
def test_every_coded_field_of_every_source_has_its_table():
    """A005: no shared field with a closed list of values stays outside the standard."""
    tables = {
        "sex": "sex",
        "ethnicity": "ethnicity",
        "nationality": "country",
        "document_kind": "document_kind",
        "category": "person_category",
        "kind": "unit_kind",
    }
    free = {
        "campus_no",
        "name",
        "birth_date",
        "id_number",
        "phone",
        "guardian_phone",
        "email",
        "unit_code",
        "unit_name",
        "starts_on",
        "ends_on",
        "code",
        "short_name",
        "parent_code",
    }
    for spec in SOURCES.values():
        for column in spec.columns:
            if spec.kind == "shared":  # its shared table says so of each field
                assert column.field in shared_tables()[spec.table].by_name
                continue
            table = spec.status_table if column.field == "status" else tables.get(column.field)
            assert table in TABLES or column.field in free, (spec.key, column.field)


WORDS = [
    "14231100001",
    "张伟",
    "计算机学院",
    "机械23-1班",
    "a@b.cn",
    "合计",
    "计算机学院小计",
    "总计：3",
    "制表人：张",
    "审核:",
    "学号",
    "姓名",
]
WORDS += ["学号*", "学号(必填)", "XH", "必填", "'14231100001", "李 明", "总务处", "2003-09-01", "", "1", None, 3, 2.5]


def test_a_line_that_is_surely_a_record_is_one_at_length_too():
    """The short way, by which nearly all lines are told, against the whole one."""
    pick, surely = Random(5), 0
    for columns in (
        {"campus_no": "学号", "name": "姓名", "unit_name": "单位"},
        {"name": "姓名", "phone": "电话"},
        {"campus_no": "学号", "phone": "电话 ⇢ 备注"},
    ):
        skips = Skips(columns)
        for _turn in range(1500):
            few = pick.choice((WORDS, WORDS[:5]))
            cells = {heading: pick.choice(few) for heading in ("学号", "姓名", "单位", "电话", "备注")}
            surely += skips.is_surely_one(cells)
            assert skips.is_none(cells) == skips.is_none_at_length(cells), cells
    assert surely > 100
    two = Skips({"campus_no": "学号", "name": "姓名", "unit_name": "单位"})
    cells = {"学号": "14231100001", "姓名": "姓\n名", "单位": "单\n位"}
    assert two.is_none(cells) == two.is_none_at_length(cells), "a heading in two lines"


@pytest.mark.parametrize(
    ("cell", "is_sensitive"),
    [
        ("14231100001", True),
        ("123456789", True),
        ("20030901", False),
        ("20031301", True),
        ("张伟", False),
        ("１３８００１３８０００", True),
        ("张138-0013-8000", True),
        ("2003-09-01", False),
        ("", False),
        (None, False),
        (13800138000, True),
    ],
)
def test_what_looks_like_a_number_is_sealed_whichever_way_it_is_told(cell, is_sensitive):
    assert looks_sensitive(cell) is is_sensitive
