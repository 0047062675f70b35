"""Affiliations begin and end by their dates, with events and provenance, without an office saying so."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.models import AuditEntry, OutboxEvent
from nanhu.platforms.people import api as people
from nanhu.platforms.people import jobs
from nanhu.platforms.people.models import Affiliation, Change, ChangeSet

pytestmark = pytest.mark.django_db
BY = Actor.system("test")

DAY = timedelta(days=1)
OFFICE = people.Origin(source="aa.students", title="教务处", batch_no=1)


def planned():
    return people.AffiliationRecord(
        kind="student",
        campus_no="14231100009",
        starts_on=date(2023, 9, 1),
        ends_on=campus_today() + 10 * DAY,
        state="active",
    )


def say(*ties, batch=1, **said):
    """What an office says of one person."""
    held = Affiliation.objects.filter(campus_no=ties[0].campus_no).first()
    record = people.PersonRecord(
        key="a", person_id=held.person_id if held else None, name="林小满", affiliations=ties, **said
    )
    return people.apply_records(by=BY, records=[record], origin=replace(OFFICE, batch_no=batch))


def tie():
    return Affiliation.objects.get(campus_no=planned().campus_no)


def told():
    return [name.removeprefix("people.") for name in OutboxEvent.objects.order_by("id").values_list("name", flat=True)]


def test_it_lives_through_its_last_day_and_ends_the_day_after_once():
    said = say(planned())
    assert people.end_overdue(by=BY, today=planned().ends_on) == 0
    assert people.end_overdue(by=BY, today=planned().ends_on + DAY) == 1
    assert people.end_overdue(by=BY, today=planned().ends_on + DAY) == 0

    assert (tie().state, tie().ends_on) == ("ended", planned().ends_on)
    assert told() == ["PersonJoined", "AffiliationStarted", "AffiliationEnded"]
    change_set = ChangeSet.objects.get(kind="calendar")
    assert tie().provenance["state"]["set"] == change_set.id
    [change] = Change.objects.filter(change_set=change_set)
    assert change.before == {"state": "active"}
    assert change.sources["state"]["set"] == said.change_set_id
    assert AuditEntry.objects.filter(action="people.end_affiliations").count() == 1


def test_the_office_that_still_calls_it_active_does_not_wake_it():
    over = replace(planned(), ends_on=campus_today() - DAY)
    say(planned())
    say(over, batch=2)
    assert tie().state == "ended"
    again = say(over, batch=3)
    assert (again.changed, again.change_set_id, tie().state) == (0, None, "ended")


def test_a_longer_time_wakes_it_also_from_an_office_that_knows_no_states():
    say(planned())
    people.end_overdue(by=BY, today=campus_today() + 11 * DAY)
    say(replace(planned(), state=None, ends_on=campus_today() + 400 * DAY), batch=2)
    assert tie().state == "active"
    assert told()[-1] == "AffiliationStarted"


def test_what_is_to_begin_is_not_live_before_its_first_day():
    coming = replace(planned(), starts_on=campus_today() + 5 * DAY, state="suspended")
    person_id = say(coming).person_ids["a"]

    assert told() == ["PersonJoined"]
    [card] = people.person_card(person_id).affiliations
    assert (card.state, card.is_live) == ("planned", False)
    assert people.count_people(kinds=["student"]) == 0
    assert people.find_person_by_campus_no(planned().campus_no) == person_id, "the number is taken"
    assert say(coming, batch=2).change_set_id is None
    assert people.begin_due(by=BY, today=campus_today() + 4 * DAY) == 0
    assert people.begin_due(by=BY, today=campus_today() + 5 * DAY) == 1
    assert people.begin_due(by=BY, today=campus_today() + 5 * DAY) == 0
    assert tie().state == "suspended", "what the office said of it"
    assert told() == ["PersonJoined", "AffiliationStarted"]


def test_a_roll_back_takes_back_what_the_calendar_made_of_the_dates():
    say(planned())
    shortened = say(replace(planned(), ends_on=campus_today() + DAY), batch=2)
    people.end_overdue(by=BY, today=campus_today() + 2 * DAY)
    assert people.preview_revert(shortened.change_set_id).blockers == ()
    people.revert_change_set(by=BY, change_set_id=shortened.change_set_id, reason="错发")
    assert (tie().state, tie().ends_on) == ("active", planned().ends_on)
    assert told()[-2:] == ["AffiliationEnded", "AffiliationStarted"]


def test_the_job_does_today(monkeypatch):
    say(planned())
    say(replace(planned(), campus_no="14231100010", starts_on=campus_today() + 11 * DAY, ends_on=None))
    jobs.follow_calendar()
    assert set(Affiliation.objects.values_list("state", flat=True)) == {"active", "planned"}
    monkeypatch.setattr(jobs, "campus_today", lambda: campus_today() + 11 * DAY)
    jobs.follow_calendar()
    jobs.follow_calendar()
    assert list(Affiliation.objects.order_by("campus_no").values_list("state", flat=True)) == ["ended", "active"]
    assert ChangeSet.objects.filter(kind="calendar").count() == 2


@pytest.mark.slow
def test_thousands_end_in_a_handful_of_statements():
    records = [
        people.PersonRecord(
            key=str(n),
            name="张三",
            affiliations=(replace(planned(), campus_no=f"1423{n:07d}", ends_on=campus_today()),),
        )
        for n in range(3000)
    ]
    people.apply_records(by=BY, records=records, origin=OFFICE)
    with CaptureQueriesContext(connection) as captured:
        assert people.end_overdue(by=BY, today=campus_today() + DAY) == 3000
    assert len(captured) <= 24, "a row of the network's for each that ends, in one statement as all others"
    assert OutboxEvent.objects.filter(name="people.AffiliationEnded").count() == 3000
