"""The bank's own app sends money to a campus card: asks whose it is, debits, tells the campus until it has heard."""

import time
from typing import Any
from uuid import uuid4

import msgspec

from nanhu.emulators.bank import http, ledger, wire
from nanhu.emulators.bank.bank import Bank
from nanhu.emulators.bank.vault import as_text

PREFIX = "/card/bank/notices/bank/"


class Transfers:
    def __init__(self, bank: Bank) -> None:
        self.bank = bank

    def look(self, campus_no: str) -> dict[str, Any] | None:
        return self.ask("look", f"Q{uuid4().hex.upper()}", {"campus_no": campus_no})

    def send(self, *, card: str, campus_no: str, fen: int) -> dict[str, Any]:
        """Debit first, in one deed with the notice that is owed; then the campus hears of it."""
        if self.look(campus_no) is None:
            return {"outcome": "unknown", "sentence": "学校系统暂时没有答复，没有扣款"}
        with self.bank.vault.transaction() as books:
            request = f"TI{uuid4().hex[:20].upper()}"
            moved = ledger.moved(books, request=request, kind="transfer_in", card=card, fen=fen, campus_no=campus_no)
            if moved["outcome"] != "done":
                return moved
            body = {
                "reference": moved["reference"],
                "campus_no": campus_no,
                "amount_fen": fen,
                "settled_on": moved["settled_on"],
                "at": time.time(),
            }
            books.execute("INSERT INTO notice (reference, body) VALUES (?, ?)", (moved["reference"], as_text(body)))
        return self.notify(moved["reference"])

    def notify(self, reference: str) -> dict[str, Any]:
        found = self.bank.vault.rows("SELECT * FROM notice WHERE reference = ?", reference)[0]
        fault = self.bank.faults.take("transfer")
        if fault is not None and fault.kind.startswith("silent"):
            return {"outcome": "unknown", "sentence": "已扣款，学校稍后入账", "reference": reference}
        body = msgspec.json.decode(found["body"])
        for _time in range(2 if fault is not None and fault.kind == "twice" else 1):
            said = self.ask("credit", f"N{reference}", body)
        if said is None:
            return {"outcome": "unknown", "sentence": "已扣款，学校稍后入账", "reference": reference}
        self.end(reference, said)
        return {**said, "reference": reference}

    def end(self, reference: str, said: dict[str, Any]) -> None:
        """Heard: done, or refused, and then the money goes back at once."""
        with self.bank.vault.transaction() as books:
            open_one = books.execute(
                "UPDATE notice SET done = 1 WHERE reference = ? AND done = 0", (reference,)
            ).rowcount
            if open_one and said["outcome"] == "refused":
                row = books.execute("SELECT * FROM movement WHERE reference = ?", (reference,)).fetchone()
                books.execute("UPDATE account SET balance = balance + ? WHERE card = ?", (row["fen"], row["card"]))
                books.execute("DELETE FROM movement WHERE reference = ?", (reference,))

    def repeat(self) -> int:
        """Tell again what the campus has not heard yet."""
        waiting = self.bank.vault.rows("SELECT reference FROM notice WHERE done = 0 LIMIT 20")
        for one in waiting:
            self.notify(one["reference"])
        return len(waiting)

    def ask(self, operation: str, request: str, facts: dict[str, Any]) -> dict[str, Any] | None:
        """What the campus answered under its own signature; None where it did not."""
        body, clock = msgspec.json.encode(facts), str(int(time.time()))
        settings = self.bank.configuration
        text = wire.request_text(f"campus/{operation}", settings.institution, request, clock, body)
        headers = {
            "Content-Type": "application/json",
            "Nanhu-Institution": settings.institution,
            "Nanhu-Request": request,
            "Nanhu-Clock": clock,
            "Nanhu-Signature": wire.signed(settings.key, text),
        }
        status, signature, said = http.post(settings.campus, PREFIX + operation, headers, body)
        expected = wire.answer_text(f"campus/{operation}", request, status, said)
        if not wire.is_signed(settings.campus_key, expected, signature):
            return None
        return dict(msgspec.json.decode(said))
