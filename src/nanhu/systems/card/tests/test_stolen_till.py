"""One till's key in a thief's hands: what it can take in a minute and in a day, and who sees it."""

import asyncio
import json
import time
from dataclasses import replace

import pytest
from django.db import connection, transaction

from nanhu.kernel.clock import campus_today
from nanhu.kernel.database.values import one_row
from nanhu.kernel.database.values import run as run_sql
from nanhu.kernel.registry import Verdict
from nanhu.platforms.terminals.api import OPERATIONS, Incident, Request, Terminal, TerminalLimitError
from nanhu.platforms.terminals.gateway import ActivityLog, Rate, SignedRequest
from nanhu.platforms.terminals.guards import find_terminal
from nanhu.platforms.terminals.services.answering import run
from nanhu.systems.card.chip.operations import check_open_cases
from nanhu.systems.card.devices import guesses
from nanhu.systems.card.fleet.checks import no_terminal_is_abused
from nanhu.systems.card.gateway import policy
from nanhu.systems.card.gateway.operations import REFUND, STORE, STORE_WITH_CHIPS
from nanhu.systems.card.gateway.payments import STATEMENT
from nanhu.systems.card.gateway.server import Gateway
from nanhu.systems.card.jobs import end_holds
from nanhu.systems.card.models import Receipt, Till
from nanhu.systems.card.pins.policy import LimitRule
from nanhu.systems.card.services.prices import PriceOrder, set_prices
from nanhu.systems.card.tests.conftest import SYSTEM, bring_in_the_cast
from nanhu.systems.card.tests.signed import SignedTerminal, TestConnection, Told
from nanhu.testing.patience import PATIENCE_SECONDS
from nanhu.testing.races import amid

RULE = LimitRule()
TIGHT = replace(
    RULE,
    terminal_minute_payments=3,
    terminal_minute_fen=1000,
    terminal_day_fen=1500,
    terminal_day_refund_fen=150,
    terminal_minute_misses=2,
)
"""So low that a few requests reach them. Each `SignedTerminal` request is answered by a gateway of its own, with nothing in memory."""


def is_shut(terminal_id: int) -> bool:
    return guesses.guessed_too_often(guesses.CardGuard().found(Terminal.objects.all()).get(pk=terminal_id))


@pytest.fixture
def tight(monkeypatch):
    policy.policies_in_hour.cache_clear()
    monkeypatch.setattr(policy, "limits_on", lambda _day: TIGHT)
    yield
    policy.policies_in_hour.cache_clear()


@pytest.fixture
def till(campus, tight) -> SignedTerminal:
    campus.top_up("student", 20_000)
    return SignedTerminal("N1001")


def pass_time(minutes: int = 0, days: int = 0) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE card_terminal_activity SET minute_begun = minute_begun - make_interval(mins => %s), day = day - %s",
            [minutes, days],
        )


def codes(till: SignedTerminal, card: str, *sums: int) -> list[str]:
    return [till.pay(card, fen).code for fen in sums]


def test_a_till_sells_so_often_a_minute_whichever_gateway_it_asks(campus, till):
    """Each request here goes to a gateway that was started for it: what one allowed the next one knows."""
    card = campus.card("student").uid
    assert codes(till, card, 1, 1, 1, 1) == ["ok", "ok", "ok", "terminal_limit"]
    assert Incident.objects.get(code="terminal_limit").terminal_number == "N1001"
    assert codes(SignedTerminal("E3002"), card, 1) == ["ok"], "another till counts by itself"
    pass_time(minutes=1)
    assert codes(till, card, 1) == ["ok"]


def test_a_till_takes_so_much_a_minute_and_a_day(campus, till):
    card = campus.card("student").uid
    assert codes(till, card, 600, 401, 400, 1) == ["ok", "terminal_limit", "ok", "terminal_limit"]
    pass_time(minutes=1)
    assert codes(till, card, 501, 500, 1) == ["terminal_limit", "ok", "terminal_limit"]
    pass_time(minutes=5, days=1)
    assert codes(till, card, 600) == ["ok"]


def test_a_till_is_told_so_many_balances_a_day_without_a_sale(campus, till, monkeypatch):
    """Who knows a card's number asks for more than it holds: the refusal says what it holds."""
    monkeypatch.setattr(
        policy, "limits_on", lambda _day: replace(TIGHT, terminal_minute_payments=9, terminal_day_told=1)
    )
    policy.policies_in_hour.cache_clear()
    poor, rich = campus.card("guest").uid, campus.card("student").uid
    assert till.pay(poor, 900).values["balance_fen"] == 0
    assert not Incident.objects.filter(code="terminal_limit").exists()
    late = till.pay(poor, 900)
    assert (late.code, "balance_fen" in late.values) == ("balance_short", False)
    assert Incident.objects.get(code="terminal_limit").terminal_number == "N1001"
    assert till.pay(rich, 100).values["balance_fen"] == 19_900
    pass_time(days=1)
    assert till.pay(poor, 900).values["balance_fen"] == 0


def reversed_sale(till: SignedTerminal, sale: int, _receipt: str) -> Told:
    return till.send("reversal", {"sequence": sale}, sequence=till.next())


def refunded_sale(till: SignedTerminal, _sale: int, receipt: str) -> Told:
    return till.send("refund", {"receipt": receipt, "amount_fen": 1}, sequence=till.next())


def alarmed() -> set[str]:
    return set(Incident.objects.filter(code="terminal_limit").values_list("terminal_number", flat=True))


@pytest.mark.parametrize("give_back", [reversed_sale, refunded_sale])
def test_who_sells_first_and_gives_it_all_back_in_the_end_is_seen(campus, till, monkeypatch, give_back):
    monkeypatch.setattr(
        policy, "limits_on", lambda _day: replace(TIGHT, terminal_minute_payments=9, terminal_day_told=1)
    )
    policy.policies_in_hour.cache_clear()
    card, sales = campus.card("student").uid, [till.next() for _ in range(3)]
    sold = [till.pay(card, 1, sequence=sale) for sale in sales]
    back = [give_back(till, sales[0], sold[0].values["receipt"])]
    assert alarmed() == set(), "one may happen to anybody"
    back += [give_back(till, sale, one.values["receipt"]) for sale, one in zip(sales[1:], sold[1:], strict=True)]
    assert {one.code for one in back} == {"ok"}, "the money goes back all the same"
    assert alarmed() == {"N1001"}


@pytest.mark.parametrize("give_back", [reversed_sale, refunded_sale])
def test_sales_that_are_given_back_tell_so_many_balances(campus, till, monkeypatch, give_back):
    """A fen sold and given back leaves nothing in the wallet that its holder would ask about, and says what it holds."""
    monkeypatch.setattr(
        policy, "limits_on", lambda _day: replace(TIGHT, terminal_minute_payments=9, terminal_day_told=1)
    )
    policy.policies_in_hour.cache_clear()
    card = campus.card("student").uid

    def sold_and_given_back() -> list[Told]:
        sale = till.next()
        sold = till.pay(card, 1, sequence=sale)
        return [sold, give_back(till, sale, sold.values["receipt"])]

    rounds = sold_and_given_back()
    assert alarmed() == set()
    rounds += sold_and_given_back()
    assert [answer.values.get("balance_fen") for answer in rounds] == [19_999, 20_000] * 2
    assert alarmed() == {"N1001"}
    before = Incident.objects.filter(code="terminal_limit").count()
    sale, own = till.next(), till.next()
    sold = till.pay(card, 1, sequence=sale)
    assert (sold.code, "balance_fen" in sold.values) == ("ok", False), "it goes on selling"
    assert Incident.objects.filter(code="terminal_limit").count() == before + 1
    back = till.send("reversal", {"sequence": sale}, sequence=own)
    again = [till.pay(card, 1, sequence=sale), till.send("reversal", {"sequence": sale}, sequence=own)]
    asked = [till.send("query", {"sequence": one}) for one in (sale, own)]
    assert {answer.code for answer in (back, *again, *asked)} == {"ok"}
    assert not any("balance_fen" in answer.values for answer in (back, *again, *asked))
    assert till.pay(campus.card("guest").uid, 900).values["balance_fen"] == 0, "what is refused counts by itself"
    pass_time(days=1)
    assert till.pay(card, 1).values["balance_fen"] == 19_999


def test_holds_that_cost_nothing_tell_so_many_balances(campus, till, monkeypatch):
    monkeypatch.setattr(
        policy, "limits_on", lambda _day: replace(TIGHT, terminal_minute_payments=9, terminal_day_told=1)
    )
    policy.policies_in_hour.cache_clear()
    card, since = campus.card("student").uid, campus_today()
    water = PriceOrder(
        number="N1001", since=since, kind="per_unit", price_fen=1, unit="升", most_fen=100, when_silent="metered"
    )
    set_prices(by=SYSTEM, orders=[water])

    def hold() -> tuple[int, Told]:
        begun = till.next()
        return begun, till.send("hold", {"card": card, "amount_fen": 100}, sequence=begun)

    released, held = hold()
    assert held.values["balance_fen"] == 19_900
    assert till.send("release", {"sequence": released, "amount_fen": 0}, sequence=till.next()).code == "ok"
    _left_alone, held = hold()
    assert held.values["balance_fen"] == 19_900
    with connection.cursor() as cursor:
        cursor.execute("UPDATE card_hold SET ends_at = now() WHERE settled_at IS NULL")
    end_holds()
    begun, held = hold()
    assert (held.code, "balance_fen" in held.values) == ("ok", False)
    done = till.send("release", {"sequence": begun, "amount_fen": 7}, sequence=till.next())
    assert (done.code, done.values["released_fen"], "balance_fen" in done.values) == ("ok", 93, False)
    own, slip = till.next(), {"receipt": done.values["receipt"], "amount_fen": 7}
    back = [till.send("refund", slip, sequence=own) for _twice in range(2)]
    back.append(till.send("query", {"sequence": own}))
    assert [(one.code, "balance_fen" in one.values) for one in back] == [("ok", False)] * 3, (
        "what was paid of it neither"
    )


def test_what_was_refused_does_not_count_and_a_request_again_counts_once(campus, till):
    card, poor = campus.card("student").uid, campus.card("guest").uid
    assert codes(till, poor, 900) == ["balance_short"]
    assert [till.pay(card, 900, sequence=7).code for _ in range(4)] == ["ok"] * 4
    assert codes(till, card, 100) == ["ok"]


def test_a_sale_that_was_told_is_told_again_whatever_the_till_did_since(campus, till):
    card = campus.card("student").uid
    first = till.pay(card, 1000, sequence=7).body
    refused = till.pay(card, 100, sequence=8)
    assert refused.code == "terminal_limit"
    assert till.pay(card, 1000, sequence=7).body == first
    assert till.pay(card, 100, sequence=8).body == refused.body
    assert till.send("query", {"sequence": 8}).code == "terminal_limit"


def test_guesses_at_both_doors_close_both_and_are_forgiven_at_their_rate(campus, till):
    assert codes(till, "0400000000AAAA", 1, 1, 1) == ["card_unknown", "card_unknown", "terminal_limit"]
    terminal = Terminal.objects.get(number="N1001")
    assert is_shut(terminal.pk) is False, "the services door's own bound is not reached"
    for _ in range(20):
        guesses.CardGuard().may_be_answered(terminal, "card.pin_wrong")
    assert is_shut(terminal.pk) is True
    pass_time(minutes=1)
    assert is_shut(terminal.pk) is False
    assert codes(till, "0400000000AAAA", 1) == ["terminal_limit"]
    pass_time(minutes=40)
    assert codes(till, "0400000000AAAA", 1) == ["card_unknown"]


def test_an_upload_after_too_many_guesses_is_not_taken_and_not_lost(campus, till):
    def rows(first: int) -> dict:
        return {
            "rows": [
                {"sequence": first + n, "card": f"{n:08X}", "amount_fen": 1, "occurred_at": time.time()}
                for n in range(3)
            ]
        }

    assert {row["code"] for row in till.send("upload", rows(100)).values["rows"]} == {"card_unknown"}
    late = till.send("upload", rows(200))
    assert (late.status, late.code) == (429, "terminal_limit")
    assert not Receipt.objects.filter(sequence__gte=200).exists()
    pass_time(minutes=1)
    assert {row["code"] for row in till.send("upload", rows(200)).values["rows"]} == {"card_unknown"}


def test_a_till_gives_back_so_much_a_day(campus, till):
    sale = till.pay(campus.card("student").uid, 500).values["receipt"]

    def back(fen: int) -> str:
        return till.send("refund", {"receipt": sale, "amount_fen": fen}, sequence=till.next()).code

    assert [back(100), back(51), back(50), back(1)] == ["ok", "terminal_limit", "ok", "terminal_limit"]
    pass_time(days=1)
    assert back(1) == "ok"


def flood(number: str, refused: int = 120) -> None:
    """So much of it was refused and written down in this minute."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO card_terminal_activity (terminal_id, refused_minute, refused)
               SELECT id, date_trunc('minute', now()), %(refused)s FROM terminals_terminal WHERE number = %(number)s
               ON CONFLICT (terminal_id) DO UPDATE SET refused_minute = excluded.refused_minute, refused = excluded.refused""",
            {"number": number, "refused": refused},
        )


def is_told_without_a_row(till: SignedTerminal, operation: str, body: dict, code: str) -> bool:
    before, sequence = Receipt.objects.count(), till.next()
    told = till.send(operation, body, sequence=sequence)
    assert (told.status, told.code, "receipt" in told.values) == (429, code, False), operation
    assert till.send("query", {"sequence": sequence}).code in {"unknown", "terminal_off"}
    return Receipt.objects.count() == before


def test_a_switched_off_till_fills_no_table(campus, till):
    """Receipts are kept for ever. Its key signs until the office changes it, some thousand times a second."""
    card = campus.card("student").uid
    Terminal.objects.filter(number="N1001").update(state="off")
    flood("N1001", 119)
    told = till.pay(card, 1)
    assert (told.status, told.code, "receipt" in told.values) == (200, "terminal_off", True)
    assert is_told_without_a_row(till, "payment", {"card": card, "amount_fen": 1}, "terminal_off")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE card_terminal_activity SET refused_minute = refused_minute - interval '1 minute'")
    assert "receipt" in till.pay(card, 1).values, "another minute, another hundred and twenty"


def test_a_stolen_till_fills_no_table_whatever_it_asks(campus, till):
    card = campus.card("student").uid
    assert codes(till, card, 1, 1, 1, 1) == ["ok", "ok", "ok", "terminal_limit"]
    flood("N1001")
    for operation, body in (
        ("payment", {"card": card, "amount_fen": 1}),
        ("reversal", {"sequence": 77}),
        ("refund", {"receipt": "1", "amount_fen": 1}),
        ("release", {"sequence": 77, "amount_fen": 1}),
    ):
        assert is_told_without_a_row(till, operation, body, "terminal_limit")
    assert Incident.objects.filter(terminal_number="N1001", code="terminal_limit").exists()


def test_each_refusal_that_is_written_down_counts(campus, till):
    flood("N1001", 0)
    till.send("reversal", {"sequence": 77}, sequence=till.next())
    till.send("refund", {"receipt": "1", "amount_fen": 1}, sequence=till.next())
    till.send("release", {"sequence": 77, "amount_fen": 1}, sequence=till.next())
    assert codes(till, campus.card("student").uid, 1, 1, 1, 1)[-1] == "terminal_limit"
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(refused) FROM card_terminal_activity")
        assert cursor.fetchone() == (4,)


@pytest.mark.django_db(transaction=True)
def test_two_gateways_at_once_give_one_bound(tight, transactional_db):
    """The second asks while the first has sold and not yet committed: it waits, and then counts what the first sold."""
    campus = bring_in_the_cast()
    campus.top_up("student", 5000)
    campus.top_up("guest", 5000)
    terminal = Terminal.objects.get(number="N1001")

    def sell(part: str, sequence: int) -> str:
        row = {
            "n": 0,
            "t": terminal.pk,
            "s": sequence,
            "f": "aa",
            "u": campus.card(part).uid,
            "a": 600,
            "o": time.time(),
        }
        with connection.cursor() as cursor:
            cursor.execute("SELECT outcome FROM card_pay(%s, %s)", [json.dumps([row]), policy.terminal_policy()])
            return str(cursor.fetchone()[0])

    assert amid(lambda: sell("student", 1), lambda: sell("guest", 2)) == ("posted", "terminal_limit")


@pytest.mark.django_db(transaction=True)
def test_a_refund_of_another_tills_sale_waits_for_both_tills_in_the_order_of_sales(tight, transactional_db):
    """A batch of sales takes tills in order: a refund that held its own and waited for the one that sold would stop it for good."""
    campus = bring_in_the_cast()
    campus.top_up("student", 5000)
    one, other = Terminal.objects.filter(number__in=["N1001", "E3002"]).order_by("pk")
    merchant_id = Till.objects.get(terminal=one).merchant_id
    assert campus.pay("student", 100, terminal=one.number) == "posted"
    sale = Receipt.objects.get(terminal=one)
    lock = "SELECT FROM card_terminal_activity WHERE terminal_id = %s FOR UPDATE NOWAIT"

    def refund() -> str:
        asked = [merchant_id, other.pk, 1, "aa", sale.pk, 100, policy.terminal_bounds()]
        return str(one_row(REFUND, asked)[0])

    one_row("SELECT card_terminal_turn(%s::bigint[], 2)", [[one.pk, other.pk]])
    assert amid(lambda: run_sql(lock, [one.pk]), refund, then=lambda: run_sql(lock, [other.pk]))[1] == "posted"


@pytest.mark.django_db(transaction=True)
def test_two_uploads_at_once_are_two_guesses_after_each_other(tight, transactional_db):
    """Both would see the count of before, and any number of them with a thousand rows each."""
    bring_in_the_cast()
    terminal = Terminal.objects.get(number="N1001")

    def upload(sequence: int) -> str:
        rows = [
            {"n": n, "s": sequence + n, "f": "aa", "u": f"{n:08X}", "a": 100, "o": time.time()}
            for n in range(TIGHT.terminal_minute_misses)
        ]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT outcome FROM card_store(%s, %s, %s)",
                [terminal.pk, json.dumps(rows), policy.terminal_policy()],
            )
            return str(cursor.fetchone()[0])

    assert amid(lambda: upload(1), lambda: upload(100)) == ("card_unknown", "terminal_limit")
    assert Receipt.objects.filter(terminal=terminal).count() == TIGHT.terminal_minute_misses


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("statement", [STORE, STORE_WITH_CHIPS])
def test_a_second_upload_of_a_till_is_sent_away_and_does_not_wait(transactional_db, statement):
    """Who waits in the database holds one of the few connections that the sales of all tills need."""
    bring_in_the_cast()
    terminal = Terminal.objects.get(number="N1001")

    def upload(sequence: int) -> str:
        rows = [{"n": 0, "s": sequence, "f": "aa", "u": "0400000000AAAA", "a": 100, "o": time.time()}]
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 1")  # ms: whoever waits fails
            cursor.execute(statement, [terminal.pk, json.dumps(rows), policy.terminal_policy()])
            outcome = str(cursor.fetchone()[1])
            cursor.execute("RESET lock_timeout")
            return outcome

    assert amid(lambda: upload(1), lambda: upload(100)) == ("card_unknown", "terminal_limit")

    def prove() -> str:
        with pytest.raises(TerminalLimitError) as refused, transaction.atomic():
            check_open_cases(terminal)
        return refused.value.code

    assert amid(lambda: upload(200), prove) == ("card_unknown", "terminal_limit")
    assert upload(100) == "card_unknown", "nothing was kept of it"


class SlowDatabase(TestConnection):
    """The first upload of a terminal takes until it is let go on; whose came to the database is counted."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on, self.begun = asyncio.Event(), asyncio.Queue()
        self.uploads: list[int] = []

    async def rows(self, statement, parameters):
        if "card_store" in statement:
            is_first = parameters[0] not in self.uploads
            self.uploads.append(parameters[0])
            if is_first:
                self.begun.put_nowait(parameters[0])
                await self.go_on.wait()
        return await super().rows(statement, parameters)


def test_a_gateway_takes_one_upload_of_a_till_at_a_time_and_its_sales_meanwhile(campus):
    """Six at once would hold every connection of the gateway, and no till would sell."""
    campus.top_up("student", 5000)
    card = campus.card("student").uid
    one, other = SignedTerminal("N1001"), SignedTerminal("E3002")

    database = SlowDatabase()

    async def ask_all() -> tuple[list[int], int]:
        gateway = Gateway(database)
        first = asyncio.create_task(gateway.serve(upload_of(one, card, 100)))
        await asyncio.wait_for(database.begun.get(), PATIENCE_SECONDS)
        more = [(await gateway.serve(upload_of(one, card, 200 + turn))).status for turn in range(6)]
        sale = signed_request(one, "payment", {"card": card, "amount_fen": 1}, sequence=300)
        more.append((await gateway.serve(sale)).status)
        second = asyncio.create_task(gateway.serve(upload_of(other, card, 100)))
        await asyncio.wait_for(database.begun.get(), PATIENCE_SECONDS)
        database.go_on.set()
        told = [
            (await first).status,
            *more,
            (await second).status,
            (await gateway.serve(upload_of(one, card, 400))).status,
        ]
        await gateway.close()
        return told, len(database.uploads)

    assert asyncio.run(ask_all()) == ([200, *[429] * 6, 200, 200, 200], 3)
    assert not Incident.objects.filter(code="terminal_limit").exists(), "a line that broke is no abuse"


def upload_of(till: SignedTerminal, card: str, sequence: int) -> SignedRequest:
    row = {"sequence": sequence, "card": card, "amount_fen": 1, "occurred_at": time.time()}
    return signed_request(till, "upload", {"rows": [row]})


def signed_request(till: SignedTerminal, operation: str, values: dict, *, sequence: int = 0) -> SignedRequest:
    path, body = f"/terminal/v1/{operation}", json.dumps(values).encode()
    signed = till.headers(path, body, str(sequence), {})
    return SignedRequest(
        "POST", path, till.number, str(sequence), signed["nanhu-clock"], signed["nanhu-signature"], "192.0.2.7", body
    )


def test_a_till_that_goes_on_after_its_balances_of_the_day_is_one_alarm_that_day(campus, till, monkeypatch):
    """Sales above a meal's limit are asked first without the PIN, at an honest shop too."""
    monkeypatch.setattr(
        policy, "limits_on", lambda _day: replace(TIGHT, terminal_minute_payments=9, terminal_day_told=0)
    )
    policy.policies_in_hour.cache_clear()
    poor = campus.card("guest").uid

    async def ask_all(database: TestConnection) -> None:
        gateway = Gateway(database)
        for sequence in range(1, 5):
            await gateway.serve(signed_request(till, "payment", {"card": poor, "amount_fen": 900}, sequence=sequence))
            await gateway.activity.write()
        await gateway.close()

    asyncio.run(ask_all(TestConnection()))
    assert Incident.objects.get(code="terminal_limit").times == 1


@pytest.mark.django_db(transaction=True)
def test_two_guesses_at_once_are_one_answer(transactional_db, monkeypatch):
    bring_in_the_cast()
    monkeypatch.setattr(guesses, "limits_on", lambda _day: replace(RULE, terminal_minute_misses=1))

    def ask() -> str:
        request = Request(terminal=find_terminal("N1001"), sequence=0, body={"card": "0400000000AAAA"}, by=SYSTEM)
        return str(run(OPERATIONS["card/balance"], request)["code"])

    assert amid(ask, ask) == ("card_unknown", "terminal_limit")
    assert Incident.objects.filter(code="terminal_limit", detail="card/balance").exists()


def test_a_payment_is_one_statement(campus, till, monkeypatch):
    """The bounds cost no way of their own to the database."""
    asked: list[str] = []
    rows = TestConnection.rows

    async def counted(self, statement, parameters):
        asked.append(statement)
        return await rows(self, statement, parameters)

    monkeypatch.setattr(TestConnection, "rows", counted)
    assert till.pay(campus.card("student").uid, 1).code == "ok"
    assert [one for one in asked if "card_pay" in one or "card_receipt" in one or "activity" in one] == [STATEMENT]


def test_invented_rows_are_seen_on_the_fleet_page_and_by_the_doctor(campus):
    """The attack of the trial: one key, rows for every card. Nobody is charged above the limits, and the office sees it."""
    campus.top_up("student", 5000)
    assert no_terminal_is_abused().verdict == Verdict.OK
    till, card = SignedTerminal("N1001"), campus.card("student").uid
    rows = [
        {"sequence": place, "card": card, "amount_fen": 5000, "occurred_at": time.time() - place}
        for place in range(1, 40)
    ]
    assert {one["code"] for one in till.send("upload", {"rows": rows}).values["rows"]} == {"offline_payment"}

    incident = Incident.objects.get(code="offline_payment")
    assert (incident.terminal_number, incident.times) == ("N1001", 39)
    assert no_terminal_is_abused().verdict == Verdict.FAIL
    assert "疑似盗用" in campus.client("clerk").get("/card/fleet/?problem=abuse").content.decode()
    assert "N1001" in campus.client("clerk").get("/card/fleet/?problem=abuse").content.decode()


def test_the_diary_takes_incidents_of_many_at_once():
    async def write() -> dict:
        activity = ActivityLog.__new__(ActivityLog)
        activity.signed = {}
        activity.refuse_signed(terminal="N1001", code="offline_card", times=12)
        activity.refuse_signed(terminal="N1001", code="offline_card", times=3)
        return activity.signed

    assert [one.times for one in asyncio.run(write()).values()] == [15]


@pytest.mark.parametrize("question", ["revocations", "query", "hello"])
def test_a_till_asks_so_many_questions_a_minute(campus, question):
    """Each of another version is a page of the list read anew; nothing is written down by which the database could count them."""
    till, path, minute = SignedTerminal("N1001"), f"/terminal/v1/{question}", [0.0]
    database = TestConnection()
    bodies = {"hello": {}, "query": {"sequence": 1}, "revocations": {"since": 0}}

    async def ask_all() -> list[int]:
        gateway = Gateway(database)
        gateway.rate = Rate({question: 3}, clock=lambda: minute[0])
        told = []
        for turn in range(5):
            minute[0] = 60.0 if turn == 4 else 0.0
            body = json.dumps(bodies[question]).encode()
            signed = till.headers(path, body, "0", {})
            request = SignedRequest(
                "POST",
                path,
                "N1001",
                "0",
                signed["nanhu-clock"],
                signed["nanhu-signature"],
                "192.0.2.7",
                body,
            )
            told.append((await gateway.serve(request)).status)
        await gateway.close()
        return told

    assert asyncio.run(ask_all()) == [200, 200, 200, 429, 200]
    assert Incident.objects.get(code="terminal_limit", detail=question).terminal_number == "N1001"
