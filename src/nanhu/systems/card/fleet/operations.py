"""`loss/report`: a holder reports the card lost at a kiosk (A113, A114)."""

from typing import Any, Final

from nanhu.kernel.clock import campus_today, start_of
from nanhu.kernel.database.values import one_value
from nanhu.kernel.ui import dates
from nanhu.platforms.people import api as people
from nanhu.platforms.terminals.api import (
    KIOSKS,
    MalformedError,
    NotForThisTerminalError,
    Request,
    Terminal,
    TerminalLimitError,
    operation,
    text_in,
)
from nanhu.systems.card.models import Card, LossReport
from nanhu.systems.card.pins.operations import check_any_pin
from nanhu.systems.card.pins.policy import limits_on
from nanhu.systems.card.presented import CardRefusedError, card_in, refused_card
from nanhu.systems.card.protocol import SENTENCES
from nanhu.systems.card.queries import card_of
from nanhu.systems.card.services.loss import report_lost

BY_DOCUMENT, BY_PIN = "identity card read", "enquiry PIN"
COUNTED: Final = "SELECT card_terminal_reported(%s, %s, %s)"
LIVING = (Card.State.ISSUED, Card.State.LOST)


@operation("loss/report", kinds=KIOSKS)
def loss_report(request: Request) -> dict[str, Any]:
    """By the card or the campus number with the enquiry PIN; by the identity card where the kiosk reads one."""
    card, proof = reported_card(request)
    if proof == BY_PIN:
        check_any_pin(request, card, "enquiry")
    elif not was_reported_here(request, card):
        count_report(request)
    if card.state not in LIVING:
        raise CountedRefusalError(code=f"card_{card.state}", sentence=SENTENCES[f"card_{card.state}"])
    place = f"{request.terminal.place} {request.terminal.number}".strip()
    lost = report_lost(
        by=request.by, card=card, reason=f"自助终端挂失（{place}）", way=LossReport.Way.KIOSK, proof=proof
    )
    moment = dates.second_words(lost.lost_at) if lost.lost_at else ""
    return {
        "code": "ok",
        "number": lost.number,
        "lost_at": lost.lost_at.timestamp() if lost.lost_at else None,
        "sentence": "已挂失，联网的终端现在就拒绝这张卡",
        "slip": [
            f"卡号 {lost.number}",
            f"挂失时间 {moment}",
            f"办理终端 {place}",
            "联网的终端立即拒绝这张卡；断网的终端连上网后拒绝。",
            "卡找到了，请带有效证件到校园卡管理办公室解挂。",
        ],
    }


class CountedRefusalError(CardRefusedError):
    """What was counted before it stays counted."""

    keeps_writes = True


def was_reported_here(request: Request, card: Card) -> bool:
    """Today, by this machine and a document: who presses twice is told again."""
    made = LossReport.objects.filter(
        reported_at__gte=start_of(campus_today()), way=LossReport.Way.KIOSK, proof=BY_DOCUMENT
    )
    return made.filter(card=card, reporter=request.by.name, ended_at=None).exists()


def count_report(request: Request) -> None:
    """Whose key is stolen reports whom he knows the document's number of, or asks in this way whose card is lost and which it is: so many a
    day and machine."""
    rule = limits_on(campus_today())
    if not one_value(COUNTED, [request.terminal.pk, rule.terminal_minute_misses, rule.kiosk_day_losses]):
        raise TerminalLimitError


def reported_card(request: Request) -> tuple[Card, str]:
    body = request.body
    if body.get("id_number"):
        if request.terminal.kind != Terminal.Kind.REISSUE_KIOSK:
            raise NotForThisTerminalError
        return held_card(people.find_person_by_document(text_in(body, "id_number", longest=40))), BY_DOCUMENT
    if body.get("campus_no"):
        return held_card(people.find_person_by_campus_no(text_in(body, "campus_no", longest=32))), BY_PIN
    if body.get("card"):
        return card_in(body, states=LIVING), BY_PIN
    raise MalformedError


def held_card(person_id: int | None) -> Card:
    """In whatever state: that is told after the PIN alone, or counted."""
    card = card_of(person_id)
    if card is None:
        raise refused_card("card_unknown")
    return card
