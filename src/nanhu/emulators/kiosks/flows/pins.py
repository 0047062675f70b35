"""消费密码修改 (A127) and 修改查询密码 (A131)."""

from nanhu.emulators.chip.api import CardElsewhereError, StatusRefusedError, terminal
from nanhu.emulators.kiosks.flows.steps import card_on, new_pin
from nanhu.emulators.kiosks.kiosk import Flow, Kiosk
from nanhu.emulators.kiosks.screens import note, pin

NAMES = {"payment": "消费密码", "enquiry": "查询密码"}
NOT_ON_CARD = "学校已修改，卡上没有改：断网消费时仍用原密码，请到消费机上再改一次。"


def change_payment_pin(kiosk: Kiosk) -> Flow:
    title = "消费密码修改"
    card = yield from card_on(kiosk, title)
    old = yield pin(title, "请输入原密码")
    yield from change(kiosk, title, "payment", card, str(old))


def change_enquiry_pin(kiosk: Kiosk) -> Flow:
    title = "修改密码"
    card = yield from card_on(kiosk, title)
    old = yield pin(title, "请输入旧密码")
    yield from change(kiosk, title, "enquiry", card, str(old))


def change(kiosk: Kiosk, title: str, kind: str, card: str, old: str) -> Flow:
    new = yield from new_pin(title, "密码")
    kiosk.busy = "正在修改密码"
    kiosk.line.ask("pin/change", {"card": card, "kind": kind}, pins={"pin": old, "new": new}, title=title)
    is_everywhere = kind != "payment" or write_chip(kiosk, card, old, new)
    kiosk.print_slip([title, f"{NAMES[kind]}修改成功", "请牢记并妥善保管您的密码"])
    yield note(title, ["密码修改成功", *([] if is_everywhere else [NOT_ON_CARD])], "green")


def write_chip(kiosk: Kiosk, card: str, old: str, new: str) -> bool:
    """The card asks for its own PIN where a till has no network; the school has agreed to the new one already."""
    try:
        with kiosk.pocket.card(card) as chip:
            if chip is not None:
                terminal.change_pin(chip, old, new)
    except (CardElsewhereError, StatusRefusedError):
        return False
    return True
