"""`nanhu card_vendor`: a sample campus has a vendor whose keys a developer finds, and nobody else may read."""

import json
import stat
from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from nanhu.kernel.configuration import configuration
from nanhu.platforms.openapi.models import ApiKey, Vendor
from nanhu.platforms.openapi.services import keys
from nanhu.systems.card.models import Receipt
from nanhu.systems.card.tests.conftest import SYSTEM
from nanhu.systems.card.vendors.tests.conftest import Phone, Shop, fault_of


@pytest.fixture
def path(campus, tmp_path, monkeypatch):
    moved = replace(configuration(), data_dir=tmp_path, demo=True)
    monkeypatch.setattr("nanhu.systems.card.vendors.management.commands.card_vendor.configuration", lambda: moved)
    return tmp_path / "emulators" / "vendor.json"


def told(path):
    call_command("card_vendor", merchant="n1.rice", verbosity=0)
    return json.loads(path.read_text(encoding="utf-8"))


class Program(Shop):
    """What a developer writes with the file in hand."""

    def __init__(self, facts, mode):
        self.secret = facts[f"{mode}_key"]
        self.client = Client(REMOTE_ADDR="127.0.0.1")


def test_its_keys_pay_in_the_sandbox_and_on_the_campus(campus, path):
    facts = told(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert facts["address"].endswith("/api/card/v1/")
    sandbox = Program(facts, "test").pay(850, code="SANDBOX-OK", merchant=facts["test_merchant"])
    assert (sandbox.status_code, Receipt.objects.filter(kind="payment").count()) == (201, 0)
    paid = Program(facts, "live").pay(
        850, code=Phone(campus.persons["student"]).code(), merchant=facts["live_merchant"]
    )
    assert (paid.status_code, Receipt.objects.get(kind="payment", outcome="posted").amount_fen) == (201, 850)


def test_again_it_keeps_its_keys_and_after_a_loss_gets_new_ones(campus, path):
    first = told(path)
    assert told(path) == first
    path.unlink()
    second = told(path)
    assert (Vendor.objects.count(), ApiKey.objects.filter(revoked_at=None).count()) == (1, 2)
    assert second["test_key"] != first["test_key"]
    assert fault_of(Program(first, "test").pay(850, code="SANDBOX-OK", merchant="sandbox.shop")) == "key_refused"


def test_keys_that_were_revoked_at_the_desk_are_made_anew(campus, path):
    first = told(path)
    for key in ApiKey.objects.all():
        keys.revoke_key(by=SYSTEM, key=key, reason="试验结束")
    assert told(path)["live_key"] != first["live_key"]


def test_a_campus_of_real_people_has_none(campus, path, monkeypatch):
    moved = replace(configuration(), demo=False)
    monkeypatch.setattr("nanhu.systems.card.vendors.management.commands.card_vendor.configuration", lambda: moved)
    with pytest.raises(CommandError):
        call_command("card_vendor", verbosity=0)
    assert not Vendor.objects.exists()
