"""The door's line to the campus: signed both ways, its wire to be looked at."""

import time
from typing import Any

import msgspec

from nanhu.emulators.doors.configuration import Configuration, Terminal
from nanhu.emulators.doors.memory import Memory
from nanhu.emulators.pos.protocol import PREFIX, sign_request
from nanhu.emulators.pos.wire import Exchange, send

LONGEST_WIRE = 60
NO_DECISION = frozenset(
    {"terminal_unknown", "signature_wrong", "clock_wrong", "outcome_unknown", "too_large", "not_found", "malformed"}
)


class Line:
    def __init__(self, terminal: Terminal, configuration: Configuration, memory: Memory) -> None:
        self.terminal, self.configuration, self.memory = terminal, configuration, memory
        self.key = bytes.fromhex(terminal.key)
        self.offset = 0.0
        self.wire: list[Exchange] = []

    def now(self) -> float:
        """The door's own clock, wrong by as much as somebody set it, mended by what the campus tells."""
        return time.time() + self.memory.door.skew + self.offset

    def ask(self, operation: str, sequence: int, body: dict[str, Any], *, quiet: bool = False) -> dict[str, Any] | None:
        """None where no believable answer came. A wrong clock is set by the answer and the same is asked once more."""
        for _attempt in range(2):
            exchange = self.send(operation, sequence, msgspec.json.encode(body), quiet=quiet)
            answer = exchange.values() if exchange.is_genuine else {}
            if answer.get("code") != "clock_wrong" or "server_time" not in answer:
                break
            self.set_clock(float(answer["server_time"]))
        return answer if answer and answer.get("code") not in NO_DECISION else None

    def set_clock(self, server_time: float) -> None:
        self.offset = server_time - time.time() - self.memory.door.skew

    def send(self, operation: str, sequence: int, body: bytes, *, quiet: bool) -> Exchange:
        request = sign_request(
            self.key,
            path=PREFIX + operation,
            terminal=self.terminal.number,
            sequence=sequence,
            clock=int(self.now()),
            body=body,
        )
        if self.memory.door.network == "off":
            exchange = Exchange(
                request_line=f"POST {request.path} HTTP/1.1",
                request_headers=dict(request.headers),
                request_body=body.decode(),
                signed_text=request.text,
                sent_at=time.time(),
                error="网线已拔下，没有发出",
            )
        else:
            exchange = send(self.configuration.services, request, self.key)
        if not quiet:
            self.wire = [*self.wire, exchange][-LONGEST_WIRE:]
        return exchange
