"""The sample's rosters on its first day, at whatever hour it is made."""

from datetime import timedelta

import pytest
import time_machine

from nanhu.kernel.clock import campus_today, start_of
from nanhu.platforms.people import api as people
from nanhu.sample.demo import duties
from nanhu.services.directory.queries import on_duty_now
from nanhu.services.directory.tests.conftest import school

__all__ = ["school"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("hour", [3, 9, 21])
def test_somebody_is_on_duty_at_whatever_hour_the_campus_is_made(school, monkeypatch, hour):
    guards = {name: people.find_person_by_campus_no(name) or 0 for name in ("T0003", "T0004", "T0005")}
    actors = {"security": "T0004", "administrator": "T0005"}
    monkeypatch.setattr(duties, "GUARDS", "21")
    monkeypatch.setattr(duties, "CENTRE", "20")
    monkeypatch.setattr(duties, "FINANCE", "20")
    monkeypatch.setattr(duties, "PHONES", {"20": "8703568", "21": "8640110"})
    monkeypatch.setattr(duties, "member_of", lambda role: (guards[actors[role]], school.actor(actors[role])))
    monkeypatch.setattr(duties, "colleagues", lambda code, *without, count=3: [guards["T0003"]] if code == "21" else [])
    with time_machine.travel(start_of(campus_today()) + timedelta(hours=hour)):
        duties.fill_the_rosters()
        assert on_duty_now().filter(unit__code="21", task="值班").count() == 1
