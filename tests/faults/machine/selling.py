"""Money spent: payments on line and off, rows uploaded late, holds of showers. The answer may be lost and is asked for again."""

import json
import time
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from nanhu.emulators.chip.api import StatusRefusedError, terminal
from nanhu.systems.card.protocol import fingerprint
from tests.faults.machine.book import Hold, Sale
from tests.faults.machine.mishaps import clocks, parts, powers, sums, tills
from tests.faults.machine.world import World

PAY = "SELECT outcome FROM card_pay(%s)"
RELEASE = "SELECT outcome FROM card_release(%s, %s, %s, %s, %s)"
IN_2021, A_YEAR = 1_620_000_000, 300 * 86_400
HELD_SECONDS = 600


class Selling(World):
    @rule(part=parts, till=tills, fen=sums, proves=st.booleans(), power=powers)
    def pay(self, part: str, till: str, fen: int, proves: bool, power: int | None) -> None:
        """On line the book decides; the purse follows, or was taken away too soon."""
        sequence = next(self.school.sequence)
        self.proved[part] = False
        if self.sell(part, till, fen, sequence=sequence, power=power) != "posted":
            return
        self.sold(part, till, sequence, fen)
        if till == "N1001":
            self.follow_with_purse(part, sequence, fen, proves=proves)

    def some_sale(self, data: st.DataObject) -> Sale | None:
        """A new one or an old one; None where nobody can buy anything."""
        if not self.book.sales or data.draw(st.booleans()):
            self.pay(data.draw(parts), data.draw(tills), data.draw(sums), proves=data.draw(st.booleans()), power=None)
        return data.draw(st.sampled_from(self.book.sales)) if self.book.sales else None

    def sell(self, part: str, till: str, fen: int, *, sequence: int, power: int | None, **more: int) -> str:
        """What the gateway asks of the database."""
        uid = self.campus.card(part).uid
        mark = fingerprint("payment", uid, str(fen))
        row = {"n": 0, "t": self.tills[till].pk, "s": sequence, "f": mark, "u": uid, "a": fen, "o": time.time(), **more}
        told = self.ask_till(PAY, json.dumps([row]), power=power)
        assert told in ({"card_lost"} if part in self.lost else {"posted", "balance_short"}), told
        return told

    def sold(self, part: str, till: str, sequence: int, fen: int, *, is_stored: bool = False) -> None:
        kept = self.acknowledge(terminal=self.tills[till].pk, sequence=sequence, outcome="posted", amount_fen=fen)
        self.book.due[part] -= fen
        self.book.sales.append(
            Sale(
                part=part,
                till=till,
                merchant=self.tills[till].merchant.key,
                sequence=sequence,
                fen=fen,
                receipt_id=kept.pk,
                card_id=kept.card_id or 0,
                stored_at=kept.occurred_at.timestamp() if is_stored else None,
            )
        )

    def follow_with_purse(self, part: str, sequence: int, fen: int, *, proves: bool) -> None:
        member = self.debit_chip(part, fen)
        if proves and member is not None:
            row = {"card": self.campus.card(part).uid, "sequence": sequence, "amount_fen": fen, **member}
            answer = self.devices["N1001"].ask("chip/proofs", {"rows": [row]})
            self.proved[part] = answer["rows"][0]["code"] == "ok"

    def debit_chip(self, part: str, fen: int) -> dict[str, Any] | None:
        chip, psam = self.school.chips[part], self.school.psam
        try:
            grey = terminal.buy(chip, psam, amount_fen=fen, at="20261125120000", remember=lambda _grey: None)
        except StatusRefusedError:
            return None
        return grey.member()

    @rule(part=parts, fen=sums, clock=clocks)
    def pay_off_line(self, part: str, fen: int, clock: str) -> None:
        """The purse decides, also of a card that was reported lost; the till keeps the row, dated by its own clock."""
        member = self.debit_chip(part, fen)
        if member is None:
            return
        now, card = self.school.tick(), self.campus.card(part)
        says = {"right": now, "ahead": self.school.began + A_YEAR, "behind": IN_2021}[clock]
        facts = {"sequence": next(self.school.sequence), "card": card.uid, "amount_fen": fen, "occurred_at": says}
        self.stored.append((part, {**facts, "chip": member}))

    @rule(data=st.data(), power=powers)
    def upload(self, data: st.DataObject, power: int | None) -> None:
        """Some of the rows, in any order, also long after the card was replaced; told twice they are one."""
        if not self.stored:
            self.pay_off_line(data.draw(parts), data.draw(sums), data.draw(clocks))
        if self.stored:
            rows = data.draw(
                st.lists(st.sampled_from(self.stored), min_size=1, max_size=4, unique_by=lambda one: one[1]["sequence"])
            )
            told = self.insist(lambda: self.school.upload([row for _part, row in rows]), power)
            self.note(rows, told)

    def note(self, rows: list[tuple[str, dict[str, Any]]], outcomes: list[str]) -> None:
        """A row with a true proof is a fact: whatever became of its card, it is posted."""
        assert set(outcomes) == {"posted"}
        for part, row in rows:
            if row["sequence"] not in self.uploaded:
                self.uploaded.add(row["sequence"])
                self.sold(part, "N1001", row["sequence"], row["amount_fen"], is_stored=True)

    @rule(part=parts, till=tills, fen=sums, power=powers)
    def begin_shower(self, part: str, till: str, fen: int, power: int | None) -> None:
        sequence = next(self.school.sequence)
        if self.sell(part, till, fen, sequence=sequence, power=power, h=HELD_SECONDS) == "posted":
            self.acknowledge(terminal=self.tills[till].pk, sequence=sequence)
            self.book.due[part] -= fen
            merchant = self.tills[till].merchant.key
            self.book.holds.append(
                Hold(part=part, till=till, merchant=merchant, sequence=sequence, fen=fen, cost_fen=fen)
            )

    def some_hold(self, data: st.DataObject) -> Hold | None:
        if not self.book.holds or data.draw(st.booleans()):
            self.begin_shower(data.draw(parts), data.draw(tills), data.draw(sums), power=None)
        return data.draw(st.sampled_from(self.book.holds)) if self.book.holds else None

    @rule(data=st.data(), power=powers)
    def end_shower(self, data: st.DataObject, power: int | None) -> None:
        """The water is off: the true price is paid; or the hold ended by itself before, in full."""
        hold, own = self.some_hold(data), next(self.school.sequence)
        if hold is None:
            return
        price = data.draw(st.integers(0, hold.fen))
        till = self.tills[hold.till]
        told = self.ask_till(RELEASE, till.pk, own, own.to_bytes(8), hold.sequence, price, power=power)
        assert told == "hold_settled" or not hold.is_told, told
        if told == "posted":
            self.acknowledge(terminal=till.pk, sequence=own)
            self.book.due[hold.part] += hold.fen - price
            hold.cost_fen, hold.is_told = price, True
