"""The device's page and its few actions, over WSGI. Actions are same-origin posts of JSON; no answer holds a key."""

import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from nanhu.emulators.pages import (
    Answer,
    RefusedError,
    StartResponse,
    as_json,
    check_host,
    read_action,
    read_static,
    respond,
)
from nanhu.emulators.pos import claims, menus, metering
from nanhu.emulators.pos.device import Device
from nanhu.emulators.pos.outcomes import Outcome
from nanhu.emulators.pos.protocol import pay_part
from nanhu.emulators.pos.shop import NotInstalledError, Shop

FOLDER = files("nanhu.emulators.pos").joinpath("static")


class Ask(msgspec.Struct, frozen=True):
    """What the page sends with an action."""

    terminal: str
    card: Annotated[str, msgspec.Meta(max_length=64)] = ""
    amount_fen: int = 0
    network: Literal["on", "off"] = "on"
    pin: Annotated[str, msgspec.Meta(pattern="^([0-9]{6})?$")] = ""
    new_pin: Annotated[str, msgspec.Meta(pattern="^([0-9]{6})?$")] = ""
    which: Literal["meal", "daily"] = "meal"
    held_ms: Annotated[int, msgspec.Meta(ge=0, le=600_000)] = 0
    tear: Literal["", "before", "during", "after"] = ""


ACTIONS: dict[str, Callable[[Device, Ask], Outcome]] = {
    "/sign-on": lambda device, _ask: device.sign_on(),
    "/pay": lambda device, ask: device.pay(pay_part(ask.card), ask.amount_fen, ask.pin),
    "/look": lambda device, ask: menus.look(device, ask.card),
    "/pin": lambda device, ask: menus.change_pin(device, ask.card, ask.pin, ask.new_pin),
    "/limit": lambda device, ask: menus.change_limit(device, ask.card, ask.which, ask.pin, ask.amount_fen),
    "/claim": lambda device, ask: claims.claim(device, ask.card, ask.held_ms),
    "/begin": lambda device, ask: metering.begin(device, pay_part(ask.card), ask.pin),
    "/end": lambda device, ask: metering.end(device, ask.card),
    "/pull": lambda device, _ask: device.pull(),
    "/retry": lambda device, _ask: device.retry(),
    "/give-up": lambda device, _ask: device.give_up(),
    "/reverse": lambda device, _ask: device.reverse_last(),
    "/again": lambda device, _ask: device.send_again(),
    "/network": lambda device, ask: device.cut_network() if ask.network == "off" else device.resume_network(),
}


class PosApplication:
    def __init__(self, path: Path, *, beats: bool = False) -> None:
        self.shop = Shop(path, beats=beats)
        self.static = read_static(FOLDER)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        return respond(environ, start_response, self.answer)

    def answer(self, environ: dict[str, Any]) -> Answer:
        path, method = environ.get("PATH_INFO", "/"), environ["REQUEST_METHOD"]
        if path == "/health":
            return as_json({"device": "ok"})
        try:
            self.shop.refresh()
        except NotInstalledError as error:
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, str(error)) from error
        check_host(environ, self.shop.configuration.hosts)
        if path in ACTIONS and method == "POST":
            return self.act(path, read_action(environ, Ask))
        if method not in {"GET", "HEAD"}:
            raise RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, "不支持这样的请求")
        if path == "/state":
            return as_json(self.state())
        if path not in self.static:
            raise RefusedError(HTTPStatus.NOT_FOUND, "没有这个页面")
        return self.static[path]

    def act(self, path: str, ask: Ask) -> Answer:
        device = self.shop.devices.get(ask.terminal)
        if device is None:
            raise RefusedError(HTTPStatus.NOT_FOUND, "没有这台终端")
        with device.lock:
            device.purse.tear = ask.tear
            outcome = ACTIONS[path](device, ask)
            device.purse.tear = ""
            outcome.wire, device.line.wire = device.line.wire, []
            return as_json({"outcome": outcome, "terminal": self.view(device)})

    def state(self) -> dict[str, Any]:
        configuration = self.shop.configuration
        return {
            "school": configuration.school,
            "gateway": configuration.gateway,
            "limits": configuration.limits,
            "cards": self.shop.cards(),
            "terminals": [self.view(device) for device in self.shop.devices.values()],
        }

    def view(self, device: Device) -> dict[str, Any]:
        """A terminal as the browser may know it: everything but its key."""
        terminal, memory = device.terminal, device.memory
        return {
            "number": terminal.number,
            "merchant": terminal.merchant,
            "canteen": terminal.canteen,
            "place": terminal.place,
            "fixed_fen": terminal.fixed_fen,
            "network": memory.network,
            "last_sequence": memory.last_sequence,
            "stored_count": len(memory.stored),
            "stored_fen": sum(row.amount_fen for row in memory.stored),
            "is_open": memory.open is not None,
            "has_sale": memory.last is not None,
            "is_fixed": device.is_fixed,
            "grey_count": len(memory.greys),
            "proof_count": len(memory.proofs),
            "revoked_count": len(memory.revoked),
            "revocation_version": memory.revocation_version,
            "price": metering.price_of(device),
            "running": running_facts(device),
        }


def running_facts(device: Device) -> dict[str, Any] | None:
    running = device.memory.running
    if running is None:
        return None
    return {"card": running.card, "held_fen": running.held_fen, "seconds": time.time() - running.started_at}
