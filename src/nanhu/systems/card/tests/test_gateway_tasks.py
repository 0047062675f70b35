"""What the gateway does beside answering: one bad report harms no other, and a task that broke is begun anew and told of."""

import asyncio
import json
from datetime import timedelta

import psycopg
import pytest

from nanhu.kernel.background import BackgroundTasks
from nanhu.kernel.clock import now
from nanhu.kernel.models import Heartbeat
from nanhu.kernel.registry import Verdict
from nanhu.platforms.terminals.gateway import write_all
from nanhu.systems.card.checks import GATEWAY_TASKS, gateway_works
from nanhu.systems.card.fleet.models import TerminalReport
from nanhu.systems.card.gateway.payments import PaymentQueue, Row
from nanhu.systems.card.gateway.server import Gateway
from nanhu.systems.card.models import Receipt
from nanhu.systems.card.tests.signed import SignedTerminal, TestConnection
from nanhu.testing.patience import PATIENCE_SECONDS

LONE_SURROGATE = rb'{"since": 0, "status": {"software": "pos \ud800"}}'


def test_a_report_that_is_no_text_is_refused_and_the_next_terminals_report_is_kept(campus):
    assert SignedTerminal("E3002").send("revocations", LONE_SURROGATE).code == "malformed"

    told = SignedTerminal("N1001").send("revocations", {"since": 0, "status": {"software": "pos 1", "stored_rows": 2}})

    assert told.status == 200
    assert TerminalReport.objects.get(terminal=campus.terminal).stored_rows == 2


@pytest.mark.parametrize("odd", [True, -1, 2**31, 1.5, "7", None, [7]])
def test_what_is_no_number_in_a_report_is_left_out_of_it(campus, odd):
    SignedTerminal("N1001").send("revocations", {"since": 0, "status": {"stored_rows": odd, "stored_fen": 700}})

    report = TerminalReport.objects.get(terminal=campus.terminal)
    assert (report.stored_rows, report.stored_fen) == (0, 700)


@pytest.mark.parametrize(
    "body",
    [
        rb'{"card": "\ud800", "amount_fen": 1}',
        rb'{"card": "04\u0000", "amount_fen": 1}',
        b'{"card": "04A1B2C3", "amount_fen": NaN}',
        b'{"card": "04A1B2C3", "amount_fen": 1e400}',
        b'{"card": "04A1B2C3", "amount_fen": ' + b"9" * 5000 + b"}",
        '{"card": "04A1B2C3", "amount_fen": 1}'.encode("utf-16"),
        b'\xef\xbb\xbf{"card": "04A1B2C3", "amount_fen": 1}',
        b'{"card": "\xed\xa0\x80", "amount_fen": 1}',
        b'{"card": ' + b"[" * 50_000,
        b'{"card": "04A1B2C3", "amount_fen": 1, "amount_fen": 9}',
        b'{"card": "04A1B2C3", "amount_fen": 1, "\\u0063ard": "04A1B2C4"}',
        b'{"sequence": 1, "rows": [{"a": 1, "a": 2}]}',
        b"[]",
    ],
)
@pytest.mark.parametrize("operation", ["payment", "upload", "meter", "reversal", "query", "revocations"])
def test_a_body_that_is_no_json_of_ours_is_malformed_at_every_operation(campus, operation, body):
    assert SignedTerminal("N1001").send(operation, body, sequence=7).code == "malformed"


@pytest.mark.parametrize(
    ("operation", "values"),
    [
        ("revocations", {"since": True}),
        ("revocations", {"since": 0, "wait": True}),
        ("query", {"sequence": True}),
        ("reversal", {"sequence": True}),
        ("refund", {"receipt": "1", "amount_fen": True}),
        ("upload", {"rows": [{"sequence": True, "card": "04A1B2C3", "amount_fen": 1, "occurred_at": 1764039000}]}),
        ("upload", {"rows": [{"sequence": 1, "card": "04A1B2C3", "amount_fen": 1, "occurred_at": True}]}),
    ],
)
def test_true_is_no_number_at_any_operation(campus, operation, values):
    assert SignedTerminal("N1001").send(operation, values, sequence=7).code == "malformed"
    assert not Receipt.objects.filter(terminal=campus.terminal).exists()


class Ledger:
    """A database that refuses every list with a bad row in it."""

    def __init__(self, refusal: type[Exception] = psycopg.DataError) -> None:
        self.refusal = refusal
        self.kept: list[int] = []

    async def rows(self, _statement, parameters):
        rows = json.loads(parameters[0])
        if any(row["id"] == 13 for row in rows):
            raise self.refusal
        self.kept += [row["id"] for row in rows]
        return []


@pytest.mark.parametrize("refusal", [psycopg.DataError, UnicodeError])
def test_a_row_that_cannot_be_written_is_left_out_alone(refusal):
    ledger = Ledger(refusal)
    asyncio.run(write_all(ledger, "", [{"id": number} for number in (12, 13, 14)]))
    assert ledger.kept == [12, 14]


def test_a_task_that_breaks_is_begun_anew_and_counts_as_unwell():
    begun = []

    async def work() -> None:
        begun.append(len(begun))
        if len(begun) == 1:
            raise ValueError
        await asyncio.Event().wait()

    async def live() -> list[str]:
        tasks = BackgroundTasks("house", pause_seconds=0)
        tasks.keep("fragile", work)
        tasks.keep("sound", asyncio.Event().wait)
        for _turn in range(1000):
            await asyncio.sleep(0)
        assert len(begun) > 1, "what broke was not begun anew"
        well = tasks.well()
        await tasks.close()
        return well

    assert asyncio.run(live()) == ["house.sound"]


def test_a_payment_that_breaks_the_batch_leaves_the_queue_at_work():
    """Whatever goes wrong with one batch, the next is decided: the till of the first is told to ask again."""

    class Broken:
        async def rows(self, _statement, parameters):
            if "bad" in parameters[0]:
                raise ValueError
            return [(0, "posted", 1, 100, 0, 0.0, None)]

    async def pay() -> tuple[str, str]:
        queue = PaymentQueue(Broken())
        try:
            with pytest.raises(Exception) as failed:
                await asyncio.wait_for(queue.decide(Row(t=1, s=1, f="bad", u="a", o=0)), PATIENCE_SECONDS)
            told = await asyncio.wait_for(queue.decide(Row(t=1, s=2, f="", u="b", o=0)), PATIENCE_SECONDS)
        finally:
            await queue.close()
        return type(failed.value).__name__, told.outcome

    assert asyncio.run(pay()) == ("OutcomeUnknownError", "posted")


def test_the_doctor_misses_a_task_of_the_gateway_that_fell_silent(db):
    assert gateway_works().verdict == Verdict.WARN

    async def beat(database: TestConnection) -> list[str]:
        gateway = Gateway(database)
        await asyncio.sleep(0)
        well = gateway.well()
        await gateway.activity.write()
        await gateway.close()
        return well

    assert set(asyncio.run(beat(TestConnection()))) == {f"gateway.{name}" for name in GATEWAY_TASKS}
    assert gateway_works().verdict == Verdict.OK
    Heartbeat.objects.filter(name="gateway.reports").update(seen_at=now() - timedelta(minutes=2))
    assert gateway_works().verdict == Verdict.FAIL
    assert "reports" in gateway_works().message
