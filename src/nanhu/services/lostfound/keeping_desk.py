"""The keeping desk (失物招领处): what is handed in, claims of it, given back against a signature; cards and large sums of cash."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import (
    Badge,
    Choice,
    Console,
    Empty,
    Filters,
    FoldedSearch,
    Link,
    Moment,
    Money,
    Number,
    PageRequest,
    Table,
    Text,
    Views,
    listing,
)
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.kernel.kit.records import seen
from nanhu.kernel.kit.waiting import entered
from nanhu.kernel.registry import Viewer
from nanhu.services.lostfound import policies, queries
from nanhu.services.lostfound.forms import CardForm, HandOverForm, ShelfForm
from nanhu.services.lostfound.models import STATE_TONES, Claim, HandOver, Item
from nanhu.services.lostfound.services import claiming, keeping
from nanhu.services.lostfound.services.trail import day_ago

State = Item.State
ANSWERED = Q(state__in=Item.ANSWERED, handed_in_at__isnull=False)
ON_SHELF = Q(handed_in_at__isnull=False, hand_over=None)
TO_COME = Q(handed_in_at=None, state__in=[State.PENDING, State.OPEN, State.GUARDED])
BRING_IN = TO_COME & Q(state=State.GUARDED)
TO_JUDGE = ANSWERED & Q(Exists(Claim.objects.filter(item=OuterRef("pk"), state=Claim.State.WAITING)))
UNSIGNED = Q(hand_over__isnull=False, hand_over__signed_at=None)
desk = Console(
    "lostfound:keeping",
    _("失物保管"),
    icon="archive",
    owner=_("保卫处"),
    description=_("失物招领处：收下、核对、凭证件交还；捡到的校园卡马上通知失主"),
    roles=[policies.KEEPER_ROLE],
    order=53,
)


class Kept(Table):
    words = Link(_("物品"), lambda one: one.title, to="thing")
    category = Text(_("类别"), names=dict(Item.Category.choices))
    shelf = Text(_("格位"), is_number=True)
    where = Text(_("在哪里捡的"), lambda one: one.where)
    amount = Money(_("金额"), "amount_fen")
    claims = Number(_("等核对"), "waiting_claims", sort=False)
    handed_in = Moment(_("收下"), "handed_in_at")
    state = Badge(_("状态"), names=State.choices, tones=STATE_TONES, tone="none")


class KeptFilters(Filters):
    q = FoldedSearch(label=_("物品、地点、拼音"))
    category = Choice(_("类别"), Item.Category.choices)
    show = Views(
        {
            "shelf": (_("在架上"), ON_SHELF),
            "coming": (_("等交来"), TO_COME),
            "claimed": (_("等核对认领"), TO_JUDGE),
            "unsigned": (_("没签收"), UNSIGNED),
            "cash": (_("大额现金"), Q(category=Item.Category.CASH)),
        }
    )


@desk.page(
    "",
    title=_("保管的东西"),
    tab=_("保管"),
    count=entered("lostfound.kept", lambda: policies.kept_at_desk().filter(BRING_IN | TO_JUDGE)),
    waits=True,
)
def things(request: PageRequest) -> HttpResponseBase:
    none = Empty(
        title=_("架上没有东西"), icon="archive", text=_("有人把捡到的交来，或发布时选“交到失物招领处”，就在这里。")
    )
    return listing(request, Kept, queries.desk_items(), KeptFilters, empty=none, export_as="失物保管")


def kept_things(_viewer: Viewer) -> QuerySet[Item]:
    return policies.kept_at_desk().select_related("place__parent")


@things.page("things/<uuid:public_id>/", title=_("失物"), subject=seen(kept_things, Item.what), opens_whole=True)
def thing(request: PageRequest, one: Item) -> HttpResponse:
    handed = HandOver.objects.filter(item=one).first()
    waiting = one.claims.filter(state=Claim.State.WAITING).select_related("item")
    facts = {
        "item": one,
        "addresses": request.page.addresses_below(public_id=one.public_id),
        "photos": one.photos.all(),
        "handed": handed,
        "claims": [
            (claim, queries.likeness(claim))
            for claim in waiting
            if one.state in Item.ANSWERED and one.handed_in_at and claim.claimer_id != request.viewer.account_id
        ],
        "right": one.claims.filter(state=Claim.State.RIGHT).first(),
        "is_on_shelf": one.handed_in_at is not None and handed is None,
        "may_dispose": handed is None and (one.handed_in_at is not None or one.state == State.GUARDED),
        "may_take_back": handed is not None and handed.at >= day_ago(),
        "may_hand_in": keeping.may_hand_in(one),
        "shows_sum": True,
    }
    return render(request, "lostfound/thing.html", facts)


@thing.form("hand-in/", ShelfForm, title=_("收下"), submit=_("收下"), icon="archive", done=_("已收下。"))
def hand_in(request: PageRequest, form: ShelfForm, one: Item) -> None:
    keeping.hand_in(by=request.actor, item=one, shelf=form.cleaned_data["shelf"])


@thing.form(
    "hand-over/",
    HandOverForm,
    title=_("交还"),
    lead=_("先核对特征和证件。本校的人在自己手机上签收，没带手机的在纸上签，填单号。"),
    submit=_("交还"),
    icon="hand-helping",
    done=_("已交还。"),
)
def hand_over(request: PageRequest, form: HandOverForm, one: Item) -> None:
    keeping.hand_over(by=request.actor, item=one, **form.cleaned_data)


@thing.form("take-back/", ReasonForm, title=_("交错了，收回"), submit=_("收回"), tone="danger", done=_("又在架上了。"))
def take_back(request: PageRequest, form: ReasonForm, one: Item) -> None:
    keeping.take_back(by=request.actor, item=one, reason=form.cleaned_data["reason"])


@thing.form("dispose/", ReasonForm, title=_("无人认领，移交"), submit=_("登记移交"), tone="danger", done=_("已记下。"))
def dispose(request: PageRequest, form: ReasonForm, one: Item) -> None:
    keeping.dispose(by=request.actor, item=one, reason=form.cleaned_data["reason"])


def claims_at_desk(_viewer: Viewer) -> QuerySet[Claim]:
    return Claim.objects.filter(item__in=policies.kept_at_desk()).select_related("item")


CLAIM = seen(claims_at_desk, Claim.what)


@things.action("claims/<uuid:public_id>/right/", subject=CLAIM, done=_("已答复：说对了。"))
def claim_is_right(request: PageRequest, one: Claim) -> None:
    claiming.decide(by=request.actor, one=one, is_right=True)


@things.action("claims/<uuid:public_id>/wrong/", subject=CLAIM, done=_("已答复：没说对。"))
def claim_is_wrong(request: PageRequest, one: Claim) -> None:
    claiming.decide(by=request.actor, one=one, is_right=False)


@things.form(
    "card/",
    CardForm,
    title=_("捡到的校园卡"),
    lead=_("卡号对得上，失主马上收到消息：先挂失，或带证件来领。这里不显示失主是谁，卡号和姓名不保存。"),
    button=_("登记校园卡"),
    submit=_("告诉失主"),
    icon="id-card",
    done=_("已登记。卡号对得上的话，失主已经收到消息。"),
    to="things",
)
def receive_card(request: PageRequest, form: CardForm) -> Item:
    return keeping.receive_card(by=request.actor, **form.cleaned_data)
