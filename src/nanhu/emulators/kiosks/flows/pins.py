"""消费密码修改 (A127) and 修改查询密码 (A131)."""

from nanhu.emulators.kiosks.flows.steps import card_on, new_pin
from nanhu.emulators.kiosks.kiosk import Flow, Kiosk
from nanhu.emulators.kiosks.screens import note, pin

NAMES = {"payment": "消费密码", "enquiry": "查询密码"}


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
    kiosk.print_slip([title, f"{NAMES[kind]}修改成功", "请牢记并妥善保管您的密码"])
    yield note(title, ["密码修改成功"], "green")
