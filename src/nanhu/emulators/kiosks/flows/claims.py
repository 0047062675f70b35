"""领款服务：圈存（补助）领款 (A149)."""

from typing import Any

from nanhu.emulators.kiosks.flows import writing
from nanhu.emulators.kiosks.flows.steps import card_on
from nanhu.emulators.kiosks.kiosk import Flow, Kiosk
from nanhu.emulators.kiosks.screens import note, pin, yuan

TITLE = "圈存（补助）领款"


def claim(kiosk: Kiosk) -> Flow:
    card = yield from card_on(kiosk, TITLE)
    typed = yield pin(TITLE, "请输入密码")
    kiosk.busy = "正在查询可领金额"
    begun = writing.begin(kiosk, "claim/begin", {"card": card}, title=TITLE, pins={"pin": str(typed)})
    yield from write(kiosk, TITLE, begun)


def write(kiosk: Kiosk, title: str, begun: dict[str, Any], *, done: str = "领款成功") -> Flow:
    """The chip and its report; whatever breaks, the money waits for the next touch."""
    try:
        answer = writing.write_and_finish(kiosk, title=title)
    except writing.WriteFailedError:
        yield note(title, ["写卡失败，款项没有写入校园卡。", "款项仍在“待领”中，可再次领款。"], "red")
        return
    except writing.WriteOpenError:
        lines = ["写卡没有完成，款项没有丢失。", "请再放一次卡领款，由卡上计数核定。"]
        yield note(title, [*lines, "卡放上仍读不了的，请到校园卡管理办公室补卡，款项回到“待领”。"], "amber")
        return
    except writing.WriteUnknownError:
        kiosk.card = ""
        yield from writing.put_back(title)
        yield note(title, [writing.settle(kiosk)], "green")
        return
    fen = begun.get("amount_fen")
    lines = [f"{one.get('name', '')}　{yuan(one.get('amount_fen'))}" for one in begun.get("items") or []]
    kiosk.print_slip([title, *lines, f"合计 {yuan(fen)}", f"库余额 {yuan(answer.get('balance_fen'))}"])
    yield note(title, [done, *lines, f"领款金额 {yuan(fen)}", f"库余额 {yuan(answer.get('balance_fen'))}"], "green")
