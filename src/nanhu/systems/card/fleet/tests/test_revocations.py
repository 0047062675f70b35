"""The revocation list: kept by the database whoever changes a card, told in versions, never losing a change."""

import asyncio
import json
from datetime import timedelta

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from nanhu.kernel.clock import campus_today
from nanhu.platforms.terminals import api as terminals
from nanhu.platforms.terminals.gateway import Database
from nanhu.systems.card.fleet.models import Revocation, RevocationChange, TerminalReport
from nanhu.systems.card.gateway import revocations
from nanhu.systems.card.gateway.operations import Request
from nanhu.systems.card.gateway.revocations import RevocationDesk
from nanhu.systems.card.gateway.terminals import Terminal
from nanhu.systems.card.models import Card
from nanhu.systems.card.services.loss import cancel_loss, report_lost
from nanhu.systems.card.tests.conftest import bring_in_the_cast
from nanhu.testing.patience import PATIENCE_SECONDS


def told(since: int, most: int = 100):
    connection.check_constraints()  # what the end of a transaction does: the deferred triggers run
    with connection.cursor() as cursor:
        cursor.execute("SELECT version, is_full, has_more, changes FROM card_revocations(%s, %s)", [since, most])
        version, is_full, has_more, changes = cursor.fetchone()
    return version, is_full, has_more, {one["card"]: one["reason"] for one in json.loads(changes)}


def lose(campus, part="student"):
    return report_lost(by=campus.actor(part), card=campus.card(part), reason="test")


@pytest.mark.capability("A117.2")
def test_a_loss_report_adds_the_card_and_finding_it_removes_it(campus):
    start = told(0)[0]
    card = lose(campus)
    lost_version, _full, _more, changes = told(start)
    assert changes == {card.uid: "lost"}
    cancel_loss(by=campus.actor("clerk"), card=card, document="passport", face_checked=True, reason="找到了")
    found_version, is_full, _more, changes = told(lost_version)
    assert (changes, is_full) == ({card.uid: None}, False)
    assert found_version > lost_version
    assert told(found_version)[3] == {}
    diary = RevocationChange.objects.filter(card=card).order_by("version")
    assert [(one.action, one.reason) for one in diary] == [("add", "lost"), ("remove", "lost")]


@pytest.mark.parametrize(
    "state", ["frozen", "expired", pytest.param("replaced", marks=pytest.mark.capability("A121.1")), "closed"]
)
def test_raw_sql_cannot_forget_the_list(campus, state):
    card = campus.card("student")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE card_card SET state = %s WHERE id = %s", [state, card.pk])
    assert told(0)[3] == {card.uid: state}


@pytest.mark.capability("A094.2")
def test_a_card_whose_last_day_is_over_is_listed_at_night(campus):
    card = campus.card("student")
    Card.objects.filter(pk=card.pk).update(valid_from=campus_today() - timedelta(9), valid_until=campus_today())
    assert told(0)[3] == {}
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE card_card DISABLE TRIGGER card_revocation_of_changed")
        cursor.execute("UPDATE card_card SET valid_until = valid_until - 1 WHERE id = %s", [card.pk])
        cursor.execute("SELECT card_revocation_sweep()")
        assert cursor.fetchone() == (1,)
    assert told(0)[3] == {card.uid: "expired"}


def test_a_version_we_never_gave_gets_the_whole_list(campus):
    card = lose(campus)
    version, is_full, _more, changes = told(10**9)
    assert (is_full, changes) == (True, {card.uid: "lost"})
    assert told(version)[1] is False


def test_a_long_list_comes_in_pages_without_a_gap(campus):
    cards = [lose(campus, part) for part in ("student", "other_student", "teacher")]
    held, since, more = {}, 0, True
    while more:
        since, _full, more, changes = told(since, most=1)
        held |= changes
    assert held == {card.uid: "lost" for card in cards}


def test_the_diary_is_never_changed(campus):
    lose(campus)
    told(0)
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        RevocationChange.objects.all().delete()


def url() -> str:
    facts = connection.settings_dict
    return psycopg.conninfo.make_conninfo(
        host=facts["HOST"],
        port=facts["PORT"] or None,
        dbname=facts["NAME"],
        user=facts["USER"],
        password=facts["PASSWORD"],
    )


@pytest.mark.django_db(transaction=True)
def test_versions_follow_the_order_of_commits():
    """A transaction that began first and ends last must not hide behind a version already told."""
    campus = bring_in_the_cast()
    first, second = campus.card("student"), campus.card("teacher")
    with psycopg.connect(url()) as slow:
        slow.execute("UPDATE card_card SET state = 'frozen' WHERE id = %s", [first.pk])
        Card.objects.filter(pk=second.pk).update(state="frozen")
        version, _full, _more, changes = told(0)
        assert changes == {second.uid: "frozen"}
    assert told(version)[3] == {first.uid: "frozen"}


def witness(all_told: asyncio.Event) -> type[psycopg.AsyncConnection]:
    """A listener's connection that says when everything told before `NOTIFY all_told` has reached who listens by it."""

    class Witness(psycopg.AsyncConnection):
        @classmethod
        async def connect(cls, *given, **more):
            connection_ = await super().connect(*given, **more)
            await connection_.execute("LISTEN all_told")
            return connection_

        async def notifies(self):
            async for notice in super().notifies():
                if notice.channel == "all_told":
                    all_told.set()
                else:
                    yield notice

    return Witness


def lose_and_say_that_all_is_told(campus):
    lose(campus)
    with connection.cursor() as cursor:
        cursor.execute("NOTIFY all_told")
    connection.close()


class Counted(Database):
    """A database that counts the questions it has not answered yet."""

    under_way = 0

    async def rows(self, statement, parameters):
        self.under_way += 1
        try:
            return await super().rows(statement, parameters)
        finally:
            self.under_way -= 1


async def is_answered(desk, waiting):
    """Once nothing is asked of the database any more: who has been woken asks within a few turns of the loop."""
    for _turn in range(50):
        await asyncio.sleep(0)
        while desk.database.under_way:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    waiting.cancel()
    return waiting.done()


@pytest.mark.capability("A117.2", "A117.3")
@pytest.mark.django_db(transaction=True)
def test_who_waits_hears_of_a_loss_at_once_and_what_it_holds_is_recorded(monkeypatch):
    """At once: with the notice of it, for the longest wait is beyond this test's patience."""
    monkeypatch.setattr(revocations, "LONGEST_WAIT_SECONDS", 10 * PATIENCE_SECONDS)
    campus = bring_in_the_cast()
    terminal = terminals.Terminal.objects.get(number="N1001")
    lose(campus, "guest")
    held, card = told(0)[0], campus.card("student")

    async def wait_for_the_loss():
        all_told = asyncio.Event()
        monkeypatch.setattr(revocations.psycopg, "AsyncConnection", witness(all_told))
        desk = RevocationDesk(Counted(url(), connections=2))
        device = Terminal("N1001", terminal.pk, b"", 1, "", "", "")

        async def ask(since, **more):
            return json.loads(
                (await desk.revocations(Request(device, "0", json.dumps({"since": since, **more}).encode())))[1]
            )

        while not desk.is_listening:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        waiting = asyncio.create_task(ask(held, wait=10 * PATIENCE_SECONDS))
        await asyncio.sleep(0.1)
        try:
            await asyncio.to_thread(lose_and_say_that_all_is_told, campus)
            await all_told.wait()
            assert await is_answered(desk, waiting), "who waits is told nothing when a card is lost"
            behind = asyncio.create_task(ask(held, wait=10 * PATIENCE_SECONDS))
            assert await is_answered(desk, behind), "who is behind waits for nothing"
            answer = waiting.result()
            assert behind.result() == answer
            await ask(answer["version"], status={"software": "pos 1", "stored_rows": 3, "card_fen": 5000})
            return answer
        finally:
            await desk.close()
            await desk.database.close()

    answer = asyncio.run(wait_for_the_loss())
    assert answer["changes"] == [{"card": card.uid, "reason": "lost"}]
    report = TerminalReport.objects.get(terminal=terminal)
    assert (report.list_version, report.software, report.stored_rows, report.card_fen) == (
        answer["version"],
        "pos 1",
        3,
        5000,
    )
    assert Revocation.objects.get(card=card).version == answer["version"]


class ShortList:
    """A database whose list is at version 100."""

    url = ""

    def __init__(self) -> None:
        self.asked: list[int] = []

    async def rows(self, _text, given):
        self.asked.append(given[0])
        return [(100, not 1 <= given[0] <= 100, False, "[]")]


def test_versions_that_never_were_fill_no_gateway(monkeypatch):
    """With one terminal's key: as many numbers as there are, each of which would be answered by the whole list."""

    async def hear_nothing(_desk):
        await asyncio.Event().wait()

    monkeypatch.setattr(RevocationDesk, "listen", hear_nothing)
    database = ShortList()

    async def ask_on():
        desk = RevocationDesk(database)
        desk.is_listening = True
        try:
            beyond = [await desk.page(10**12 + number) for number in range(1000)]
            kept_beyond = len(desk.pages)
            known = [await desk.page(number) for number in range(1, 101)]
            return beyond, kept_beyond, known, len(desk.pages)
        finally:
            await desk.close()

    beyond, kept_beyond, known, kept = asyncio.run(ask_on())
    assert all(page.is_full for page in beyond)
    assert not any(page.is_full for page in known)
    assert (kept_beyond, len(database.asked)) == (2, 102)
    assert kept <= revocations.MOST_PAGES
