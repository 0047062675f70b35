"""The phones' page and actions over WSGI, beside the bank and UnionPay of the same process."""

import threading
import time
from collections.abc import Iterable
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs

import msgspec
import segno

from nanhu.emulators.bank.application import BankApplication
from nanhu.emulators.bank.configuration import read_configuration
from nanhu.emulators.bank.faults import Fault
from nanhu.emulators.bank.http import read_action, respond
from nanhu.emulators.bank.orders import Brought, Handed, bring
from nanhu.emulators.pages import TYPES, Answer, RefusedError, StartResponse, as_json, check_host, read_static
from nanhu.emulators.wallets import phones
from nanhu.emulators.wallets.actions import ACTIONS, Hand

FOLDER = files("nanhu.emulators.wallets").joinpath("static")
LONGEST_CODE = 200
PAGES = {"/bank/": "/bank.html"}
REPEAT_SECONDS = 5.0


class Tap(msgspec.Struct):
    """What the page sends."""

    app: Literal["yunshanfu", "wanxiao", "abc"]
    phone: Annotated[str, msgspec.Meta(pattern="^[0-9]{11}$")]
    do: str
    typed: dict[str, Any] = {}


class Outside:
    """The application; the configuration is read again when it changes, so that new keys need no restart."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock = threading.Lock()
        self.stamp: tuple[int, int] | None = None
        self.inner: BankApplication | None = None
        self.static = read_static(FOLDER)
        threading.Thread(target=self.repeat_notices, daemon=True).start()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        return respond(environ, start_response, self.answer)

    def refreshed(self) -> BankApplication:
        with self.lock:
            try:
                found = self.path.stat()
                stamp = (found.st_mtime_ns, found.st_size)
                if self.inner is None or stamp != self.stamp:
                    waiting = self.inner.bank.faults if self.inner else None
                    self.inner = BankApplication(read_configuration(self.path), self.path.with_name("outside.sqlite"))
                    if waiting is not None:
                        self.inner.bank.faults.waiting = waiting.waiting
                    self.stamp = stamp
            except (OSError, ValueError) as error:
                if self.inner is None:
                    raise RefusedError(
                        HTTPStatus.SERVICE_UNAVAILABLE, "还没有配置，请运行 nanhu card_outside"
                    ) from error
            return self.inner

    def repeat_notices(self) -> None:
        """What the campus has not heard yet, told again every few seconds."""
        while True:
            time.sleep(REPEAT_SECONDS)
            inner = self.inner
            if inner is not None:
                inner.transfers.repeat()

    def answer(self, environ: dict[str, Any]) -> Answer:
        path, method = environ.get("PATH_INFO", "/"), environ["REQUEST_METHOD"]
        if path == "/health":
            return as_json({"outside": "ok"})
        inner = self.refreshed()
        if path.startswith(("/campus/", "/gateway/", "/payroll/")):
            return inner.answer(environ)
        check_host(environ, inner.bank.configuration.hosts)
        return self.post(inner, environ, path) if method == "POST" else self.get(inner, environ, path)

    def get(self, inner: BankApplication, environ: dict[str, Any], path: str) -> Answer:
        if path == "/state":
            return as_json(state(inner, one_of(environ, "app"), one_of(environ, "phone")))
        if path == "/qr.svg":
            return code_picture(one_of(environ, "text"))
        return inner.bank.books() if path == "/books" else self.page(path)

    def post(self, inner: BankApplication, environ: dict[str, Any], path: str) -> Answer:
        if path == "/fault":
            inner.bank.faults.put(read_action(environ, Fault))
            return as_json({"faults": inner.bank.faults.waiting})
        if path == "/bring":
            return as_json(bring(inner.bank.vault, read_action(environ, Brought)))
        if path == "/file":
            return inner.bank.hand_in(read_action(environ, Handed))
        if path != "/act":
            raise RefusedError(HTTPStatus.NOT_FOUND, "没有这个操作")
        return act(inner, read_action(environ, Tap))

    def page(self, path: str) -> Answer:
        known = "/" if path.startswith("/qr/") else PAGES.get(path, path)
        if known not in self.static:
            raise RefusedError(HTTPStatus.NOT_FOUND, "没有这个页面")
        return self.static[known]


def act(inner: BankApplication, tap: Tap) -> Answer:
    if tap.do not in ACTIONS or inner.union is None:
        raise RefusedError(HTTPStatus.NOT_FOUND, "没有这个操作")
    hand = Hand(
        configuration=inner.bank.configuration,
        bank=inner.bank,
        union=inner.union,
        transfers=inner.transfers,
        app=tap.app,
        phone=tap.phone,
        typed=tap.typed,
        memory=phones.read(inner.bank.vault, tap.app, tap.phone),
    )
    result = ACTIONS[tap.do](hand)
    phones.keep(inner.bank.vault, tap.app, tap.phone, hand.memory)
    return as_json({"result": result, "memory": phones.seen(hand.memory), "wire": hand.wire})


def state(inner: BankApplication, app: str, phone: str) -> dict[str, Any]:
    settings = inner.bank.configuration
    people = [
        {
            "name": one.name,
            "phone": one.phone,
            "id_number": one.id_number,
            "card_number": one.card_number,
            "campus_no": one.campus_no,
        }
        for one in settings.customers
    ]
    return {
        "school": settings.school,
        "school_code": settings.school_code,
        "city": settings.city,
        "bank": settings.bank_name,
        "campus": settings.campus_public,
        "people": people,
        "memory": phones.seen(phones.read(inner.bank.vault, app, phone)),
        "faults": inner.bank.faults.waiting,
    }


def one_of(environ: dict[str, Any], name: str) -> str:
    return parse_qs(str(environ.get("QUERY_STRING", ""))).get(name, [""])[0]


def code_picture(text: str) -> Answer:
    if not 0 < len(text) <= LONGEST_CODE:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "没有内容")
    picture = str(segno.make(text, error="m", micro=False).svg_inline(scale=6, border=2, light="#ffffff"))
    plain = picture.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return Answer(HTTPStatus.OK, TYPES[".svg"], plain.encode())
