"""Cards of people who stay for a time: a last day, a unit that vouches; they end by themselves and the unit is told."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from nanhu.kernel.clock import campus_today
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.models import SmsMessage
from nanhu.platforms.people import api as people
from nanhu.platforms.people.jobs import follow_calendar
from nanhu.systems.card.issuing import jobs
from nanhu.systems.card.issuing.models import Letter, UnitDelegate
from nanhu.systems.card.issuing.services.delegating import relieve
from nanhu.systems.card.issuing.tests.conftest import COLLEGE, DESK, at, document_number, newest
from nanhu.systems.card.issuing.tests.personal import apply_at_counter, portrait, scan, through_to_plastic, visitor
from nanhu.systems.card.issuing.tests.test_making import pays
from nanhu.systems.card.issuing.tests.test_personal import HOLDER
from nanhu.systems.card.models import Card
from nanhu.systems.card.services.issue import issue_cards
from nanhu.systems.card.tests.conftest import ORIGIN, SYSTEM

DOCUMENT = document_number(birth="19800808", order=41)


def on(month: int, day: int):
    return time_machine.travel(datetime(2026, month, day, 2, 0, tzinfo=UTC), tick=True)


@pytest.mark.capability("A094.3")
def test_of_two_units_that_vouch_the_one_whose_last_day_the_card_has_is_told(campus):
    """The other may have come later, and its own last day ends nothing."""
    unit = people.UnitRecord(code="13", name="外国语学院", kind="college", parent_code="1")
    people.apply_units(by=SYSTEM, origin=ORIGIN, records=[unit])
    UnitDelegate.objects.create(
        unit_code="13", unit_name="外国语学院", person_id=campus.persons["guest"], role="agent", named_by_name="测试"
    )
    ties = tuple(
        people.AffiliationRecord(
            kind="temporary",
            campus_no=number,
            unit_code=code,
            starts_on=campus_today() - timedelta(days=began),
            ends_on=campus_today() + timedelta(days=left),
            state="active",
            category="visitor",
            category_name="访问",
        )
        for number, code, began, left in (("L2600001", "12", 100, 10), ("L2600002", "13", 5, 3))
    )
    visits = people.PersonRecord(
        key="new", name="访学者", sex="2", document_kind="1", id_number=DOCUMENT, affiliations=ties
    )
    person_id = people.apply_records(by=SYSTEM, records=[visits], origin=ORIGIN).person_ids["new"]
    issue_cards(by=SYSTEM, person_ids=[person_id])
    assert Card.objects.get(person_id=person_id).valid_until == campus_today() + timedelta(days=10)
    jobs.tell_sponsors()
    told = set(Letter.objects.filter(kind="expiring").values_list("person_id", flat=True))
    assert told == {campus.persons[part] for part in ("teacher", "second_clerk")}
    page = campus.client("teacher").get(f"{DESK}unit/").content.decode()
    assert ("访学者" in page, "外国语学院" in page) == (True, False), "the unit that is asked, not the newest"


@pytest.mark.capability("A094.3")
def test_a_unit_reads_of_those_that_it_vouches_for_now(campus):
    """Who was its guest once and is another unit's today is in the list of that one alone."""
    unit = people.UnitRecord(code="13", name="外国语学院", kind="college", parent_code="1")
    people.apply_units(by=SYSTEM, origin=ORIGIN, records=[unit])
    UnitDelegate.objects.create(
        unit_code="13", unit_name="外国语学院", person_id=campus.persons["guest"], role="agent", named_by_name="测试"
    )

    def visit(number, code, *, state="active"):
        began, left = (400, -300) if state == "ended" else (20, 9)
        return people.AffiliationRecord(
            kind="temporary",
            campus_no=number,
            unit_code=code,
            starts_on=campus_today() - timedelta(days=began),
            ends_on=campus_today() + timedelta(days=left),
            state=state,
            category="visitor",
            category_name="访问",
        )

    stays = (
        ("现访者", (visit("L2600001", "12"),)),
        ("曾访者", (visit("L2500001", "12", state="ended"), visit("L2600002", "13"))),
    )
    records = [
        people.PersonRecord(
            key=name,
            name=name,
            sex="2",
            document_kind="1",
            id_number=document_number(birth="19800808", order=order),
            affiliations=ties,
        )
        for order, (name, ties) in enumerate(stays, 51)
    ]
    made = people.apply_records(by=SYSTEM, records=records, origin=ORIGIN).person_ids
    issue_cards(by=SYSTEM, person_ids=made.values())
    for part, listed in (("teacher", (True, False)), ("guest", (False, True))):
        page = campus.client(part).get(f"{DESK}unit/").content.decode()
        assert ("现访者" in page, "曾访者" in page) == listed, part


SIX = ("自聘", "讲学", "公务", "培训", "访问", "交流")


@pytest.mark.capability("A094.1", "A094.2", "A094.3")
@pytest.mark.parametrize("category", SIX)
def test_a_temporary_card_ends_on_its_day_and_the_unit_that_vouched_is_told(campus, category, cron_of):
    with on(11, 23):
        clerk = campus.client("clerk")
        offered = clerk.get(f"{DESK}personal/").content.decode()
        assert all(f'value="{one}"' in offered for one in SIX)
        endless = visitor(DOCUMENT, until="", category=category) | {"proof": scan(), "picture": portrait()}
        assert clerk.post(f"{DESK}personal/", endless).status_code == 302
        draft = newest()
        assert (draft.state, draft.rows.get().errors) == ("draft", {"valid_until": "没有填"}), "no last day, no card"
        assert clerk.post(at(draft, "submit/")).status_code == 409
        unit = COLLEGE if category != "培训" else "计科2301班"  # which has no delegates of its own
        said = visitor(DOCUMENT, until="2026-12-04", category=category) | {"unit": unit}
        order = through_to_plastic(campus, apply_at_counter(campus, said))
        row = order.rows.get()
        clerk.post(f"{DESK}rows/{row.pk}/hand/take-fee/", {"method": "cash"})
        assert clerk.post(f"{DESK}rows/{row.pk}/hand/", HOLDER).status_code == 302
        card = Card.objects.get(person_id=people.find_person_by_document(DOCUMENT))
        assert (card.sub_class, str(card.valid_until)) == (category, "2026-12-04")
        [tie] = people.person_card(card.person_id).affiliations
        assert tie.unit_name == unit, "who vouches stands in the record"
        lasting = Card.objects.filter(pk=card.pk)
        lasting.update(valid_until="2099-12-31")  # the database's own day is today's, not the one of this test
        assert pays(campus, card.uid) == "balance_short", "it answers at terminals"
        lasting.update(valid_until="2026-12-04")
        former = UnitDelegate.objects.create(
            unit_code="12", unit_name=COLLEGE, person_id=campus.persons["guest"], role="agent", named_by_name="测试"
        )
        relieve(by=SYSTEM, delegate_id=former.pk, reason="调离")
        told_before = SmsMessage.objects.count()
        jobs.tell_sponsors()
        jobs.tell_sponsors()
        told = list(SmsMessage.objects.order_by("id"))[told_before:]
        assert len(told) == 2, "agent and leader, once each"
        assert all("访学者" in one.text and "2026-12-04" in one.text for one in told)
        sponsors = {campus.persons[part] for part in ("teacher", "second_clerk")}
        assert {str(one.phone) for one in told} == {people.phone_of(one, by=SYSTEM, purpose="测试") for one in sponsors}
        page = campus.client("teacher").get(f"{DESK}unit/").content.decode()
        assert "访学者" in page
        lasting.update(valid_until="2026-12-07")
        jobs.tell_sponsors()
        again = list(SmsMessage.objects.order_by("id"))[told_before + 2 :]
        assert ["2026-12-07" in one.text for one in again] == [True, True], "another last day is told anew"
        lasting.update(valid_until="2026-12-04")
    lasting.update(valid_from="2020-01-01", valid_until="2020-12-31")
    assert pays(campus, card.uid) == "card_expired", "at midnight, before any job ran"
    lasting.update(valid_until="2026-12-04")
    with on(12, 4):
        follow_calendar()
        deliver_pending()
        card.refresh_from_db()
        assert card.state == "issued", "its last day is a day of it"
    assert (cron_of("people.follow_calendar"), cron_of("card_issuing.tell_sponsors")) == ("5 * * * *", "20 8 * * *")
    with on(12, 5):
        follow_calendar()
        deliver_pending()
        card.refresh_from_db()
        assert card.state == "expired"
        jobs.tell_sponsors()
        jobs.tell_sponsors()
        assert {one.person_id for one in Letter.objects.filter(kind="expired")} == sponsors
        assert Letter.objects.filter(kind="expired").count() == 2
        assert pays(campus, card.uid) == "card_expired"
