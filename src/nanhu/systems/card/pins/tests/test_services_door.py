"""PINs and limits at the services door, by real signed requests."""

from dataclasses import replace
from datetime import timedelta

import pytest

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.devices.tests.asking import Device
from nanhu.systems.card.models import Price
from nanhu.systems.card.pins import policy
from nanhu.systems.card.pins.models import Pin
from nanhu.systems.card.pins.services.changing import reset_pin
from nanhu.systems.card.pins.services.checking import check_pin
from nanhu.systems.card.pins.services.limits import limits_of
from nanhu.systems.card.pins.tests.conftest import PINS, Keypad
from nanhu.systems.card.pins.tests.pinpad import seal_pin_block
from nanhu.systems.card.services.loss import report_lost
from nanhu.systems.card.services.merchants import TerminalOrder, set_up_merchants
from nanhu.systems.card.tests.conftest import SYSTEM

NEW, OTHER = "482915", "730264"


def ask(kiosk, campus, operation, part="student", **more):
    pins = {name: more.pop(name) for name in ("pin", "new") if name in more}
    return kiosk.ask(operation, {"card": campus.card(part).uid, **more}, **pins)


@pytest.mark.capability("A123.1", "A123.2", "A123.3")
def test_two_pins_are_kept_apart_salted_and_each_counts_its_own_tries(campus, kiosk):
    for kind in ("payment", "enquiry"):
        assert ask(kiosk, campus, "pin/change", kind=kind, pin=PINS["student"], new=NEW)["outcome"] == "approved"
    payment, enquiry = Pin.objects.order_by("-kind")
    assert (payment.kind, enquiry.kind) == ("payment", "enquiry")
    assert bytes(payment.salt) != bytes(enquiry.salt)
    assert payment.digest != enquiry.digest
    assert NEW not in payment.digest
    Pin.objects.filter(pk=enquiry.pk).update(salt=payment.salt, digest=payment.digest)
    exchanged = ask(kiosk, campus, "pin/check", kind="enquiry", pin=NEW)
    assert exchanged["code"] == "card.pin_wrong", "a row in another's place opens nothing"
    Pin.objects.filter(pk=enquiry.pk).update(salt=enquiry.salt, digest=enquiry.digest)
    for old, new in ((NEW, OTHER), (OTHER, NEW)):
        assert ask(kiosk, campus, "pin/change", kind="payment", pin=old, new=new)["outcome"] == "approved"
    assert Pin.objects.get(kind="payment").digest != payment.digest, "the same six digits, another salt"
    left = [ask(kiosk, campus, "pin/check", kind="payment", pin="000000")["facts"]["tries_left"] for _ in range(4)]
    assert left == [4, 3, 2, 1]
    assert ask(kiosk, campus, "pin/check", kind="payment", pin="000000")["code"] == "card.pin_locked"
    assert ask(kiosk, campus, "pin/check", kind="payment", pin=NEW)["code"] == "card.pin_locked"
    assert {one.facts["kind"] for one in AuditEntry.objects.filter(action="card.pin_locked")} == {"payment"}
    locked_for = Pin.objects.get(kind="payment").locked_until - now()
    assert timedelta(hours=23) < locked_for <= timedelta(hours=24)
    assert ask(kiosk, campus, "pin/check", kind="enquiry", pin=NEW)["outcome"] == "approved"
    campus.top_up("student", 1000)
    assert campus.pay("student", 500) == "posted", "who guesses takes no meal away"
    short = kiosk.ask("pin/check", {"card": campus.card("student").uid, "kind": "enquiry"}, pin="12345")
    assert short["code"] == "card.pin_unreadable"
    reset_pin(by=SYSTEM, card=campus.card("student"), kind="enquiry", document="居民身份证", reason="忘了")
    assert ask(kiosk, campus, "pin/check", kind="enquiry", pin=PINS["student"])["outcome"] == "approved"
    assert ask(kiosk, campus, "pin/check", kind="payment", pin=NEW)["code"] == "card.pin_locked", (
        "each is set back alone"
    )


@pytest.mark.capability("A125.1", "A125.2")
@pytest.mark.parametrize("part", ["student", "teacher", "guest"])
def test_the_initial_pins_are_the_ids_last_six_with_x_as_0_and_a_foreigners_by_the_schools_rule(campus, kiosk, part):
    for kind in ("payment", "enquiry"):
        assert ask(kiosk, campus, "pin/check", part, kind=kind, pin=PINS[part])["is_initial"] is True
        assert ask(kiosk, campus, "pin/check", part, kind=kind, pin="999999")["code"] == "card.pin_wrong"


@pytest.mark.capability("A125.2")
def test_where_the_school_wants_it_a_foreigner_has_no_pin_until_the_counter_sets_one(campus, kiosk, limits_file):
    limits_file({'pin_without_id = "document_digits"': 'pin_without_id = "counter"'})
    wanted = {"which": "meal", "amount_fen": 3000}
    for kind in ("payment", "enquiry"):
        assert ask(kiosk, campus, "pin/check", "guest", kind=kind, pin=PINS["guest"])["code"] == "card.pin_unset"
        changed = ask(kiosk, campus, "pin/change", "guest", kind=kind, pin=PINS["guest"], new=NEW)
        assert changed["code"] == "card.pin_unset"
        assert ask(kiosk, campus, "pin/check", kind=kind, pin=PINS["student"])["is_initial"] is True
    assert ask(kiosk, campus, "limits/change", "guest", pin=PINS["guest"], **wanted)["code"] == "card.pin_unset"
    set_at_counter = {"kind": "payment", "document": "护照", "reason": "持护照来柜台", "new": NEW}
    reset_pin(by=campus.actor("clerk"), card=campus.card("guest"), **set_at_counter)
    assert ask(kiosk, campus, "limits/change", "guest", pin=NEW, **wanted)["outcome"] == "approved"


@pytest.mark.capability("A125.2")
def test_who_has_no_document_has_no_pin_until_the_counter_sets_one(campus, kiosk):
    assert ask(kiosk, campus, "pin/check", "other_student", kind="payment", pin="000000")["code"] == "card.pin_unset"


@pytest.fixture
def limits_file(school_file):
    """The school's tables of limits, read anew."""

    def write(changes):
        school_file(changes)
        policy.rules.cache_clear()

    yield write
    policy.rules.cache_clear()


BANK_CARD = {"bank_card": "6217002920000000000"}
WITH_A_PIN = {
    "card/look": {},
    "claim/begin": {},
    "load/begin": {"amount_fen": 1000},
    "agreement/sign": BANK_CARD,
    "agreement/change": BANK_CARD,
    "agreement/cancel": {},
}


@pytest.mark.capability("A132.3")
def test_where_the_school_wants_it_the_initial_pin_opens_nothing_before_it_is_changed(campus, kiosk, limits_file):
    """Only a loss does not wait for it."""
    limits_file({'pin_without_id = "document_digits"': 'own_pin_first = true\npin_without_id = "document_digits"'})
    wanted = {"which": "meal", "amount_fen": 3000}
    refused = ask(kiosk, campus, "limits/change", pin=PINS["student"], **wanted)
    assert (refused["outcome"], refused["code"]) == ("refused", "card.pin_initial")
    assert limits_of(campus.card("student")).meal_fen == 5000
    for operation, said in WITH_A_PIN.items():
        told = ask(kiosk, campus, operation, pin=PINS["student"], **said)
        assert (operation, told["outcome"], told["code"]) == (operation, "refused", "card.pin_initial")
    assert ask(kiosk, campus, "limits/change", pin="999999", **wanted)["code"] == "card.pin_wrong"
    for kind in ("payment", "enquiry"):
        said = ask(kiosk, campus, "pin/change", kind=kind, pin=PINS["student"], new=NEW)
        assert said["outcome"] == "approved"
    assert ask(kiosk, campus, "limits/change", pin=NEW, **wanted)["outcome"] == "approved"
    lost = ask(kiosk, campus, "loss/report", "teacher", pin=PINS["teacher"])
    assert lost["outcome"] == "approved"


@pytest.mark.capability("A129.1", "A133.1", "A134.1", "A149.1")
def test_each_service_asks_its_own_pin_and_takes_not_the_other(campus, kiosk):
    """The two may differ: who knows the one for looking neither moves money nor a limit, and the other way round."""
    assert ask(kiosk, campus, "pin/change", kind="enquiry", pin=PINS["student"], new=NEW)["outcome"] == "approved"
    pins = {"payment": PINS["student"], "enquiry": NEW}
    limits = {"meal": {"which": "meal", "amount_fen": 800}, "daily": {"which": "daily", "amount_fen": 900}}
    asked = [*WITH_A_PIN.items(), *(("limits/change", said) for said in limits.values()), ("loss/report", {})]
    for operation, said in asked:
        kind, other = ("enquiry", "payment") if operation in {"card/look", "loss/report"} else ("payment", "enquiry")
        told = ask(kiosk, campus, operation, pin=pins[other], **said)
        assert (operation, told["outcome"], told.get("code")) == (operation, "refused", "card.pin_wrong")
        assert ask(kiosk, campus, "pin/check", kind=kind, pin=pins[kind])["outcome"] == "approved"
    for said in limits.values():
        assert ask(kiosk, campus, "limits/change", pin=pins["payment"], **said)["outcome"] == "approved"
    for operation in ("card/look", "loss/report"):
        assert ask(kiosk, campus, operation, pin=pins["enquiry"])["outcome"] == "approved", operation


@pytest.mark.capability("A123.2")
def test_a_wrong_try_outlives_the_refusal_and_the_same_request_counts_once(campus, kiosk):
    number, key = kiosk.device.terminal.number, bytes.fromhex(kiosk.device.terminal.key)
    body = {"card": campus.card("student").uid, "kind": "payment", "pin": seal_pin_block(key, number, 900, "999999")}
    first = kiosk.device.ask("pin/check", body, sequence=900)
    assert kiosk.device.ask("pin/check", body, sequence=900) == first
    assert Pin.objects.get().wrong_tries == 1
    assert AuditEntry.objects.filter(action="card.pin_wrong").count() == 1


@pytest.mark.capability("A127.1", "A128.1")
def test_a_change_needs_the_old_pin_and_takes_no_easy_one(campus, kiosk):
    for new in ("111111", "234567", "876543", PINS["student"]):
        assert ask(kiosk, campus, "pin/change", kind="payment", pin=PINS["student"], new=new)["code"] == "card.pin_weak"
    assert ask(kiosk, campus, "pin/change", kind="payment", pin="999999", new=NEW)["code"] == "card.pin_wrong"
    assert ask(kiosk, campus, "pin/change", kind="payment", pin=PINS["student"], new=NEW)["outcome"] == "approved"
    changed = AuditEntry.objects.get(action="card.change_pin").facts
    assert changed == {"kind": "payment", "at": kiosk.device.terminal.number}
    assert ask(kiosk, campus, "pin/check", kind="payment", pin=PINS["student"])["code"] == "card.pin_wrong"
    check_pin(card=campus.card("student"), kind="payment", pin=NEW, at="test")
    check_pin(card=campus.card("student"), kind="enquiry", pin=PINS["student"], at="test")
    report_lost(by=SYSTEM, card=campus.card("student"), reason="x")
    found = ask(kiosk, campus, "pin/change", kind="payment", pin=NEW, new=OTHER)
    assert found["code"] == "card_lost", "whoever has found the card and seen the PIN makes it none of his own"


@pytest.mark.capability("A133.1", "A133.2", "A133.3", "A134.1")
@pytest.mark.parametrize("which", ["meal", "daily"])
def test_limits_change_by_the_payment_pin_within_what_the_school_allows(campus, kiosk, which):
    def change(fen, pin=PINS["student"]):
        return ask(kiosk, campus, "limits/change", which=which, amount_fen=fen, pin=pin)

    first = ask(kiosk, campus, "limits/look")["limits"]
    assert change(800, pin="999999")["code"] == "card.pin_wrong"
    assert change(first[f"{which}_max_fen"] + 1)["code"] == "card.limit"
    assert change(-1)["code"] == "malformed"
    assert ask(kiosk, campus, "limits/look")["limits"] == first
    most = first[f"{which}_max_fen"]
    assert change(most)["limits"] == first | {f"{which}_fen": most}, "the most itself is allowed"
    assert change(800)["limits"] == first | {f"{which}_fen": 800}
    facts = AuditEntry.objects.filter(action="card.change_limit").latest("pk").facts
    assert (facts["which"], facts["fen"], facts["was"]) == (which, 800, most)
    assert getattr(limits_of(campus.card("student")), f"{which}_fen") == 800


@pytest.mark.capability("A133.3", "A134.2")
def test_what_a_holder_chose_is_cut_where_the_school_lowers_the_most(campus, kiosk, monkeypatch):
    for which in ("meal", "daily"):
        ask(kiosk, campus, "limits/change", which=which, amount_fen=8000, pin=PINS["student"])
    rule = replace(policy.limits_on(campus_today()), meal_max_fen=500, daily_max_fen=700)
    monkeypatch.setattr("nanhu.systems.card.pins.services.limits.limits_on", lambda _day: rule)
    told = ask(kiosk, campus, "limits/look")["limits"]
    assert (told["meal_fen"], told["daily_fen"]) == (500, 700)


@pytest.mark.capability("A128.2")
def test_a_terminal_of_a_fixed_price_changes_nothing(campus):
    set_up_merchants(by=SYSTEM, merchants=[], terminals=[TerminalOrder(number="N1009", merchant_key="n1.rice")])
    terminal, tomorrow = Terminal.objects.get(number="N1009"), campus_today() + timedelta(days=1)
    for since, kind in (("2019-01-01", "amount"), ("2020-01-01", "fixed"), (tomorrow, "amount")):
        Price.objects.create(terminal=terminal, since=since, kind=kind, price_fen=300)
    fixed = Keypad(Device("N1009"))
    told = ask(fixed, campus, "pin/change", kind="payment", pin=PINS["student"], new=NEW)
    assert told["code"] == "terminal_unfit"
    told = ask(fixed, campus, "limits/change", which="meal", amount_fen=800, pin=PINS["student"])
    assert told["code"] == "terminal_unfit"
