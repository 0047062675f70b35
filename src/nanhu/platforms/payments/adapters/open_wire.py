"""The documented wire (docs/protocols/bank.md): HTTP, JSON, Ed25519 both ways."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal
from uuid import uuid4

import msgspec

from nanhu.kernel import outgoing, strict_json
from nanhu.platforms.payments import wire
from nanhu.platforms.payments.gateway import BankAnswer, BankSilentError, FourFactors, StatementLine

LARGEST_ANSWER = 64 * 1024 * 1024
ANSWERED = frozenset({200, 409})


class Said(msgspec.Struct):
    outcome: Literal["done", "refused", "unknown"]
    code: str
    sentence: str = ""
    reference: str = ""
    settled_on: date | None = None
    amount_fen: int | None = None
    token: str = ""
    tail: str = ""


class SaidLine(msgspec.Struct):
    request: str
    kind: str
    amount_fen: int
    reference: str
    at: float
    campus_no: str = ""


class SaidStatement(msgspec.Struct):
    outcome: Literal["done"]
    day: date
    count: int
    sum_fen: int
    rows: list[SaidLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWireBank:
    """`timeout` in seconds; after it the outcome is unknown."""

    address: str
    institution: str
    our_key: str
    their_key: str
    timeout: float = 4.0

    def sign(self, *, request: str, factors: FourFactors) -> BankAnswer:
        facts = {
            "name": factors.name,
            "id_number": factors.id_number,
            "card_number": factors.card_number,
            "phone": factors.phone,
        }
        return self.ask("sign", request, facts)

    def unsign(self, *, request: str, token: str) -> BankAnswer:
        return self.ask("unsign", request, {"token": token})

    def debit(self, *, request: str, token: str, amount_fen: int) -> BankAnswer:
        return self.ask("debit", request, {"token": token, "amount_fen": amount_fen})

    def reverse(self, *, request: str, original: str) -> BankAnswer:
        return self.ask("reverse", request, {"request": original})

    def query(self, *, original: str) -> BankAnswer:
        return self.ask("query", fresh_request(), {"request": original})

    def pay_out(self, *, request: str, token: str, amount_fen: int, purpose: str) -> BankAnswer:
        return self.ask("pay_out", request, {"token": token, "amount_fen": amount_fen, "purpose": purpose})

    def fetch_statement(self, *, day: date) -> list[StatementLine]:
        said = decoded(self.post("statement", fresh_request(), {"day": day.isoformat()}), SaidStatement)
        if said.day != day or said.count != len(said.rows) or said.sum_fen != sum(row.amount_fen for row in said.rows):
            raise BankSilentError("the statement does not add up")
        return [
            StatementLine(
                request=row.request,
                kind=row.kind,
                amount_fen=row.amount_fen,
                reference=row.reference,
                at=datetime.fromtimestamp(row.at, UTC),
                campus_no=row.campus_no,
            )
            for row in said.rows
        ]

    def balance(self, *, day: date) -> int | None:
        said = self.ask("balance", fresh_request(), {"day": day.isoformat()})
        return said.amount_fen if said.outcome == "done" else None

    def ask(self, operation: str, request: str, facts: Mapping[str, Any]) -> BankAnswer:
        said = decoded(self.post(operation, request, facts), Said)
        return BankAnswer(
            outcome=said.outcome,
            code=said.code,
            sentence=said.sentence,
            reference=said.reference,
            settled_on=said.settled_on,
            amount_fen=said.amount_fen,
            token=said.token,
            tail=said.tail,
        )

    def post(self, operation: str, request: str, facts: Mapping[str, Any]) -> bytes:
        """The body of an answer that the bank itself signed for this very request."""
        body, clock = msgspec.json.encode(facts), str(int(time.time()))
        text = wire.request_text(
            operation=operation, institution=self.institution, request=request, clock=clock, body=body
        )
        headers = {
            "Content-Type": "application/json",
            "Nanhu-Institution": self.institution,
            "Nanhu-Request": request,
            "Nanhu-Clock": clock,
            "Nanhu-Signature": wire.signature_of(self.our_key, text),
        }
        status, signature, answer = exchange(self.address, wire.PREFIX + operation, headers, body, self.timeout)
        said = wire.answer_text(operation=operation, request=request, status=status, body=answer)
        if status not in ANSWERED or not wire.is_genuine(self.their_key, said, signature):
            raise BankSilentError(f"{operation}: {status}, no answer of the bank")
        return answer


def exchange(
    address: str, path: str, headers: Mapping[str, str], body: bytes, timeout: float
) -> tuple[int, str, bytes]:
    content_type = headers.get("Content-Type", "application/json")
    others = tuple((name, value) for name, value in headers.items() if name != "Content-Type")
    call = outgoing.Call(address=address.rstrip("/") + path, body=body, content_type=content_type, headers=others)
    try:
        answer = outgoing.fetch(call, seconds=timeout, largest=LARGEST_ANSWER)
    except OSError as error:
        raise BankSilentError(str(error) or type(error).__name__) from error
    return answer.status, answer.headers.get("nanhu-signature", ""), answer.body


def decoded[T](body: bytes, kind: type[T]) -> T:
    try:
        return strict_json.decode(body, kind)
    except msgspec.DecodeError as error:
        raise BankSilentError("the bank's answer cannot be read") from error


def fresh_request() -> str:
    """For questions that move nothing."""
    return f"Q{uuid4().hex.upper()}"
