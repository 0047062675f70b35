"""The kiosk's line: requests written down before they are sent, answers believed only when signed."""

import time
from collections.abc import Callable
from typing import Any

import msgspec

from nanhu.emulators.kiosks.configuration import Configuration, Terminal
from nanhu.emulators.kiosks.memory import Memory, Pending
from nanhu.emulators.pinblock import pin_block
from nanhu.emulators.pos.keys import Keys
from nanhu.emulators.pos.protocol import PREFIX, sign_request
from nanhu.emulators.pos.wire import Exchange, send

ATTEMPTS = 3
PAUSE_SECONDS = 0.3
TRANSPORT_CODES = frozenset(
    {"terminal_unknown", "signature_wrong", "clock_wrong", "outcome_unknown", "too_large", "not_found"}
)
LONGEST_WIRE = 60
UNAUTHORIZED = 401


class RefusedError(Exception):
    """The campus said no, and that is certain."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__(str(answer.get("code", "")))
        self.code = str(answer.get("code", ""))
        self.facts: dict[str, Any] = answer.get("facts") or {}
        self.sentence = str(answer.get("sentence", "")) or "不能办理"


class UnresolvedError(Exception):
    """No believable answer: what became of the request is not known. It stays pending."""


class Line:
    """`point` is called between any two steps; it raises where the power goes. `apply` notes what an answer means."""

    def __init__(
        self,
        terminal: Terminal,
        configuration: Configuration,
        file: Memory,
        point: Callable[[str], None],
        apply: Callable[[Pending, dict[str, Any]], None],
    ) -> None:
        self.terminal, self.configuration, self.file, self.point = terminal, configuration, file, point
        self.apply = apply
        self.memory = file.of(terminal.number)
        self.keys = Keys(terminal.number, terminal.key, self.memory.keys, file.keep)
        self.clock_offset = 0.0
        self.wire: list[Exchange] = []

    @property
    def key(self) -> bytes:
        return self.keys.current

    def now(self) -> float:
        return time.time() + self.clock_offset

    def hello(self) -> bool:
        """Clock and sequence from the gateway; False where it cannot be reached."""
        exchange = self.send(self.configuration.gateway, "hello", 0, b"{}")
        if exchange.status == UNAUTHORIZED and self.keys.following:
            exchange = self.speak_with_next_key()  # the house knows our next key, and its answer was lost
        answer = exchange.values()
        if not exchange.is_genuine or "server_time" not in answer:
            return False
        self.clock_offset = float(answer["server_time"]) - time.time()
        if int(answer.get("last_sequence", 0)) > self.memory.last_sequence:
            self.memory.last_sequence = int(answer["last_sequence"])
            self.file.keep()
        if answer.get("new_key") and not self.memory.has_sealed and self.keys.take(answer["new_key"]):
            self.speak_with_next_key()
        return True

    def speak_with_next_key(self) -> Exchange:
        """What is answered under the next key makes it ours; refused, we stay with the one we have."""
        exchange = self.send(self.configuration.gateway, "hello", 0, b"{}", self.keys.following)
        if exchange.is_genuine:
            self.keys.adopt()
        elif exchange.status == UNAUTHORIZED:
            self.keys.drop()
        return exchange

    def ask(
        self, operation: str, body: dict[str, Any], *, title: str, pins: dict[str, str] | None = None, **facts: Any
    ) -> dict[str, Any]:
        """A deed: done once, however often it is asked. `pins` are sealed into the body under their member's names."""
        sequence = self.memory.last_sequence + 1
        sealed = {
            name: pin_block(self.key, terminal=self.terminal.number, sequence=sequence, pin=pin)
            for name, pin in (pins or {}).items()
        }
        text = msgspec.json.encode({**body, **sealed}).decode()
        card = str(body.get("card", ""))
        self.memory.last_sequence = sequence
        self.memory.pending = Pending(sequence, operation, text, title, card, facts)
        self.file.keep()
        self.point("before_send")
        answer = self.resolve()
        if answer is None:
            raise UnresolvedError
        return checked(answer)

    def resolve(self) -> dict[str, Any] | None:
        """What became of the pending request; None while nobody tells."""
        pending = self.memory.pending
        if pending is None:
            return None
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(PAUSE_SECONDS * attempt)
            exchange = self.send(
                self.configuration.services, pending.operation, pending.sequence, pending.body.encode()
            )
            self.point("answer_lost")
            answer = self.decision(exchange)
            if answer is not None:
                self.settle(pending, answer)
                self.point("after_answer")
                return answer
            if self.memory.network == "off":
                return None
        return None

    def decision(self, exchange: Exchange) -> dict[str, Any] | None:
        answer = exchange.values()
        knows_next_key = exchange.status == UNAUTHORIZED and self.keys.following is not None
        if knows_next_key or (exchange.is_genuine and answer.get("code") == "clock_wrong"):
            self.hello()
        if not exchange.is_genuine or not answer or answer.get("code") in TRANSPORT_CODES:
            return None
        return answer

    def settle(self, pending: Pending, answer: dict[str, Any]) -> None:
        """What the answer means and that it was heard go to the disk in one stroke."""
        self.apply(pending, answer)
        self.memory.pending = None
        self.file.keep()

    def question(self, operation: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """Changes nothing, takes no sequence; None where nobody answers."""
        exchange = self.send(self.configuration.services, operation, 0, msgspec.json.encode(body))
        return self.decision(exchange)

    def send(self, address: str, operation: str, sequence: int, body: bytes, key: bytes | None = None) -> Exchange:
        key = key or self.key
        request = sign_request(
            key,
            path=PREFIX + operation,
            terminal=self.terminal.number,
            sequence=sequence,
            clock=int(self.now()),
            body=body,
        )
        if self.memory.network == "off":
            exchange = Exchange(
                request_line=f"POST {request.path} HTTP/1.1",
                request_headers=dict(request.headers),
                request_body=body.decode(),
                signed_text=request.text,
                sent_at=time.time(),
                error="网线已拔下，没有发出",
            )
        else:
            exchange = send(address, request, key)
        self.wire = [*self.wire, exchange][-LONGEST_WIRE:]
        return exchange


def checked(answer: dict[str, Any]) -> dict[str, Any]:
    if answer.get("outcome") != "approved":
        raise RefusedError(answer)
    return answer
