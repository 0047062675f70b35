"""What the key of a kiosk that makes cards can do in a day."""

from dataclasses import replace

import pytest
import time_machine
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from nanhu.kernel.registry import Verdict
from nanhu.platforms.people import api as people
from nanhu.platforms.terminals.api import OPERATIONS, Incident, LoggedRequest, Request, Terminal
from nanhu.platforms.terminals.guards import find_terminal
from nanhu.platforms.terminals.rates import Rate
from nanhu.platforms.terminals.services import answering
from nanhu.platforms.terminals.services.answering import run
from nanhu.systems.card.devices import guesses
from nanhu.systems.card.devices.guesses import CardGuard, guessed_too_often
from nanhu.systems.card.devices.tests.asking import place_device
from nanhu.systems.card.fleet import operations
from nanhu.systems.card.fleet.checks import no_terminal_is_abused
from nanhu.systems.card.funds.models import CardReissue
from nanhu.systems.card.models import Card, LossReport, Receipt
from nanhu.systems.card.pins.policy import LimitRule
from nanhu.systems.card.pins.tests.conftest import PINS, WITH_X, Keypad, identify
from nanhu.systems.card.services.loss import report_lost
from nanhu.systems.card.tests.conftest import ORIGIN, SYSTEM, Campus, bring_in_the_cast, campus
from nanhu.testing.races import amid

__all__ = ["campus"]
MISSES = 20
"""As the table says, docs/rooms/card-attacks.md."""
OTHERS, BLANK = "430602199902020024", "04AABBCCDDEEFF"


def is_shut(terminal_id: int) -> bool:
    return guessed_too_often(CardGuard().found(Terminal.objects.all()).get(pk=terminal_id))


@pytest.fixture
def maker(db):
    return place_device("KM001", "reissue_kiosk", by=SYSTEM)


@pytest.fixture
def one_a_day(monkeypatch):
    monkeypatch.setattr(guesses, "limits_on", lambda _day: replace(LimitRule(), kiosk_day_reissues=1))


@pytest.fixture
def students(campus) -> list[str]:
    return documents_of(campus)


def documents_of(campus: Campus) -> list[str]:
    """Of two students, each of whom may have a new card at a kiosk."""
    identify(campus)
    record = people.PersonRecord(
        key="other_student", person_id=campus.persons["other_student"], document_kind="1", id_number=OTHERS
    )
    people.apply_records(by=SYSTEM, records=[record], origin=ORIGIN)
    return [WITH_X, OTHERS]


def begin(maker, document: str, *, sequence: int | None = None) -> dict:
    return maker.ask("reissue/begin", {"id_number": document, "reason": "damaged"}, sequence=sequence)


def end(maker, begun: dict, uid: str = "", *, is_made: bool = True) -> dict:
    return maker.ask(
        "reissue/finish", {"reissue": begun["reissue"], "is_made": is_made} | ({"uid": uid} if uid else {})
    )


@pytest.mark.capability("A119.1")
def test_what_a_kiosk_begun_counts_like_what_it_made_and_the_office_sees_it(maker, students, one_a_day):
    """A thief would begin every student's card before he ends the first."""
    first = begin(maker, students[0])
    assert begin(maker, students[1])["code"] == "terminal_limit"
    assert end(maker, first, BLANK)["state"] == "done"
    assert begin(maker, students[1])["code"] == "terminal_limit"
    assert Incident.objects.filter(terminal_number="KM001", code="terminal_limit", detail="reissue/begin").exists()
    assert no_terminal_is_abused().verdict == Verdict.FAIL


@pytest.mark.capability("A119.3")
def test_a_jam_makes_room_for_the_next_one_a_few_times(maker, students, one_a_day):
    for _ in range(guesses.BEGUN_FOR_EACH_MADE):
        assert end(maker, begin(maker, students[0]), is_made=False)["state"] == "abandoned"
    assert begin(maker, students[0])["code"] == "terminal_limit"


def test_a_kiosk_ends_no_more_of_a_day_than_it_may_begin(maker, students, one_a_day, campus):
    """What was begun before midnight is ended after it."""
    with time_machine.travel("2026-09-30T23:50+08:00", tick=True):
        early = begin(maker, students[0])
    with time_machine.travel("2026-10-01T00:05+08:00", tick=True):
        late = begin(maker, students[1])
        assert end(maker, late, BLANK)["state"] == "done"
        assert end(maker, early, "04AABBCCDDEE00")["code"] == "terminal_limit"
    assert CardReissue.objects.get(old_card=campus.card("student")).state == "making"


def test_junk_under_high_sequences_hides_no_card_that_was_made(maker, students, one_a_day):
    end(maker, begin(maker, students[0]), BLANK)
    LoggedRequest.objects.bulk_create(
        LoggedRequest(
            terminal=maker.terminal, sequence=900_000 + n, operation="x", fingerprint=b"x", status=200, answer=b"{}"
        )
        for n in range(2000)
    )
    assert begin(maker, students[1])["code"] == "terminal_limit"


def test_other_days_and_other_kiosks_do_not_count(maker, students, one_a_day):
    with time_machine.travel("2026-09-30T23:50+08:00", tick=True):
        end(maker, begin(maker, students[0]), BLANK)
        other = place_device("KM002", "reissue_kiosk", by=SYSTEM)
        assert begin(other, students[1])["outcome"] == "approved"
    with time_machine.travel("2026-10-01T00:05+08:00", tick=True):
        assert begin(maker, students[0])["outcome"] == "approved"


@pytest.mark.capability("A114.2")
def test_a_kiosk_reports_so_many_cards_lost_by_a_document(maker, students, monkeypatch, campus):
    """No PIN stands before it: the list of document numbers of any roster would do. What is lost already counts once."""
    monkeypatch.setattr(operations, "limits_on", lambda _day: replace(LimitRule(), kiosk_day_losses=1))
    assert [maker.ask("loss/report", {"id_number": students[0]})["code"] for _ in range(2)] == ["ok", "ok"]
    assert maker.ask("loss/report", {"id_number": students[1]})["code"] == "terminal_limit"
    assert campus.card("other_student").state == "issued"
    assert Incident.objects.filter(terminal_number="KM001", code="terminal_limit", detail="loss/report").exists()
    assert no_terminal_is_abused().verdict == Verdict.FAIL
    other = place_device("KM002", "reissue_kiosk", by=SYSTEM)
    assert other.ask("loss/report", {"id_number": students[1]})["code"] == "ok", "each machine by itself"
    told = other.ask("loss/report", {"id_number": students[0]})["code"]
    assert told == "terminal_limit", "nor is it told for nothing what another one reported"


@pytest.mark.capability("A114.2")
def test_a_kiosk_is_told_of_so_many_cards_that_they_are_lost_already(maker, students, monkeypatch, campus):
    """By the holder at home, or blocked by a vendor: the answer says so, and which card it is. Each counts like a report."""
    monkeypatch.setattr(operations, "limits_on", lambda _day: replace(LimitRule(), kiosk_day_losses=1))
    report_lost(by=SYSTEM, card=campus.card("student"), reason="x")
    report_lost(by=SYSTEM, card=campus.card("other_student"), reason="x", way=LossReport.Way.VENDOR)
    assert maker.ask("loss/report", {"id_number": students[0]})["code"] == "ok"
    late = [maker.ask("loss/report", {"id_number": one}) for one in students]
    assert [(one["code"], "lost_at" in one) for one in late] == [("terminal_limit", False)] * 2
    assert not LossReport.objects.filter(way=LossReport.Way.KIOSK).exists()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE card_terminal_activity SET day = day - 1")
    assert maker.ask("loss/report", {"id_number": students[1]})["code"] == "ok"


@pytest.mark.capability("A114.2")
def test_what_a_document_tells_of_a_card_that_is_none_to_report_counts_too(maker, students, monkeypatch, campus):
    monkeypatch.setattr(operations, "limits_on", lambda _day: replace(LimitRule(), kiosk_day_losses=1))
    Card.objects.filter(pk=campus.card("student").pk).update(state="frozen")
    told = [maker.ask("loss/report", {"id_number": students[0]})["code"] for _ in range(2)]
    assert told == ["card_frozen", "terminal_limit"]


@pytest.mark.capability("A113.1")
def test_the_state_of_a_card_is_told_after_its_pin(students, campus):
    """Campus numbers follow each other."""
    Card.objects.filter(pk=campus.card("student").pk).update(state="frozen")
    kiosk = Keypad(place_device("KL002", "load_kiosk", by=SYSTEM))
    body = {"campus_no": "14231100001"}
    assert kiosk.ask("loss/report", body, pin="999999")["code"] == "card.pin_wrong"
    assert kiosk.ask("loss/report", body, pin=PINS["student"])["code"] == "card_frozen"


def test_a_kiosk_is_told_of_so_many_holders_that_they_go_to_the_office(maker, students, monkeypatch, campus):
    """Who is staff, and who has too little for a new card, by a roster of documents."""
    monkeypatch.setattr(guesses, "limits_on", lambda _day: replace(LimitRule(), terminal_minute_misses=2))
    asked = [maker.ask("reissue/begin", {"id_number": students[0], "reason": "lost"})["code"] for _ in range(3)]
    assert asked == ["card.fee_not_covered", "card.fee_not_covered", "terminal_limit"]


@pytest.mark.django_db(transaction=True)
def test_two_begun_at_once_are_one(transactional_db, one_a_day):
    """The second process counts when the first has committed."""
    documents = documents_of(bring_in_the_cast())
    terminal = place_device("KM001", "reissue_kiosk", by=SYSTEM).terminal

    def ask(document: str, sequence: int) -> str:
        request = Request(
            terminal=find_terminal("KM001"),
            sequence=sequence,
            body={"id_number": document, "reason": "damaged"},
            by=SYSTEM,
        )
        with transaction.atomic():
            told = run(OPERATIONS["reissue/begin"], request)
        return str(told.get("code", told["outcome"]))

    assert amid(lambda: ask(documents[0], 1), lambda: ask(documents[1], 2)) == ("approved", "terminal_limit")
    assert CardReissue.objects.filter(terminal=terminal).count() == 1


def test_misses_are_counted_of_one_terminal_and_for_a_minute(maker):
    other, guard = place_device("KM002", "reissue_kiosk", by=SYSTEM).terminal, CardGuard()
    for _ in range(MISSES):
        assert not is_shut(maker.terminal.pk)
        guard.may_be_answered(maker.terminal, "card_unknown")
        guard.may_be_answered(other, "ok")
    assert is_shut(maker.terminal.pk)
    assert not is_shut(other.pk)
    assert maker.ask("reissue/begin", {"id_number": "x"})["code"] == "terminal_limit"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE card_terminal_activity SET minute_begun = minute_begun - interval '1 minute'")
    assert not is_shut(maker.terminal.pk)


def test_guesses_at_blanks_are_misses(maker):
    """A hit would give the keys of a card that is about to be handed over."""
    for turn in range(MISSES):
        assert maker.ask("chip/personalise", {"uid": f"04{turn:012X}"})["code"] == "card.plastic_unknown"
    assert maker.ask("chip/personalise", {"uid": BLANK})["code"] == "terminal_limit"
    assert Incident.objects.filter(terminal_number="KM001", code="terminal_limit", detail="chip/personalise").exists()


def refusals() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(refused), 0)::integer FROM card_terminal_activity")
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("state", ["on", "off"])
def test_a_machine_that_is_refused_without_end_fills_no_table(maker, state):
    """What is answered is kept for ever, and its sequence with it; a key that was stolen asks until it is taken away."""
    Terminal.objects.update(state=state)
    for turn in (1, 2):
        assert maker.ask("reissue/begin", {"id_number": "x"})["outcome"] == "refused"
        assert refusals() == turn
    with connection.cursor() as cursor:
        cursor.execute("UPDATE card_terminal_activity SET refused = 120")
    kept = LoggedRequest.objects.count(), Receipt.objects.count()
    sequence = maker.next_sequence()
    told = maker.ask("reissue/begin", {"id_number": "x"}, sequence=sequence)
    assert (told["code"], told["sequence"]) == ("terminal_limit", sequence)
    assert (LoggedRequest.objects.count(), Receipt.objects.count()) == kept
    assert Incident.objects.filter(terminal_number="KM001", code="terminal_limit").exists()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE card_terminal_activity SET refused_minute = refused_minute - interval '1 minute'")
    assert maker.ask("reissue/begin", {"id_number": "x"}, sequence=sequence)["code"] != "terminal_limit"


@pytest.mark.parametrize("process", ["web", "worker"])
def test_a_process_adds_a_miss_and_takes_none_away(maker, process):
    """Wrong PINs of many cards are misses too. Counted in the database: another process of the door reads the same."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE nanhu_{process}")
        for _ in range(MISSES):
            CardGuard().may_be_answered(maker.terminal, "card.pin_wrong")
        assert is_shut(maker.terminal.pk)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            cursor.execute("UPDATE card_terminal_activity SET misses = 0")
        cursor.execute("RESET ROLE")


def test_guesses_are_read_with_the_terminal_and_cost_no_query_of_their_own(maker):
    with CaptureQueriesContext(connection) as asked:
        maker.ask("reissue/begin", {"id_number": "x"})
    read = [one["sql"] for one in asked if "card_guesses" in one["sql"]]
    assert len(read) == 1
    assert 'FROM "terminals_terminal"' in read[0]


@pytest.mark.parametrize(("operation", "sequences"), [("limits/look", [0, 0, 0]), ("test/deed", [1, 2, 3])])
def test_a_machine_asks_and_does_so_much_a_minute(campus, kiosk, monkeypatch, operation, sequences):
    """What is answered costs the house, and what is done is kept for ever: no key does it without end."""
    monkeypatch.setattr(answering, "RATE", Rate({}, usual=2))
    body = {"card": campus.card("student").uid}
    told = [kiosk.ask(operation, body, sequence=sequence) for sequence in sequences]
    assert [one.get("code") for one in told] == [None, None, "terminal_limit"]
    assert LoggedRequest.objects.count() == (2 if operation == "test/deed" else 0)
    assert Incident.objects.get(code="terminal_limit").detail == operation
    monkeypatch.setattr(answering, "RATE", Rate({}, usual=2))
    assert kiosk.ask(operation, body, sequence=sequences[-1])["outcome"] == "approved", "its sequence was free"
