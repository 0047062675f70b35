"""From a request to a signed answer; knows no HTTP server (see application.py)."""

import logging
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import msgspec

from nanhu.kernel.configuration import configuration
from nanhu.platforms.terminals.gateway import (
    ActivityLog,
    Database,
    FormerKeyUses,
    OutcomeUnknownError,
    Rate,
    Response,
    SignedRequest,
    is_signed_by,
)
from nanhu.platforms.terminals.wire import (
    FORMER_KEY,
    LARGEST_BODY,
    clock_offset,
    is_tolerable,
    read_sequence,
    sign_response,
)
from nanhu.systems.card.gateway.holds import HoldDesk
from nanhu.systems.card.gateway.operations import Operations, Request
from nanhu.systems.card.gateway.payments import PaymentQueue
from nanhu.systems.card.gateway.requests import MalformedError
from nanhu.systems.card.gateway.revocations import RevocationDesk
from nanhu.systems.card.gateway.terminals import Terminal, TerminalDirectory
from nanhu.systems.card.gateway.watch import LIMIT, TerminalWatch
from nanhu.systems.card.protocol import refused

log = logging.getLogger(__name__)
CONNECTIONS = 6
PREFIX = "/terminal/v1/"
MOST = {"hello": 1200, "query": 1200, "meter": 1200, "revocations": 600, "upload": 600}
"""A minute, of what the database does not count: far beyond what a terminal asks, also after an outage or while many cards are reported."""
REPEATED = "SELECT card_terminal_repeated(%s::json)"
encode = msgspec.json.Encoder().encode

type Operation = Callable[[Request], Awaitable[tuple[int, bytes]]]


class Gateway:
    """What one process holds: its database, its queue, its terminals. Made inside the running loop."""

    def __init__(self, database: Database | None = None) -> None:
        self.database = database or Database(configuration().database_url, connections=CONNECTIONS)
        self.payments = PaymentQueue(self.database)
        self.terminals = TerminalDirectory(self.database)
        self.revocations = RevocationDesk(self.database)
        self.activity = ActivityLog(self.database, repeated=REPEATED, well=self.well)
        self.rate, self.former_uses = Rate(MOST), FormerKeyUses()
        watch = TerminalWatch(self.activity)
        work = Operations(self.database, self.payments, self.activity.repeats, watch)
        self.sales: dict[str, Operation] = {
            PREFIX + "payment": work.payment,
            PREFIX + "reversal": work.reversal,
            PREFIX + "upload": work.upload,
            PREFIX + "refund": work.refund,
            **{PREFIX + name: operation for name, operation in HoldDesk(work).operations().items()},
        }
        self.sequenced = frozenset(PREFIX + name for name in ("payment", "hold", "release", "refund", "reversal"))
        self.decided_by_database = self.sequenced | {PREFIX + "upload"}
        self.operations: dict[str, Operation] = {
            **self.sales,
            PREFIX + "hello": work.hello,
            PREFIX + "query": work.query,
            PREFIX + "revocations": self.revocations.revocations,
        }

    def well(self) -> list[str]:
        """The tasks that do their work now, by name: what the doctor expects to hear of (checks.py)."""
        parts = (self.payments, self.terminals, self.revocations, self.activity)
        return [name for part in parts for name in part.tasks.well()]

    async def close(self) -> None:
        await self.payments.close()
        await self.revocations.close()
        await self.terminals.close()
        await self.activity.close()
        await self.database.close()

    async def serve(self, request: SignedRequest) -> Response:
        """One request from its bytes to the bytes of the answer."""
        operation = self.operations.get(request.path)
        if operation is None or request.method != "POST":
            return self.elsewhere(request)
        if len(request.body) > LARGEST_BODY:
            return Response(413, encode(refused("too_large")))
        try:
            terminal = await self.signer(request)
        except OutcomeUnknownError:
            return Response(503, encode(refused("outcome_unknown")))
        if isinstance(terminal, Response):
            return terminal
        try:
            status, body = await self.answer(operation, request, terminal)
        except OutcomeUnknownError:
            status, body = 503, encode(refused("outcome_unknown"))
        return Response(
            status, body, sign_response(terminal.key, request_signature=request.signature, status=status, body=body)
        )

    def elsewhere(self, request: SignedRequest) -> Response:
        if request.path == "/health":
            return Response(200, encode({"gateway": "ok", **msgspec.to_builtins(self.payments.figures)}))
        return Response(404, encode(refused("not_found")))

    async def signer(self, request: SignedRequest) -> Terminal | Response:
        """The terminal that signed, under the key that signed."""
        known = await self.terminals.find(request.terminal)
        terminal = None if known is None else signer_of(known, request)
        if known is None or terminal is None:
            # Unsigned: an answer under a signature that its sender overheard would be believed by the terminal it is from.
            code = "terminal_unknown" if known is None else "signature_wrong"
            if known is not None and self.is_by_former_key(known, request):
                self.refuse_at_door(request, FORMER_KEY)
            else:
                self.activity.refuse(terminal=request.terminal, address=request.address, code=code)
            return Response(401, encode(refused(code)))
        return terminal

    def is_by_former_key(self, terminal: Terminal, request: SignedRequest) -> bool:
        """More often than of one whose answer was lost, and now: what was overheard is good for nothing here either."""
        return (
            terminal.former_key is not None
            and is_tolerable(clock_offset(request.clock))
            and is_signed_by(terminal.former_key, terminal.number, request)
            and self.former_uses.is_strange(terminal.id, terminal.key_version)
        )

    async def answer(self, operation: Operation, request: SignedRequest, terminal: Terminal) -> tuple[int, bytes]:
        """The terminal's next key becomes its key by the first request signed with it that counts."""
        barred = self.barred(request, terminal)
        if barred is not None:
            return barred
        known = await self.terminals.find(terminal.number)
        if known is not None and terminal.key_version > known.key_version:
            await self.terminals.promote(terminal.id, terminal.key_version)
        own = read_sequence(request.sequence) if request.path in self.sequenced else None
        if own is not None:
            self.activity.repeats.sent(terminal.id, (own,))
        try:
            status, body = await operation(Request(terminal, request.sequence, request.body))
        except MalformedError:
            self.refuse_at_door(request, "malformed")
            return 400, encode(refused("malformed"))
        except OutcomeUnknownError:
            return 503, encode(refused("outcome_unknown"))
        except Exception:
            log.exception("%s could not be answered", request.path)
            return 503, encode(refused("outcome_unknown"))
        if own is not None and status == HTTPStatus.OK:
            self.activity.saw(terminal.id, own)
        if status == HTTPStatus.CONFLICT:
            self.refuse_at_door(request, "sequence_reused", request.sequence)
        return status, body

    def barred(self, request: SignedRequest, terminal: Terminal) -> tuple[int, bytes] | None:
        """What is refused of a terminal that signed, before anything is read or written for it."""
        offset = clock_offset(request.clock)
        if not is_tolerable(offset) and not request.path.endswith("/hello"):
            self.refuse_at_door(request, "clock_wrong", request.clock)
            return 401, encode(refused("clock_wrong", server_time=time.time()))
        if (
            request.path in self.sales and terminal.merchant_id is None
        ):  # a door has seen codes and cards, and must not be able to spend them
            self.refuse_at_door(request, "terminal_unfit")
            return 403, encode(refused("terminal_unfit"))
        name = request.path.removeprefix(PREFIX)
        if self.rate.is_one_too_many(terminal.id, name):
            self.refuse_at_door(request, LIMIT, name)
            return 429, encode(refused(LIMIT))
        self.activity.saw(terminal.id, 0, request.address, offset)
        if terminal.state != "on" and request.path not in self.decided_by_database:
            return 200, encode(refused("terminal_off", server_time=time.time()))
        sequence = read_sequence(request.sequence) if request.path in self.sequenced else None
        if sequence is not None and sequence > terminal.furthest_sequence:
            self.refuse_at_door(request, "sequence_invalid", request.sequence)
            return 400, encode(refused("sequence_invalid"))
        return None

    def refuse_at_door(self, request: SignedRequest, code: str, detail: str = "") -> None:
        """Of a request that its terminal signed."""
        self.activity.refuse_signed(terminal=request.terminal, address=request.address, code=code, detail=detail)


def signer_of(terminal: Terminal, request: SignedRequest) -> Terminal | None:
    """The terminal under the key that signed: its own, or the next one while both are good."""
    if is_signed_by(terminal.key, terminal.number, request):
        return terminal
    following = terminal.next_key
    if following is None or terminal.next_version is None or not is_signed_by(following, terminal.number, request):
        return None
    return terminal._replace(key=following, key_version=terminal.next_version, next_key=None, next_version=None)
