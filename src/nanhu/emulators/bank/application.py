"""The WSGI application of the bank alone, as tests and a developer of bank interfaces run it; the apps' process holds it too."""

import os
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any

from nanhu.emulators.bank.bank import PREFIX, Bank
from nanhu.emulators.bank.configuration import Configuration, read_configuration
from nanhu.emulators.bank.http import Answer, RefusedError, StartResponse, as_json, respond
from nanhu.emulators.bank.vault import Vault


def is_from_here(environ: dict[str, Any]) -> bool:
    return environ.get("REMOTE_ADDR", "") in {"127.0.0.1", "::1", ""}


class BankApplication:
    def __init__(self, configuration: Configuration, memory: Path) -> None:
        self.bank = Bank(configuration, Vault(memory))

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        return respond(environ, start_response, self.answer)

    def answer(self, environ: dict[str, Any]) -> Answer:
        path, method = environ.get("PATH_INFO", "/"), environ["REQUEST_METHOD"]
        if path == "/health":
            return as_json({"bank": "ok"})
        if path.startswith(PREFIX) and method == "POST":
            return self.bank.answer(environ)
        if path == "/faults" and method == "POST" and is_from_here(environ):
            return self.bank.put_fault(environ)
        if path == "/books" and is_from_here(environ):
            return self.bank.books()
        raise RefusedError(HTTPStatus.NOT_FOUND, "没有这个接口")


def read_application() -> BankApplication:
    path = Path(os.environ.get("NANHU_EMULATOR_CONFIGURATION", "var/emulators/outside.json"))
    return BankApplication(read_configuration(path), path.with_name("outside.sqlite"))
