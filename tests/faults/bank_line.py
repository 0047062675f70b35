"""The emulated bank and UnionPay in this process, behind a line that loses, delays and repeats."""

from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from nanhu.emulators.bank import ledger
from nanhu.emulators.bank.vault import Vault
from nanhu.kernel.clock import campus_today
from nanhu.platforms.payments.acquirer import AcquirerSilentError, Opened, Trade
from nanhu.platforms.payments.adapters.open_wire import OpenWireBank
from nanhu.platforms.payments.gateway import BankSilentError

FAULTS = ("fine", "lost", "late", "unanswered", "twice")
BEGINNING_FEN = 10_000_000


class Outside:
    """`faults` are what befalls the next questions; `late` are those still under way to the bank."""

    def __init__(self, folder: Path, customers: list[tuple[str, str, str, str]]) -> None:
        self.vault = Vault(folder / "bank.sqlite")
        self.faults: deque[str] = deque()
        self.late: list[tuple[str, str, bytes]] = []
        self.trades: dict[str, Trade] = {}
        self.refunds: dict[str, int] = {}
        with self.vault.transaction() as books:
            for one in customers:
                books.execute("INSERT INTO account VALUES (?, ?, ?, ?, ?)", (*one, BEGINNING_FEN))

    def fault(self) -> str:
        return self.faults.popleft() if self.faults else "fine"

    def arrive(self) -> None:
        """What was late comes now."""
        late, self.late = self.late, []
        for operation, request, body in late:
            ledger.ask(self.vault, operation, request, body)

    def nets(self) -> dict[str, int]:
        """What each load took from a bank card for good."""
        nets: dict[str, int] = {}
        for row in self.vault.rows("SELECT request, kind, fen FROM movement ORDER BY id"):
            assert row["kind"] == "reversal" or row["request"] not in nets, "debited twice"
            nets[row["request"]] = nets.get(row["request"], 0) + (row["fen"] if row["kind"] == "debit" else -row["fen"])
        return nets


class Line(OpenWireBank):
    """The house's own adapter, with this line in the place of the net."""

    outside: Outside

    def post(self, operation: str, request: str, facts: Mapping[str, Any]) -> bytes:
        body, fault = msgspec.json.encode(facts), self.outside.fault()
        if fault == "late":
            self.outside.late.append((operation, request, body))
        if fault in {"lost", "late"}:
            raise BankSilentError(fault)
        answers = [ledger.ask(self.outside.vault, operation, request, body)[1] for _ in range(1 + (fault == "twice"))]
        if fault == "unanswered":
            raise BankSilentError(fault)
        return answers[-1].encode()


def line_to(outside: Outside) -> Line:
    made = Line(address="", institution="", our_key="", their_key="")
    object.__setattr__(made, "outside", outside)
    return made


class Acquirer:
    """UnionPay: what was paid stands in `trades`, whether or not a notice of it arrives."""

    def __init__(self, outside: Outside) -> None:
        self.outside = outside

    def open_order(self, *, order: str, **_facts: Any) -> Opened:
        return Opened(address=f"https://qr.example/{order}", tn=order)

    def query(self, *, order: str, txn_time: str) -> Trade:
        if self.outside.fault() in {"lost", "late", "unanswered"}:
            raise AcquirerSilentError(txn_time)
        return self.outside.trades.get(order) or Trade(state="open")

    def refund(self, *, order: str, original: str, amount_fen: int, **_facts: Any) -> Trade:
        """Under one number given back once."""
        self.outside.refunds[order] = amount_fen
        if self.outside.fault() in {"lost", "late", "unanswered"}:
            raise AcquirerSilentError(original)
        return Trade(state="refunded")

    def pay(self, order: str, amount_fen: int) -> Trade:
        paid = Trade(state="paid", query_id=f"Q{order}", amount_fen=amount_fen, settled_on=campus_today())
        return self.outside.trades.setdefault(order, paid)
