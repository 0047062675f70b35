"""One terminal at work: what a person does at it, and what it then shows and prints."""

import threading
from typing import Any

from nanhu.emulators.pos.configuration import RiskLimits, Terminal
from nanhu.emulators.pos.line import Line
from nanhu.emulators.pos.memory import Memory, Sale, StoredRow
from nanhu.emulators.pos.outcomes import Outcome, RowOutcome, Slip, card_tail, row_outcome, summary, told
from nanhu.emulators.pos.risk import risk_refusal

LARGEST_UPLOAD = 1000


class Device:
    """Use it under its `lock`: a device does one thing at a time."""

    def __init__(self, terminal: Terminal, gateway: str, limits: RiskLimits, file: Memory) -> None:
        self.terminal = terminal
        self.limits = limits
        self.file = file
        self.memory = file.of(terminal.number)
        self.line = Line(terminal, gateway, file)
        self.lock = threading.Lock()

    def sign_on(self) -> Outcome:
        """At power-on: set the clock, go on above the last sequence the gateway knows."""
        if self.memory.network == "off":
            return Outcome("amber", "脱机", "消费先存在本机", "offline")
        answer = self.line.hello()
        if answer is None:
            return Outcome("red", "未签到", self.line.why(), "no_answer")
        if self.memory.open is not None:
            return self.unresolved("上一笔还没有结果")
        return Outcome("off", "已签到", "时钟已校准，请输入金额", "ready")

    def pay(self, card: str, amount_fen: int) -> Outcome:
        if self.memory.network == "off":
            return self.store(card, amount_fen)
        if self.memory.open is not None:
            return self.unresolved("上一笔还没有结果")
        sale = Sale(self.line.next_sequence(), card, amount_fen)
        self.memory.open = self.memory.last = sale
        self.file.keep()
        return self.settle(sale)

    def retry(self) -> Outcome:
        """Ask again about the sale of unknown outcome, with its own sequence."""
        return self.settle(self.memory.open) if self.memory.open else refused("没有待定的交易")

    def give_up(self) -> Outcome:
        """Take back the sale of unknown outcome, whether it happened or not."""
        return self.take_back(self.memory.open) if self.memory.open else refused("没有待定的交易")

    def reverse_last(self) -> Outcome:
        if self.memory.open is not None:
            return self.unresolved("上一笔还没有结果")
        if self.memory.last is None or self.memory.network == "off":
            return refused("本机没有可以冲正的联机交易")
        return self.take_back(self.memory.last)

    def send_again(self) -> Outcome:
        """The very same request twice more: money moves once."""
        if self.memory.last is None or self.memory.network == "off":
            return refused("本机没有可以重发的联机交易")
        exchanges = self.line.send_twice(self.memory.last)
        if not all(one.is_genuine for one in exchanges) or len({one.answer_body for one in exchanges}) != 1:
            return Outcome("red", "没有得到一致的应答", self.line.why(), "no_answer")
        outcome = told(exchanges[0].values(), kind="again", headline="同一笔，只扣一次")
        outcome.sentence = f"重发两次，应答逐字节相同（{outcome.sentence}）"
        return outcome

    def cut_network(self) -> Outcome:
        self.memory.network = "off"
        self.file.keep()
        return Outcome("amber", "已断网", "消费先存在本机，恢复网络后上传", "offline")

    def resume_network(self) -> Outcome:
        """Sign on, resolve what is open, upload what was stored; only then sell on line again."""
        if self.line.hello() is None:
            self.cut_network()
            return Outcome("red", "仍未连上", self.line.why(), "no_answer")
        self.memory.network = "on"
        self.file.keep()
        if self.memory.open is not None:
            settled = self.settle(self.memory.open)
            if settled.kind == "unresolved" or not self.memory.stored:
                return settled
        return self.upload()

    def settle(self, sale: Sale) -> Outcome:
        if sale.reversal_sequence is not None:
            return self.take_back(sale)
        answer = self.line.ask_payment(sale)
        if is_reused(answer) and self.line.hello() is not None:
            # Our memory was older than the gateway's: under that number this sale never happened.
            sale.sequence = self.line.next_sequence()
            answer = self.line.ask_payment(sale)
        self.note(sale, still_open=answer is None)
        if answer is None:
            return self.unresolved("结果未知")
        outcome = told(answer, kind="paid", headline="消费成功")
        outcome.slip = self.slip("消费凭条", sale, answer)
        return outcome

    def take_back(self, sale: Sale) -> Outcome:
        was_open = self.memory.open is not None
        answer = self.ask_reversal(sale)
        if is_reused(answer) and self.line.hello() is not None:
            sale.reversal_sequence = None
            answer = self.ask_reversal(sale)
        if answer is None:
            self.note(sale, still_open=True)
            return self.unresolved("撤销未得到应答")
        outcome = told(answer, kind="reversed", headline="已冲正")
        outcome.slip = self.slip("冲正凭条", sale, answer)
        is_closed = outcome.kind == "reversed" or answer.get("code") in {"nothing_to_reverse", "already_reversed"}
        if not is_closed:
            sale.reversal_sequence = None  # a refusal keeps its sequence; the next attempt needs another
        self.note(sale, still_open=was_open and answer.get("code") == "terminal_off")
        return outcome

    def ask_reversal(self, sale: Sale) -> dict[str, Any] | None:
        if sale.reversal_sequence is None:
            sale.reversal_sequence = self.line.next_sequence()
            self.file.keep()
        return self.line.ask_reversal(sale.reversal_sequence, sale.sequence)

    def note(self, sale: Sale, *, still_open: bool) -> None:
        self.memory.last = sale
        self.memory.open = sale if still_open else None
        self.file.keep()

    def store(self, card: str, amount_fen: int) -> Outcome:
        refusal = risk_refusal(self.memory.stored, self.limits, card=card, amount_fen=amount_fen)
        if refusal:
            return Outcome("red", "脱机限额", refusal, "refused", amount_fen=amount_fen)
        moment = int(self.line.now())
        row = StoredRow(self.line.next_sequence(), card, amount_fen, moment)
        self.memory.stored.append(row)
        self.file.keep()
        slip = Slip("脱机凭条 · 待上传", row.sequence, amount_fen, moment, card_tail(card))
        return Outcome("amber", "已存，待上传", "恢复网络后入账", "stored", amount_fen=amount_fen, slip=slip)

    def upload(self) -> Outcome:
        outcomes: list[RowOutcome] = []
        waiting = sorted(self.memory.stored, key=lambda row: row.sequence)
        for start in range(0, len(waiting), LARGEST_UPLOAD):
            rows = waiting[start : start + LARGEST_UPLOAD]
            answer = self.line.ask_upload(rows)
            if answer is None or not isinstance(answer.get("rows"), list):
                return Outcome("red", "上传未完成", f"{self.line.why()}，记录仍在本机", "no_answer", rows=outcomes)
            outcomes += self.strike_out(rows, answer["rows"])
        headline = "上传完成" if outcomes else "已联网"
        return Outcome("green", headline, summary(outcomes), "uploaded", rows=outcomes)

    def strike_out(self, rows: list[StoredRow], answers: list[dict[str, Any]]) -> list[RowOutcome]:
        """Remove what the gateway took down, keep what it did not."""
        told_of = {answer.get("sequence"): answer for answer in answers}
        outcomes = [row_outcome(row, told_of.get(row.sequence)) for row in rows]
        settled = {one.sequence for one in outcomes if one.is_settled}
        self.memory.stored = [row for row in self.memory.stored if row.sequence not in settled]
        self.file.keep()
        return outcomes

    def unresolved(self, headline: str) -> Outcome:
        why = f"{self.line.why()}。" if self.line.wire else ""
        fen = self.memory.open.amount_fen if self.memory.open else None
        return Outcome("amber", headline, f"{why}确定：用同一流水号重试；清除：撤销", "unresolved", amount_fen=fen)

    def slip(self, title: str, sale: Sale, answer: dict[str, Any]) -> Slip | None:
        if answer.get("outcome") != "approved":
            return None
        return Slip(
            title=title, sequence=answer["sequence"], amount_fen=answer["amount_fen"], at=answer["posted_at"],
            card=card_tail(sale.card), receipt=answer["receipt"], balance_fen=answer.get("balance_fen"),
        )  # fmt: skip


def is_reused(answer: dict[str, Any] | None) -> bool:
    return answer is not None and answer.get("code") == "sequence_reused"


def refused(sentence: str) -> Outcome:
    return Outcome("red", "不能办理", sentence, "refused")
