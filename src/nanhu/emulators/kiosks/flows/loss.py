"""挂失: with the enquiry password (A113), at the reissue kiosk with the identity card (A114)."""

from typing import Any

from nanhu.emulators.kiosks.flows.steps import card_on
from nanhu.emulators.kiosks.kiosk import Flow, Kiosk
from nanhu.emulators.kiosks.screens import confirm, insert_document, note, number, pin

TITLE = "挂失"


def report_by_number(kiosk: Kiosk) -> Flow:
    """Whoever lost the card has none to lay down: campus number and enquiry PIN."""
    campus_no = yield number(TITLE, "请输入学（工）号", least=4, most=20)
    typed = yield pin(TITLE, "请输入查询密码")
    yield confirm(
        TITLE,
        [
            f"学（工）号 {campus_no}",
            "挂失后，本人或其他人都不能再使用这张卡。",
            "找回后须持有效证件到校园卡管理办公室解挂。",
        ],
    )
    yield from report(kiosk, {"campus_no": str(campus_no)}, {"pin": str(typed)})


def report_by_card(kiosk: Kiosk) -> Flow:
    card = yield from card_on(kiosk, TITLE)
    typed = yield pin(TITLE, "请输入查询密码")
    yield confirm(TITLE, ["挂失后，读卡区上的这张卡立即不能使用。"])
    yield from report(kiosk, {"card": card}, {"pin": str(typed)})


def report_by_document(kiosk: Kiosk) -> Flow:
    if not kiosk.document:
        yield insert_document(TITLE)
    yield confirm(TITLE, ["挂失后，本人或其他人都不能再使用这张卡。"])
    yield from report(kiosk, {"id_number": kiosk.document}, {})


def report(kiosk: Kiosk, body: dict[str, Any], pins: dict[str, str]) -> Flow:
    kiosk.busy = "正在挂失"
    answer = kiosk.line.ask("loss/report", body, pins=pins, title=TITLE)
    lines = [str(line) for line in answer.get("slip") or []]
    kiosk.print_slip([TITLE, *(lines or [f"卡号 {answer.get('number', '')}", "挂失成功"])])
    yield note(TITLE, ["挂失成功", str(answer.get("sentence", ""))], "green")
