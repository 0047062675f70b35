"""The rest of a working day of the sample campus, so that no page of the office stands empty: cash, doubts, a lost card."""

from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

from nanhu.kernel.actors import Actor
from nanhu.platforms.people import api as people
from nanhu.systems.card.closing.models import Dispute
from nanhu.systems.card.closing.services import corrections, disputes
from nanhu.systems.card.models import Card, CashException, Receipt
from nanhu.systems.card.sample.office import actor
from nanhu.systems.card.services.cash_exceptions import ask_for_cash
from nanhu.systems.card.services.loss import report_lost
from nanhu.systems.card.services.shifts import open_shift
from nanhu.systems.card.services.top_up import top_up_with_cash

CASH_FEN = (10_000, 20_000, 5000)
DOUBTS = (
    ("这个点我在上课，没有到过这个窗口。", ""),
    ("好像刷了两次，只吃了一份。", "终端流水只有一笔，凭条上的另一笔没有入账。"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """Campus numbers of the clerk, of her colleague, and of the cast, whose cards stay as they are."""

    clerk: str
    second: str
    cast: tuple[str, ...]


def begin_day(day: Day) -> str:
    """Twice is harmless."""
    if Dispute.objects.exists() or CashException.objects.filter(token=named("exception")).exists():
        return ""
    clerk, second = actor(day.clerk), actor(day.second)
    known = people.find_people_by_campus_no(day.cast).values()
    others = Card.objects.filter(state=Card.State.ISSUED).exclude(person_id__in=known)
    staff = list(others.filter(card_class="teacher").select_related("wallet").order_by("pk")[: len(CASH_FEN)])
    students = list(
        others.filter(card_class="student", sub_class="统招本科").select_related("wallet").order_by("-pk")[:5]
    )
    cash(clerk, staff)
    doubts(clerk, students[: len(DOUBTS)])
    for card in students[2:3]:
        ask_for_cash(
            by=second, card=card, amount_fen=5000, reason="银行卡被冻结，辅导员已核实", token=named("exception")
        )
    for card in students[3:4]:
        report_lost(by=clerk, card=card, reason="本人电话挂失", way="phone", proof="学号和证件号后四位")
    return f"{len(staff)} 笔现金，{Dispute.objects.count()} 笔疑问"


def named(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"example:{name}")


def cash(clerk: Actor, cards: list[Card]) -> None:
    open_shift(by=clerk, float_fen=0)
    for card, fen in zip(cards, CASH_FEN, strict=False):
        top_up_with_cash(by=clerk, card=card, amount_fen=fen, token=named(f"cash:{card.pk}"))


def doubts(clerk: Actor, cards: list[Card]) -> None:
    """One that waits, with a correction asked for; one that is answered."""
    for card, (words, answer) in zip(cards, DOUBTS, strict=False):
        sale = Receipt.objects.filter(wallet=card.wallet, kind="payment", outcome="posted").order_by("-pk").first()
        if sale is None:
            continue
        marked = disputes.dispute(by=clerk, wallet=card.wallet, receipt_id=sale.pk, words=words)
        if answer:
            disputes.answer(by=clerk, dispute=marked, answer=answer)
        else:
            corrections.ask(by=clerk, receipt=sale, reason="窗口确认按错，持卡人不在场", token=named("correction"))
