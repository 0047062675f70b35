"""签约服务：新办签约 (A142), 变更银行卡, 解除签约."""

import time
from typing import Any

from nanhu.emulators.kiosks.flows.steps import card_on
from nanhu.emulators.kiosks.kiosk import Flow, Kiosk
from nanhu.emulators.kiosks.screens import confirm, note, number, pin

LOOK_SECONDS, PATIENCE_SECONDS = 0.5, 20.0


def sign(kiosk: Kiosk) -> Flow:
    yield from with_bank_card(kiosk, "新办签约", "agreement/sign", "签约成功")


def change(kiosk: Kiosk) -> Flow:
    yield from with_bank_card(kiosk, "变更银行卡", "agreement/change", "变更成功")


def cancel(kiosk: Kiosk) -> Flow:
    title = "解除签约"
    card = yield from card_on(kiosk, title)
    typed = yield pin(title, "请输入校园卡密码")
    yield confirm(title, ["解除后不能再从银行卡圈存，需要时可重新签约。"])
    kiosk.busy = "正在解除签约"
    kiosk.line.ask("agreement/cancel", {"card": card}, pins={"pin": str(typed)}, title=title)
    yield from show_outcome(kiosk, title, card, {"cancelled": "解除成功"})


def with_bank_card(kiosk: Kiosk, title: str, operation: str, done: str) -> Flow:
    card = yield from card_on(kiosk, title)
    typed = yield pin(title, "请输入校园卡密码")
    bank_card = str((yield number(title, "请输入银行卡号", least=12, most=19)))
    yield confirm(title, [f"银行卡号 {' '.join(bank_card[i : i + 4] for i in range(0, len(bank_card), 4))}"])
    kiosk.busy = "正在请银行核对卡号、姓名、证件号、手机号"
    kiosk.line.ask(operation, {"card": card, "bank_card": bank_card}, pins={"pin": str(typed)}, title=title)
    yield from show_outcome(kiosk, title, card, {"active": done})


def show_outcome(kiosk: Kiosk, title: str, card: str, good: dict[str, str]) -> Flow:
    found = watch(kiosk, card)
    state, sentence = str(found.get("state", "")), str(found.get("sentence", ""))
    tail = f"银行卡尾号 {found['tail']}" if found.get("tail") else ""
    if state in good:
        kiosk.print_slip([title, good[state], *([tail] if tail else [])])
        yield note(title, [line for line in (good[state], tail, sentence) if line], "green")
    elif state == "refused":
        yield note(title, [sentence or "银行核对未通过"], "red")
    else:
        yield note(title, ["银行还没有答复，请稍后再来查询签约结果。"], "amber")


def watch(kiosk: Kiosk, card: str) -> dict[str, Any]:
    until = time.monotonic() + PATIENCE_SECONDS
    found: dict[str, Any] = {}
    while time.monotonic() < until:
        found = kiosk.line.question("agreement/look", {"card": card}) or found
        if found.get("state") in {"active", "refused", "cancelled"}:
            break
        time.sleep(LOOK_SECONDS)
    return found
