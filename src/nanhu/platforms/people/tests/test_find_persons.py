"""A clerk finds one person by what he has: a number, a name, pinyin, a phone, a document."""

from datetime import date

import pytest
from django.db import connection

from nanhu.kernel.crypto import blind_index
from nanhu.platforms.people.api import find_persons, unit_ids_below
from nanhu.platforms.people.models import Affiliation, OrgUnit, Person
from nanhu.platforms.people.rules import initials_of, normalise_document, normalise_phone, pinyin_of

pytestmark = pytest.mark.django_db


def make(name, number, unit, *, phone="", document="", state="active") -> int:
    person = Person.objects.create(
        name=name,
        pinyin=pinyin_of(name),
        initials=initials_of(name),
        phone=phone or None,
        phone_index=blind_index(normalise_phone(phone), purpose="people.phone") if phone else None,
        id_number=document or None,
        id_number_index=blind_index(normalise_document(document), purpose="people.id_number") if document else None,
    )
    Affiliation.objects.create(
        person=person,
        kind="student",
        campus_no=number,
        unit=unit,
        starts_on=date(2020, 9, 1),
        state=state,
        ends_on=date(2024, 6, 30) if state == "ended" else None,
    )
    return person.pk


@pytest.fixture
def units():
    school = OrgUnit.objects.create(code="1", name="学校")
    college = OrgUnit.objects.create(code="08", name="计算机学院", parent=school)
    return {
        "college": college,
        "class": OrgUnit.objects.create(code="0801", name="一班", parent=college),
        "other": OrgUnit.objects.create(code="09", name="外语学院", parent=school),
    }


@pytest.fixture
def people(units):
    return {
        "zeng": make("曾小南", "14231200001", units["class"], phone="13873012345", document="430602200803151234"),
        "alumnus": make("曾小南", "14131200001", units["class"], state="ended", phone="13873019999"),
        "ouyang": make("欧阳修文", "T00123", units["other"], document="43060219800101111X"),
        "anna": make("Anna Petrova", "L2026001", units["other"]),
    }


def found(text, **options):
    return list(find_persons(text, **options).ids)


@pytest.mark.parametrize(
    ("typed", "who"),
    [
        ("14231", ["zeng"]),
        ("1423120000１", ["zeng"]),
        ("t001", ["ouyang"]),
        ("l2026001", ["anna"]),
        ("曾小", ["zeng", "alumnus"]),
        ("曾小南", ["zeng", "alumnus"]),
        ("欧", ["ouyang"]),
        ("zengxiaonan", ["zeng", "alumnus"]),
        ("zeng xiao", ["zeng", "alumnus"]),
        ("ZXN", ["zeng", "alumnus"]),
        ("oyxw", ["ouyang"]),
        ("ouyang", ["ouyang"]),
        ("anna p", ["anna"]),
        ("Anna Petrova", ["anna"]),
        ("修文", []),
        ("13873012345", ["zeng"]),
        ("+86 138 7301 2345", ["zeng"]),
        ("43060219800101111x", ["ouyang"]),
        ("曾小南 2345", ["zeng"]),
        ("曾小南 9999", ["alumnus"]),
        ("欧阳 111X", ["ouyang"]),
        ("zengxn 0000", []),
        ("petrova", ["anna"]),
        ("阳修文", ["ouyang"]),
        ("%", []),
        ("_", []),
        ("", []),
        ("\0", []),
        ("0", []),
    ],
)
def test_it_finds_by(typed, who, people) -> None:
    assert found(typed) == [people[one] for one in who]


def test_who_is_here_comes_before_who_was(people) -> None:
    assert found("zxn") == [people["zeng"], people["alumnus"]]


def test_a_merged_person_is_not_found(people) -> None:
    Person.objects.filter(pk=people["zeng"]).update(merged_into_id=people["ouyang"])
    assert found("zxn") == [people["alumnus"]]


def test_a_scope_holds_for_every_way_of_asking(people, units) -> None:
    scope = unit_ids_below(["08"])
    assert scope == {units["college"].pk, units["class"].pk}
    for typed in ("14231200001", "曾", "zxn", "13873012345", "430602200803151234", "曾小南 2345"):
        assert found(typed, unit_ids=scope) == [people["zeng"]], typed
    for typed in ("T00123", "欧阳", "oyxw", "43060219800101111X", "阳修文", "anna"):
        assert found(typed, unit_ids=scope) == [], typed
    assert found("曾", unit_ids=[]) == []


def test_every_way_walks_an_index(people) -> None:
    """No sequential scan, whatever is typed: the planner is told that the tables are large."""
    from nanhu.platforms.people.search import MOST, WAYS

    facts = {
        "is_scoped": False,
        "units": [],
        "most": MOST,
        "number": "1423%",
        "name": "曾%",
        "pinyin": "zx%",
        "phone": b"x",
        "document": b"x",
        "piece": "%阳修文%",
        "low_piece": "%petrova%",
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for way, statement in WAYS.items():
            cursor.execute(f"EXPLAIN {statement}", facts)
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "Seq Scan" not in plan, (way, plan)


def test_too_many_are_cut_and_it_says_so(units) -> None:
    for number in range(6):
        make("王伟", f"2023{number:05d}", units["class"])
    assert find_persons("王伟", limit=5).is_cut
    assert not find_persons("王伟", limit=6).is_cut
