"""The cast is brought in once a worker: who asks for it finds it, everybody else an empty house, and nobody another's deeds."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction

from nanhu.kernel.clock import campus_today
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.people.models import Person
from nanhu.systems.card.models import Card
from nanhu.systems.card.services.loss import report_lost
from nanhu.systems.card.tests.conftest import CAST, SYSTEM
from nanhu.testing import database
from nanhu.testing.cast import bring_in_the_cast
from nanhu.testing.commits import commits_happen


@pytest.mark.parametrize("time", ["first", "again"])
def test_who_asks_for_the_cast_finds_it_as_it_was_brought_in(cast, time):
    assert database.is_in(bring_in_the_cast)
    assert Person.objects.count() == Card.objects.filter(state="issued").count() == len(CAST)
    assert not AuditEntry.objects.filter(action="card.report_lost").exists()
    report_lost(by=SYSTEM, card=cast.card("student"), reason="of this test alone")


@pytest.mark.django_db
def test_everybody_else_works_in_an_empty_house():
    assert database.is_in(None)
    assert not Person.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_where_commits_are_real_the_cast_is_brought_in_anew(cast):
    assert database.is_in(None)
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


@pytest.mark.django_db
def test_a_school_is_not_brought_in_for_others_while_the_clock_is_set(monkeypatch):
    monkeypatch.setattr(database, "_houses", {None: database._houses[None]})
    with time_machine.travel("2030-02-28T12:00+08:00"):
        assert not database.may_settle(bring_in_the_cast)
    assert database.may_settle(bring_in_the_cast)


def test_over_midnight_a_school_is_brought_in_anew(cast, monkeypatch):
    monkeypatch.setattr(database, "_houses", {**database._houses})
    assert not database.may_settle(bring_in_the_cast)
    house = replace(database._houses[bring_in_the_cast], day=campus_today() - timedelta(days=1))
    database._houses[bring_in_the_cast] = house
    assert database.may_settle(bring_in_the_cast)


@pytest.mark.django_db(transaction=True)
def test_the_school_of_yesterday_is_pulled_down(monkeypatch):
    monkeypatch.setattr(database, "_houses", {None: database._houses[None]})
    house = database.brought_in(bring_in_the_cast)
    assert house.day == campus_today()
    name = house.connection.settings_dict["NAME"]
    assert name in names_of_databases()
    database.pull_down(house)
    assert name not in names_of_databases()


def names_of_databases():
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        return {name for (name,) in cursor.fetchall()}
