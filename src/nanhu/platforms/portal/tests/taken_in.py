"""An information centre that takes other systems in: two who may, a head who answers, and the steps through the desk."""

import re
from dataclasses import dataclass
from uuid import uuid4

from django.test import Client

from nanhu.platforms.portal.models import Integration

DESK = "/integrations/"


def said_in(answer) -> str:
    """What a page that refuses says, without its frame."""
    page = answer if isinstance(answer, str) else answer.content.decode()
    text = re.sub(r"<[^>]+>", " ", page.partition("<main")[2].partition("</main>")[0])
    return " ".join(text.split())[:1500]


@dataclass
class Centre:
    keeper: Client
    second: Client

    def make(self, kind: str, key: str, address: str, **more) -> Integration:
        """As the form of the desk sends it."""
        said = {
            "key": key,
            "name": more.pop("name", f"外部 {key}"),
            "icon": "plug",
            "order": 90,
            "section": "study",
            "faces": ["student", "staff"],
            "owner_unit": "08",
            "owner_office": "head",
            "address": address,
            "form_token": str(uuid4()),
            **more,
        }
        if kind == "data":
            usual = {
                "sent": "nothing",
                "method": "GET",
                "value_at": "/value",
                "ttl_seconds": 600,
                "stale_seconds": 86400,
            }
            said = usual | said
        if kind == "page":
            said = {"mode": "link", "sandbox": ["allow-scripts"]} | said
        answer = self.keeper.post(f"{DESK}new/{kind}/", said)
        assert answer.status_code == 302, said_in(answer)
        return Integration.objects.get(key=key)

    def press(self, one: Integration, what: str, client: Client | None = None, **said):
        address = f"{DESK}{one.public_id}/{what}/"
        return (client or self.keeper).post(address, {"form_token": str(uuid4()), **said}, follow=True)

    def tried(self, one: Integration, times: int = 3) -> Integration:
        self.press(one, "test")
        for _time in range(times):
            page = self.press(one, "trial").content.decode()
            assert "试通了" in page, said_in(page)
        return one

    def live(self, kind: str, key: str, address: str, **more) -> Integration:
        one = self.tried(self.make(kind, key, address, **more))
        self.press(one, "release")
        if one.sends_person:
            asked = one.releases.get()
            self.second.post(f"{DESK}releases/{asked.public_id}/approve/", {"form_token": str(uuid4())})
        one.refresh_from_db()
        assert one.state == "live"
        return one
