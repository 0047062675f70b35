"""Doors with a credential that is no card: they know its holder by what the issuer says, and keep its number without network."""

from datetime import timedelta

import pytest
from django.db import connection

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.platforms.access import issuers, reasons
from nanhu.platforms.access.issuers import Credential
from nanhu.platforms.access.models import Door, DoorListRow, Passage
from nanhu.platforms.access.services.listing import current_list
from nanhu.platforms.access.services.passing import pass_door
from nanhu.platforms.access.services.previewing import preview_rule
from nanhu.platforms.access.services.ruling import DoorRuleDraft, rule
from nanhu.platforms.access.services.setting_up import DoorOrder, DoorsOrder, set_up_doors
from nanhu.platforms.campus.api import Place, PlaceOrder, set_up_places
from nanhu.platforms.people.models import Person

SYSTEM = Actor.system("test")


class Badges:
    """Badges of visitors: one for today, one that was taken back. Their class is one that the audit log has a word for."""

    view = "test_badge"
    refusals = {"badge_returned": "这枚访客证已收回"}

    def __init__(self, person_id):
        self.person_id, self.shut = person_id, set()

    def counts(self):
        return True

    def present(self, text, *, terminal_id, sequence, at):
        return self.recall(text, at=at)

    def recall(self, number, *, at):
        if not number.startswith("B"):
            return None
        return Credential(
            means="card",
            person_id=self.person_id,
            holder_class="ordinary",
            name=f"badge:{number}",
            refusal="badge_returned" if number == "B9" else "",
        )

    def closed_days(self, days):
        return {"ordinary:": self.shut}

    def stamp(self):
        return str(sorted(self.shut))

    def choices(self):
        return [("访客", [("ordinary", "访客（整类）")])]


@pytest.fixture
def badges(db, monkeypatch):
    """The school has no other credentials."""
    issuer = Badges(Person.objects.create(name="周敏", pinyin="zhou min", document_kind="1").pk)
    monkeypatch.setattr(issuers, "ISSUERS", [issuer])
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE VIEW test_badge AS SELECT 'B1' AS number, p.id AS person_id, 'ordinary' AS holder_class, '' AS sub_class,"
            " current_date - 2 AS valid_from, current_date + 2 AS valid_until FROM people_person p"
        )
    return issuer


@pytest.fixture
def door(badges):
    set_up_places(by=SYSTEM, places=[PlaceOrder(key="hall", name="礼堂", kind="other")])
    set_up_doors(by=SYSTEM, order=DoorsOrder(doors=[DoorOrder(number="MH01", place="hall", name="正门")]))
    return Door.objects.get()


def open_to_visitors():
    draft = DoorRuleDraft(is_allowed=True, starts_on=campus_today(), holder_class="ordinary")
    return rule(by=SYSTEM, place=Place.objects.get(), draft=draft, reason="开放日")


def told(door, number, sequence):
    decision, _passage = pass_door(door=door, sequence=sequence, text=number, direction="in")
    return decision.code


@pytest.mark.capability("A100.1")
def test_a_rule_for_a_class_of_another_issuer_is_obeyed_and_its_refusal_told_in_its_words(badges, door):
    assert told(door, "B1", 1) == "no_rule"
    open_to_visitors()
    assert [told(door, number, 2 + n) for n, number in enumerate(("B1", "B9", "?"))] == [
        "allowed",
        "badge_returned",
        "card_unknown",
    ]
    assert reasons.sentence_of("badge_returned") == "这枚访客证已收回"
    assert Passage.objects.get(code="allowed").credential == "badge:B1"
    assert Passage.objects.get(code="card_unknown").person_id is None


@pytest.mark.capability("A100.6")
def test_its_number_stands_hashed_in_the_doors_list_but_on_days_that_the_issuer_closes(badges, door):
    open_to_visitors()
    before = current_list(door)
    assert DoorListRow.objects.get().hashed
    assert list(before.profiles.values()) != [[]]
    badges.shut = {campus_today() + timedelta(days=n) for n in range(8)}
    assert list(current_list(door).profiles.values()) == [[]]


def test_the_preview_counts_people_whatever_they_hold(badges, door):
    seen = preview_rule(
        Place.objects.get(), DoorRuleDraft(is_allowed=True, starts_on=campus_today(), holder_class="ordinary")
    )
    assert (seen.gaining, seen.losing) == ({badges.person_id}, set())


def test_without_any_issuer_nobody_passes_and_lists_are_empty(door, monkeypatch):
    open_to_visitors()
    monkeypatch.setattr(issuers, "ISSUERS", [])
    assert told(door, "B1", 1) == "card_unknown"
    current_list(door)
    assert not DoorListRow.objects.exists()
