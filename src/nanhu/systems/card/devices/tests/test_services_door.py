"""The services door: whoever asks twice is told the same, whoever is not who they say is told nothing of weight."""

import json
import time

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Sum

from nanhu.platforms.terminals.api import Incident, LoggedRequest, Terminal, switch_terminal
from nanhu.platforms.terminals.services.incidents import IncidentLog
from nanhu.platforms.terminals.views import endpoint
from nanhu.platforms.terminals.wire import MOST_INCIDENTS
from nanhu.systems.card.devices.tests.asking import place_device
from nanhu.systems.card.devices.tests.conftest import deeds
from nanhu.systems.card.tests.conftest import SYSTEM


def test_the_same_request_again_is_told_the_same_bytes_and_done_once(kiosk):
    first = kiosk.send("test/deed", b'{"a": 1}', 7)
    again = kiosk.send("test/deed", b'{"a": 1}', 7, clock=int(time.time()) - 30)

    assert first.status_code == 200
    assert json.loads(first.content) == {"outcome": "approved", "deeds": 1, "sequence": 7}
    assert (again.status_code, again.content) == (200, first.content)
    assert deeds() == 1
    assert Terminal.objects.get(number="KL001").last_sequence == 7


def test_in_the_read_only_mode_a_device_is_answered_and_refused_as_ever_under_its_seal(kiosk, read_only_now):
    assert json.loads(kiosk.send("test/deed", b"{}", 7).content)["outcome"] == "approved"
    assert kiosk.ask("test/wont", {}, sequence=8)["code"] == "test.wont"
    other = kiosk.send("test/deed", b'{"a": 2}', 7)
    assert (other.status_code, json.loads(other.content)["code"]) == (409, "sequence_reused")
    assert deeds() == 1


@pytest.mark.parametrize(("operation", "body"), [("test/deed", b'{"a": 2}'), ("test/noted", b'{"a": 1}')])
def test_a_sequence_belongs_to_one_deed(kiosk, operation, body):
    kiosk.send("test/deed", b'{"a": 1}', 7)
    other = kiosk.send(operation, body, 7)

    assert (other.status_code, json.loads(other.content)["code"]) == (409, "sequence_reused")
    assert deeds() == 1


def test_a_sequence_that_paid_at_the_gateway_is_taken_too(kiosk, campus):
    campus.top_up("teacher", 5000)
    campus.pay("teacher", 500)
    till = place_device("KX001", "self_service_kiosk", by=SYSTEM)
    till.terminal = Terminal.objects.get(number="N1001")
    assert till.send("test/deed", b"{}", 1).status_code == 409
    assert deeds() == 0


def test_a_refusal_undoes_what_was_written_and_is_told_again(kiosk):
    told = kiosk.ask("test/wont", {}, sequence=3)
    assert told == {
        "outcome": "refused",
        "code": "test.wont",
        "sentence": "不行，还剩 2 次",
        "facts": {"tries_left": 2},
        "sequence": 3,
    }
    assert kiosk.ask("test/wont", {}, sequence=3) == told
    assert deeds() == 0


def test_a_refusal_that_counts_keeps_what_it_counted(kiosk):
    told = kiosk.ask("test/noted", {}, sequence=3)
    assert kiosk.ask("test/noted", {}, sequence=3) == told
    assert deeds() == 1


def test_a_crash_before_the_commit_leaves_nothing_and_the_same_sequence_may_ask_again(kiosk):
    answer = kiosk.send("test/crash", b"{}", 4)
    assert (answer.status_code, json.loads(answer.content)["code"]) == (503, "outcome_unknown")
    assert answer["Nanhu-Signature"]
    assert int(answer["Retry-After"]) > 0
    assert deeds() == LoggedRequest.objects.count() == 0
    assert kiosk.ask("test/deed", {}, sequence=4)["outcome"] == "approved"


def test_a_database_that_is_away_is_told_in_the_protocols_words(kiosk, monkeypatch):
    """Also before we know who asks: a machine reads JSON, and asks again with the same sequence."""

    def away(*_arguments):
        raise OperationalError("the database is starting up")

    with monkeypatch.context() as patch:
        patch.setattr(endpoint, "find_terminal", away)
        answer = kiosk.send("test/deed", b"{}", 4)
    assert (answer.status_code, json.loads(answer.content)["code"]) == (503, "outcome_unknown")
    assert answer["Content-Type"] == "application/json"
    assert not answer.has_header("Nanhu-Signature")
    assert kiosk.ask("test/deed", {}, sequence=4)["outcome"] == "approved"


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{",
        b"\xff",
        b"1" * 400,
        b"[" * 100_000,
        b'{"amount_fen": 1.5}',
        b'{"amount_fen": true}',
        b'{"amount_fen": 1, "amount_fen": 9}',
        b'{"amount_fen": -1}',
        b'{"amount_fen": 9007199254740992}',
    ],
)
def test_garbage_is_malformed_and_leaves_its_sequence_free(kiosk, body):
    answer = kiosk.send("test/sum", body, 5)
    assert (answer.status_code, json.loads(answer.content)["code"]) == (400, "malformed")
    assert deeds() == LoggedRequest.objects.count() == 0
    assert Incident.objects.get().code == "malformed"


def test_every_flipped_bit_of_the_signed_text_is_refused(kiosk):
    body = b'{"amount_fen": 500}'
    right = kiosk.headers("test/deed", body, 9)
    wrong = [
        (body.replace(b"500", b"501"), right),
        (body, right | {"Nanhu-Sequence": "10"}),
        (body, right | {"Nanhu-Clock": str(int(right["Nanhu-Clock"]) + 1)}),
        (body, right | {"Nanhu-Signature": right["Nanhu-Signature"][:-1] + "~"}),
        (body, right | {"Nanhu-Signature": right["Nanhu-Signature"].upper()}),
        (body, right | {"Nanhu-Signature": ""}),
        (body, kiosk.headers("test/deed", body, 9, path="/terminal/v1/test/wont")),
    ]
    for sent, headers in wrong:
        answer = kiosk.send("test/deed", sent, 9, headers=headers)
        assert (answer.status_code, json.loads(answer.content)["code"]) == (401, "signature_wrong")
        assert "Nanhu-Signature" not in answer
    assert deeds() == 0
    assert kiosk.send("test/deed", body, 9, headers=right).status_code == 200


def test_the_key_of_another_terminal_opens_nothing(kiosk):
    other = place_device("KL002", "load_kiosk", by=SYSTEM)
    answer = kiosk.send("test/deed", b"{}", 1, key=other.terminal.key)
    assert json.loads(answer.content)["code"] == "signature_wrong"
    stranger = kiosk.send("test/deed", b"{}", 1, terminal="KL999")
    assert (stranger.status_code, json.loads(stranger.content)["code"]) == (401, "terminal_unknown")
    assert deeds() == 0
    assert set(Incident.objects.values_list("terminal_number", "code")) == {
        ("KL001", "signature_wrong"),
        ("KL999", "terminal_unknown"),
    }


@pytest.mark.parametrize("clock", ["0", "{now} - 400", "{now} + 900", "1e9", "-5"])
def test_a_wrong_clock_is_told_the_right_one(kiosk, clock):
    begun = time.time()
    if clock.startswith("{now}"):
        clock = int(begun) + int(clock.removeprefix("{now}").replace(" ", ""))
    answer = kiosk.send("test/deed", b"{}", 1, clock=clock)
    told = json.loads(answer.content)
    assert (answer.status_code, told["code"]) == (401, "clock_wrong")
    assert begun <= told["server_time"] <= time.time()
    assert deeds() == 0


@pytest.mark.parametrize("sequence", ["0", "-1", "", "1.0", "9007199254740992", "1" * 40])
def test_a_deed_needs_a_sequence(kiosk, sequence):
    answer = kiosk.send("test/deed", b"{}", sequence)
    assert (answer.status_code, json.loads(answer.content)["code"]) == (400, "sequence_invalid")
    assert deeds() == 0


def test_a_question_takes_no_sequence_and_is_answered_anew(kiosk):
    assert kiosk.ask("test/read", {}, sequence=0)["deeds"] == 0
    kiosk.ask("test/deed", {}, sequence=1)
    assert kiosk.ask("test/read", {}, sequence=0)["deeds"] == 1
    assert LoggedRequest.objects.count() == 1


def test_a_terminal_switched_off_and_one_of_another_kind_are_refused(kiosk):
    assert kiosk.ask("test/door", {})["code"] == "terminal_unfit"
    switch_terminal(by=SYSTEM, number="KL001", state=Terminal.State.OFF, reason="失窃")
    assert kiosk.ask("test/deed", {})["code"] == "terminal_off"
    assert deeds() == 0


def test_what_was_done_before_the_switch_is_still_told(kiosk):
    before = kiosk.ask("test/deed", {}, sequence=2)
    switch_terminal(by=SYSTEM, number="KL001", state=Terminal.State.OFF, reason="失窃")
    assert kiosk.ask("test/deed", {}, sequence=2) == before


def test_a_card_that_cannot_be_served_is_named(kiosk, campus):
    def code(card):
        return kiosk.ask("test/sum", {"amount_fen": 1, "card": card})["code"]

    assert code("04FFFFFFFFFFFF") == code("nonsense") == "card_unknown"
    card = campus.card("student")
    assert kiosk.ask("test/sum", {"amount_fen": 1, "card": card.uid.lower()})["holder"] == card.number
    card.state = "replaced"
    card.save(update_fields=["state"])
    assert code(card.uid) == "card_replaced"


def test_a_large_body_and_another_method_are_not_read(kiosk):
    large = kiosk.send("test/deed", b" " * (256 * 1024 + 1), 1)
    assert (large.status_code, json.loads(large.content)["code"]) == (413, "too_large")
    assert kiosk.client.get("/terminal/v1/test/deed").status_code == 404
    assert json.loads(kiosk.send("test/nothing", b"{}", 1).content)["code"] == "not_found"


def test_answers_are_never_changed_and_a_sequence_is_kept_once(kiosk):
    kiosk.ask("test/deed", {}, sequence=1)
    kept = LoggedRequest.objects.get()
    for attack in (lambda: LoggedRequest.objects.update(status=500), kept.delete):
        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
            attack()
    kept.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        kept.save(force_insert=True)
    with connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # pending foreign keys would refuse it first
        cursor.execute("TRUNCATE terminals_request_log")


def test_a_flood_of_strangers_writes_few_rows_and_is_counted(db):
    moment = [0.0]
    log = IncidentLog(clock=lambda: moment[0])
    for turn in range(200):
        log.refuse(terminal=f"X{turn}\x00", address="192.0.2.7", code="terminal_unknown")
    assert Incident.objects.count() <= 50
    moment[0] = 61.0
    log.refuse(terminal="X", address="192.0.2.7", code="terminal_unknown")
    assert sum(Incident.objects.values_list("times", flat=True)) == 201


def test_a_flood_of_strangers_hides_no_terminal_that_is_over_its_limit(campus):
    """Whoever has a kiosk's key would send forty unsigned requests a minute to each process, and do what he wants."""
    maker = place_device("KM001", "reissue_kiosk", by=SYSTEM)
    for turn in range(60):
        sent = maker.headers("reissue/begin", b"{}", 1, terminal=f"X{turn:04}")
        assert maker.send("reissue/begin", b"{}", 1, headers=sent).status_code == 401
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO card_terminal_activity (terminal_id, misses) VALUES (%s, 100)", [maker.terminal.pk])
    assert maker.ask("reissue/begin", {"id_number": "x"})["code"] == "terminal_limit"
    assert Incident.objects.filter(code="terminal_unknown").count() <= MOST_INCIDENTS
    assert Incident.objects.get(code="terminal_limit").terminal_number == "KM001"
    assert "KM001" in campus.client("clerk").get("/card/fleet/?problem=abuse").content.decode()


def test_a_terminal_that_is_refused_without_end_writes_few_rows_and_is_counted(db):
    moment = [0.0]
    log = IncidentLog(clock=lambda: moment[0])
    for turn in range(200):
        log.refuse_signed(terminal="KM001", code="malformed", detail=f"{turn}")
    log.refuse_signed(terminal="KM002", code="malformed")
    assert Incident.objects.count() <= 11
    moment[0] = 61.0
    log.refuse_signed(terminal="KM001", code="malformed")
    times = Incident.objects.values_list("terminal_number").annotate(Sum("times"))
    assert dict(times) == {"KM001": 201, "KM002": 1}
