"""Whoever comes without a good key leaves a trace that the school can read, and cannot fill the log with it."""

import pytest
from django.test import Client

from nanhu.kernel.models import AuditEntry
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.openapi.models import RateBucket, RequestLog
from nanhu.platforms.openapi.services import keys, vendors
from nanhu.systems.card.tests.conftest import CAST, PASSWORD, SYSTEM
from nanhu.systems.card.vendors.tests.conftest import EVERYTHING, HOME, PREFIX, Shop, fault_of, register

NOBODY = "nanhu_live_aaaaaaaaaaaa_" + "A" * 43


def ask(shown="", *, address=HOME, path="account"):
    headers = {"authorization": f"Bearer {shown}"} if shown else {}
    return Client(REMOTE_ADDR=address).get(PREFIX + path, headers=headers)


def notes():
    return list(AuditEntry.objects.filter(action="openapi.refuse_request").order_by("id"))


@pytest.mark.parametrize(("shown", "why"), [("", "none"), ("guess", "malformed"), (NOBODY, "unknown")])
def test_a_stranger_is_written_down_with_the_reason_and_without_what_was_shown(db, caplog, shown, why):
    ask(shown)
    [note] = notes()
    assert (note.actor, note.address, note.target, note.reason) == ("anonymous", HOME, "openapi_vendor", why)
    assert note.facts == {"code": "key_refused", "key": "", "operation": "GET account"}, (
        "no path: he types what he likes there"
    )
    assert f"turned away {HOME} at {PREFIX}account: key_refused ({why})" in caplog.text
    assert "AAAA" not in caplog.text
    assert not RequestLog.objects.exists()


def bent(shop):
    return shop.secret[:-1] + ("A" if shop.secret[-1] != "A" else "B")


def revoked(shop):
    keys.revoke_key(by=SYSTEM, key=shop.key, reason="泄露")
    return shop.secret


def switched_off(shop):
    vendors.switch(by=SYSTEM, vendor=shop.vendor, is_on=False, reason="欠费")
    return shop.secret


@pytest.mark.parametrize(("spoil", "why"), [(bent, "wrong"), (revoked, "revoked"), (switched_off, "vendor off")])
def test_who_shows_a_known_key_wrongly_stands_in_its_vendors_log(shop, vendor, spoil, why):
    told = ask(spoil(shop))
    [note], [line] = notes(), RequestLog.objects.all()
    assert (note.target, note.reason, note.facts["key"]) == (f"openapi_vendor:{vendor.pk}", why, shop.key.number)
    assert (line.vendor, line.key, line.operation, line.status) == (vendor, shop.key, "account", 401)
    assert (line.code, line.address) == ("key_refused", HOME)
    assert str(line.public_id) == told["Nanhu-Request-Id"]
    assert why not in told.content.decode()


def test_the_desk_sees_who_was_turned_away(campus, shop, settings):
    from nanhu.platforms.identity import api as identity
    from nanhu.platforms.openapi.desk import KEEPER

    account = identity.account_of(campus.persons["clerk"])
    identity.grant_role(by=SYSTEM, account_id=account.pk, role=KEEPER)
    identity_sample.set_password_for_sample(by=SYSTEM, campus_no=CAST["clerk"][2], password=PASSWORD)
    ask(revoked(shop), address="10.66.0.9")
    keeper = Client()
    keeper.post("/sign-in", {"username": CAST["clerk"][2], "password": PASSWORD})
    page = keeper.get(f"/openapi/{shop.vendor.public_id}/log/?outcome=bad").content.decode()
    assert "401 key_refused" in page
    assert "10.66.0.9" in page


def test_guessing_fills_no_log(shop):
    """A network's guesses are one note, whatever is guessed at; another network is another note."""
    for _guess in range(8):
        ask("guess")
        ask(NOBODY)
        ask(bent(shop))
    assert [(one.address, one.facts["key"]) for one in notes() if one.facts["code"] == "key_refused"] == [
        (HOME, ""),
        (HOME, shop.key.number),
    ]
    assert RequestLog.objects.count() == 1
    ask("guess", address="10.20.0.8")
    assert notes()[-1].address == "10.20.0.8"


def test_many_networks_fill_no_log_either(db):
    for number in range(70):
        ask("guess", address=f"10.99.0.{number}")
    assert len(notes()) == 60


def test_after_a_while_it_is_noted_again(db):
    ask("guess")
    RateBucket.objects.filter(subject__startswith="noted:").update(at="2026-01-01T00:00:00Z")
    ask("guess")
    assert len(notes()) == 2


@pytest.mark.usefixtures("clock_stands")
def test_who_asks_too_often_is_noted_once(campus):
    order = vendors.VendorOrder(
        company="急", contact="刘", scopes=EVERYTHING, addresses=("10.20.0.0/24",), per_minute=6
    )
    hasty = Shop(vendors.register(by=SYSTEM, order=order))
    codes = [answer.status_code for answer in (hasty.get("account") for _try in range(9))]
    assert codes.count(429) == 4
    [note] = notes()
    assert (note.reason, note.facts["code"], note.facts["key"]) == ("too often", "rate_limited", hasty.key.number)
    assert RequestLog.objects.filter(status=429).count() == 1


def test_a_good_request_leaves_no_such_note(campus):
    assert Shop(register()).get("account").status_code == 200
    assert fault_of(ask("guess")) == "key_refused"
    assert len(notes()) == 1
