"""What everybody uses: the board (广场), publishing, one's own things, claims, messages."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy

from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.kit import (
    Choice,
    Console,
    Empty,
    Filters,
    FoldedSearch,
    PageRequest,
    Table,
    Text,
    Views,
    form_of,
    listing,
)
from nanhu.kernel.kit.forms import ReasonForm, reason_field
from nanhu.kernel.kit.records import Seen, record, seen
from nanhu.kernel.registry import ALL_FACES, Viewer, WaitingLine
from nanhu.platforms.campus.api import PlaceSearch, as_typed
from nanhu.services.lostfound import policies, queries
from nanhu.services.lostfound.forms import (
    LARGEST_BODY,
    ClaimForm,
    FoundForm,
    LostForm,
    MendFoundForm,
    MendLostForm,
    MessageForm,
    ReportForm,
)
from nanhu.services.lostfound.models import Claim, Conversation, HandOver, Item, RelayBar
from nanhu.services.lostfound.school_file import school_file
from nanhu.services.lostfound.services import (
    claiming,
    keeping,
    looking,
    publishing,
    relaying,
    reporting,
    reviewing,
    settling,
)
from nanhu.services.lostfound.services.publishing import Post

State = Item.State
PER_PAGE, MOST_SHOWN, MOST_MATCHED = 24, 100, 10
board = Console(
    "lostfound:board",
    _("失物招领"),
    icon="package-search",
    owner=_("信息中心"),
    description=_("丢了、捡到东西：发布、认领、站内留言，不用留电话"),
    allows=lambda _viewer: True,
    faces=ALL_FACES,
    section="service",
    order=36,
)


class Items(Table):
    words = Text(_("物品"))


class BoardFilters(Filters):
    kind = Views({"lost": (_("丢失的"), Q(kind=Item.Kind.LOST)), "found": (_("捡到的"), Q(kind=Item.Kind.FOUND))})
    q = FoldedSearch(label=_("物品、颜色、拼音"))
    category = Choice(_("类别"), Item.Category.choices)
    place = PlaceSearch("place_words", places=("place__name", "place__parent__name"), label=_("地点"))


@board.page("", title=_("失物招领"), tab=_("广场"), lead=_("丢了东西先在这里找一找；捡到的发上来，失主会来认领。"))
def square(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("广场上还没有东西"), icon="package-search", text=_("丢了或捡到了，用上面的两个按钮发布。"))
    return listing(
        request,
        Items,
        queries.board(),
        BoardFilters,
        empty=none,
        per_page=PER_PAGE,
        template="lostfound/board.html",
    )


@square.form(
    "lost/",
    LostForm,
    title=_("我丢东西了"),
    lead=_("审核通过后出现在广场。捡到的人用站内留言找您。"),
    submit=_("发布"),
    icon="send",
    template="lostfound/post.html",
    largest_file=LARGEST_BODY,
    done=_("已发布。审核进展和可能匹配的都在这一页。"),
    to="item",
)
def lost(request: PageRequest, form: LostForm) -> Item:
    return publishing.publish(by=request.actor, kind=Item.Kind.LOST, post=Post(**form.cleaned_data))


@square.form(
    "found/",
    FoundForm,
    title=_("我捡到东西了"),
    lead=_("谢谢您。审核通过后出现在广场；认领的人要说出特征，由您来判断。"),
    submit=_("发布"),
    icon="send",
    template="lostfound/post.html",
    largest_file=LARGEST_BODY,
    done=_("已发布，谢谢您。"),
    to="item",
)
def found(request: PageRequest, form: FoundForm) -> Item:
    return publishing.publish(by=request.actor, kind=Item.Kind.FOUND, post=Post(**form.cleaned_data))


@board.page(
    "mine/",
    title=_("我的失物"),
    tab=pgettext_lazy("item", "我的"),
    count=lambda viewer: queries.counts_of(viewer).waiting,
    waits=True,
)
def mine(request: PageRequest) -> HttpResponse:
    account_id = request.viewer.account_id
    items = list(queries.mine(account_id)[:MOST_SHOWN])
    looking = [one for one in items if one.state in {State.OPEN, State.PENDING}]
    fitting = queries.matches_of(looking[:MOST_MATCHED])
    facts = {
        "items": items,
        "bars": [(one, object_to_bar.address(public_id=one.public_id)) for one in own_bars(request.viewer)],
        "talks": queries.conversations_of(account_id)[:50],
        "claims": Claim.objects.filter(claimer_id=account_id).select_related("item").order_by("-created_at")[:20],
        "unsigned": Item.objects.filter(hand_over__receiver_id=account_id, hand_over__signed_at=None),
        "matches": [(one, fitting[one.pk]) for one in looking[:MOST_MATCHED] if fitting[one.pk]],
    }
    return render(request, "lostfound/mine.html", facts)


def waiting_lines(viewer: Viewer, limit: int) -> list[WaitingLine]:
    """What 待办 says of it, one by one: claims first, nobody is named."""
    claims = queries.claims_to(viewer.account_id).select_related("item").order_by("created_at")[:limit]
    found = [
        WaitingLine(title=_("认领：%(item)s") % {"item": one.item}, url=item_address(one.item), since=one.created_at)
        for one in claims
    ]
    found += [
        WaitingLine(
            title=_("留言：%(title)s") % {"title": title_for(viewer, one.item)},
            url=talk.address(public_id=one.public_id),
            since=one.created_at,
        )
        for one in queries.unread_talks(viewer.account_id)[:limit]
    ]
    signed = Item.objects.filter(hand_over__receiver_id=viewer.account_id, hand_over__signed_at=None)
    found += [
        WaitingLine(title=_("签收：%(item)s") % {"item": one}, url=item_address(one), since=one.ended_at)
        for one in signed[:limit]
    ]
    return found[:limit]


def title_for(viewer: Viewer, one: Item) -> str:
    return one.title if one.author_id == viewer.account_id else one.public_title


def item_address(one: Item) -> str:
    return item.address(public_id=one.public_id)


mine.waiting_lines = waiting_lines


def visible(viewer: Viewer) -> QuerySet[Item]:
    return policies.visible_to(viewer).select_related("place__parent__parent", "author")


def own_items(viewer: Viewer) -> QuerySet[Item]:
    return Item.objects.filter(author_id=viewer.account_id)


@square.page("items/<uuid:public_id>/", title=_("失物"), subject=seen(visible, Item.what), opens_whole=True)
def item(request: PageRequest, one: Item) -> HttpResponse:
    is_own = one.author_id == request.viewer.account_id
    more = own_facts(one) if is_own else others_facts(request, one)
    is_pictured = is_own or (one.shows_photos and policies.is_on_board(one))
    facts = {
        "item": one,
        "is_own": is_own,
        "shows_sum": is_own,
        "desk": school_file().desk_shown,
        "addresses": request.page.addresses_below(public_id=one.public_id),
        "is_on_board": policies.is_on_board(one),
        "photos": one.photos.all() if is_pictured else (),
        **more,
    }
    return render(request, "lostfound/item.html", facts)


def own_facts(one: Item) -> dict[str, Any]:
    waiting = one.claims.filter(state=Claim.State.WAITING).select_related("item")
    is_judge = one.keeper == Item.Keeper.SELF and one.state in Item.ANSWERED
    is_here = one.handed_in_at is None
    may_choose = is_here and one.kind == Item.Kind.FOUND and one.state in {State.PENDING, *Item.ANSWERED}
    return {
        "claims": [(claim, queries.likeness(claim)) for claim in waiting] if is_judge else [],
        "looks": one.looks.all()[:MOST_SHOWN],
        "talks": queries.conversations_of(one.author_id).filter(item=one),
        "matches": queries.matches_of([one])[one.pk] if one.state in {State.OPEN, State.PENDING} else [],
        "may_prolong": one.state in {State.OPEN, State.EXPIRED} and not one.prolonged_at and not one.hidden_at,
        "may_settle": is_here and one.state in {State.OPEN, State.EXPIRED},
        "may_keep": may_choose and one.keeper == Item.Keeper.DESK,
        "may_bring": may_choose and one.keeper == Item.Keeper.SELF,
        "is_late": queries.is_late(one),
        "may_close": is_here and one.state in settling.ends_from(State.CLOSED, one.kind),
        "may_reopen": one.state in settling.REOPENED_FROM
        and one.expires_on >= campus_today()
        and one.approved_at
        and not one.hidden_at,
    }


def others_facts(request: PageRequest, one: Item) -> dict[str, Any]:
    account_id = request.viewer.account_id
    my_claim = one.claims.filter(claimer_id=account_id).first()
    is_shown = one.looks.filter(viewer_id=account_id, on=campus_today()).exists() and policies.is_on_board(one)
    return {
        "my_claim": my_claim,
        "may_claim": my_claim is None and claiming.is_claimable(one),
        "shown_phone": one.phone if is_shown else None,
        "talk": Conversation.objects.filter(item=one, guest_id=account_id).first(),
        "handed": HandOver.objects.filter(item=one, receiver_id=account_id).first(),
    }


@item.action("phone/", refused=_("没有显示"), done=_("电话显示在下面，今天之内都看得到。已告诉对方您看过。"))
def show_phone(request: PageRequest, one: Item) -> None:
    looking.show_phone(by=request.actor, item=one)


@item.form(
    "claim/",
    ClaimForm,
    title=pgettext_lazy("item", "认领"),
    submit=pgettext_lazy("item", "认领"),
    icon="hand",
    done=_("已交给保管的人核对，结果会告诉您。"),
)
def claim(request: PageRequest, form: ClaimForm, one: Item) -> None:
    claiming.claim(by=request.actor, item=one, mark=form.cleaned_data["mark"])


@item.form("message/", MessageForm, title=_("站内留言"), submit=_("发送"), icon="send", done=_("已发送。"), to="talk")
def message(request: PageRequest, form: MessageForm, one: Item) -> Conversation:
    return relaying.begin(by=request.actor, item=one, words=form.cleaned_data["words"])


def card_of_owner(_request: PageRequest, public_id: UUID) -> Item:
    """By the key that its owner was told, and nobody else."""
    return record(Item.objects.all(), Item.what)(owner_key=public_id)


@square.form(
    "cards/<uuid:public_id>/",
    MessageForm,
    subject=Seen(card_of_owner),
    title=_("给捡到校园卡的人留言"),
    submit=_("发送"),
    icon="send",
    done=_("已发送。"),
    to="talk",
)
def owner(request: PageRequest, form: MessageForm, one: Item) -> Conversation:
    return relaying.begin(by=request.actor, item=one, words=form.cleaned_data["words"], is_owner=True)


@item.form(
    "report/",
    ReportForm,
    title=_("举报"),
    submit=_("举报"),
    tone="danger",
    icon="flag",
    done=_("谢谢，已先隐藏，等审核。"),
    to="square",
)
def report(request: PageRequest, form: ReportForm, one: Item) -> None:
    reviewing.report(by=request.actor, item=one, reason=form.cleaned_data["reason"])


@item.action("sign/", done=_("已签收。"))
def sign(request: PageRequest, one: Item) -> None:
    keeping.sign(by=request.actor, item=one)


@item.action("not-received/", done=_("已告诉失物招领处。"))
def not_received(request: PageRequest, one: Item) -> None:
    """Of who is named as its receiver, and has not signed."""
    if not HandOver.objects.filter(item=one, receiver_id=request.viewer.account_id).exists():
        raise NotFoundError(what=Item.what)
    keeping.take_back(by=request.actor, item=one, reason=gettext_noop("登记交给的人说没有领"))


OWN = seen(own_items, Item.what)


@item.action("set-found/", subject=OWN, done=_("太好了，已标为已找到。"))
def set_found(request: PageRequest, one: Item) -> None:
    settling.settle(by=request.actor, item=one, state=State.FOUND)


@item.action("set-returned/", subject=OWN, done=_("谢谢您，已标为已归还。"))
def set_returned(request: PageRequest, one: Item) -> None:
    settling.settle(by=request.actor, item=one, state=State.RETURNED)


@item.action("close/", subject=OWN, done=_("已关闭。"))
def set_closed(request: PageRequest, one: Item) -> None:
    settling.settle(by=request.actor, item=one, state=State.CLOSED)


@item.action("reopen/", subject=OWN, done=_("又在寻找中了。"))
def reopen(request: PageRequest, one: Item) -> None:
    settling.reopen(by=request.actor, item=one)


@item.action("keep/", subject=OWN, done=_("好，由您自己保管，认领由您答复。"))
def keep_oneself(request: PageRequest, one: Item) -> None:
    settling.keep_oneself(by=request.actor, item=one)


@item.action("bring/", subject=OWN, done=_("好，请把它交到失物招领处，认领由那里核对。"))
def bring_in(request: PageRequest, one: Item) -> None:
    settling.bring_in(by=request.actor, item=one)


@item.action("prolong/", subject=OWN, done=_("已延长 30 天。"))
def prolong(request: PageRequest, one: Item) -> None:
    settling.prolong(by=request.actor, item=one)


def said_before(_request: PageRequest, one: Item) -> dict[str, Any]:
    return {
        "category": one.category,
        "words": one.words,
        "place": as_typed([one.place])[one.place.pk] if one.place else "",
        "place_words": one.place_words,
        "happened_at": one.happened_at,
        "keeper": one.keeper,
        "phone": one.phone or "",
        "amount_fen": f"{one.amount_fen / 100:.2f}" if one.amount_fen else "",
    }


def mend_form(name: str, kind: str, form: type[MendLostForm] | type[MendFoundForm]) -> None:
    """One for each kind, at addresses of their own."""

    def mend(request: PageRequest, filled: MendLostForm | MendFoundForm, one: Item) -> Item:
        return publishing.mend(by=request.actor, item=one, post=Post(**filled.cleaned_data))

    mend.__name__ = name
    item.form(
        f"mend-{kind}/",
        form,
        title=_("改好再发"),
        submit=_("再次送审"),
        icon="send",
        subject=seen(lambda viewer: own_items(viewer).filter(kind=kind), Item.what),
        initial=said_before,
        template="lostfound/post.html",
        largest_file=LARGEST_BODY,
        done=_("已再次送审。"),
    )(mend)


mend_form("mend_lost", Item.Kind.LOST, MendLostForm)
mend_form("mend_found", Item.Kind.FOUND, MendFoundForm)


def claims_to_me(viewer: Viewer) -> QuerySet[Claim]:
    """Of what I keep myself."""
    rows = Claim.objects.filter(item__author_id=viewer.account_id, item__keeper=Item.Keeper.SELF)
    return rows.select_related("item")


CLAIM = seen(claims_to_me, Claim.what)


@mine.action("claims/<uuid:public_id>/right/", subject=CLAIM, done=_("已答复：说对了。"))
def claim_is_right(request: PageRequest, one: Claim) -> None:
    claiming.decide(by=request.actor, one=one, is_right=True)


@mine.action("claims/<uuid:public_id>/wrong/", subject=CLAIM, done=_("已答复：没说对。"))
def claim_is_wrong(request: PageRequest, one: Claim) -> None:
    claiming.decide(by=request.actor, one=one, is_right=False)


def own_talks(viewer: Viewer) -> QuerySet[Conversation]:
    return queries.conversations_of(viewer.account_id)


@mine.page("talks/<uuid:public_id>/", title=_("站内留言"), subject=seen(own_talks, _("这段留言")), opens_whole=True)
def talk(request: PageRequest, one: Conversation) -> HttpResponse:
    """Opened, it is read."""
    is_author = one.item.author_id == request.viewer.account_id
    relaying.mark_read(talk=one, is_author=is_author)
    facts = {
        "talk": one,
        "addresses": request.page.addresses_below(public_id=one.public_id),
        "title": one.item.title if is_author else one.item.public_title,
        "is_author": is_author,
        "lines": one.messages.all(),
        "form": form_of(request, MessageForm),
        "may_report": reporting.may_report(one, request.viewer.account_id),
        "is_open": one.closed_at is None and one.item.state not in relaying.ENDED and one.item.hidden_at is None,
    }
    return render(request, "lostfound/talk.html", facts)


@talk.action("send/", form=MessageForm, done=_("已发送。"))
def send(request: PageRequest, form: MessageForm, one: Conversation) -> None:
    relaying.send(by=request.actor, talk=one, words=form.cleaned_data["words"])


@talk.form(
    "report/",
    ReportForm,
    title=_("举报这段留言"),
    lead=_(
        "这段留言马上对双方结束。审核的人只看对方写的话；看了，对方在“谁查看过我的信息”里读得到。是谁举报、您写的原因，都不告诉对方。"
    ),
    submit=_("举报"),
    tone="danger",
    icon="flag",
    done=_("已举报，这段留言已结束。处理后告诉您。"),
    to="mine",
)
def report_talk(request: PageRequest, form: ReportForm, one: Conversation) -> None:
    reporting.report(by=request.actor, talk=one, reason=form.cleaned_data["reason"])


def own_bars(viewer: Viewer) -> QuerySet[RelayBar]:
    return reporting.bars_of(viewer.account_id)


class ObjectForm(ReasonForm):
    reason = reason_field(_("为什么不该停用"))


@mine.form(
    "bars/<uuid:public_id>/object/",
    ObjectForm,
    title=_("申诉停用留言"),
    lead=_("由另一位审核的人答复。只能申诉一次。"),
    subject=seen(own_bars, RelayBar.what),
    submit=_("不服，申诉"),
    icon="scale",
    done=_("已提交，有答复会告诉您。"),
    to="mine",
)
def object_to_bar(request: PageRequest, form: ObjectForm, found: RelayBar) -> None:
    reporting.object_to(by=request.actor, found=found, words=form.cleaned_data["reason"])


@talk.action("close/", done=_("已结束，谁也不能再写。"))
def close_talk(request: PageRequest, one: Conversation) -> None:
    relaying.close(by=request.actor, talk=one)
