"""After the power or the network is back: what became of the request that was under way, and of the chip that was written."""

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
    return [f"上一笔业务（{pending.title}）：{OUTCOMES.get(pending.operation, '已办理成功')}"]


def settle(kiosk: Kiosk) -> str:
    return " ".join(line for line in (writing.settle(kiosk), reissue.settle(kiosk)) if line)


def apply(kiosk: Kiosk, pending: Pending, answer: dict[str, Any]) -> None:
    """What an answer means for what the disk remembers; whoever calls writes it down."""
    is_approved = answer.get("outcome") == "approved"
    if pending.operation in {"claim/begin", "load/claim"} and is_approved:
        kiosk.memory.writing = writing.begun(pending, answer)
    elif pending.operation == "claim/finish":
        kiosk.memory.writing = None
    elif pending.operation == "reissue/begin" and is_approved:
        kiosk.memory.making = reissue.begun(pending, answer)
    elif pending.operation == "reissue/finish":
        reissue.ended(kiosk, answer if is_approved else None)


OUTCOMES = {
    "load/begin": "银行已受理，扣款成功后成为“圈存未领”，可到领款服务领取",
    "claim/begin": "已受理",
    "claim/mac": "已受理",
    "load/claim": "已受理",
    "reissue/begin": "已受理",
}
