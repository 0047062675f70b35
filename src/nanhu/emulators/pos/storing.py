"""Without a network: the card's purse or the merchant's risk decides, the row is kept, and uploaded when the network is back."""

import time
from typing import TYPE_CHECKING, Any

from nanhu.emulators.chip.api import SoftwareCard, terminal
from nanhu.emulators.pos import revocations, totals
from nanhu.emulators.pos.memory import StoredRow
from nanhu.emulators.pos.offline import limit_passed
from nanhu.emulators.pos.outcomes import PIN_WORDS, Outcome, RowOutcome, Slip, card_tail, row_outcome, summary
from nanhu.emulators.pos.protocol import CODE_PREFIX
from nanhu.emulators.pos.purse import PurseRefusedError, TornError
from nanhu.emulators.pos.risk import risk_refusal

if TYPE_CHECKING:
    from nanhu.emulators.pos.device import Device

LARGEST_UPLOAD = 1000
GREY_SECONDS = 86_400


def store(device: "Device", card: str, amount_fen: int, pin: str = "") -> Outcome:
    if card.startswith(CODE_PREFIX):
        return Outcome("red", "断网", "付款码要联网才能验", "refused", amount_fen=amount_fen)
    refusal = revocations.refusal(device, card)
    if refusal:
        return Outcome("red", "不能使用", refusal, "refused", amount_fen=amount_fen)
    refusal = risk_refusal(device.memory.stored, device.limits, card=card, amount_fen=amount_fen)
    if refusal:
        return Outcome("red", "脱机限额", refusal, "refused", amount_fen=amount_fen)
    try:
        with device.purse.laid(card) as chip:
            return store_with(device, card, chip, amount_fen, pin)
    except TornError:
        return Outcome("amber", "卡拿开太早", "请把卡再放一次，不会重复扣款", "torn", amount_fen=amount_fen)
    except PurseRefusedError as error:
        kind = "pin_required" if error.status & 0xFFF0 == 0x63C0 else "refused"  # noqa: PLR2004 - 63Cx
        return Outcome("red", "未成交", error.sentence, kind, amount_fen=amount_fen)


def store_with(device: "Device", card: str, chip: SoftwareCard | None, amount_fen: int, pin: str) -> Outcome:
    """With a purse the card decides: by its limits, its PIN and what is on it. Without, the merchant's risk does."""
    if chip is not None:
        passed = limit_passed(chip, device.memory.terms, amount_fen=amount_fen, now=device.line.now())
        if passed and not pin:
            words = f"{PIN_WORDS[passed]}，请输入消费密码"
            return Outcome("amber", "请输入密码", words, "pin_required", amount_fen=amount_fen)
        if pin:
            terminal.verify_pin(chip, pin)
    moment = int(device.line.now())
    sequence = device.line.next_sequence()
    block = device.line.block(sequence, pin) if pin else None
    if chip is None:
        device.memory.stored.append(StoredRow(sequence, card, amount_fen, moment, pin=block))
        device.file.keep()
    else:
        device.purse.debit(card, chip, amount_fen=amount_fen, sequence=sequence, is_online=False, pin=block)
    return stored(card, device.memory.stored[-1], chip)


def stored(card: str, row: StoredRow, chip: SoftwareCard | None) -> Outcome:
    amount_fen, moment = row.amount_fen, row.occurred_at
    balance = terminal.read_facts(chip).balance_fen if chip else None
    slip = Slip("脱机凭条 · 待上传", row.sequence, amount_fen, moment, card_tail(card))
    words = "卡上已扣，恢复网络后入账" if chip else "恢复网络后入账"
    return Outcome("amber", "已存，待上传", words, "stored", amount_fen, balance, slip)


def upload(device: "Device") -> Outcome:
    outcomes: list[RowOutcome] = []
    waiting = sorted(device.memory.stored, key=lambda row: row.sequence)
    for start in range(0, len(waiting), LARGEST_UPLOAD):
        rows = waiting[start : start + LARGEST_UPLOAD]
        answer = device.line.ask_upload(rows)
        if answer is None or not isinstance(answer.get("rows"), list):
            return Outcome("red", "上传未完成", f"{device.line.why()}，记录仍在本机", "no_answer", rows=outcomes)
        outcomes += strike_out(device, rows, answer["rows"])
    device.catch_up()
    headline = "上传完成" if outcomes else "已联网"
    return Outcome("green", headline, summary(outcomes), "uploaded", rows=outcomes)


def report_old_greys(device: "Device") -> None:
    """A card that broke off and did not come back within a day: the row is told without its proof."""
    for note in [one for one in device.memory.greys if time.time() - one.occurred_at > GREY_SECONDS]:
        device.purse.finish(note)
        device.memory.greys.remove(note)
    device.file.keep()


def strike_out(device: "Device", rows: list[StoredRow], answers: list[dict[str, Any]]) -> list[RowOutcome]:
    """Remove what the gateway took down, keep what it did not."""
    answer_of = {answer.get("sequence"): answer for answer in answers}
    outcomes = [row_outcome(row, answer_of.get(row.sequence)) for row in rows]
    settled = {one.sequence for one in outcomes if one.is_settled}
    for row in rows:
        if row.sequence in settled:
            totals.count_uploaded(device.memory, row)
    device.memory.stored = [row for row in device.memory.stored if row.sequence not in settled]
    device.file.keep()
    return outcomes
