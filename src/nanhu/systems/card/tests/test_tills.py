"""A till is a terminal with a merchant: what has none sells nothing, and the database holds both together."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from nanhu.kernel.clock import now
from nanhu.platforms.terminals.api import Terminal, new_terminal_key, retire_terminal
from nanhu.systems.card.devices.tests.asking import place_device
from nanhu.systems.card.fleet.errors import TerminalsLeftError
from nanhu.systems.card.fleet.services import registering
from nanhu.systems.card.models import Merchant, Receipt, Till
from nanhu.systems.card.tests.conftest import SYSTEM
from nanhu.systems.card.tests.signed import SignedTerminal


def refused(match: str):
    return pytest.raises(IntegrityError, match=match)


def test_a_till_switched_off_takes_no_payment_until_it_is_back(campus):
    campus.top_up("guest", 1000)
    call_command("terminal", "N1001", "off", reason="失窃")
    assert campus.pay("guest", 300) == "terminal_off"
    call_command("terminal", "N1001", "on", reason="已找回")
    assert campus.pay("guest", 300) == "posted"


@pytest.mark.parametrize("kind", ["pos", "door"])
def test_a_device_without_a_shop_speaks_to_the_campus_and_sells_nothing(campus, kind):
    campus.top_up("guest", 1000)
    Terminal.objects.create(number="Z9001", kind=kind, key=new_terminal_key())
    device, uid = SignedTerminal("Z9001"), campus.card("guest").uid

    hello = device.send("hello").values
    assert (hello["merchant"], hello["canteen"]) == ("", "")
    assert device.send("revocations", {"since": 0}).status == 200
    row = {"sequence": 2, "card": uid, "amount_fen": 300, "occurred_at": now().timestamp()}
    for told in (device.pay(uid, 300), device.send("upload", {"rows": [row]}), device.send("refund", {"receipt": "1"})):
        assert (told.status, told.code) == (403, "terminal_unfit")
    assert not Receipt.objects.filter(terminal__number="Z9001").exists()


@pytest.mark.parametrize("kind", ["door", "load_kiosk", "reissue_kiosk", "self_service_kiosk"])
def test_what_sells_nothing_is_no_till(campus, kind):
    device = place_device("Z9001", kind, by=SYSTEM).terminal
    with refused("sells nothing"), transaction.atomic():
        Till.objects.create(terminal=device, merchant=Merchant.objects.get(key="n1.rice"))
    with refused("stays one"), transaction.atomic():
        Terminal.objects.filter(number="N1001").update(kind=kind)
    with refused("not removed"), transaction.atomic():
        Till.objects.filter(terminal__number="N1001").delete()


def test_a_till_is_on_as_its_terminal_is(campus):
    spare = Terminal.objects.create(number="Z9001", key=new_terminal_key(), state="off")
    till = Till.objects.create(terminal=spare, merchant=Merchant.objects.get(key="n1.rice"))
    for state in ("off", "on", "off"):
        Terminal.objects.filter(pk=spare.pk).update(state=state)
        Till.objects.filter(pk=spare.pk).update(is_on=state != "on")
        till.refresh_from_db()
        assert till.is_on == (state == "on"), "whatever is written into the till itself"


def test_a_merchant_leaves_after_its_tills_and_none_of_them_sells_again(campus):
    """The till stands where it stood: its key is gone, its merchant is closed, another cannot be put onto it by switching it on."""
    campus.top_up("guest", 1000)
    merchant, till, uid = Merchant.objects.get(key="n1.rice"), SignedTerminal("N1001"), campus.card("guest").uid
    assert till.pay(uid, 300, sequence=101).code == "ok"
    with pytest.raises(TerminalsLeftError):
        registering.close_merchant(by=SYSTEM, merchant=merchant, reason="退租")
    retire_terminal(by=SYSTEM, number="N1001", reason="退租")
    registering.close_merchant(by=SYSTEM, merchant=merchant, reason="退租")

    assert till.pay(uid, 300, sequence=102).code == "signature_wrong"
    assert campus.pay("guest", 300) == "terminal_off"
    with refused("does not come back"), transaction.atomic():
        Terminal.objects.filter(number="N1001").update(state="on", retired_at=None)
    spare = Terminal.objects.create(number="Z9001", key=new_terminal_key())
    with refused("not open"), transaction.atomic():
        Till.objects.create(terminal=spare, merchant=merchant)


def test_a_till_whose_merchant_is_not_open_is_not_switched_on(campus):
    spare = Terminal.objects.create(number="Z9001", key=new_terminal_key(), state="off")
    merchant = Merchant.objects.get(key="e3.noodle")
    retire_terminal(by=SYSTEM, number="E3002", reason="退租")
    Till.objects.create(terminal=spare, merchant=merchant)
    Merchant.objects.filter(pk=merchant.pk).update(state="closed", closed_at=now())
    with refused("not open"), transaction.atomic():
        Terminal.objects.filter(pk=spare.pk).update(state="on")
