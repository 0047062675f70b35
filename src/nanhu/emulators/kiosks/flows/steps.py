"""Steps that several services share."""

from collections.abc import Callable, Generator
from typing import Any

from nanhu.emulators.kiosks.kiosk import Flow, Kiosk
from nanhu.emulators.kiosks.line import RefusedError, UnresolvedError
from nanhu.emulators.kiosks.screens import Screen, lay_card, note, pin

type Asking[Found] = Generator[Screen, Any, Found]


def serve(kiosk: Kiosk, service: Callable[[Kiosk], Flow], title: str) -> Flow:
    """One service from its first screen to the card's being taken."""
    yield from tried(kiosk, service, title)
    yield from give_back(kiosk)


def tried(kiosk: Kiosk, service: Callable[[Kiosk], Flow], title: str) -> Flow:
    """A refusal is a screen like any other."""
    try:
        yield from service(kiosk)
    except RefusedError as refused:
        yield note(title, [refused.sentence], "red")
    except UnresolvedError:
        yield note(title, ["没有收到学校的应答，结果未知。", "请勿重复办理，本机会自动查询上一笔业务的结果。"], "amber")


def give_back(kiosk: Kiosk) -> Flow:
    if kiosk.document:
        yield Screen(
            kind="take_document", title="请取走您的身份证", lines=["请勿将证件遗留在机器上"], tone="amber", seconds=0
        )
    if kiosk.card:
        yield Screen(
            kind="take_card", title="请取走您的校园卡", lines=["请勿将校园卡遗留在机器上"], tone="amber", seconds=0
        )


def card_on(kiosk: Kiosk, title: str) -> Asking[str]:
    """The card on the reader, asked for where it does not lie there yet."""
    if not kiosk.card:
        yield lay_card(title)
    return kiosk.card


def new_pin(title: str, name: str) -> Asking[str]:
    """Twice the same six digits; a difference begins again."""
    while True:
        first = yield pin(title, f"请输入新{name}")
        second = yield pin(title, f"请再次输入新{name}")
        if first == second:
            return str(first)
        yield note(title, ["两次输入的新密码不一致，请重新输入。"], "red")


def resolve_first(kiosk: Kiosk) -> Flow:
    """No new service before it is known what became of the last one, and of a card that is back on the reader."""
    while is_unsettled(kiosk):
        found = kiosk.recover(kiosk)
        if is_unsettled(kiosk):
            yield note("暂停服务", ["上一笔业务的结果还没有查到，请稍候或到其他机器办理。"], "amber")
        elif found:
            yield note("上一笔业务", found)


def is_unsettled(kiosk: Kiosk) -> bool:
    memory = kiosk.memory
    has_its_card = memory.writing is not None and memory.writing.card == kiosk.card
    return memory.pending is not None or memory.making is not None or has_its_card
