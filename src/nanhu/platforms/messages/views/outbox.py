"""The office's outbox (消息发送情况): what goes out by template, channel and state, why something did not, and once more."""

from typing import Any

from django.db.models import Q
from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import (
    Badge,
    Choice,
    Console,
    Days,
    Empty,
    Filters,
    Markup,
    Moment,
    Number,
    PageRequest,
    Person,
    Table,
    Text,
    Views,
    listing,
)
from nanhu.kernel.kit.columns import Tone
from nanhu.kernel.registry import Role, message_channels, message_templates
from nanhu.platforms.messages import overview
from nanhu.platforms.messages.checks import check_outbox
from nanhu.platforms.messages.models import Delivery
from nanhu.platforms.messages.services import resending

OPERATOR = "messages.operator"
State = Delivery.State
TONES: dict[str, Tone] = {State.DELIVERED: "good", State.HANDED_OVER: "good", State.FAILED: "bad", State.QUEUED: "warn"}
desk = Console(
    "inbox:outbox",
    _("消息发送情况"),
    icon="send",
    owner=_("信息中心"),
    description=_("各渠道送达了多少、哪些没送到、为什么"),
    roles=[Role(key=OPERATOR, name=_("消息运维"), description=_("查看各渠道的发送情况，重发没有送到的消息"))],
    order=88,
    check=check_outbox,
)


def channel_title(row: Any) -> str:
    known = message_channels.get(row.channel)
    return str(known.title) if known else row.channel


class Deliveries(Table):
    created_at = Moment(_("时间"))
    template = Text(_("模板"), lambda row: overview.template_title(row.entry.message.template))
    person = Person(_("收件人"), lambda row: row.entry.person_id)
    channel = Text(_("渠道"), channel_title)
    state = Badge(_("状态"), names=dict(State.choices), tones=TONES, tone="none")
    reason = Text(_("原因"), overview.shown_reason, sort="reason")
    action = Markup(_("操作"), "messages/_resend.html")


class DeliveryFilters(Filters):
    state = Views({key: (word, Q(state=key)) for key, word in State.choices})
    channel = Choice(_("渠道"), lambda: [(one.key, str(one.title)) for one in message_channels])
    template = Choice(
        _("模板"),
        lambda: [(one.key, overview.template_title(one.key)) for one in message_templates],
        field="entry__message__template",
    )
    at = Days(_("时间"), field="created_at__date")


class Sums(Table):
    template = Text(_("模板"), lambda row: overview.template_title(row.template))
    channel = Text(_("渠道"), channel_title)
    queued = Number(State.QUEUED.label)
    handed_over = Number(State.HANDED_OVER.label)
    delivered = Number(State.DELIVERED.label)
    failed = Number(State.FAILED.label)
    dropped = Number(State.DROPPED.label)


@desk.page("", title=_("消息发送情况"), tab=_("七天汇总"), lead=_("最近七天，每个模板每个渠道发了多少、送到多少。"))
def sums(request: PageRequest) -> HttpResponseBase:
    return listing(request, Sums, overview.last_days(), export_as="消息发送情况")


@desk.page("deliveries/", title=_("逐条记录"), tab=_("逐条记录"))
def deliveries(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有这样的发送记录"), icon="send")
    return listing(request, Deliveries, overview.deliveries(), DeliveryFilters, empty=none)


@deliveries.action("<int:number>/again/", done=_("已排队重发。"))
def again(request: PageRequest, number: int) -> None:
    resending.send_again(by=request.actor, number=number)
