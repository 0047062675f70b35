"""The front keypad's menu (manual 5.4.8 c, 5.4.9): a new payment PIN, a new meal limit, a new daily limit."""

from typing import TYPE_CHECKING, Any

from nanhu.emulators.chip.api import StatusRefusedError, terminal
from nanhu.emulators.pos.outcomes import Outcome
from nanhu.emulators.pos.purse import PurseRefusedError, TornError

if TYPE_CHECKING:
    from nanhu.emulators.pos.device import Device

FIXED = ("定额机不能办理", "请到可输入金额的消费机或圈存机办理")
WHICH = {"meal": "餐限额", "daily": "日限额"}


def look(device: "Device", card: str) -> Outcome:
    """The card on the reader, nothing being sold: its balance. The house's word where it can be asked, else the card's."""
    if device.is_fixed:
        return refused(*FIXED)
    try:
        facts = device.purse.facts(card)
        chip = device.purse.presence(card)
    except (PurseRefusedError, TornError) as error:
        return refused("读卡失败", getattr(error, "sentence", "请把卡放稳"))
    if device.memory.network == "off" and facts is None:
        return refused("断网", "这张卡要联网才能查询")
    balance = facts["balance_fen"] if facts else None
    if device.memory.network == "on":
        answer = device.line.ask_operation("card/balance", 0, {"card": card} | ({"chip": chip} if chip else {}))
        if (failed := failure(device, answer)) is not None:
            return failed
        balance = (answer or {}).get("balance_fen", balance)
    on_card = f"卡上 ¥ {facts['balance_fen'] / 100:.2f}，" if facts else ""
    return Outcome(
        "green", "余额", f"{on_card}按确定进入菜单，按清除退出", "looked", balance_fen=balance, amount_fen=balance
    )


def change_pin(device: "Device", card: str, old: str, new: str) -> Outcome:
    """The house decides; then the card's own PIN follows, for purchases without network."""
    if device.is_fixed or device.memory.network == "off":
        return refused(*(FIXED if device.is_fixed else ("断网", "修改密码要联网")))
    answer = device.line.ask_service("pin/change", {"card": card, "kind": "payment"}, pins={"pin": old, "new": new})
    if (failed := failure(device, answer)) is not None:
        return failed
    note = on_card(device, card, lambda chip: terminal.change_pin(chip, old, new))
    return Outcome("green", "密码修改成功", note or "今后消费用新密码", "changed")


def change_limit(device: "Device", card: str, which: str, pin: str, amount_fen: int) -> Outcome:
    if device.is_fixed or device.memory.network == "off":
        return refused(*(FIXED if device.is_fixed else ("断网", "修改限额要联网")))
    facts = {"card": card, "which": which, "amount_fen": amount_fen}
    answer = device.line.ask_service("limits/change", facts, pins={"pin": pin})
    if (failed := failure(device, answer)) is not None:
        return failed
    limits = (answer or {}).get("limits") or {}
    note = on_card(device, card, lambda chip: write_limits(chip, pin, limits))
    return Outcome("green", f"{WHICH[which]}修改成功", note or "服务器和卡上都已修改", "changed", amount_fen=amount_fen)


def write_limits(chip: Any, pin: str, limits: dict[str, Any]) -> None:
    facts = terminal.read_facts(chip)
    terminal.verify_pin(chip, pin)
    meal, daily = limits.get("meal_fen", facts.meal_limit_fen), limits.get("daily_fen", facts.daily_limit_fen)
    terminal.write_limits(chip, int(meal or 0), int(daily or 0))


def on_card(device: "Device", uid: str, write: Any) -> str:
    """What is written to the card after the house agreed; empty where it was written or the card has no chip."""
    try:
        with device.purse.laid(uid) as chip:
            if chip is None:
                return "服务器已修改"
            device.purse.tear_away(chip)
            write(chip)
    except (PurseRefusedError, StatusRefusedError) as error:
        return f"服务器已修改，卡上没有改：{error.sentence}"
    except TornError:
        return "服务器已修改，卡拿开太早，卡上没有改"
    return ""


def failure(device: "Device", answer: dict[str, Any] | None) -> Outcome | None:
    if answer is None:
        return refused("没有应答", f"{device.line.why()}，请稍后再试")
    if answer.get("outcome") != "approved":
        return refused("不能办理", str(answer.get("sentence", "")))
    return None


def refused(headline: str, sentence: str) -> Outcome:
    return Outcome("red", headline, sentence, "refused")
