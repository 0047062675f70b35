"""The capport API before Django says what the view says."""

from datetime import timedelta
from io import BytesIO
from ipaddress import ip_network
from typing import Any

import pytest
import time_machine
from django.test.client import ClientHandler

from nanhu.kernel.clock import now
from nanhu.services.network import queries
from nanhu.services.network.models import Grant, Session
from nanhu.services.network.portal import front
from nanhu.services.network.portal.tests.conftest import Field
from nanhu.testing.same_connection import AwayConnection, SameConnection

pytestmark = pytest.mark.django_db
PROXIES = (ip_network("198.51.100.0/24"),)


class Door:
    def __init__(self) -> None:
        self.handed_on = 0

    def django(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        self.handed_on += 1
        answer = ClientHandler()(environ)
        start_response(f"{answer.status_code} OK", list(answer.items()))
        return [answer.content]

    def ask(self, program: Any, address: str, **more: str) -> tuple[str, dict[str, str], bytes]:
        facts = {"REQUEST_METHOD": "GET", "PATH_INFO": "/wifi/capport", "REMOTE_ADDR": address, "SERVER_NAME": "x"}
        facts |= {"SERVER_PORT": "80", "wsgi.url_scheme": "http", "wsgi.input": BytesIO(), **more}
        told: list[Any] = []
        content = b"".join(program(facts, lambda status, headers: told.append((status, dict(headers)))))
        told[0][1].pop("Content-Length", None)
        return (*told[0], content)

    def compare(self, address: str, **more: str) -> bool:
        before = self.handed_on
        swiftly = self.ask(front.CapportFront(self.django), address, **more)
        is_answered = self.handed_on == before
        assert swiftly == self.ask(self.django, address, **more)
        return is_answered


@pytest.fixture
def door(field: Field, monkeypatch: pytest.MonkeyPatch) -> Door:
    monkeypatch.setattr(queries, "CONNECTIONS", SameConnection())
    phone = field.phone("a")
    assert phone.sign_in().status_code == 303
    return Door()


@pytest.mark.capability("A172.1")
def test_who_is_on_line_captive_or_elsewhere_is_told_as_by_the_view(door: Door, field: Field) -> None:
    here = field.air.phones["a"].address
    with time_machine.travel(now(), tick=False):
        assert [door.compare(one) for one in (here, "10.20.77.7", "198.51.100.7")] == [True] * 3
    for facts in (
        {"updated_at": now() - timedelta(hours=5)},
        {"grant": None},
        {"stopped_at": now(), "cause": "lost"},
    ):
        with time_machine.travel(now(), tick=False):
            Session.objects.update(updated_at=now())
            Session.objects.update(**facts)
            assert door.compare(here)
    Session.objects.update(stopped_at=None, cause="", grant=Grant.objects.get(), updated_at=now())
    with time_machine.travel(Grant.objects.get().ends_at - timedelta(seconds=1.5), tick=False) as moment:
        Session.objects.update(updated_at=now())
        assert door.compare(here)
        Grant.objects.update(granted_at=now() - timedelta(hours=1))
        assert door.compare(here), "a policy's hours end it"
        assert b'"can-extend-session": false' in door.ask(door.django, here)[2]
        moment.shift(timedelta(seconds=5))
        assert door.compare(here)
    with time_machine.travel(now(), tick=False):
        Grant.objects.update(ended_at=now(), cause="ours:kicked")
        assert door.compare(here)
        assert b'"captive": true' in door.ask(door.django, here)[2]


def test_a_visitor_behind_a_proxy_is_believed_of_known_ones_alone(
    door: Door, field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = field.air.phones["a"].address
    with time_machine.travel(now(), tick=False):
        assert door.compare("198.51.100.7", HTTP_X_FORWARDED_FOR=here)
        monkeypatch.setattr("nanhu.kernel.proxies.trusted_networks", lambda _text: PROXIES)
        assert door.compare("198.51.100.7", HTTP_X_FORWARDED_FOR=here)
        assert b'"captive": false' in door.ask(door.django, "198.51.100.7", HTTP_X_FORWARDED_FOR=here)[2]


def test_what_is_odd_is_djangos(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not door.compare("2001:db8::7")
    assert not door.compare("")
    assert not door.compare("10.20.77.7", REQUEST_METHOD="HEAD")
    monkeypatch.setattr(queries, "CONNECTIONS", AwayConnection())
    assert not door.compare("10.20.77.7")
