"""The desk of batches of subsidies and payouts (批量发放): hand in, look, submit, approve, follow."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.kit import (
    Badge,
    Choice,
    Console,
    Empty,
    Filters,
    Link,
    Money,
    Number,
    PageRequest,
    Search,
    Table,
    Text,
    Views,
    Who,
    list_of,
)
from nanhu.kernel.kit.columns import Tone
from nanhu.kernel.kit.listings import Listing
from nanhu.kernel.money import format_yuan
from nanhu.kernel.registry import Role
from nanhu.systems.card.funds import queries
from nanhu.systems.card.funds.forms import FundingForm, PayoutForm
from nanhu.systems.card.funds.models import Funding, PayoutBatch, PayoutRow
from nanhu.systems.card.funds.services import payouts
from nanhu.systems.card.funds.services.payout_files import PAYOUTS, check_file
from nanhu.systems.card.policies import PAYER

State = PayoutBatch.State
TONES: dict[str, Tone] = {State.POSTED: "good", State.REFUSED: "none", State.DISCARDED: "none"}
desk = Console(
    "card:payouts",
    _("批量发放"),
    icon="gift",
    owner=_("校园卡管理办公室"),
    description=_("补助和现金代发：交名单、复核、看谁还没领"),
    roles=[
        Role(
            key=PAYER,
            name=_("发放经办"),
            description=_("交补助和代发名单、复核别人的名单，看得到名单里的人和领取情况"),
        )
    ],
    order=44,
)


class Batches(Table):
    title = Link(_("名称"), to="case")
    source = Text(_("种类"), names=dict(PayoutBatch.Source.choices))
    row_count = Number(_("人数"))
    sum_fen = Money(_("金额"))
    author = Who(_("制单"), "author_name", at="created_at", account="author_id")
    approver = Who(_("复核"), "approver_name", account="approver_id")
    state = Badge(_("状态"), names=State.choices, tones=TONES, tone="warn")


class BatchFilters(Filters):
    q = Search("title", "author_name")
    state = Choice(_("状态"), State.choices)


class BatchRows(Table):
    line = Number(_("行号"))
    campus_no = Text(_("学工号"), is_number=True)
    name = Text(_("姓名"))
    amount_fen = Money(_("金额"))
    state = Text(_("状态"), lambda row: row.claimable.get_state_display() if row.claimable else _("未入账"))
    note = Text(_("备注"))


class RowFilters(Filters):
    show = Views(
        {
            "waiting": (_("未领"), queries.FILTERS["waiting"]),
            "claimed": (_("已领"), queries.FILTERS["claimed"]),
            "returned": (_("已退回"), queries.FILTERS["returned"]),
        }
    )


class Fundings(Table):
    name = Text(_("名称"))
    code = Text(_("代码"), is_number=True)


def keep(by: Actor, form: PayoutForm, rows: list[PayoutRow]) -> PayoutBatch:
    said = {key: form.cleaned_data[key] for key in ("token", "source", "title", "funding", "expires_on")}
    payout = payouts.Payout(**said, file_name=form.file_name)
    return payouts.make_batch(by=by, payout=payout, rows=rows, content=form.cleaned_data["file"])


def rows(request: PageRequest, batch: PayoutBatch) -> Listing:
    found = PayoutRow.objects.filter(batch=batch).select_related("claimable").order_by("line")
    filters = RowFilters if batch.is_money_moving else None
    return list_of(request, BatchRows, found, filters, per_page=100, caption=_("名单"))


batches = desk.intake(
    "",
    PayoutBatch,
    Batches,
    PAYOUTS,
    form=PayoutForm,
    check=check_file,
    keep=keep,
    title=_("批量发放"),
    tab=_("各批次"),
    lead=_("补助和现金代发：一位经办人交名单，另一位复核，逐笔入账到持卡人的待领款，本人在圈存机或食堂消费机上领取。"),
    filters=BatchFilters,
    empty=Empty(
        title=_("还没有发放过"),
        icon="gift",
        action=_("交第一份名单"),
        to="new",
        text=_("名单里有学工号和金额就够了；整份检查无误才会留下，另一位同意后才会入账。"),
    ),
    new={
        "title": _("交发放名单"),
        "lead": _("这一步只检查，不发钱：下一页先看人数和总额，再提交给另一位经办人复核。"),
        "button": _("交名单"),
        "facts": lambda _request: {"has_funding": Funding.objects.filter(is_open=True).exists()},
        "template": "card/funds/new.html",
    },
    found=PayoutBatch.objects.select_related("funding"),
    template="card/funds/batch.html",
    facts=lambda _request, batch: {"report": queries.report_of(batch)},
    rows=rows,
    rows_at="rows.csv",
    agree=lambda batch: (
        _("同意给 %(count)s 人发 %(sum)s") % {"count": batch.row_count, "sum": format_yuan(batch.sum_fen)}
    ),
    done={"approve": _("已同意，正在逐笔入账。"), "discard": _("已作废，没有发出任何一笔。")},
)


@batches.list.form(
    "fundings/",
    FundingForm,
    title=_("经费账户"),
    tab=_("经费账户"),
    lead=_("发放的钱从哪里出：总账里的一个账户，每一批都记在它名下。"),
    submit=_("开立经费账户"),
    icon="plus",
    to="fundings",
    done=_("经费账户已开立。"),
    facts=lambda request: {"list": list_of(request, Fundings, Funding.objects.order_by("code"), caption=_("经费账户"))},
    template="card/funds/fundings.html",
)
def fundings(request: PageRequest, form: FundingForm) -> Funding:
    return payouts.open_funding(by=request.actor, **form.cleaned_data)
