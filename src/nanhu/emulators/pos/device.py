"""One terminal at work: what a person does at it, and what it then shows and prints."""

import threading
from typing import Any, Literal

from nanhu.emulators.chip.api import Pocket
from nanhu.emulators.pos import revocations, storing, totals
from nanhu.emulators.pos.configuration import RiskLimits, Terminal
from nanhu.emulators.pos.line import Line
from nanhu.emulators.pos.memory import Memory, Sale
from nanhu.emulators.pos.outcomes import PIN_WORDS, Outcome, Slip, card_tail, outcome_of
from nanhu.emulators.pos.protocol import CODE_PREFIX
from nanhu.emulators.pos.purse import Purse, PurseRefusedError, TornError

BALANCE_SHORT = 0x9401


class Device:
    """Use it under its `lock`: a device does one thing at a time."""

    def __init__(
        self, terminal: Terminal, gateway: str, limits: RiskLimits, file: Memory, *, pocket: Pocket, services: str = ""
    ) -> None:
        self.terminal = terminal
        self.limits = limits
        self.file = file
        self.memory = file.of(terminal.number)
        self.line = Line(terminal, gateway, file, services)
        self.pocket = pocket
        self.purse = Purse(terminal.number, pocket, self.line, file)
        self.lock = threading.Lock()

    @property
    def is_fixed(self) -> bool:
        price = self.memory.terms.get("price") or {}
        return self.terminal.fixed_fen is not None or price.get("kind") == "fixed"

    def sign_on(self) -> Outcome:
        """At power-on: set the clock, go on above the last sequence the gateway knows."""
        if self.memory.network == "off":
            return Outcome("amber", "脱机", "消费先存在本机", "offline")
        answer = self.line.hello()
        if answer is None:
            return Outcome("red", "未签到", self.line.why(), "no_answer")
        if self.memory.open is not None:
            return self.unresolved("上一笔还没有结果")
        self.catch_up()
        return Outcome("off", "已签到", "时钟已校准，请输入金额", "ready")

    def catch_up(self) -> None:
        """What the house should have heard, and what we should: proofs of the purse, cards to refuse, a new key."""
        revocations.pull(self)
        self.purse.send_proofs()
        totals.report_totals(self)
        self.line.change_key()

    def keep_up(self) -> None:
        """Between customers, by itself: a till that is on hears of lost cards and of a new key within half a minute."""
        if self.memory.network == "on" and self.memory.open is None and self.line.hello() is not None:
            self.catch_up()

    def pay(self, card: str, amount_fen: int, pin: str = "") -> Outcome:
        if self.memory.network == "off":
            return storing.store(self, card, amount_fen, pin)
        return self.charge(card, amount_fen, pin)

    def charge(
        self, card: str, amount_fen: int, pin: str, *, operation: Literal["payment", "hold"] = "payment"
    ) -> Outcome:
        """The house decides; the purse follows."""
        if self.memory.open is not None:
            return self.unresolved("上一笔还没有结果")
        sequence = self.line.next_sequence()
        sale = Sale(
            sequence, card, amount_fen, pin=self.line.block(sequence, pin) if pin else None, operation=operation
        )
        self.memory.open = self.memory.last = sale
        self.file.keep()
        return self.settle(sale)

    def debit_after(self, card: str, amount_fen: int, sequence: int) -> str:
        """The purse after the house's yes, and its proof to the card office. Gives what the screen should add."""
        try:
            with self.purse.laid(card) as chip:
                if chip is None or amount_fen <= 0:
                    return ""
                self.purse.debit(card, chip, amount_fen=amount_fen, sequence=sequence, is_online=True)
        except PurseRefusedError as error:
            return "" if error.status == BALANCE_SHORT else f"卡上没有记：{error.sentence}"
        except TornError:
            return "卡拿开太早，下次放卡补记"
        self.purse.send_proofs()
        return ""

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
        outcome = outcome_of(exchanges[0].values(), kind="again", headline="同一笔，只扣一次")
        outcome.sentence = f"重发两次，应答逐字节相同（{outcome.sentence}）"
        return outcome

    def pull(self) -> Outcome:
        """The list of cards to refuse, brought up to date."""
        if self.memory.network == "off" or not revocations.pull(self):
            return Outcome("amber", "黑名单未更新", f"仍按第 {self.memory.revocation_version} 版执行", "refused")
        words = f"第 {self.memory.revocation_version} 版，{len(self.memory.revoked)} 张卡"
        return Outcome("green", "黑名单已更新", words, "pulled")

    def cut_network(self) -> Outcome:
        self.memory.network = "off"
        self.file.keep()
        return Outcome("amber", "已断网", "消费先存在本机，恢复网络后上传", "offline")

    def resume_network(self) -> Outcome:
        """Sign on, resolve what is open, upload what was stored; only then sell on line again."""
        hello = self.line.hello()
        if hello is None:
            self.cut_network()
            return Outcome("red", "仍未连上", self.line.why(), "no_answer")
        self.memory.network = "on"
        self.file.keep()
        storing.report_old_greys(self)
        if self.memory.open is not None:
            settled = self.settle(self.memory.open)
            if settled.kind == "unresolved" or not self.memory.stored:
                return settled
        return storing.upload(self)

    def settle(self, sale: Sale) -> Outcome:
        if sale.reversal_sequence is not None:
            return self.take_back(sale)
        answer = self.line.ask_payment(sale)
        if is_reused(answer) and self.line.hello() is not None:
            # Our memory was older than the gateway's: under that number this sale never happened.
            sale.sequence = self.line.next_sequence()
            answer = self.line.ask_payment(sale)
        totals.count_sale(self.memory, sale, answer)
        self.note(sale, still_open=answer is None)
        if answer is None:
            return self.unresolved("结果未知")
        outcome = outcome_of(answer, kind="paid", headline="消费成功")
        outcome.slip = self.slip("消费凭条", sale, answer)
        if str(answer.get("code", "")) in {"pin_required", "pin_wrong"}:
            return asks_pin(outcome, answer)
        if outcome.kind == "paid" and sale.operation == "payment" and not sale.card.startswith(CODE_PREFIX):
            note = self.debit_after(sale.card, sale.amount_fen, sale.sequence)
            outcome.sentence = f"{outcome.sentence}。{note}" if note else outcome.sentence
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
        totals.count_reversal(self.memory, sale, answer)
        outcome = outcome_of(answer, kind="reversed", headline="已冲正")
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

    def unresolved(self, headline: str) -> Outcome:
        why = f"{self.line.why()}。" if self.line.wire else ""
        fen = self.memory.open.amount_fen if self.memory.open else None
        return Outcome("amber", headline, f"{why}确定：用同一流水号重试；清除：撤销", "unresolved", amount_fen=fen)

    def slip(self, title: str, sale: Sale, answer: dict[str, Any]) -> Slip | None:
        if answer.get("outcome") != "approved":
            return None
        return Slip(
            title=title,
            sequence=answer["sequence"],
            amount_fen=answer["amount_fen"],
            at=answer["posted_at"],
            card=card_tail(sale.card),
            receipt=answer["receipt"],
            balance_fen=answer.get("balance_fen"),
        )


def asks_pin(outcome: Outcome, answer: dict[str, Any]) -> Outcome:
    """Above a limit the sale goes on with the PIN, under a new sequence."""
    words = PIN_WORDS.get(str(answer.get("limit", "")), "")
    outcome.kind, outcome.light, outcome.headline = "pin_required", "amber", "请输入密码"
    outcome.sentence = f"{words}，请输入消费密码" if words else outcome.sentence
    return outcome


def is_reused(answer: dict[str, Any] | None) -> bool:
    return answer is not None and answer.get("code") == "sequence_reused"


def refused(sentence: str) -> Outcome:
    return Outcome("red", "不能办理", sentence, "refused")
