"""Claims and reissue as terminals ask them, by signed requests over HTTP."""

import json
import re
import time
from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from nanhu.kernel import clock
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.models import AuditEntry, OutboxEvent, SmsMessage
from nanhu.platforms.people import api as people
from nanhu.systems.card.devices.tests.asking import place_device
from nanhu.systems.card.errors import CardStateError
from nanhu.systems.card.funds import jobs
from nanhu.systems.card.funds.models import CardReissue, Claimable
from nanhu.systems.card.funds.services import claims, stale_claims
from nanhu.systems.card.funds.tests.conftest import SYSTEM
from nanhu.systems.card.funds.tests.test_pages_payouts import office, pay_out  # noqa: F401
from nanhu.systems.card.models import Card, Receipt
from nanhu.systems.card.pins.policy import LimitRule
from nanhu.systems.card.pins.tests.conftest import DOCUMENTS, PINS, WITH_X, Keypad, identify
from nanhu.systems.card.services.loss import report_lost
from nanhu.systems.card.tests.conftest import ORIGIN

PIN = PINS["student"]


@pytest.fixture
def kiosk(funds):
    identify(funds.campus)
    return Keypad(place_device("KL001", "load_kiosk", by=SYSTEM))


@pytest.fixture
def till(funds):
    return Keypad(place_device("N1009", "pos", by=SYSTEM))


@pytest.fixture
def maker(funds):
    identify(funds.campus)
    return Keypad(place_device("KR001", "reissue_kiosk", by=SYSTEM))


def kiosk_at(number):
    return Keypad(place_device(number, "load_kiosk", by=SYSTEM))


def uid(funds, part="student"):
    return funds.campus.card(part).uid


def collect(device, funds, part="student", **more):
    begun = device.ask("claim/begin", {"card": uid(funds, part), **more.pop("body", {})}, **more)
    assert begun["outcome"] == "approved", begun
    return device.ask("claim/finish", {"claim": begun["claim"], "is_written": True})


@pytest.mark.capability("A149.2")
def test_a_kiosk_collects_with_card_and_pin_and_a_write_that_broke_off_is_safe(funds, kiosk):
    funds.credit(fen=5000, key="a", source="subsidy")
    funds.credit(fen=200, key="b", source="load")
    begun = kiosk.ask("claim/begin", {"card": uid(funds)}, pin=PIN)
    assert [one["name"] for one in begun["items"]] == ["补助", "圈存未领"]
    torn = kiosk.ask("claim/finish", {"claim": begun["claim"], "is_written": False})
    assert (torn["state"], funds.balance(), funds.pending()) == ("not_written", 0, 5200)
    done = collect(kiosk, funds, pin=PIN)
    assert (done["state"], done["balance_fen"], funds.balance(), funds.pending()) == ("written", 5200, 5200, 0)
    assert kiosk.ask("claim/begin", {"card": uid(funds)}, pin=PIN)["code"] == "card.nothing_to_claim"


@pytest.mark.capability("A149.1")
@pytest.mark.parametrize("kind", ["load_kiosk", "self_service_kiosk"])
def test_a_wrong_pin_collects_nothing_and_is_counted(funds, kind):
    identify(funds.campus)
    kiosk = Keypad(place_device("KL009", kind, by=SYSTEM))
    funds.credit()
    answer = kiosk.ask("claim/begin", {"card": uid(funds)}, pin="999999")
    assert answer["outcome"] == "refused"
    assert "pin" in answer["code"]
    assert funds.states() == {"one": "waiting"}
    assert kiosk.ask("claim/begin", {"card": uid(funds)})["code"] == "malformed"


@pytest.mark.capability("A150.1", "A150.2")
def test_a_card_held_five_seconds_collects_and_a_short_tap_only_pays(funds, till):
    funds.credit(fen=5000)
    short = till.ask("claim/begin", {"card": uid(funds), "held_ms": 4999})
    assert (short["code"], funds.states()) == ("card.held_too_short", {"one": "waiting"})
    done = collect(till, funds, body={"held_ms": 5000})
    assert (done["state"], funds.balance()) == ("written", 5000)
    assert funds.campus.pay("student", 1200) == "posted"
    assert funds.balance() == 3800


def test_a_till_that_told_its_balances_of_the_day_still_collects_so_many_a_day(funds, till):
    funds.credit(fen=5000)
    assert till.ask("card/balance", {"card": uid(funds)}, sequence=0)["outcome"] == "approved"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE card_terminal_activity SET day_told = %s", [LimitRule().terminal_day_told])
    assert till.ask("card/balance", {"card": uid(funds)}, sequence=0)["code"] == "terminal_limit"
    assert collect(till, funds, body={"held_ms": 5000})["state"] == "written"
    funds.credit(fen=100, key="more")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE card_terminal_activity SET day_claims = %s", [LimitRule().terminal_day_told])
    assert till.ask("claim/begin", {"card": uid(funds), "held_ms": 5000})["code"] == "terminal_limit"


@pytest.mark.capability("A149.2")
def test_the_same_request_again_is_one_claim(funds, till):
    funds.credit()
    body = {"card": uid(funds), "held_ms": 5000}
    first = till.ask("claim/begin", body, sequence=7)
    assert till.ask("claim/begin", body, sequence=7) == first
    finish = {"claim": first["claim"], "is_written": True}
    assert till.ask("claim/finish", finish, sequence=8) == till.ask("claim/finish", finish, sequence=8)
    assert funds.balance() == 5000


def test_a_terminal_that_does_not_know_leaves_the_claim_open(funds, till):
    funds.credit()
    begun = till.ask("claim/begin", {"card": uid(funds), "held_ms": 5000})
    assert till.ask("claim/finish", {"claim": begun["claim"], "is_written": None})["state"] == "writing"


@pytest.mark.capability("A149.2")
def test_no_terminal_finishes_anothers_claim_and_no_door_collects(funds, till, kiosk):
    funds.credit()
    begun = till.ask("claim/begin", {"card": uid(funds), "held_ms": 5000})
    foreign = kiosk.ask("claim/finish", {"claim": begun["claim"], "is_written": True})
    assert foreign["code"] == "card.claim_not_found"
    door = Keypad(place_device("D1001", "door", by=SYSTEM))
    assert door.ask("claim/begin", {"card": uid(funds), "held_ms": 5000})["code"] == "terminal_unfit"


@pytest.mark.parametrize("wrong", [{"claim": "x"}, {}, {"claim": 5}, {"claim": "x", "is_written": "yes"}])
def test_what_is_no_request_is_malformed(till, wrong):
    assert till.ask("claim/finish", wrong)["code"] == "malformed"


def test_an_open_claim_is_settled_by_the_counter_even_where_nothing_is_left(funds, till):
    """The first terminal lost power after the write: the next one reads the counter and the money is booked."""
    funds.credit()
    begun = till.ask("claim/begin", {"card": uid(funds), "held_ms": 5000, "online_counter": 4})
    order = funds.order()
    claims.authorise_write(by=SYSTEM, order=order, online_counter=4, chip_balance_fen=0, at="20261125120000")
    again = till.ask("claim/begin", {"card": uid(funds), "held_ms": 5000, "chip": {"online_counter": 5}})
    assert again["code"] == "card.nothing_to_claim"
    assert funds.balance() == 5000
    assert till.ask("claim/finish", {"claim": begun["claim"], "is_written": True})["state"] == "written"


@pytest.mark.capability("A117.1")
def test_a_card_reported_lost_since_the_claim_began_gets_no_right_to_write(funds, till):
    funds.credit()
    begun = till.ask("claim/begin", {"card": uid(funds), "held_ms": 5000, "online_counter": 4})
    report_lost(by=SYSTEM, card=funds.campus.card("student"), reason="x")
    start = {"balance_fen": 0, "online_counter": 4, "random": "11223344", "mac1": "00000000"}
    assert till.ask("claim/mac", {"claim": begun["claim"], **start})["code"] == "card.state"
    assert funds.order().authorised_at == ""


def test_a_counter_above_what_ended_a_claim_as_not_written_is_refused_and_noted(funds, till):
    funds.credit()
    till.ask("claim/begin", {"card": uid(funds), "held_ms": 5000, "online_counter": 4})
    claims.authorise_write(by=SYSTEM, order=funds.order(), online_counter=4, chip_balance_fen=0, at="20261125120000")
    body = {"card": uid(funds), "held_ms": 5000}
    assert till.ask("claim/begin", {**body, "online_counter": 4})["outcome"] == "approved"
    assert till.ask("claim/begin", {**body, "online_counter": 5})["code"] == "card.untold_write"
    assert AuditEntry.objects.filter(action="card.untold_write").count() == 1
    assert (funds.balance(), funds.pending()) == (0, 5000)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("subsidy", marks=pytest.mark.capability("A145.1", "A145.3")),
        pytest.param("payout", marks=pytest.mark.capability("A146.1")),
    ],
)
def test_an_offices_batch_waits_and_is_collected(office, kiosk, source):  # noqa: F811
    """Handed in, approved by another, posted, seen by its holder, collected at a kiosk, reported as collected."""
    address = pay_out(office, source=source)
    pay_out(office, source=source, text="学工号,姓名,金额\n0020190123,陈志远,7\n")
    page = office.campus.client("student").get("/card/funds/").content.decode()
    assert "十一月补助" in page
    assert {"subsidy": "补助", "payout": "代发"}[source] in page.replace("十一月补助", "")

    def report() -> str:
        page = office.campus.client("clerk").get(address).content.decode()
        return " ".join(re.sub(r"<[^>]+>", " ", page).split())

    begun = kiosk.ask("claim/begin", {"card": uid(office)}, pin=PIN)
    assert "未领 ¥ 312.50 2 人" in report(), "what is being written was not collected yet"
    assert kiosk.ask("claim/finish", {"claim": begun["claim"], "is_written": False})["state"] == "not_written"
    assert collect(kiosk, office, pin=PIN)["balance_fen"] == 30000
    assert "已领 ¥ 300.00 1 人" in report()
    assert office.campus.client("student").get("/card/funds/").context["waiting"].items == [], "nothing waits any more"
    assert "未领 ¥ 12.50 1 人" in report(), "of this batch and no other"
    clerk = office.campus.client("clerk")
    for show, seen in (("", [True, True]), ("?show=waiting", [False, True]), ("?show=claimed", [True, False])):
        rows = b"".join(clerk.get(f"{address}rows.csv{show}").streaming_content).decode()
        assert ['"林小满","300.00","已领"' in rows, '"陈志远","12.50","待领"' in rows] == seen, show
        assert '"7.00"' not in rows, "of another batch"


@pytest.mark.capability("A119.1")
def test_a_kiosk_makes_a_new_card_for_a_student_with_an_id_card(funds, maker):
    funds.campus.top_up("student", 5000)
    old = funds.campus.card("student")
    begun = maker.ask("reissue/begin", {"id_number": WITH_X})
    assert (begun["name"], begun["number"], begun["fee_fen"]) == ("林*满", old.number, 2000)
    assert (begun["balance_fen"], begun["frozen_hours"], begun["reason"]) == (5000, 72, "lost")
    assert (funds.campus.card("student").pk, funds.balance()) == (old.pk, 5000)
    made = {"reissue": begun["reissue"], "is_made": True, "uid": "04aabbccddeeff"}
    assert Keypad(place_device("KR002", "reissue_kiosk", by=SYSTEM)).ask("reissue/finish", made)["outcome"] == "refused"
    done = maker.ask("reissue/finish", made)
    new = funds.campus.card("student")
    assert (done["number"], new.uid, done["frozen_fen"]) == (new.number, "04AABBCCDDEEFF", 3000)
    assert Card.objects.get(pk=old.pk).state == "replaced"
    frozen = Claimable.objects.get(source="frozen")
    assert (done["fee_fen"], done["available_at"]) == (2000, frozen.available_at.isoformat())
    assert frozen.available_at > clock.now()
    again = maker.ask("reissue/finish", made)
    assert (again["number"], Card.objects.filter(person_id=old.person_id).count()) == (new.number, 2)
    paid = Receipt.objects.filter(kind="fee").values_list("amount_fen", "balance_fen", "detail")
    assert list(paid) == [(2000, 3000, "reissue")]
    facts = AuditEntry.objects.get(action="card.reissue", target=f"card:{old.number}").facts
    assert (facts["new"], facts["fee_fen"], facts["document"]) == (new.number, 2000, "居民身份证（读卡器）")
    assert AuditEntry.objects.get(action="card.begin_reissue").facts["terminal"] == "KR001"
    assert CardReissue.objects.get().place == "南院一食堂"
    kept = ("card_class", "sub_class", "valid_from", "valid_until", "person_id", "wallet_id")
    assert [getattr(new, name) for name in kept] == [getattr(old, name) for name in kept]
    told = OutboxEvent.objects.get(name="card.CardReissued").payload
    assert told == {"old_card_id": old.pk, "new_card_id": new.pk, "person_id": old.person_id}
    assert maker.ask("reissue/finish", made | {"is_made": False})["code"] == "card.reissue_resolved"
    later = maker.ask("reissue/begin", {"id_number": WITH_X, "reason": "damaged"})
    assert later["number"] == new.number, "and not the card that died"


@pytest.mark.capability("A119.1")
def test_the_old_card_lives_until_the_new_one_and_its_fee_are_looked_at(funds, maker):
    funds.campus.top_up("student", 5000)
    begun = maker.ask("reissue/begin", {"id_number": WITH_X})
    made = {"reissue": begun["reissue"], "is_made": True, "uid": "04AABBCCDDEEFF"}
    for uid, code in (("04XY", "malformed"), (funds.campus.card("teacher").uid, "card.uid_taken")):
        assert maker.ask("reissue/finish", made | {"uid": uid})["code"] == code
    funds.campus.pay("student", 4000)
    assert maker.ask("reissue/finish", made)["code"] == "card.fee_not_covered", "what lay there was spent meanwhile"
    assert (funds.campus.card("student").state, funds.balance()) == ("issued", 1000)


@pytest.mark.capability("A119.1")
def test_a_card_that_is_begun_again_is_one_and_a_lost_one_costs_its_fee_whatever_is_said(funds, maker, kiosk):
    funds.campus.top_up("student", 5000)
    assert kiosk.ask("reissue/begin", {"id_number": WITH_X})["code"] == "terminal_unfit"
    first = maker.ask("reissue/begin", {"id_number": WITH_X, "reason": "damaged"})
    assert (first["reason"], first["fee_fen"]) == ("damaged", 0)
    report_lost(by=SYSTEM, card=funds.campus.card("student"), reason="x")
    second = maker.ask("reissue/begin", {"id_number": WITH_X, "reason": "damaged"})
    assert (second["reason"], second["fee_fen"]) == ("lost", 2000)
    assert list(CardReissue.objects.order_by("pk").values_list("state", flat=True)) == ["abandoned", "making"]
    late = maker.ask("reissue/finish", {"reissue": first["reissue"], "is_made": True, "uid": "04AABBCCDDEEFF"})
    assert late["code"] == "card.reissue_resolved"


@pytest.mark.capability("A119.3")
def test_a_jam_charges_nothing_and_leaves_the_old_card(funds, maker):
    funds.campus.top_up("student", 5000)
    begun = maker.ask("reissue/begin", {"id_number": WITH_X})
    ended = maker.ask("reissue/finish", {"reissue": begun["reissue"], "is_made": False})
    assert (ended["state"], ended["fee_fen"]) == ("abandoned", 0)
    assert (funds.balance(), funds.campus.card("student").state) == (5000, "issued")
    late = maker.ask("reissue/finish", {"reissue": begun["reissue"], "is_made": True, "uid": "04AABBCCDDEEFF"})
    assert late["code"] == "card.reissue_resolved"
    assert CardReissue.objects.get().state == "abandoned"


@pytest.mark.capability("A119.1", "A120.1")
def test_staff_and_international_students_are_sent_to_the_office(funds, maker):
    for part in ("teacher", "guest"):
        answer = maker.ask("reissue/begin", {"id_number": DOCUMENTS[part][1]})
        assert answer["code"] == "card.to_the_office"
    assert maker.ask("reissue/begin", {"id_number": "430602199901010099"})["code"] == "card.no_card_for_document"
    assert maker.ask("reissue/begin", {"id_number": WITH_X})["code"] == "card.fee_not_covered"


def late_row(card, fen, sequence=901):
    return {"n": 0, "s": sequence, "f": "bb", "u": card.uid, "a": fen, "o": time.time() - 3600}


def store(terminal, *rows):
    with connection.cursor() as cursor:
        cursor.execute("SELECT outcome FROM card_store(%s, %s)", [terminal.pk, json.dumps(rows)])
        return [outcome for (outcome,) in cursor.fetchall()]


@pytest.mark.capability("A121.1", "A121.2", "A121.3")
def test_the_old_card_is_never_valid_again_and_late_rows_come_out_of_the_frozen_sum(funds, maker):
    funds.campus.top_up("student", 10000)
    old = funds.campus.card("student")
    report_lost(by=SYSTEM, card=old, reason="x")
    begun = maker.ask("reissue/begin", {"id_number": WITH_X})
    done = maker.ask("reissue/finish", {"reissue": begun["reissue"], "is_made": True, "uid": "04AABBCCDDEEFF"})
    assert done["frozen_fen"] == 8000
    assert store(funds.campus.terminal, late_row(old, 1500)) == ["posted"]
    frozen = Claimable.objects.get(source="frozen")
    assert (frozen.left_fen, funds.balance(), funds.pending()) == (6500, 0, 6500)
    waiting = funds.campus.client("student").get("/card/funds/").content.decode()
    assert f"旧卡 {old.number} 的余额 · 已抵扣旧卡脱机消费 ¥ 15.00" in waiting, "whose money, and what took of it"
    counter = f"/card/counter/cards/{old.public_id}/loss/take-back/"
    funds.campus.client("clerk").post(counter, {"document": "passport", "face_checked": "on", "reason": "找到了"})
    old.refresh_from_db()
    assert old.state == "replaced"
    assert funds.campus.pay("student", 100, uid=old.uid) == "card_replaced"
    assert kiosk_at("KL009").ask("claim/begin", {"card": old.uid}, pin=PIN)["code"] == "card_replaced"
    shown = funds.campus.client("student").get("/card/funds/").content.decode()
    assert "¥ 65.00" in shown


def give_phone(funds) -> None:
    record = people.PersonRecord(key="student", person_id=funds.campus.persons["student"], phone="13907300001")
    people.apply_records(by=SYSTEM, records=[record], origin=ORIGIN)


def sent() -> list[str]:
    return [one.text for one in SmsMessage.objects.order_by("id")]


@pytest.mark.capability("A122.1", "A122.4")
def test_the_school_says_how_long_frozen_money_waits_and_whether_a_holiday_puts_it_off(funds, maker, school_file):
    """Made at the kiosk on a Wednesday, 48 hours before a National Day that the school's calendar keeps."""
    school_file(
        {
            "frozen_hours = 72 ": "frozen_hours = 48 ",
            "skip_holidays = false": "skip_holidays = true",
            "from = 2026-09-01\nlost": "from = 2026-08-01\nlost",
        }
    )
    funds.campus.top_up("student", 10000)
    with time_machine.travel("2026-09-30T10:00+08:00", tick=True):
        begun = maker.ask("reissue/begin", {"id_number": WITH_X})
        maker.ask("reissue/finish", {"reissue": begun["reissue"], "is_made": True, "uid": "04AABBCCDDEEFF"})
    due = clock.campus_time(Claimable.objects.get(source="frozen").available_at)
    assert f"{due:%F %H:%M}" == "2026-10-08 10:00"


@pytest.mark.capability("A122.1", "A122.2", "A122.3", "A122.5")
def test_frozen_money_is_collected_after_three_days_once_by_the_new_card(funds, maker, kiosk, monkeypatch):
    funds.campus.top_up("student", 10000)
    old = funds.campus.card("student")
    begun, before = maker.ask("reissue/begin", {"id_number": WITH_X}), clock.now()
    maker.ask("reissue/finish", {"reissue": begun["reissue"], "is_made": True, "uid": "04AABBCCDDEEFF"})
    due = Claimable.objects.get(source="frozen").available_at
    assert before <= due - timedelta(hours=72) <= clock.now()
    give_phone(funds)
    assert jobs.tell_due_funds() == 0, "no reminder before it can be claimed"
    monkeypatch.setattr(claims, "now", lambda: due.replace(microsecond=0))
    early = kiosk.ask("claim/begin", {"card": "04AABBCCDDEEFF"}, pin=PIN)
    assert early["code"] == "card.nothing_to_claim"
    for module in (claims, stale_claims):
        monkeypatch.setattr(module, "now", lambda: due)
    assert (jobs.tell_due_funds(), jobs.tell_due_funds()) == (1, 0)
    deliver_pending()
    assert [text for text in sent() if "¥ 80.00 可以领取了" in text] == sent()[-1:]
    assert kiosk.ask("claim/begin", {"card": old.uid}, pin=PIN)["code"] == "card_replaced", "to the new card"
    with pytest.raises(CardStateError):
        claims.begin_claim(by=SYSTEM, card=old, terminal=None)
    assert collect(kiosk, funds, pin=PIN)["balance_fen"] == 8000
    again = kiosk.ask("claim/begin", {"card": "04AABBCCDDEEFF"}, pin=PIN)
    assert (again["code"], funds.balance(), funds.pending()) == ("card.nothing_to_claim", 8000, 0)
