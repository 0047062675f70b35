"""Two devices have a terminal's key, and one of them uses the next one first: the other's requests are refused, and the office sees both."""

import asyncio
import json
import time
from datetime import timedelta

import pytest
from django.db.models import F

from nanhu.kernel.registry import Verdict
from nanhu.platforms.terminals.api import Incident, NextKey, begin_rotation, renew_terminal_key
from nanhu.platforms.terminals.devices import all_devices
from nanhu.platforms.terminals.gateway import SignedRequest
from nanhu.platforms.terminals.wire import FORMER_KEY, HONEST_FORMER_USES
from nanhu.systems.card.devices.tests.asking import Device
from nanhu.systems.card.fleet.checks import no_terminal_is_abused
from nanhu.systems.card.gateway.server import Gateway
from nanhu.systems.card.tests.conftest import SYSTEM, campus
from nanhu.systems.card.tests.signed import SignedTerminal, TestConnection

__all__ = ["campus"]
TILL = "N1001"


@pytest.fixture
def true_till(campus) -> SignedTerminal:
    """With the key of before; somebody who had it too opened the next one with it, and used it."""
    till = SignedTerminal(TILL)
    following = begin_rotation(by=SYSTEM, number=TILL, window=timedelta(days=7), reason="每年一换")
    NextKey.objects.update(opens_at=F("opens_at") - timedelta(hours=1))  # now() in a test is when its transaction began
    assert SignedTerminal(TILL, key=following.key).pay(campus.card("student").uid, 1).code == "balance_short"
    return till


def hello_of(till: SignedTerminal, *, ago: int = 0) -> SignedRequest:
    body, path = b"{}", "/terminal/v1/hello"
    signed = till.headers(path, body, "0", {"clock": str(int(time.time()) - ago)})
    return SignedRequest("POST", path, TILL, "0", signed["nanhu-clock"], signed["nanhu-signature"], "192.0.2.7", body)


def told_by_one_gateway(requests: list[SignedRequest]) -> set[tuple[int, str]]:
    async def ask_all(database: TestConnection) -> set[tuple[int, str]]:
        gateway = Gateway(database)
        answers = [await gateway.serve(request) for request in requests]
        await gateway.activity.write()
        await gateway.close()
        return {(one.status, json.loads(one.body)["code"]) for one in answers}

    return asyncio.run(ask_all(TestConnection()))


def alarms() -> list[str]:
    return list(Incident.objects.filter(code=FORMER_KEY).values_list("terminal_number", flat=True))


def test_whoever_goes_on_with_the_key_of_before_at_the_gateway_is_an_alarm(campus, true_till):
    told = told_by_one_gateway([hello_of(true_till) for _ in range(HONEST_FORMER_USES)])
    assert (told, alarms()) == ({(401, "signature_wrong")}, []), "an answer was lost"
    told = told_by_one_gateway([hello_of(true_till) for _ in range(HONEST_FORMER_USES + 1)])
    assert (told, alarms()) == ({(401, "signature_wrong")}, [TILL])
    assert no_terminal_is_abused().verdict == Verdict.FAIL
    assert "abuse" in next(one.problems for one in all_devices() if one.terminal.number == TILL)


def test_what_was_overheard_is_no_alarm(true_till):
    assert told_by_one_gateway([hello_of(true_till, ago=400)] * 9) == {(401, "signature_wrong")}
    assert alarms() == []


def test_whoever_goes_on_with_the_key_of_before_at_the_services_door_is_an_alarm(true_till):
    device = Device(TILL, key=true_till.key.hex())
    for _ in range(HONEST_FORMER_USES):
        assert device.send("card/balance", b"{}", 0).status_code == 401
    assert alarms() == []
    assert device.send("card/balance", b"{}", 0).status_code == 401
    assert alarms() == [TILL]


def test_a_key_that_the_office_renewed_by_hand_makes_the_one_before_nobodys(true_till):
    renew_terminal_key(by=SYSTEM, number=TILL, reason="疑似盗用")
    told_by_one_gateway([hello_of(true_till) for _ in range(9)])
    assert alarms() == []
