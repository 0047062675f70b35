"""The emulated controller in the test's own process: its packets go by call instead of by UDP, its questions by the test's own client."""

import json
from collections.abc import Mapping

from django.test import Client

from nanhu.emulators.wlan.controller import Campus, Controller, Phone, start
from nanhu.services.network.portal.adapters import portal20
from nanhu.services.network.portal.adapters.portal20 import Packet, SilentError, Type

__all__ = ["Air", "air", "start"]
NAME = "ac-south"
NAS_ADDRESS = "10.20.0.1"
SECRET = "portal-secret-of-the-lab"
PHONES = {
    "a": ("林晓湖的手机", "02:11:22:33:44:0a", "10.20.1.10"),
    "b": ("旧平板", "02:11:22:33:44:0b", "10.20.1.11"),
    "c": ("笔记本", "02:11:22:33:44:0c", "10.20.1.12"),
}


class Air(Controller):
    """`packets`: what went over the wire, as it was sent; `ports`: where each went."""

    packets: list[bytes]
    ports: list[int]

    def post(self, door: str, sent: Mapping[str, str | int]) -> tuple[int, dict[str, object]]:
        body = {name: {"type": "string", "value": [value]} for name, value in sent.items()}
        answer = Client().post(
            f"/radius/{door}", body, content_type="application/json", headers={"X-Nanhu-Radius-Key": self.campus.key}
        )
        return answer.status_code, json.loads(answer.content or b"{}")

    def exchange(
        self, _address: str, port: int, secret: bytes, packet: Packet, *, wanted: Type, seconds: float
    ) -> Packet:
        del wanted, seconds
        raw = portal20.written(packet, secret)
        self.packets.append(raw)
        self.ports.append(port)
        answer = self.portal_answer(raw)
        if answer is None:
            raise SilentError("silent")
        return portal20.read(answer, secret, request=portal20.authenticator_of(raw))


def air(key: str) -> Air:
    phones = {
        one: Phone(name=name, mac=mac, address=address, ssid="hnist") for one, (name, mac, address) in PHONES.items()
    }
    made = Air(
        name=NAME,
        address=NAS_ADDRESS,
        secret=SECRET.encode(),
        campus=Campus(page="/wifi/", radius="", key=key),
        phones=phones,
    )
    made.packets, made.ports = [], []
    return made
