"""The WSGI application of the bank alone, as tests and a developer of bank interfaces run it; the apps' process holds it too."""

import os
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec

from nanhu.emulators.bank import acquirer, payroll, wire
from nanhu.emulators.bank.acquirer import UnionPay
from nanhu.emulators.bank.bank import PREFIX, Bank
from nanhu.emulators.bank.configuration import Configuration, read_configuration
from nanhu.emulators.bank.http import body_of, respond
from nanhu.emulators.bank.orders import Brought, Handed, bring
from nanhu.emulators.bank.payroll import Payroll
from nanhu.emulators.bank.transfers import Transfers
from nanhu.emulators.bank.vault import Vault
from nanhu.emulators.pages import Answer, RefusedError, StartResponse, as_json


def is_from_here(environ: dict[str, Any]) -> bool:
    return environ.get("REMOTE_ADDR", "") in {"127.0.0.1", "::1", ""}


class BankApplication:
    def __init__(self, configuration: Configuration, memory: Path) -> None:
        self.bank = Bank(configuration, Vault(memory))
        self.transfers = Transfers(self.bank)
        self.payroll = Payroll(self.bank)
        self.union = UnionPay(configuration, self.bank.vault, self.bank.faults) if configuration.acquirer else None

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        return respond(environ, start_response, self.answer)

    def answer(self, environ: dict[str, Any]) -> Answer:
        path, method = environ.get("PATH_INFO", "/"), environ["REQUEST_METHOD"]
        if path == "/health":
            return as_json({"bank": "ok"})
        if path.startswith(payroll.PREFIX) or (path.startswith(PREFIX) and method == "POST"):
            return (self.payroll if path.startswith(payroll.PREFIX) else self.bank).answer(environ)
        if path.startswith(acquirer.PREFIX) and method == "POST" and self.union is not None:
            return self.union.answer(environ)
        if (
            path in {"/pay", "/transfer", "/repeat", "/sign", "/file", "/bring"}
            and method == "POST"
            and is_from_here(environ)
        ):
            return self.act(path, msgspec.json.decode(body_of(environ) or b"{}"))
        if path == "/faults" and method == "POST" and is_from_here(environ):
            return self.bank.put_fault(environ)
        if path == "/books" and is_from_here(environ):
            return self.bank.books()
        raise RefusedError(HTTPStatus.NOT_FOUND, "没有这个接口")

    def act(self, path: str, typed: dict[str, Any]) -> Answer:
        """What a customer does in an app, for tests."""
        if path == "/transfer":
            return as_json(
                self.transfers.send(card=typed["card"], campus_no=typed["campus_no"], fen=typed["amount_fen"])
            )
        if path == "/sign":
            return as_json(self.sign(typed))
        if path == "/file":
            return self.bank.hand_in(msgspec.convert(typed, Handed))
        if path == "/bring":
            return as_json(bring(self.bank.vault, msgspec.convert(typed, Brought)))
        if path == "/repeat":
            return as_json({"repeated": self.transfers.repeat()})
        sentence = self.union.pay(typed["tn"], typed["card"]) if self.union else "没有收单方"
        return as_json({"sentence": sentence})

    def sign(self, typed: dict[str, Any]) -> dict[str, str]:
        """A notice as this bank or its UnionPay would sign it, for tests that then change what was signed."""
        if "message" in typed and self.union is not None:
            return self.union.signed(typed["message"])
        text = wire.request_text(
            typed["operation"], typed["institution"], typed["request"], typed["clock"], typed["body"].encode()
        )
        return {"signature": wire.signed(self.bank.configuration.key, text)}


def application_of(path: Path) -> BankApplication:
    """By this configuration, with its memory beside it."""
    return BankApplication(read_configuration(path), path.with_name("outside.sqlite"))


def read_application() -> BankApplication:
    return application_of(Path(os.environ.get("NANHU_EMULATOR_CONFIGURATION", "var/emulators/outside.json")))
