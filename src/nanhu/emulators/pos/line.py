"""The terminal's line to the gateway: clock, sequence, signed requests, and answers that are believed only when signed."""

import time
from collections.abc import Callable
from typing import Any

import msgspec

from nanhu.emulators.pinblock import pin_block
from nanhu.emulators.pos.configuration import Terminal
from nanhu.emulators.pos.keys import Keys
from nanhu.emulators.pos.memory import Memory, Sale, ServiceRequest, StoredRow
from nanhu.emulators.pos.protocol import PREFIX, SignedRequest, sign_request
from nanhu.emulators.pos.wire import Exchange, send

ATTEMPTS = 3
PAUSE_SECONDS = 0.3
UNAUTHORIZED, NOT_FOUND = 401, 404
SAME_BYTES_SECONDS = 240  # the gateway believes a clock for 300
TERMS = ("services", "price", "limits", "meal", "meal_name", "meals", "kind", "revocation_version")
TRANSPORT_CODES = frozenset(
    {"terminal_unknown", "signature_wrong", "clock_wrong", "outcome_unknown", "too_large", "not_found"}
)


class Line:
    """`wire` collects what goes over it until somebody takes it away."""

    def __init__(self, terminal: Terminal, gateway: str, file: Memory, services: str = "") -> None:
        self.terminal = terminal
        self.gateway = gateway
        self.services = services or gateway
        self.file = file
        self.memory = file.of(terminal.number)
        self.keys = Keys(terminal.number, terminal.key, self.memory.keys, file.keep)
        self.offered_key: Any = None
        self.clock_offset = 0.0
        self.last_sale_request: tuple[int, float, SignedRequest] | None = None
        self.wire: list[Exchange] = []

    @property
    def key(self) -> bytes:
        return self.keys.current

    def now(self) -> float:
        return time.time() + self.clock_offset

    def next_sequence(self) -> int:
        """Written down before anybody sees it, so that no power cut makes us use it twice."""
        self.memory.last_sequence += 1
        self.file.keep()
        return self.memory.last_sequence

    def hello(self) -> dict[str, Any] | None:
        exchange = self.send(self.request("hello", 0, b"{}"))
        if exchange.status == UNAUTHORIZED and self.keys.following:
            exchange = self.speak_with_next_key()  # the house knows our next key, and its answer was lost
        answer = exchange.values()
        if not exchange.is_genuine or "last_sequence" not in answer:
            return None
        self.offered_key = answer.get("new_key")
        self.clock_offset = float(answer["server_time"]) - time.time()
        self.memory.last_sequence = max(self.memory.last_sequence, int(answer["last_sequence"]))
        self.memory.terms = {name: answer[name] for name in TERMS if answer.get(name) is not None}
        self.file.keep()
        return answer

    def change_key(self) -> None:
        """Once nothing waits that was sealed under the key of now."""
        if self.offered_key and not self.memory.has_sealed and self.keys.take(self.offered_key):
            self.speak_with_next_key()

    def speak_with_next_key(self) -> Exchange:
        """What is answered under the next key makes it ours; refused, we stay with the one we have."""
        key = self.keys.following or self.key
        exchange = self.send(self.request("hello", 0, b"{}", key), key)
        if exchange.is_genuine:
            self.keys.adopt()
            self.offered_key = None
        elif exchange.status == UNAUTHORIZED:
            self.keys.drop()
        return exchange

    def block(self, sequence: int, pin: str) -> str:
        return pin_block(self.key, terminal=self.terminal.number, sequence=sequence, pin=pin)

    def ask_payment(self, sale: Sale) -> dict[str, Any] | None:
        return self.ask(lambda: self.payment_request(sale))

    def ask_reversal(self, own_sequence: int, sale_sequence: int) -> dict[str, Any] | None:
        body = msgspec.json.encode({"sequence": sale_sequence})
        return self.ask(lambda: self.request("reversal", own_sequence, body))

    def ask_operation(self, operation: str, sequence: int, facts: dict[str, Any]) -> dict[str, Any] | None:
        body = msgspec.json.encode(facts)
        return self.ask(lambda: self.request(operation, sequence, body))

    def ask_service(
        self, operation: str, facts: dict[str, Any], *, pins: dict[str, str] | None = None
    ) -> dict[str, Any] | None:
        """Something of the campus's own door. Written down with its bytes before it is sent; None: the end is not known."""
        if self.memory.pending is not None and self.resolve_request() is None:
            return None
        sequence = self.next_sequence()
        blocks = {name: self.block(sequence, pin) for name, pin in (pins or {}).items()}
        body = msgspec.json.encode({**facts, **blocks}).decode()
        self.memory.pending = ServiceRequest(operation, sequence, body)
        self.file.keep()
        answer = self.resolve_request()
        if answer is not None and answer.get("code") == "sequence_reused" and self.hello() is not None:
            return self.ask_service(operation, facts, pins=pins)  # our memory was older than the house's
        return answer

    def resolve_request(self) -> dict[str, Any] | None:
        pending = self.memory.pending
        if pending is None:
            return None
        answer = self.ask(lambda: self.request(pending.operation, pending.sequence, pending.body.encode()))
        if answer is not None or self.wire[-1].status == NOT_FOUND:
            self.memory.pending = None
            self.file.keep()
        return answer

    def ask_upload(self, rows: list[StoredRow]) -> dict[str, Any] | None:
        body = msgspec.json.encode({"rows": rows})
        return self.ask(lambda: self.request("upload", 0, body))

    def ask(self, make: Callable[[], SignedRequest]) -> dict[str, Any] | None:
        """Ask until a signed decision comes, at most three times; None: the outcome is not known."""
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(PAUSE_SECONDS * attempt)
            exchange = self.send(make())
            answer = exchange.values()
            if exchange.is_genuine and answer and answer.get("code") not in TRANSPORT_CODES:
                return answer
            if (exchange.is_genuine and answer.get("code") == "clock_wrong") or self.may_know_next_key(exchange):
                self.hello()
            elif exchange.status is not None and exchange.status < 500:  # noqa: PLR2004
                return None
        return None

    def may_know_next_key(self, exchange: Exchange) -> bool:
        return exchange.status == UNAUTHORIZED and self.keys.following is not None

    def send_twice(self, sale: Sale) -> list[Exchange]:
        """The very same bytes as before, twice, as long as the gateway believes their clock."""
        number, sent_at, request = self.last_sale_request or (0, 0.0, None)
        if request is None or number != sale.sequence or time.time() - sent_at > SAME_BYTES_SECONDS:
            request = self.payment_request(sale)
        return [self.send(request) for _ in range(2)]

    def payment_request(self, sale: Sale) -> SignedRequest:
        facts = {"card": sale.card, "amount_fen": sale.amount_fen}
        body = msgspec.json.encode(facts | {"pin": sale.pin} if sale.pin else facts)
        request = self.request(sale.operation, sale.sequence, body)
        self.last_sale_request = (sale.sequence, time.time(), request)
        return request

    def request(self, operation: str, sequence: int, body: bytes, key: bytes | None = None) -> SignedRequest:
        return sign_request(
            key or self.key,
            path=PREFIX + operation,
            terminal=self.terminal.number,
            sequence=sequence,
            clock=int(self.now()),
            body=body,
        )

    def send(self, request: SignedRequest, key: bytes | None = None) -> Exchange:
        exchange = send(self.address_of(request), request, key or self.key)
        self.wire.append(exchange)
        return exchange

    def address_of(self, request: SignedRequest) -> str:
        """The gateway, or the campus's own door for operations with a slash in their name."""
        if "/" not in request.path.removeprefix(PREFIX):
            return self.gateway
        address = str(self.memory.terms.get("services", ""))
        return address.partition(PREFIX)[0] or self.services

    def why(self) -> str:
        """What the last message tells a person about having no answer."""
        last = self.wire[-1]
        if last.error:
            return last.error
        sentence = str(last.values().get("sentence", "")) or f"网关答 {last.status}"
        return sentence if last.is_genuine else f"{sentence}（应答未能验签，不作数）"
