"""After the power or the network is back: what became of the request that was under way, and of the chip that was written."""

from collections.abc import Callable
from typing import Any

from nanhu.emulators.kiosks.flows import reissue, writing
from nanhu.emulators.kiosks.kiosk import Kiosk
from nanhu.emulators.kiosks.line import UnresolvedError
from nanhu.emulators.kiosks.memory import Pending


def recover(kiosk: Kiosk) -> list[str]:
    """Asks by the same sequence and the same bytes first; then brings to an end what that answer, or the disk, left open."""
    try:
        return [*what_became(kiosk), *(line for line in (settle(kiosk),) if line)]
    except UnresolvedError:
        return ["上一笔业务的结果还没有查到，本机会继续查询。"]


def what_became(kiosk: Kiosk) -> list[str]:
    pending = kiosk.memory.pending
    if pending is None:
        return []
    answer = kiosk.line.resolve()
    if answer is None:
        raise UnresolvedError
    if answer.get("outcome") != "approved":
        return [f"上一笔业务（{pending.title}）：{answer.get('sentence', '没有办理')}"]
    AFTER.get(pending.operation, nothing_more)(kiosk, pending, answer)
    return [f"上一笔业务（{pending.title}）：{TOLD.get(pending.operation, '已办理成功')}"]


def settle(kiosk: Kiosk) -> str:
    return " ".join(line for line in (writing.settle(kiosk), reissue.settle(kiosk)) if line)


def claim_begun(kiosk: Kiosk, pending: Pending, answer: dict[str, Any]) -> None:
    counter = pending.facts.get("counter", -1)
    writing.remember(
        kiosk, answer, pending.card or str(pending.facts.get("card", "")), None if counter < 0 else counter
    )


def claim_ended(kiosk: Kiosk, _pending: Pending, _answer: dict[str, Any]) -> None:
    writing.forget(kiosk)


def reissue_begun(kiosk: Kiosk, _pending: Pending, answer: dict[str, Any]) -> None:
    reissue.remember(kiosk, answer, "")


def reissue_ended(kiosk: Kiosk, _pending: Pending, answer: dict[str, Any]) -> None:
    making = kiosk.memory.making
    if making is not None and making.is_made:
        kiosk.hand_out(making.uid, str(answer.get("number", "")), making.id_number, answer.get("chip_sealed"))
    reissue.forget(kiosk)


def nothing_more(_kiosk: Kiosk, _pending: Pending, _answer: dict[str, Any]) -> None:
    """What was done is done, and the person can look it up."""


AFTER: dict[str, Callable[[Kiosk, Pending, dict[str, Any]], None]] = {
    "claim/begin": claim_begun,
    "load/claim": claim_begun,
    "claim/finish": claim_ended,
    "reissue/begin": reissue_begun,
    "reissue/finish": reissue_ended,
}
TOLD = {
    "load/begin": "银行已受理，扣款成功后成为“圈存未领”，可到领款服务领取",
    "claim/begin": "已受理",
    "claim/mac": "已受理",
    "load/claim": "已受理",
    "reissue/begin": "已受理",
}
