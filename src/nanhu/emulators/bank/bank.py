"""The bank's counter for campuses: checks who asks and when, executes each request once, signs its response; or fails as configured."""

import time
from http import HTTPStatus
from typing import Any

import msgspec

from nanhu.emulators.bank import faults, ledger, orders, wire
from nanhu.emulators.bank.configuration import Configuration
from nanhu.emulators.bank.faults import Faults, SilenceError
from nanhu.emulators.bank.http import body_of
from nanhu.emulators.bank.vault import Vault
from nanhu.emulators.pages import JSON, Answer, as_json

PREFIX = "/campus/v1/"
LONGEST_REQUEST = 40


class Bank:
    """`seen` are the last exchanges, for the strip beside the apps and for tests."""

    def __init__(self, configuration: Configuration, vault: Vault) -> None:
        self.configuration = configuration
        self.vault = vault
        self.faults = Faults()
        self.open_accounts()

    def open_accounts(self) -> None:
        with self.vault.transaction() as books:
            for one in self.configuration.customers:
                books.execute(
                    "INSERT INTO account VALUES (?, ?, ?, ?, ?) ON CONFLICT (card) DO NOTHING",
                    (one.card_number, one.name, one.id_number, one.phone, one.balance_fen),
                )

            if self.configuration.opening_day:
                opening = {
                    "opening_day": int(self.configuration.opening_day.replace("-", "")),
                    "opening_fen": self.configuration.opening_fen,
                }
                for name, value in opening.items():
                    books.execute("INSERT INTO number VALUES (?, ?) ON CONFLICT (name) DO NOTHING", (name, value))

    def answer(self, environ: dict[str, Any]) -> Answer:
        operation = environ["PATH_INFO"].removeprefix(PREFIX)
        body = body_of(environ)
        request = environ.get("HTTP_NANHU_REQUEST", "")
        refusal = self.refusal_of(environ, operation, request, body)
        if refusal:
            return as_json({"outcome": "refused", "code": refusal}, HTTPStatus.UNAUTHORIZED)
        fault = self.faults.take(operation)
        try:
            faults.before(fault)
            status, answer = ledger.ask(self.vault, operation, request, body)
            if fault is not None and fault.kind == "twice":
                status, answer = ledger.ask(self.vault, operation, request, body)
            faults.after(fault)
        except SilenceError:
            return as_json({"code": "silent"}, HTTPStatus.GATEWAY_TIMEOUT)
        if fault is not None and fault.kind == "error":
            return as_json({"code": "error"}, HTTPStatus.INTERNAL_SERVER_ERROR)
        is_forged = fault is not None and fault.kind == "forged"
        return self.signed(operation, request, status, answer.encode(), is_forged=is_forged)

    def refusal_of(self, environ: dict[str, Any], operation: str, request: str, body: bytes) -> str:
        """Unsigned words for who cannot be known; nothing came of these bytes."""
        if operation not in ledger.OPERATIONS or not 0 < len(request) <= LONGEST_REQUEST:
            return "malformed"
        institution, clock = environ.get("HTTP_NANHU_INSTITUTION", ""), environ.get("HTTP_NANHU_CLOCK", "")
        text = wire.request_text(operation, institution, request, clock, body)
        if institution != self.configuration.institution or not wire.is_signed(
            self.configuration.campus_key, text, environ.get("HTTP_NANHU_SIGNATURE", "")
        ):
            return "signature_wrong"
        if not clock.isdigit() or abs(time.time() - int(clock)) > wire.CLOCK_TOLERANCE_SECONDS:
            return "clock_wrong"
        return ""

    def signed(self, operation: str, request: str, status: int, body: bytes, *, is_forged: bool = False) -> Answer:
        text = wire.answer_text(operation, request, status, body + (b"!" if is_forged else b""))
        return Answer(HTTPStatus(status), JSON, body, (("Nanhu-Signature", wire.signed(self.configuration.key, text)),))

    def put_fault(self, environ: dict[str, Any]) -> Answer:
        self.faults.put(msgspec.json.decode(body_of(environ), type=faults.Fault))
        return as_json({"faults": self.faults.waiting})

    def hand_in(self, handed: orders.Handed) -> Answer:
        try:
            return as_json(orders.hand_in(self.vault, handed))
        except orders.FileRefusedError as refusal:
            return as_json({"sentence": str(refusal)}, HTTPStatus.UNPROCESSABLE_ENTITY)

    def books(self) -> Answer:
        """What stands in the bank's books, for tests and for the desk page; card numbers by their tail."""
        accounts = self.vault.rows("SELECT substr(card, -4) AS tail, name, balance FROM account ORDER BY card")
        movements = self.vault.rows(
            "SELECT request, kind, fen, reference, day, at FROM movement ORDER BY id DESC LIMIT 200"
        )
        held = ledger.balance_on(self.vault, ledger.today())
        return as_json({"accounts": accounts, "movements": movements, "held": held})
