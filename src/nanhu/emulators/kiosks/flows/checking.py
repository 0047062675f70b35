"""校园卡检测 (A135): is it the card or the machine? No PIN is asked, so nothing is told but whether the chip answers."""

from nanhu.emulators.chip.api import CardElsewhereError, StatusRefusedError, terminal
from nanhu.emulators.kiosks.flows.steps import card_on
from nanhu.emulators.kiosks.kiosk import Flow, Kiosk
from nanhu.emulators.kiosks.screens import note

TITLE = "校园卡检测"
GOOD = ["读卡正常，芯片没有损坏。", "别处仍刷不了，请看卡是否挂失、过期，或到校园卡管理办公室询问。"]
DEAD = [
    "读不出芯片，这张卡已经损坏。",
    "请补办：学生持身份证到自助补卡机，其他人到校园卡管理办公室。卡损坏不按丢失收费。",
    "平时请不要折弯、重压，不与其他卡片叠放。",
]


def check(kiosk: Kiosk) -> Flow:
    yield from card_on(kiosk, TITLE)
    kiosk.busy = "正在读卡"
    if answers(kiosk):
        yield note(TITLE, GOOD, "green")
    else:
        yield note(TITLE, DEAD, "red")


def answers(kiosk: Kiosk) -> bool:
    if kiosk.write_mode == "dead":
        return False
    try:
        with kiosk.pocket.card(kiosk.card) as chip:
            if chip is not None:
                terminal.read_facts(chip)
    except (CardElsewhereError, StatusRefusedError):
        return False
    return True
