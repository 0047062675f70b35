"""自助补卡 (A119): identity card, payment, a card made from a blank within two minutes; a jam charges nothing."""

import secrets
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from nanhu.emulators.kiosks.flows.steps import card_on
from nanhu.emulators.kiosks.kiosk import Flow, Kiosk
from nanhu.emulators.kiosks.line import RefusedError
from nanhu.emulators.kiosks.memory import Making, Pending
from nanhu.emulators.kiosks.screens import confirm, insert_document, note, yuan

TITLE, SWAP = "自助补卡", "损坏换卡"
CAMPUS = ZoneInfo("Asia/Shanghai")
USUAL_HOURS, USUAL_WAIT = 72, "三日之后"
OUT_OF_ORDER = "本机暂停补卡，已报校园卡管理办公室，请到另一台补卡机办理。"


def reissue(kiosk: Kiosk) -> Flow:
    yield from renew(kiosk, TITLE, {})


def swap(kiosk: Kiosk) -> Flow:
    """A damaged card is given in and costs no fee for a lost one (A135)."""
    yield from renew(kiosk, SWAP, {"reason": "damaged"})


def renew(kiosk: Kiosk, title: str, why: dict[str, str]) -> Flow:
    if kiosk.memory.cards_left == 0 or kiosk.memory.fault in {"jam", "reader", "writer"}:
        yield note(title, [OUT_OF_ORDER], "red")
        return
    if not kiosk.document:
        yield insert_document(title)
    if why:
        yield from card_on(kiosk, title)
    kiosk.busy = "正在读取身份证"
    offer = kiosk.line.ask("reissue/begin", {"id_number": kiosk.document, **why}, title=title, document=kiosk.document)
    fee = f"工本费 {yuan(offer.get('fee_fen'))}，从卡内余额支付（现有 {yuan(offer.get('balance_fen'))}）"
    answer = yield confirm(
        title,
        [
            f"{offer.get('name', '')}　原卡号 {offer.get('number', '')}",
            fee if offer.get("fee_fen") else "卡损坏换卡，不收工本费，旧卡由本机收回。",
            f"原卡立即作废，余额冻结，{wait(offer.get('frozen_hours'))}在圈存机上领取。",
        ],
    )
    if answer is not True:
        return
    kiosk.busy = "正在制卡，请稍候"
    is_made = make_card(kiosk)
    done = finish(kiosk, is_made=is_made)
    if not is_made:
        yield note(title, ["卡道堵卡，没有制成新卡，也没有收费。", OUT_OF_ORDER], "red")
        return
    until = moment(done.get("available_at"))
    if why:
        kiosk.card = ""  # into the machine's own box
    kiosk.print_slip(
        [title, f"新卡号 {done.get('number', '')}", f"冻结金额 {yuan(done.get('frozen_fen'))}", f"{until} 起可领取"]
    )
    yield note(
        title,
        [
            "补卡成功，请取走新卡。",
            f"新卡号 {done.get('number', '')}",
            f"冻结金额 {yuan(done.get('frozen_fen'))}，{until} 起在圈存机上领取。",
        ],
        "green",
    )


def begun(pending: Pending, answer: dict[str, Any]) -> Making:
    """From now on an order is open; whatever happens, it is finished one way or the other."""
    return Making(answer["reissue"], str(pending.facts["document"]), f"04{secrets.token_hex(6).upper()}")


def ended(kiosk: Kiosk, answer: dict[str, Any] | None) -> None:
    """The card that was made falls into the tray; where the school said no it stays inside."""
    making, kiosk.memory.making = kiosk.memory.making, None
    if making is not None and making.is_made and answer is not None:
        kiosk.hand_out(making.uid, str(answer.get("number", "")), making.id_number, answer.get("chip_sealed"))


def make_card(kiosk: Kiosk) -> bool:
    """Takes a blank from the stack, encodes and prints it. A jam spoils the blank."""
    making = kiosk.memory.making
    if making is None:
        return False
    kiosk.point("before_write")
    kiosk.memory.cards_left -= 1
    is_jammed = kiosk.write_mode != "ok"
    if is_jammed:
        kiosk.memory.fault = "jam"
    else:
        making.is_made = True
    kiosk.file.keep()
    kiosk.report()
    kiosk.point("after_write")
    return not is_jammed


def finish(kiosk: Kiosk, *, is_made: bool) -> dict[str, Any]:
    making = kiosk.memory.making
    if making is None:
        return {}
    body: dict[str, Any] = {"reissue": making.order, "is_made": is_made}
    if is_made:
        body["uid"] = making.uid
    return kiosk.line.ask("reissue/finish", body, title=TITLE)


def settle(kiosk: Kiosk) -> str:
    """After a power cut: the card that was made is handed out, one that was not leaves everything as it was."""
    making = kiosk.memory.making
    if making is None:
        return ""
    try:
        finish(kiosk, is_made=making.is_made)
    except RefusedError as refused:
        return f"上一笔补卡：{refused.sentence}"
    return "上一笔补卡已完成，新卡在出卡口。" if making.is_made else "上一笔补卡没有制卡，原卡不变，没有收费。"


def wait(hours: object) -> str:
    """As long as the school says; the manual's three days where it says nothing."""
    if not isinstance(hours, int) or hours == USUAL_HOURS:
        return USUAL_WAIT
    return f"{hours} 小时之后" if hours else "随即"


def moment(text: object) -> str:
    """`text` is ISO 8601."""
    try:
        return f"{datetime.fromisoformat(str(text)).astimezone(CAMPUS):%m月%d日 %H:%M}"
    except ValueError:
        return USUAL_WAIT
