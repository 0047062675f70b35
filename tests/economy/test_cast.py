"""The cast is brought in once a worker: who asks for it finds it, everybody else an empty house, and nobody another's deeds."""

from pathlib import Path

import pytest
from django.db import connection, transaction

from nanhu.kernel.models import AuditEntry
from nanhu.platforms.people.models import Person
from nanhu.systems.card.models import Card
from nanhu.systems.card.services.loss import report_lost
from nanhu.systems.card.tests.conftest import CAST, SYSTEM
from nanhu.testing.commits import commits_happen

ROOT = Path(__file__).parents[2]


def is_with_the_cast() -> bool:
    return connection.settings_dict["NAME"].endswith("_cast")


@pytest.mark.parametrize("time", ["first", "again"])
def test_who_asks_for_the_cast_finds_it_as_it_was_brought_in(cast, time):
    assert is_with_the_cast()
    assert Person.objects.count() == Card.objects.filter(state="issued").count() == len(CAST)
    assert not AuditEntry.objects.filter(action="card.report_lost").exists()
    report_lost(by=SYSTEM, card=cast.card("student"), reason="of this test alone")


@pytest.mark.django_db
def test_everybody_else_works_in_an_empty_house():
    assert not is_with_the_cast()
    assert not Person.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_where_commits_are_real_the_cast_is_brought_in_anew(cast):
    assert not is_with_the_cast()
    assert cast.card("student").state == "issued"
    assert Person.objects.count() == len(CAST)


def test_in_a_rolled_back_test_what_waits_for_a_commit_is_done_after_the_outermost_block(db):
    done = []
    with commits_happen():
        with transaction.atomic():
            transaction.on_commit(lambda: done.append("outer"))
            with transaction.atomic():
                transaction.on_commit(lambda: done.append("inner"))
            assert done == []
        assert done == ["outer", "inner"]
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            transaction.on_commit(lambda: done.append("never"))
            raise ZeroDivisionError
    assert done == ["outer", "inner"]


def test_no_room_calls_people_of_its_own_the_cast():
    """Tests that ask for a fixture of this name work in the house that has the card's cast."""
    fixtures = [path for path in (ROOT / "src").rglob("*.py") if "\ndef cast(" in path.read_text(encoding="utf-8")]
    assert [path.relative_to(ROOT).as_posix() for path in fixtures] == ["src/nanhu/testing/database.py"]
