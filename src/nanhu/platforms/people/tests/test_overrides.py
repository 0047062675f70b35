"""临时更正: a value that stands until a day in place of what its source says, and gives way by itself."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.models import OutboxEvent
from nanhu.kernel.registry import Viewer
from nanhu.platforms.people import api as people
from nanhu.platforms.people import jobs
from nanhu.platforms.people.errors import (
    OverrideSameError,
    OverrideSpanError,
    OverrideUnclearError,
)
from nanhu.platforms.people.models import Affiliation, Override, Person
from nanhu.platforms.people.registrations import load_facts

from .test_bulk_door import BY, HR, SA, affiliation, zeng

pytestmark = pytest.mark.django_db
UNITS = [people.UnitRecord(code="08", name="计算机学院"), people.UnitRecord(code="11", name="教务处")]
NAMED = {"name": ("hr.staff", "sa.contacts")}
LONGEST = people.LONGEST_OVERRIDE


def list_of(batch_no, person_id=None, origin=HR, **said):
    """The next list of the office."""
    record = zeng(person_id=person_id, **said)
    origin = replace(origin, batch_no=batch_no, precedence=NAMED)
    return people.apply_records(by=BY, records=[record], origin=origin)


@pytest.fixture
def zeng_id():
    people.apply_units(by=BY, records=UNITS, origin=HR)
    return list_of(1, affiliations=(affiliation(unit_code="08"),)).person_ids["1"]


def rename(person_id, value="曾国蕃", days=30, **more):
    given = {"field": "name", "until": campus_today() + timedelta(days=days), "reason": "人事系统年底才能改"}
    return people.override_value(by=BY, person_id=person_id, value=value, **(given | more))


def name_of(person_id):
    return Person.objects.get(pk=person_id).name


def endings():
    return list(Override.objects.order_by("pk").values_list("ending", flat=True))


def pass_days(days):
    return time_machine.travel(now() + timedelta(days=days))


def test_it_outlasts_the_lists_of_its_source_and_ends_when_one_says_the_same(zeng_id):
    rename(zeng_id)
    said = list_of(2, zeng_id)
    assert name_of(zeng_id) == "曾国蕃"
    assert [(one.field, one.kept_source, one.offered) for one in said.outvoted] == [
        ("name", people.OVERRIDE, "曾国藩")
    ], "the office is told that another value stands"
    list_of(3, zeng_id, name="曾国蕃")
    assert (name_of(zeng_id), endings()) == ("曾国蕃", ["followed"])
    assert Person.objects.get(pk=zeng_id).provenance["name"]["source"] == "hr.staff"
    assert OutboxEvent.objects.filter(name="people.OverrideEnded").count() == 1
    list_of(4, zeng_id, name="曾涤生")
    assert name_of(zeng_id) == "曾涤生", "from then on its source is believed as before"


def test_a_weaker_source_that_says_the_same_ends_nothing(zeng_id):
    rename(zeng_id)
    list_of(2, zeng_id, origin=SA, name="曾国蕃")
    assert endings() == [""]


def test_after_its_last_day_stands_what_the_source_says_by_then(zeng_id):
    made = rename(zeng_id)
    list_of(2, zeng_id, name="曾涤生")
    with pass_days(30):
        jobs.follow_calendar()
        assert name_of(zeng_id) == "曾国蕃", "its last day is a day of it"
    with pass_days(31):
        jobs.follow_calendar()
        jobs.follow_calendar()
    person = Person.objects.get(pk=zeng_id)
    assert (person.name, person.pinyin, endings()) == ("曾涤生", "zeng disheng", ["over"])
    assert person.provenance["name"]["batch"] == 2
    with pytest.raises(WrongStateError):
        people.end_override(by=BY, override_id=made.pk)


def test_of_a_unit_it_is_of_one_identity(zeng_id):
    unit_ids = people.unit_ids_by_code(["08", "11"])
    made = rename(zeng_id, unit_ids["11"], field="unit_id", campus_no="0020190123")
    list_of(2, zeng_id, affiliations=(affiliation(unit_code="08"),))
    assert Affiliation.objects.get().unit_id == unit_ids["11"]
    people.end_override(by=BY, override_id=made.pk, reason="弄错了")
    assert (Affiliation.objects.get().unit_id, endings()) == (unit_ids["08"], ["lifted"])
    rename(zeng_id, unit_ids["11"], field="unit_id")
    list_of(3, zeng_id, affiliations=(affiliation(unit_code="11"),))
    assert (Affiliation.objects.get().unit_id, endings()) == (unit_ids["11"], ["lifted", "followed"])
    list_of(4, zeng_id, affiliations=(affiliation(campus_no="0020190999", unit_code="08"),))
    with pytest.raises(OverrideUnclearError):
        rename(zeng_id, unit_ids["08"], field="unit_id")


def test_another_takes_its_place_and_the_source_is_still_known(zeng_id):
    rename(zeng_id)
    second = rename(zeng_id, "曾伯涵")
    assert (name_of(zeng_id), endings()) == ("曾伯涵", ["replaced", ""])
    people.end_override(by=BY, override_id=second.pk)
    assert name_of(zeng_id) == "曾国藩"


def test_it_has_an_end_and_says_something_else(zeng_id):
    for days in (0, -1, LONGEST.days + 1):
        with pytest.raises(OverrideSpanError):
            rename(zeng_id, days=days)
    with pytest.raises(OverrideSameError):
        rename(zeng_id, "曾国藩")
    rename(zeng_id, days=LONGEST.days)
    with pytest.raises(OverrideSameError):
        rename(zeng_id, "曾国藩")
    assert endings() == [""]


def test_the_database_holds_one_at_a_time_that_ended_somehow(zeng_id):
    made = rename(zeng_id)
    for wrong in (
        {"reason": ""},
        {"ending": "over"},
        {"ended_at": now()},
        {"field": "unit_id"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Override.objects.filter(pk=made.pk).update(**wrong)
    made.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        made.save(force_insert=True)


def test_its_person_reads_that_it_is_one_and_until_when(zeng_id):
    rename(zeng_id)
    own = Viewer(account_id=0, person_id=zeng_id, name="", campus_no="", faces=frozenset(), face="")
    sources = {fact.key: fact.source for fact in load_facts(own)}
    assert "学校临时更正" in sources["people.name"]
    assert "来源还没改" in sources["people.name"]
    assert sources["people.campus_no:0020190123"] == "人事处"
