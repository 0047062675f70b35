"""The controller's inside: phones, who is on line, what it asks of RADIUS and tells accounting, and how it can misbehave."""

import json
import secrets
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from nanhu.emulators.wlan import portal, radius

MODES = {
    "well": "正常",
    "silent": "不应答",
    "stubborn": "应答断网，却不断",
    "lossy": "放行，应答丢了",
    "busy": "还在认证",
}
SECONDS = 8.0
LONGEST = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Campus:
    """`radius`: where FreeRADIUS would pass questions on to; `page`: the sign-in page."""

    page: str
    radius: str
    key: str


@dataclass(slots=True)
class Phone:
    name: str
    mac: str
    address: str
    ssid: str
    session: str = ""
    user: str = ""
    grant: str = ""
    since: float = 0.0
    octets: tuple[int, int] = (0, 0)


@dataclass
class Controller:
    name: str
    address: str
    secret: bytes
    campus: Campus
    phones: dict[str, Phone]
    mode: str = "well"
    lock: threading.RLock = field(default_factory=threading.RLock)
    log: list[str] = field(default_factory=list)

    def note(self, line: str) -> None:
        self.log = [f"{time.strftime('%H:%M:%S')} {line}", *self.log][:40]

    def portal_answer(self, raw: bytes) -> bytes | None:
        question = portal.question_in(raw, self.secret)
        if question is None or self.mode == "silent":
            return None
        phone = next((one for one in self.phones.values() if one.address == question.address), None)
        if question.kind == portal.REQ_CHALLENGE:
            challenge = ((portal.CHALLENGE, secrets.token_bytes(16)),)
            return portal.answer_to(
                question, portal.ACK_CHALLENGE, self.secret, said=challenge, request=secrets.randbelow(65535) + 1
            )
        if question.kind == portal.REQ_AUTH:
            was_in = phone is not None and bool(phone.session)
            error, words = (portal.BUSY, "") if self.mode == "busy" else self.let_in(phone, question)
            if self.mode == "lossy" and not error and not was_in:
                return None
            said = ((portal.TEXT, words.encode()),) if words else ()
            return portal.answer_to(question, portal.ACK_AUTH, self.secret, error=error, said=said)
        if question.kind == portal.REQ_LOGOUT:
            if phone is not None and phone.session and self.mode != "stubborn":
                self.off(phone, "User-Request")
            self.note(f"REQ_LOGOUT {question.address}")
            return portal.answer_to(question, portal.ACK_LOGOUT, self.secret, error=0 if phone else portal.FAILED)
        return None

    def let_in(self, phone: Phone | None, question: portal.Question) -> tuple[int, str]:
        if phone is None or not question.is_pap:
            return portal.FAILED, ""
        if phone.session:
            return portal.ALREADY, ""
        user = question.attributes.get(portal.USER_NAME, b"").decode("utf-8", "replace")
        password = question.attributes.get(portal.PASSWORD, b"").decode("utf-8", "replace")
        asked = {"User-Name": user, "User-Password": password, **self.facts(phone)}
        status, reply = self.post("authenticate", asked)
        self.note(f"REQ_AUTH {phone.address} {user}: {status}")
        if status != HTTPStatus.OK:
            return portal.REFUSED, "Reject"
        with self.lock:
            phone.user, phone.since, phone.octets = user, time.monotonic(), (0, 0)
            phone.session = secrets.token_hex(8)
            phone.grant = first(reply.get("reply:Class"))
        self.account(phone, "Start")
        return 0, ""

    def facts(self, phone: Phone) -> dict[str, str]:
        return {
            "Calling-Station-Id": phone.mac.replace(":", "-").upper(),
            "NAS-IP-Address": self.address,
            "NAS-Identifier": self.name,
            "Framed-IP-Address": phone.address,
            "Called-Station-Id": f"02-00-5E-00-01-01:{phone.ssid}",
        }

    def account(self, phone: Phone, status: str, cause: str = "") -> None:
        seconds = int(time.monotonic() - phone.since)
        sent: dict[str, str | int] = {
            **self.facts(phone),
            "Acct-Status-Type": status,
            "Acct-Session-Id": phone.session,
            "User-Name": phone.user,
            "Class": f"0x{phone.grant.encode().hex()}",
            "Acct-Session-Time": seconds,
            "Acct-Input-Octets": phone.octets[0] + 40_000 * seconds,
            "Acct-Output-Octets": phone.octets[1] + 300_000 * seconds,
        }
        done, _reply = self.post("accounting", sent | ({"Acct-Terminate-Cause": cause} if cause else {}))
        self.note(f"Accounting {status} {phone.address}: {done}")

    def tell_interims(self) -> None:
        with self.lock:
            for phone in [one for one in self.phones.values() if one.session]:
                self.account(phone, "Interim-Update")

    def keep_telling(self, seconds: float) -> None:
        while True:
            time.sleep(seconds)
            self.tell_interims()

    def off(self, phone: Phone, cause: str) -> None:
        with self.lock:
            if not phone.session:
                return
            self.account(phone, "Stop", cause)
            phone.session = phone.user = phone.grant = ""

    def disconnect_answer(self, raw: bytes) -> bytes | None:
        order = radius.order_in(raw, self.secret)
        if order is None or order.code != radius.DISCONNECT or self.mode == "silent":
            return None
        phone = self.meant(order)
        self.note(f"Disconnect-Request {phone.address if phone else '?'}")
        if phone is None:
            return radius.answer_to(order, radius.NAK, self.secret)
        if self.mode != "stubborn":
            threading.Thread(target=self.off, args=(phone, "Admin-Reset"), daemon=True).start()
        return radius.answer_to(order, radius.ACK, self.secret)

    def meant(self, order: radius.Order) -> Phone | None:
        session = order.attributes.get(radius.SESSION, b"").decode("ascii", "replace")
        station = order.attributes.get(radius.STATION, b"").decode("ascii", "replace").replace("-", ":").lower()
        on_line = [one for one in self.phones.values() if one.session]
        if session:
            return next((one for one in on_line if one.session == session), None)
        return next((one for one in on_line if one.mac == station), None)

    def post(self, door: str, sent: Mapping[str, str | int]) -> tuple[int, dict[str, object]]:
        """As rlm_rest writes it: each attribute with its type and a list of values."""
        body = {name: {"type": "string", "value": [value]} for name, value in sent.items()}
        call = urllib.request.Request(  # noqa: S310 - the campus of the configuration
            f"{self.campus.radius}/{door}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json", "X-Nanhu-Radius-Key": self.campus.key},
        )
        try:
            with urllib.request.urlopen(call, timeout=SECONDS) as reply:  # noqa: S310
                return reply.status, json.loads(reply.read() or b"{}")
        except urllib.error.HTTPError as error:
            return error.code, {}
        except (OSError, ValueError):
            return 0, {}


def first(field_of_reply: object) -> str:
    values = field_of_reply.get("value") if isinstance(field_of_reply, dict) else None
    return str(values[0]) if isinstance(values, list) and values else ""


def listen(line: socket.socket, answer: Callable[[bytes], bytes | None]) -> None:
    """Until the socket is closed; each packet on a thread of its own, for one of them may ask RADIUS for long."""
    while True:
        try:
            raw, sender = line.recvfrom(LONGEST)
        except OSError:
            return
        threading.Thread(target=answered, args=(line, sender, raw, answer), daemon=True).start()


def answered(line: socket.socket, sender: tuple[str, int], raw: bytes, answer: Callable[[bytes], bytes | None]) -> None:
    said = answer(raw)
    if said is not None:
        line.sendto(said, sender)


def start(answer: Callable[[bytes], bytes | None], *, address: str, port: int) -> socket.socket:
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.bind((address, port))
    threading.Thread(target=listen, args=(line, answer), daemon=True).start()
    return line
