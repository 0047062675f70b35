"""Showers, water, washing (按量计费): the most it may cost is held first, the true price is released at the end."""

import time
from typing import TYPE_CHECKING, Any

from nanhu.emulators.pos import totals
from nanhu.emulators.pos.memory import Running
from nanhu.emulators.pos.outcomes import Outcome, outcome_of

if TYPE_CHECKING:
    from nanhu.emulators.pos.device import Device

METERED = frozenset({"per_unit", "per_minute"})


def price_of(device: "Device") -> dict[str, Any] | None:
    price = device.memory.terms.get("price")
    return price if isinstance(price, dict) and price.get("kind") in METERED else None


def cost(device: "Device", running: Running, now: float) -> int:
    """What it has cost by now; never more than was held."""
    price = price_of(device) or {}
    seconds = max(0.0, now - running.started_at)
    units = int(seconds // max(1, int(price.get("per") or 1))) + 1
    return min(running.held_fen, units * int(price.get("price_fen") or 0))


def begin(device: "Device", card: str, pin: str) -> Outcome:
    price = price_of(device)
    if price is None:
        return Outcome("red", "不能办理", "本机不是按量计费的机器", "refused")
    if device.memory.network == "off":
        return Outcome("red", "断网", "按量计费要联网预扣", "refused")
    outcome = device.charge(card, int(price.get("most_fen") or 0), pin, operation="hold")
    if outcome.kind == "paid" and device.memory.last is not None:
        sale = device.memory.last
        device.memory.running = Running(sale.sequence, card, sale.amount_fen, time.time())
        device.file.keep()
        outcome.kind, outcome.headline, outcome.slip = "running", "使用中", None
        outcome.sentence = "按确定或再放一次卡结束，多扣的退回"
    return outcome


def end(device: "Device", card: str = "") -> Outcome:
    """Release at the true price; asked again under the same sequence until it is answered."""
    running = device.memory.running
    if running is None:
        return Outcome("red", "没有在使用", "请放卡开始", "refused")
    if card and card != running.card:
        return Outcome("amber", "这张卡没有在使用", "请用开始时的那张卡，或按确定结束", "running")
    if running.release_sequence is None:
        running.release_fen = cost(device, running, time.time())
        running.release_sequence = device.line.next_sequence()
    device.file.keep()
    facts = {"sequence": running.sequence, "amount_fen": running.release_fen}
    answer = device.line.ask_operation("release", running.release_sequence, facts)
    if answer is None:
        return Outcome("amber", "结算未得到应答", f"{device.line.why()}，按确定再试", "running")
    device.memory.running = None
    totals.count_payment(device.memory, answer)
    device.file.keep()
    outcome = outcome_of(answer, kind="released", headline="已结束")
    if outcome.kind == "released":
        back = int(answer.get("released_fen") or 0)
        outcome.sentence = f"实收 ¥ {int(answer.get('amount_fen') or 0) / 100:.2f}，退回 ¥ {back / 100:.2f}"
        debit = device.debit_after(running.card, int(answer.get("amount_fen") or 0), running.release_sequence)
        outcome.sentence += f"。{debit}" if debit else ""
    return outcome
