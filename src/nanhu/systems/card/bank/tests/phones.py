"""An outside app as the school's door sees it: signed questions, checked answers; and the text messages of the cast."""

import json
import re
import time
from uuid import uuid4

from django.test import Client

from nanhu.kernel.models import SmsMessage
from nanhu.platforms.payments import app_wire
from nanhu.platforms.payments.models import Channel
from nanhu.systems.card.bank.tests.conftest import ID_NUMBERS, PHONES
from nanhu.systems.card.tests.conftest import CAST

SECRET = "5a" * 32


class Phone:
    """Somebody's phone with this app on it."""

    def __init__(self, key="wanxiao", name="完美校园", user="u-1"):
        self.app, _made = Channel.objects.get_or_create(
            key=key, defaults={"kind": "app", "name": name, "their_key": SECRET}
        )
        self.user, self.client, self.binding = user, Client(), ""

    def send(self, operation, body, *, request=None, secret=SECRET, clock=None, app=None, signed=None):
        raw, number = json.dumps(body).encode(), request or uuid4().hex
        clock = str(clock or int(time.time()))
        text = app_wire.request_text(
            operation=operation, app=app or self.app.key, request=number, clock=clock, body=signed or raw
        )
        headers = {
            "Nanhu-App": app or self.app.key,
            "Nanhu-Request": number,
            "Nanhu-Clock": clock,
            "Nanhu-Signature": app_wire.sealed(secret, text),
        }
        response = self.client.post(
            f"/card/bank/app/v1/{operation}", raw, content_type="application/json", headers=headers
        )
        if response.status_code == 200:
            said = app_wire.answer_text(operation=operation, request=number, status=200, body=response.content)
            assert response["Nanhu-Signature"] == app_wire.sealed(SECRET, said)
        return response

    def ask(self, operation, request=None, **body):
        if self.binding and "binding" not in body:
            body["binding"] = self.binding
        return json.loads(self.send(operation, body, request=request).content)

    def verify(self, part, **changes):
        facts = {
            "school_code": "10543",
            "campus_no": CAST[part][2],
            "name": CAST[part][0],
            "id_number": ID_NUMBERS[part],
            "user": self.user,
            "phone": PHONES[part],
            "device": "小米 15",
            **changes,
        }
        return self.ask("verify", **facts)

    def bind(self, part):
        asked = self.verify(part)
        assert asked["outcome"] == "done", asked
        said = self.ask("bind", binding=asked["binding"], code=last_code())
        assert said["outcome"] == "done", said
        self.binding = said["binding"]
        return said


def last_code():
    text = SmsMessage.objects.order_by("-pk").first().text
    return re.search(r"验证码 (\d{6})", text)[1]
