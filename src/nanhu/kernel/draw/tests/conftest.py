"""A draw at its steps, with two people for its public value."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.apps import apps
from django.contrib.auth import get_user_model

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.draw import services
from nanhu.kernel.draw.models import Draw

SYSTEM = Actor.system("test")
VALUE = "2026-11-26 000001.SH 3512.44"
FORM = r"2026-11-26 000001\.SH \d{4}\.\d{2}"


class Course:
    """A draw and its clock: opened at eight, closed at nine, the index known at half past three, to be published by five."""

    def __init__(self, clock, **options):
        self.clock = clock
        self.author, self.other = (account(name) for name in ("周敏", "何平"))
        self.closes_at = now() + timedelta(hours=1)
        self.value_known_at = now() + timedelta(hours=7, minutes=30)
        self.publish_by = now() + timedelta(hours=9)
        plan = {
            "key": "test.places",
            "title": "场地",
            "seats": {"A": 1, "B": 1},
            "passes": 1,
            "value_name": "11月26日上证指数收盘",
            "value_form": FORM,
            "closes_at": self.closes_at,
            "value_known_at": self.value_known_at,
            "publish_by": self.publish_by,
            **options,
        }
        self.draw = services.open_draw(by=SYSTEM, **plan)

    def enter(self, wishes):
        return {
            who: services.enter(by=SYSTEM, draw=self.draw, entrant=who, wishes=list(of)) for who, of in wishes.items()
        }

    def close(self):
        self.clock.move_to(self.closes_at)
        return services.close(by=SYSTEM, draw=self.draw)

    def type_value(self, value=VALUE):
        self.clock.move_to(max(now(), self.value_known_at))
        return services.type_value(by=self.author, draw=self.draw, value=value, token=uuid4())

    def agree(self):
        return services.check_value(by=self.other, typed=self.type_value(), value=VALUE)

    def lots(self):
        return services.draw_lots(by=SYSTEM, draw=self.draw)

    def whole(self, wishes):
        self.enter(wishes)
        self.close()
        self.agree()
        return self.lots()

    @property
    def present(self):
        return Draw.objects.get(pk=self.draw.pk)


def account(name):
    person = apps.get_model("people", "Person").objects.create(name=name)
    return Actor(account_id=get_user_model().objects.create(person=person).pk, name=name)


@pytest.fixture
def course(db):
    with time_machine.travel("2026-11-26 08:00:00+08:00", tick=False) as clock:
        yield lambda **options: Course(clock, **options)
