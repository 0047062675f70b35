"""The school's own address is one setting, and what leaves the campus carries it: mail, QR codes, what terminals are told, sign-in."""

from datetime import datetime

import pytest
import time_machine
from django.test import Client

from nanhu.kernel.clock import CAMPUS_ZONE
from nanhu.kernel.configuration import configuration
from nanhu.kernel.models import MailMessage
from nanhu.platforms.messages import api as messages
from nanhu.platforms.people.models import Person
from nanhu.systems.card.tests.signed import SignedTerminal

OWN = "https://portal.reed-lake.example"
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=CAMPUS_ZONE)


@pytest.fixture
def moved(monkeypatch):
    """As the unit file sets it, for a process that has just begun."""
    monkeypatch.setenv("NANHU_PUBLIC_URL", OWN)
    configuration.cache_clear()
    yield
    monkeypatch.undo()
    configuration.cache_clear()


@pytest.mark.usefixtures("moved")
@pytest.mark.capability("A024.1")
def test_what_leaves_the_campus_carries_the_schools_own_address(campus, read_codes):
    issuer = Client().get("/.well-known/openid-configuration").json()
    assert issuer["issuer"] == OWN
    assert {facts.startswith(f"{OWN}/") for name, facts in issuer.items() if name.endswith("_endpoint")} == {True}

    desktop = Client()
    desktop.post("/sign-in/scan/start", {"next": "/account"})
    [code] = read_codes(desktop.get("/sign-in/scan").content.decode())
    assert code.startswith(f"{OWN}/scan/")

    assert SignedTerminal("N1001").send("hello").values["services"] == f"{OWN}/terminal/v1/"

    holder = campus.card("student").person_id
    Person.objects.filter(pk=holder).update(email="s@example.com")
    with time_machine.travel(NOON, tick=False):
        messages.tell({holder}, "card.found", {"place": "南院服务台", "phone": "8640000"}, key="found:1")
        messages.deliver_due()
    assert f"{OWN}/messages/" in MailMessage.objects.get().text
