"""apply_records: writes what changes and only that, with provenance and events."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nanhu.kernel.actors import Actor
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.models import OutboxEvent
from nanhu.platforms.people import api as people
from nanhu.platforms.people.models import Affiliation, Change, ChangeSet, OrgUnit, Person

pytestmark = pytest.mark.django_db
BY = Actor.system("test")
HR = people.Origin(source="hr.staff", title="人事处", batch_no=1, precedence={"phone": ("hr.staff", "sa.contacts")})
SA = people.Origin(source="sa.contacts", title="学工处", batch_no=2, precedence={"phone": ("hr.staff", "sa.contacts")})


def affiliation(**said):
    given = {"kind": "staff", "campus_no": "0020190123", "starts_on": date(2019, 9, 1), "state": "active"}
    return people.AffiliationRecord(**(given | said))


def zeng(**said):
    given = {
        "key": "1",
        "name": "曾国藩",
        "sex": "1",
        "birth_date": date(1980, 1, 2),
        "id_number": "11010519491231002X",
        "phone": "13800138000",
        "affiliations": (affiliation(),),
    }
    return people.PersonRecord(**(given | said))


def names_of_events():
    return list(OutboxEvent.objects.order_by("id").values_list("name", flat=True))


def test_a_new_person_joins_with_affiliation_events_and_provenance():
    result = people.apply_records(by=BY, records=[zeng()], origin=HR)
    person = Person.objects.get(id=result.person_ids["1"])
    assert (result.created, result.changed, result.unchanged) == (1, 0, 0)
    assert (person.pinyin, person.initials, person.id_number) == ("zeng guofan", "zgf", "11010519491231002X")
    assert person.provenance["phone"]["source"] == "hr.staff"
    assert person.provenance["phone"]["set"] == result.change_set_id
    assert names_of_events() == ["people.PersonJoined", "people.AffiliationStarted"]


def test_the_same_records_again_change_nothing():
    first = people.apply_records(by=BY, records=[zeng()], origin=HR)
    again = people.apply_records(by=BY, records=[zeng(person_id=first.person_ids["1"])], origin=HR)
    assert (again.created, again.changed, again.unchanged, again.change_set_id) == (0, 0, 1, None)
    assert ChangeSet.objects.count() == 1
    assert len(names_of_events()) == 2


def test_a_weaker_office_is_outvoted_and_a_stronger_one_wins():
    person_id = people.apply_records(by=BY, records=[zeng(phone=None)], origin=HR).person_ids["1"]
    says = {"key": "a", "person_id": person_id, "affiliations": ()}
    people.apply_records(by=BY, records=[zeng(phone="13900000001", **says)], origin=SA)
    people.apply_records(by=BY, records=[zeng(phone="13900000002", **says)], origin=HR)
    lost = people.apply_records(by=BY, records=[zeng(phone="13900000003", **says)], origin=SA)
    assert Person.objects.get().phone == "13900000002"
    assert [(o.field, o.kept_source) for o in lost.outvoted] == [("phone", "hr.staff")]


def test_a_dry_run_tells_masked_differences_and_writes_nothing():
    person_id = people.apply_records(by=BY, records=[zeng()], origin=HR).person_ids["1"]
    told = people.apply_records(
        by=BY, records=[zeng(person_id=person_id, phone="13911112222")], origin=HR, dry_run=True
    )
    assert [(d.field, d.before, d.after) for d in told.differences] == [("phone", "138****8000", "139****2222")]
    assert Person.objects.get().phone == "13800138000"
    assert ChangeSet.objects.count() == 1


def test_an_affiliation_ends_and_comes_back():
    person_id = people.apply_records(by=BY, records=[zeng()], origin=HR).person_ids["1"]
    leaves = affiliation(state="ended", ends_on=date(2025, 7, 1), status_name="调出")
    people.apply_records(by=BY, records=[zeng(person_id=person_id, affiliations=(leaves,))], origin=HR)
    assert Affiliation.objects.get().state == "ended"
    people.apply_records(by=BY, records=[zeng(person_id=person_id)], origin=HR)
    assert (Affiliation.objects.get().state, Affiliation.objects.get().ends_on) == ("active", None)
    assert names_of_events()[1:] == [
        "people.AffiliationStarted",
        "people.AffiliationEnded",
        "people.AffiliationStarted",
    ]


def test_reverting_an_import_restores_values_and_ends_the_newborn():
    person_id = people.apply_records(by=BY, records=[zeng()], origin=HR).person_ids["1"]
    other = zeng(
        key="2", name="单雄信", id_number=None, phone=None, affiliations=(affiliation(campus_no="0020200001"),)
    )
    second = people.apply_records(
        by=BY, records=[zeng(person_id=person_id, phone="13911112222", name="曾涤生"), other], origin=HR
    )
    people.revert_change_set(by=BY, change_set_id=second.change_set_id, reason="错发")
    person = Person.objects.get(id=person_id)
    assert (person.name, person.pinyin, person.phone) == ("曾国藩", "zeng guofan", "13800138000")
    assert people.matches_phone(person_id=person_id, phone="13800138000")
    assert person.provenance["phone"]["set"] == ChangeSet.objects.order_by("id").first().id
    assert Affiliation.objects.get(campus_no="0020200001").state == "ended"
    assert Affiliation.objects.get(campus_no="0020190123").state == "active"


def test_it_refuses_to_revert_under_later_changes():
    person_id = people.apply_records(by=BY, records=[zeng()], origin=HR).person_ids["1"]
    second = people.apply_records(by=BY, records=[zeng(person_id=person_id, name="曾涤生")], origin=HR)
    third = people.apply_records(by=BY, records=[zeng(person_id=person_id, name="曾伯涵")], origin=HR)
    with pytest.raises(people.LaterChangesError):
        people.revert_change_set(by=BY, change_set_id=second.change_set_id, reason="")
    assert Person.objects.get().name == "曾伯涵"
    people.revert_change_set(by=BY, change_set_id=third.change_set_id, reason="")
    people.revert_change_set(by=BY, change_set_id=second.change_set_id, reason="")
    assert Person.objects.get().name == "曾国藩"
    with pytest.raises(WrongStateError):
        people.revert_change_set(by=BY, change_set_id=second.change_set_id, reason="")


def test_two_persons_merge_and_part_again():
    kept_id = people.apply_records(by=BY, records=[zeng(id_number=None, phone=None)], origin=HR).person_ids["1"]
    second = zeng(key="2", affiliations=(affiliation(kind="student", campus_no="14231100001"),))
    gone_id = people.apply_records(by=BY, records=[second], origin=SA).person_ids["2"]
    merge = people.merge_persons(by=BY, kept_id=kept_id, gone_id=gone_id, reason="同一人")
    assert people.person_card(gone_id).person_id == kept_id
    assert people.matches_identity(person_id=kept_id, name="曾国藩", id_number="11010519491231002x")
    assert set(Affiliation.objects.values_list("person_id", flat=True)) == {kept_id}
    people.revert_change_set(by=BY, change_set_id=merge.id, reason="不是同一人")
    assert Person.objects.get(id=gone_id).merged_into_id is None
    assert people.find_person_by_campus_no("14231100001") == gone_id
    assert people.find_person_by_document("11010519491231002X") == gone_id
    assert not people.matches_id_tail(person_id=kept_id, tail="31002X")
    assert "people.PersonsParted" in names_of_events()


def test_thousands_of_people_take_a_bounded_number_of_statements():
    unit = people.UnitRecord(code="11", name="计算机学院")
    people.apply_units(by=BY, records=[unit], origin=HR)
    records = [
        people.PersonRecord(
            key=str(n),
            name="张三",
            sex="1",
            id_number=f"E{n:08d}",
            phone=f"138{n:08d}",
            document_kind="A",
            affiliations=(affiliation(kind="student", campus_no=f"1423{n:07d}", unit_code="11"),),
        )
        for n in range(3000)
    ]
    with CaptureQueriesContext(connection) as captured:
        result = people.apply_records(by=BY, records=records, origin=HR)
    assert len(captured) <= 30
    assert result.created == Person.objects.count() == 3000
    assert OrgUnit.objects.count() == 1
    assert Change.objects.count() == 0


def test_two_persons_exchange_documents_in_one_batch_and_back():
    one = zeng(key="1", phone=None)
    two = zeng(
        key="2", name="左宗棠", id_number="E12345678", phone=None, affiliations=(affiliation(campus_no="0020190124"),)
    )
    ids = people.apply_records(by=BY, records=[one, two], origin=HR).person_ids
    swapped = [
        zeng(key="1", person_id=ids["1"], id_number="E12345678", phone=None),
        zeng(key="2", person_id=ids["2"], name="左宗棠", id_number="11010519491231002X", phone=None, affiliations=()),
    ]
    change_set_id = people.apply_records(by=BY, records=swapped, origin=HR).change_set_id
    assert people.find_person_by_document("E12345678") == ids["1"]
    people.revert_change_set(by=BY, change_set_id=change_set_id, reason="")
    assert people.find_person_by_document("E12345678") == ids["2"]
    assert Person.objects.get(id=ids["1"]).id_number == "11010519491231002X"


@pytest.mark.slow
def test_taking_back_thousands_takes_a_bounded_number_of_statements():
    records = [
        people.PersonRecord(
            key=str(n), name="张三", phone=f"138{n:08d}", affiliations=(affiliation(campus_no=f"00{n:08d}"),)
        )
        for n in range(2000)
    ]
    first = people.apply_records(by=BY, records=records, origin=HR)
    changed = [
        people.PersonRecord(
            key=key,
            person_id=person_id,
            phone=f"139{int(key):08d}",
            affiliations=(affiliation(campus_no=f"00{int(key):08d}"),),
        )
        for key, person_id in first.person_ids.items()
    ]
    second = people.apply_records(by=BY, records=changed, origin=HR)
    with CaptureQueriesContext(connection) as captured:
        people.revert_change_set(by=BY, change_set_id=second.change_set_id, reason="")
        people.revert_change_set(by=BY, change_set_id=first.change_set_id, reason="")
    assert len(captured) <= 60
    assert Affiliation.objects.filter(state="ended").count() == 2000
    assert people.matches_phone(person_id=first.person_ids["7"], phone="13800000007")
