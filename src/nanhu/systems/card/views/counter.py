"""The counter (一卡通柜台): find a person, see the card, take cash, give the receipt. Made for the hundredth time today."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_time, campus_today, now
from nanhu.kernel.kit import (
    Badge,
    Console,
    Empty,
    Link,
    Money,
    PageRequest,
    Person,
    PersonLink,
    Table,
    Text,
    form_of,
    list_of,
    listing,
)
from nanhu.kernel.kit.columns import Tone
from nanhu.kernel.kit.records import record
from nanhu.kernel.money import short_yuan
from nanhu.kernel.school import school
from nanhu.platforms.people import api as people
from nanhu.systems.card import queries
from nanhu.systems.card.forms import ExceptionForm, TopUpForm
from nanhu.systems.card.limits import counter_limits
from nanhu.systems.card.models import Card, CashException, TopUp
from nanhu.systems.card.policies import CLERK_ROLE, may_bring_cash
from nanhu.systems.card.protocol import receipt_number
from nanhu.systems.card.rows import line_of
from nanhu.systems.card.services import cash_exceptions
from nanhu.systems.card.services.issue import followed_or_last
from nanhu.systems.card.services.loss import may_be_reported
from nanhu.systems.card.services.top_up import Taken, top_up_with_cash
from nanhu.systems.card.views.frame import card_with

FOUND, WAITING, RECENT = 20, 20, 6
CARD_TONES: dict[str, Tone] = {Card.State.ISSUED: "good", Card.State.LOST: "bad"}
Asked = CashException.State
EXCEPTION_TONES: dict[str, Tone] = {Asked.APPROVED: "good", Asked.USED: "good", Asked.REFUSED: "bad"}
BOOKED_ONCE = _("这笔已经入账，没有重复：同一张表单又提交了一次，钱只记了一笔，下面就是那一笔的收据。")
NOT_BOOKED = _("没有入账，钱没有动")
desk = Console(
    "card:counter",
    _("一卡通柜台"),
    icon="hand-coins",
    owner=_("校园卡管理办公室"),
    description=_("查人、现金充值、特批、挂失与解挂"),
    roles=[CLERK_ROLE],
    leads_to=["devices:terminals"],
    order=40,
    styles=["card/card.css"],
)


@dataclass(frozen=True, slots=True)
class Hit:
    person: people.PersonCard
    card: Card | None

    @property
    def tie(self) -> people.AffiliationCard | None:
        return followed_or_last(self.person)


class Hits(Table):
    name = Link(_("姓名"), "person__name", to="card", by=("card__public_id",))
    campus_no = Text(_("学工号"), "tie__campus_no", is_number=True)
    unit = Text(_("单位"), "tie__unit_path", is_term=True)
    number = Text(_("卡号"), "card__number", is_number=True)
    state = Badge(
        _("状态"), "card__state", names=[*Card.State.choices, (None, _("没有卡"))], tones=CARD_TONES, tone="warn"
    )


class Waiting(Table):
    holder = PersonLink(_("持卡人"), "card__person_id", to="case")
    number = Text(_("卡号"), "card__number", is_number=True)
    amount_fen = Money(_("金额"))
    reason = Text(_("原因"))
    state = Badge(_("状态"), names=Asked.choices, tones=EXCEPTION_TONES, tone="warn")


class TakenToday(Table):
    receipt = Link(_("收据号"), lambda one: receipt_number(one.pk), to="receipt", by=("receipt_id",), is_number=True)
    created_at = Text(_("时间"), lambda one: f"{campus_time(one.created_at):%H:%M:%S}", is_number=True)
    holder = Person(_("姓名"), "receipt__card__person_id")
    card = Link(
        _("卡号"), "receipt__card__number", to="card", by=("receipt__card__public_id",), is_number=True, is_wide=True
    )
    way = Text(_("类别"), lambda one: _("特批") if one.exception_id else _("充值"))
    amount_fen = Money(_("金额"))


@desk.page("counter/", title=_("一卡通柜台"), tab=_("下一位"))
def search(request: PageRequest) -> HttpResponseBase:
    """One hit opens at once, so that a scanned card needs no further key."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:40]
    hits = find(text) if text else []
    if len(hits) == 1 and hits[0].card is not None:
        return redirect(card.address(public_id=hits[0].card.public_id))
    nobody = Empty(
        title=_("没有找到“%(text)s”") % {"text": text},
        icon="search-x",
        text=_("核对一下号码或姓名的写法；刚入校的人可能还没有登记。"),
    )
    facts = {
        "text": text,
        "found": list_of(request, Hits, hits, caption=_("找到的人"), empty=nobody),
        "waiting": list_of(request, Waiting, to_do(request.viewer.account_id), caption=_("等您处理的特批")),
    }
    return render(request, "card/counter.html", facts)


def find(text: str) -> list[Hit]:
    """By the card's number or chip, else as people are found; who has no card is shown and says so."""
    typed = people.halfwidth(text).upper()
    exact = list((Card.objects.filter(uid=typed) | Card.objects.filter(number=typed))[:2])
    if exact:
        persons = people.person_cards([card.person_id for card in exact])
        return [Hit(persons[card.person_id], card) for card in exact]
    found = people.search_people(text, FOUND)
    cards = queries.cards_of_people([person.person_id for person in found])
    return [Hit(person, cards.get(person.person_id)) for person in found]


def to_do(account_id: int | None) -> list[CashException]:
    """Of the exceptions still in force, others' requests to decide, her own that were agreed to and wait for the cash."""
    mine, since = Q(author_id=account_id), now() - counter_limits().exception_life
    wanted = (~mine & Q(state=Asked.PENDING)) | (mine & Q(state__in=[Asked.PENDING, Asked.APPROVED]))
    rows = CashException.objects.filter(wanted, created_at__gte=since).select_related("card")
    return list(rows.order_by("-created_at")[:WAITING])


@search.page("cards/<uuid:public_id>/", title=_("持卡人"), subject=card_with, opens_whole=True)
def card(request: PageRequest, found: Card) -> HttpResponse:
    """The till for who may bring cash, the request of an exception for who may not."""
    is_open, limits = may_bring_cash(found), counter_limits()
    facts = {
        **person_facts(found),
        "may_report": may_be_reported(found),
        "is_open": is_open,
        "form": form_of(request, TopUpForm if is_open else ExceptionForm),
        "limits": limits,
        "presets": [short_yuan(fen) for fen in limits.presets_fen],
    }
    return render(request, "card/counter_card.html", facts)


def person_facts(found: Card) -> dict[str, Any]:
    recent = queries.statement(found.wallet)[:RECENT]
    holding, lines = queries.holding_of(found), [line_of(row) for row in recent]
    return {**named(found), "holding": holding, "lines": lines}


def named(found: Card) -> dict[str, Any]:
    person = people.person_card(found.person_id)
    said = {"card": found, "person": person, "school": school(), "supplier": queries.door_supplier()}
    return said | {"tie": followed_or_last(person)}


@card.action("top-up/", form=TopUpForm, repeated=BOOKED_ONCE, refused=NOT_BOOKED)
def top_up(request: PageRequest, form: TopUpForm, found: Card) -> HttpResponseRedirect:
    said = form.cleaned_data
    taken = top_up_with_cash(by=request.actor, card=found, amount_fen=said["amount"], token=said["token"])
    return to_receipt(request, taken)


@card.action("ask/", form=ExceptionForm, to="case")
def ask(request: PageRequest, form: ExceptionForm, found: Card) -> CashException:
    said = form.cleaned_data
    return cash_exceptions.ask_for_cash(
        by=request.actor, card=found, amount_fen=said["amount"], reason=said["reason"], token=said["token"]
    )


@search.page(
    "top-ups/",
    title=_("今日收款"),
    tab=_("今日收款"),
    lead=_("您今天收的每一笔现金。合计在点钱交班以后显示，先点后比。"),
)
def drawer(request: PageRequest) -> HttpResponseBase:
    none = Empty(
        title=_("今天还没有收款"),
        icon="banknote",
        text=_("每收一笔现金，这里就多一行。"),
        action=_("到柜台"),
        to="search",
    )
    rows = queries.taken_by(request.viewer.account_id, campus_today())
    return listing(request, TakenToday, rows, empty=none, template="card/drawer.html", facts={"as_of": now()})


CASH = TopUp.objects.filter(receipt__card__isnull=False).select_related("receipt__card", "exception")


@drawer.page("<int:receipt_id>/", title=_("充值收据"), subject=record(CASH, _("这张收据")), opens_whole=True)
def receipt(request: PageRequest, found: TopUp) -> HttpResponse:
    holder = named(found.receipt.card) if found.receipt.card else {}
    facts = {**holder, "top_up": found, "number": receipt_number(found.pk)}
    return render(request, "card/receipt.html", facts)


def to_receipt(request: PageRequest, taken: Taken) -> HttpResponseRedirect:
    if taken.is_repeated:
        messages.info(request, str(BOOKED_ONCE))
    return HttpResponseRedirect(receipt.address(receipt_id=taken.top_up.receipt_id))
