"""金融服务：签约圈存划账 (A139). The bank is never waited for inside one request: begin, look, claim, write."""

import time
from typing import Any

from nanhu.emulators.kiosks.flows import claims, writing
from nanhu.emulators.kiosks.flows.steps import card_on
from nanhu.emulators.kiosks.kiosk import Flow, Kiosk
from nanhu.emulators.kiosks.screens import amount, confirm, note, pin, yuan

TITLE = "签约圈存划账"
PRESETS = [50, 100, 200, 300]
LOOK_SECONDS, PATIENCE_SECONDS = 0.5, 20.0


def load(kiosk: Kiosk) -> Flow:
    card = yield from card_on(kiosk, TITLE)
    typed = yield pin(TITLE, "请输入密码")
    yuans = yield amount(TITLE, "请输入转账金额（元）", PRESETS)
    fen = int(yuans) * 100
    yield confirm(TITLE, [f"转账金额 {yuan(fen)}", "从签约的银行卡转入校园卡"])
    kiosk.busy = "正在向银行请款"
    begun = kiosk.line.ask("load/begin", {"card": card, "amount_fen": fen}, pins={"pin": str(typed)}, title=TITLE)
    state = watch(kiosk, str(begun["order"]))
    if state.get("state") in {"refused", "reversed"}:
        yield note(TITLE, [str(state.get("sentence", "银行没有扣款"))], "red")
    elif state.get("state") != "credited":
        yield note(TITLE, ["银行还没有答复。", "银行扣款成功后，这笔钱会成为“圈存未领”，可到领款服务领取。"], "amber")
    else:
        claim = writing.begin(kiosk, "load/claim", {"order": begun["order"]}, title=TITLE, pins={})
        yield from claims.write(kiosk, TITLE, claim, done="转账成功")


def watch(kiosk: Kiosk, order: str) -> dict[str, Any]:
    until = time.monotonic() + PATIENCE_SECONDS
    found: dict[str, Any] = {}
    while time.monotonic() < until:
        found = kiosk.line.question("load/look", {"order": order}) or found
        if found.get("is_ended") or found.get("state") in {"credited", "refused", "reversed"}:
            break
        kiosk.point("answer_lost")
        time.sleep(LOOK_SECONDS)
    return found
