"""Cases of the asset office (国资处): transfers, losses, disposals, the month's close, old cards; one asks and another decides."""

from typing import Any, Final

from django.db.models import OuterRef
from django.db.models.functions import Coalesce
from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.kit import (
    Badge,
    Choice,
    Console,
    Day,
    Days,
    Empty,
    Filters,
    Link,
    Money,
    Number,
    PageRequest,
    Person,
    Search,
    Span,
    Table,
    Text,
    Who,
    bulk,
    list_of,
    listing,
)
from nanhu.kernel.kit.cases import Cases
from nanhu.kernel.kit.columns import Tone
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.kernel.kit.listings import Listing
from nanhu.kernel.kit.undoing import Rollbacks, undoing
from nanhu.kernel.money import format_yuan
from nanhu.kernel.ui import dates
from nanhu.platforms.flows import api as flows
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.assets import printing
from nanhu.systems.assets.checking import Compared, check_cards, check_classes, check_finance
from nanhu.systems.assets.forms import CardsForm, ClassesForm, CloseForm, RemittanceForm
from nanhu.systems.assets.models import (
    ApprovalLevel,
    Argument,
    CardImport,
    CardRow,
    ClassImport,
    ClassRollback,
    ClassRow,
    Decided,
    Disposal,
    Improvement,
    Letting,
    Loss,
    MonthClose,
    Rent,
    Reversal,
    Rollback,
    Transfer,
)
from nanhu.systems.assets.policies import FINANCE, OFFICE, supplier
from nanhu.systems.assets.services import (
    classes as classing,
)
from nanhu.systems.assets.services import (
    closing,
    deciding,
    disposing,
    importing,
    improving,
    renting,
    reversing,
    rolling_back,
    transferring,
)
from nanhu.systems.assets.sheets import CARDS, CLASSES
from nanhu.systems.assets.sheets import FINANCE as FINANCE_CARDS
from nanhu.systems.assets.views.office import ALONE, BOTH
from nanhu.systems.assets.views.office import desk as office
from nanhu.systems.assets.views.papers import print_out
from nanhu.systems.assets.views.tables import (
    CASE_TONES,
    STANDING_OUT,
    TONES_OUT,
    Arguments,
    standing_out,
    where_it_is,
)

OFFICE_NAME = _("国资处")
BILL_TONES: Final[dict[str, Tone]] = {"paid": "good", "waived": "none", "cancelled": "none", "refunded": "none"}
YES_NO = {True: _("是"), False: _("否")}


def console(key: str, name: Any, icon: str, description: Any, **more: Any) -> Console:
    """One kind of case, in the section bar of the office."""
    options = {"roles": ALONE, "supplier": supplier, **more}
    return Console(f"assets:{key}", name, icon=icon, owner=OFFICE_NAME, description=description, **options)


arguments = console("arguments", _("大型仪器论证"), "microscope", _("购置以前专家论证，国资处批准"), order=490)
lettings = console("lettings", _("出租出借"), "handshake", _("单位把资产租给或借给校外，国资处批准"), order=491)
transfers = console("transfers", _("资产调拨"), "arrow-left-right", _("单位之间的调拨，国资处确认"), order=481)
losses = console("losses", _("资产报失"), "search-x", _("丢失的调查、责任和赔偿，两人办理"), order=482)
disposals = console("disposals", _("资产处置"), "recycle", _("报废、捐赠、出售，按金额审批"), order=483, roles=BOTH)
improvements = console("improvements", _("改造增值"), "trending-up", _("改造后的价值和年限，两人办理"), order=486)
closes = console("closes", _("资产月结"), "scale", _("台账与财务卡片逐张核对，两人签"), order=484, roles=BOTH)
imports = console("imports", _("旧卡片导入"), "upload", _("旧系统的卡片整份检查后登记"), order=485)
rollbacks = console(
    "rollbacks", _("旧卡片回滚"), "undo-2", _("登记错的旧卡片整份作废，两人办理"), order=487, roles=BOTH
)
classes = console("classes", _("资产分类表"), "list-tree", _("国标资产分类整份交，两人办理"), order=489)
class_rollbacks = console(
    "class_rollbacks", _("资产分类表回滚"), "undo-2", _("登记错的分类表整份恢复原样，两人办理"), order=490, roles=BOTH
)
reversals = console("reversals", _("付款冲回"), "undo-2", _("登错的采购付款整笔冲回，两人办理"), order=488, roles=BOTH)
office.shares_bar_with(
    transfers,
    losses,
    disposals,
    lettings,
    arguments,
    improvements,
    closes,
    imports,
    rollbacks,
    reversals,
    classes,
    class_rollbacks,
)


def answer_of(row: Transfer) -> str:
    """Of the other unit: "" where it gave none before the end."""
    if row.accepted_at is not None:
        return "vacant" if row.accepted_by_id is None else "accepted"
    return "waits" if row.state == Transfer.State.ASKED else ""


class Transfers(Table):
    number = Link(_("资产编号"), "asset__number", to="case")
    name = Text(_("名称"), "asset__name")
    from_unit = Text(_("调出单位"), "from_unit__name")
    to_unit = Text(_("调入单位"), "to_unit__name")
    keeper = Person(_("领用人"), "to_keeper_id", sort=False)
    reason = Text(_("原因"), is_wide=True)
    accepted = Text(
        _("对方单位"),
        answer_of,
        names={"accepted": _("已同意"), "vacant": _("没有资产员"), "waits": _("等资产员答复")},
        sort=False,
    )
    author = Who(_("提出"), "author_name", at="created_at", account="author_id")
    state = Badge(_("状态"), names=Transfer.State.choices, tones=CASE_TONES, tone="warn")


class Losses(Table):
    number = Link(_("资产编号"), "asset__number", to="case")
    name = Text(_("名称"), "asset__name")
    person = Person(_("责任人"), "person_id", sort=False)
    fault = Text(_("责任"), names=dict(Loss.Fault.choices))
    value_fen = Money(_("账面原值"))
    accumulated_fen = Money(_("累计折旧"))
    owed_fen = Money(_("赔偿"))
    loss_number = Text(_("处置单号"), "number", is_number=True)
    level = Text(_("审批层级"), names=dict(ApprovalLevel.choices))
    approval = Text(_("批件文号"), is_wide=True)
    findings = Text(_("调查情况"), is_wide=True)
    statement = Text(_("责任人的说明"), is_wide=True)
    author = Who(_("提出"), "author_name", at="created_at", account="author_id")
    state = Badge(_("状态"), names=Loss.State.choices, tones=CASE_TONES, tone="warn")


def standing_of_loan(row: Letting) -> str:
    """Whether what was let is back; "" where it never went out. What was reported lost is looked for, and back nowhere once it left the books."""
    if row.state != Letting.State.DONE:
        return ""
    loan = row.first.loan
    if loan.returned_at is not None:
        return "lost" if getattr(row, "is_lost", False) else "back"
    return standing_out(loan)


def how_often(row: Letting) -> int | str:
    return row.rent_months if row.rent_fen else ""


class Lettings(Table):
    number = Link(_("资产编号"), "asset__number", to="case")
    name = Text(_("名称"), "asset__name")
    unit = Text(_("使用单位"), "asset__unit__name")
    taker = Text(_("承租、借用方"))
    due_on = Day(_("归还日期"))
    rent_fen = Money(_("每期租金"))
    rent_months = Text(_("怎样收租"), how_often, names=dict(Letting.Every.choices), sort=False)
    payer = Person(_("缴费人"), "payer_id", sort=False)
    contract = Text(_("合同号"), is_number=True, is_wide=True)
    value_fen = Money(_("账面原值"), "asset__value_fen", is_wide=True)
    level = Text(_("审批层级"), names=dict(ApprovalLevel.choices), is_wide=True)
    approval = Text(_("批件文号"), is_wide=True)
    reason = Text(_("原因"), is_wide=True)
    author = Who(_("提出"), "author_name", at="created_at", account="author_id")
    loan = Badge(
        _("归还"),
        standing_of_loan,
        names={**STANDING_OUT, "back": _("已还回"), "lost": _("已丢失")},
        tones={**TONES_OUT, "back": "good", "lost": "bad"},
        tone="none",
        sort=False,
    )
    state = Badge(_("状态"), names=Letting.State.choices, tones=CASE_TONES, tone="warn")


class Rents(Table):
    number = Link(_("资产编号"), "letting__asset__number", to="case", by=["letting__public_id"])
    name = Text(_("名称"), "letting__asset__name")
    taker = Text(_("承租、借用方"), "letting__taker", is_wide=True)
    payer = Person(_("缴费人"), "bill__person_id", sort=False)
    starts_on = Span(_("哪一期"))
    amount_fen = Money(_("应缴"), "bill__amount_fen", total=True)
    paid_fen = Money(_("已缴"), "bill__paid_fen", total=True)
    due_on = Day(_("最晚缴费"), "bill__due_on")
    bill = Text(_("应缴单号"), "bill__number", is_number=True, is_wide=True)
    state = Badge(_("状态"), "bill__state", names=ledger.Bill.State.choices, tones=BILL_TONES, tone="warn")


class RentFilters(Filters):
    q = Search(
        "letting__asset__number",
        "letting__asset__name",
        "letting__taker",
        "letting__contract",
        "bill__number",
        label=_("资产、承租方、合同、应缴单号"),
    )
    state = Choice(_("状态"), ledger.Bill.State.choices, field="bill__state")
    starts_on = Days(_("从"))


class ArgumentCases(Arguments):
    title = Link(_("仪器名称"), to="case")


class Lots(Table):
    title = Link(_("名称"), to="case")
    number = Text(_("处置单号"), is_number=True)
    kind = Text(_("处置方式"), names=dict(Disposal.Kind.choices))
    value_fen = Money(_("原值合计"))
    level = Text(_("审批层级"), names=dict(Disposal.Level.choices))
    approval = Text(_("批件文号"), is_wide=True)
    appraisal = Text(_("技术鉴定意见"), is_wide=True)
    wiping = Text(_("数据清除证明"), is_wide=True)
    income_fen = Money(_("处置收入"), is_wide=True)
    remittance = Text(_("上缴凭证"), is_number=True, is_wide=True)
    remitted_on = Day(_("上缴日期"), is_wide=True)
    author = Who(_("提出"), "author_name", at="created_at", account="author_id")
    state = Badge(_("状态"), names=Disposal.State.choices, tones=CASE_TONES, tone="warn")


class LotLines(Table):
    number = Text(_("资产编号"), "asset__number", is_number=True)
    name = Text(_("名称"), "asset__name")
    value_fen = Money(_("账面原值"), total=True)
    accumulated_fen = Money(_("累计折旧"), total=True)


class Improvements(Table):
    number = Link(_("资产编号"), "asset__number", to="case")
    name = Text(_("名称"), "asset__name")
    value_fen = Money(_("账面原值"))
    added_fen = Money(_("增加的价值"))
    months = Number(_("再折旧几个月"))
    reason = Text(_("原因"), is_wide=True)
    author = Who(_("提出"), "author_name", at="created_at", account="author_id")
    state = Badge(_("状态"), names=Improvement.State.choices, tones=CASE_TONES, tone="warn")


class Reversals(Table):
    voucher = Link(_("凭证号"), "payment__voucher", to="case")
    purchase = Text(_("采购内容"), "payment__purchase__title")
    unit = Text(_("单位"), "payment__purchase__unit__name", is_wide=True)
    fund = Text(_("额度"), "payment__purchase__fund", is_number=True, is_wide=True)
    amount_fen = Money(_("付款金额"), "payment__amount_fen")
    paid_on = Day(_("付款日期"), "payment__paid_on")
    clerk = Who(_("登记"), "payment__author_name", account="payment__author_id", is_wide=True)
    reason = Text(_("原因"), is_wide=True)
    author = Who(_("提出"), "author_name", at="created_at", account="author_id")
    state = Badge(_("状态"), names=Reversal.State.choices, tones=CASE_TONES, tone="warn")


class Imports(Table):
    title = Link(_("名称"), to="case")
    card_count = Number(_("卡片"))
    value_fen = Money(_("原值合计"))
    author = Who(_("制单"), "author_name", at="created_at", account="author_id")
    approver = Who(_("复核"), "approver_name", account="approver_id")
    state = Badge(_("状态"), names=CardImport.State.choices, tones=CASE_TONES, tone="warn")


class ClassImports(Table):
    title = Link(_("名称"), to="case")
    class_count = Number(_("分类"))
    new_count = Number(_("其中新增"))
    author = Who(_("制单"), "author_name", at="created_at", account="author_id")
    approver = Who(_("复核"), "approver_name", account="approver_id")
    state = Badge(_("状态"), names=ClassImport.State.choices, tones=CASE_TONES, tone="warn")


class ClassRows(Table):
    line = Number(_("行号"), is_wide=True)
    code = Text(_("分类代码"), is_number=True)
    name = Text(_("分类名称"))
    before = Text(_("原来的名称"))
    measure = Text(_("计量单位"))
    is_depreciable = Text(_("计提折旧"), names=YES_NO)
    holds_data = Text(_("存有数据"), names=YES_NO)


class CardRollbacks(Rollbacks):
    card_count = Number(_("卡片"), "batch__card_count")
    value_fen = Money(_("原值合计"), "batch__value_fen")


class Rows(Table):
    line = Number(_("行号"), is_wide=True)
    former_number = Text(_("原编号"), is_number=True)
    name = Text(_("名称"))
    value = Money(_("账面原值"), "card__value_fen", sort=False)
    number = Text(_("资产编号"), "asset__number", is_number=True)


class Closes(Table):
    month = Link(_("月份"), lambda one: dates.month_words(one.month), to="case", sort="month")
    card_count = Number(_("卡片"))
    value_fen = Money(_("财务原值"))
    ours_value_fen = Money(_("台账原值"))
    accumulated_fen = Money(_("财务累计折旧"))
    ours_accumulated_fen = Money(_("台账累计折旧"))
    difference_count = Number(_("差异"))
    author = Who(_("制单"), "author_name", at="created_at", account="author_id")
    approver = Who(_("复核"), "approver_name", account="approver_id")
    state = Badge(_("状态"), names=MonthClose.State.choices, tones=CASE_TONES, tone="warn")


class Differences(Table):
    number = Text(_("资产编号"), is_number=True)
    name = Text(_("名称"))
    value_fen = Money(_("财务原值"))
    ours_value_fen = Money(_("台账原值"))
    accumulated_fen = Money(_("财务累计折旧"))
    ours_accumulated_fen = Money(_("台账累计折旧"))
    why = Text(_("差异说明"))


def decided(desk: Console, model: type[Decided], table: type[Table], *along: str, **more: Any) -> Cases:
    """Cases that a process asks for in 待办; whoever works on one there is led to its page. `along`: what is read with the rows."""
    given: Any = {
        "on_approve": lambda by, found: deciding.agree(by=by, found=found),
        "on_refuse": lambda by, found, answer: deciding.refuse(by=by, found=found, answer=answer),
        "found": model._default_manager.select_related("case", *along),  # noqa: SLF001 - of whichever model
        "facts": where_it_is,
        "waits": False,
        "template": "assets/case.html",
    }
    made = desk.proposals("", model, table, **given | more)
    page = made.case
    flows.subject_pages[model.process] = lambda viewer, public_id: (
        page.address(public_id=public_id) if page.is_shown_to(viewer) else ""
    )
    return made


transfer_cases = decided(
    transfers,
    Transfer,
    Transfers,
    "asset",
    "from_unit",
    "to_unit",
    "to_room",
    on_approve=lambda by, found: transferring.agree(by=by, transfer=found),
    on_refuse=lambda by, found, answer: transferring.refuse(by=by, transfer=found, answer=answer),
    title=_("资产调拨"),
    tab=_("调拨"),
    lead=_(
        "一个单位提出，另一个单位的资产员同意后由国资处批；批准后东西归调入单位，由新领用人本人确认收到。以前各月的折旧留在调出单位。"
    ),
    empty=Empty(title=_("还没有调拨"), icon="arrow-left-right", text=_("资产员在资产卡片上提出。")),
    agree=lambda _found: _("同意调拨"),
    done={"approve": _("已调拨。")},
)
loss_cases = decided(
    losses,
    Loss,
    Losses,
    "asset",
    title=_("资产报失"),
    tab=_("报失"),
    lead=_("一位经办人写调查情况和责任，责任人三天里可以说明，另一位复核；复核后资产核销，有赔偿的给责任人开应缴单。"),
    empty=Empty(title=_("还没有报失"), icon="search-x", text=_("报失的资产在台账的“丢失待查”里，从卡片上写处理意见。")),
    agree=lambda found: _("同意，赔偿 %(sum)s") % {"sum": format_yuan(found.owed_fen)},
    seen=lambda found: "statement" if found.statement else "",
    done={"approve": _("已处理。")},
)
CAME_BACK = Coalesce(OuterRef("loan__returned_at"), OuterRef("extends__loan__returned_at"))


def rents_of(request: PageRequest, found: Letting) -> Listing:
    return list_of(request, Rents, Rent.of(found), per_page=100, caption=_("租金"))


letting_cases = decided(
    lettings,
    Letting,
    Lettings,
    found=Letting.objects.select_related("case", "asset__unit", "loan__asset", "extends__loan__asset").annotate(
        is_lost=renting.ended_as_lost(CAME_BACK)
    ),
    rows=rents_of,
    rows_at="rents.csv",
    title=_("出租出借"),
    tab=_("出租出借"),
    lead=_("资产员在资产卡片上提出，国资处批准后借出；还回来时由资产员登记。租金一期一期开应缴，见“租金”。"),
    empty=Empty(title=_("还没有出租出借"), icon="handshake", text=_("资产员在资产卡片上提出。")),
    agree=lambda found: _("同意续租、续借") if found.extends_id else _("同意出租出借"),
    done={"approve": _("已批准。")},
)


@lettings.page(
    "rents/",
    title=_("租金"),
    tab=_("租金"),
    lead=_(
        "出租的每一期，开始时开应缴；还回来时结清到当天，丢失的到报失那天。缴了没有看状态，缴费人在自己的应缴里看到。"
    ),
)
def rents(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有租金"), icon="receipt", text=_("出租批准以后，第一期当天开应缴。"))
    rows = Rent.objects.select_related("letting__asset", "bill").order_by("-starts_on", "-pk")
    waiting = [
        (loan, letting_cases.case.address(public_id=loan.letting.public_id))
        for loan in renting.unbilled().order_by("returned_at", "pk")
        if loan.letting
    ]
    return listing(
        request,
        Rents,
        rows,
        RentFilters,
        empty=none,
        export_as="租金",
        bulk="cancel_rents",
        template="assets/rents.html",
        facts={"waiting": waiting},
    )


@bulk(
    rents,
    "cancel/",
    ReasonForm,
    rows=lambda _request: Rent.objects.select_related("letting__asset", "bill"),
    table=Rents,
    title=_("撤销应缴"),
    icon="undo-2",
    lead=_("开错了的，或学校决定不收的；缴过的撤销不了，到财务退费。"),
    refuses=lambda row: "" if row.bill.is_owed and not row.bill.paid_fen else row.bill.get_state_display(),
    to="rents",
    proves=True,
    done=lambda count: str(_("%(count)s 张应缴已撤销。") % {"count": count}),
)
def cancel_rents(request: PageRequest, form: ReasonForm, chosen: list[Rent]) -> int:
    for rent in chosen:
        renting.cancel(by=request.actor, rent=rent, reason=form.cleaned_data["reason"])
    return len(chosen)


argument_cases = decided(
    arguments,
    Argument,
    ArgumentCases,
    "unit",
    title=_("大型仪器论证"),
    tab=_("论证"),
    lead=_("单位提出，三位专家里两位在待办同意后由国资处批；购置这样的仪器，验收单上要选它的论证。"),
    empty=Empty(title=_("还没有大型仪器论证"), icon="microscope", text=_("资产员在“单位资产 → 论证”里提出。")),
    agree=lambda found: _("同意购置 %(count)s 台（套）") % {"count": found.quantity},
    done={"approve": _("已批准，可以购置。")},
)


@transfer_cases.case.action("print/", writes_supplied=False)
def print_transfer(request: PageRequest, found: Transfer) -> HttpResponseBase:
    return print_out(request, printing.TRANSFER, printing.transfer_facts, found)


def lot_lines(request: PageRequest, found: Disposal) -> Listing:
    return list_of(request, LotLines, found.lines.select_related("asset"), per_page=100, caption=_("逐件"))


def what_to_remit(request: PageRequest, found: Disposal) -> dict[str, str]:
    is_due = found.state == Disposal.State.DONE and found.income_fen and found.remitted_on is None
    is_mine = is_due and remit.is_shown_to(request.viewer)
    return where_it_is(request, found) | {"remit": remit.address(public_id=found.public_id) if is_mine else ""}


lot_cases = decided(
    disposals,
    Disposal,
    Lots,
    title=_("资产处置"),
    tab=_("资产处置"),
    lead=_("一位经办人把待报废的资产并成一批，另一位审批；处置当月不再折旧。"),
    empty=Empty(title=_("还没有处置过资产"), icon="recycle", text=_("在“待报废”里勾选，并成一批。")),
    rows=lot_lines,
    rows_at="lines.csv",
    decide=[OFFICE],
    facts=what_to_remit,
    agree=lambda found: _("同意处置，原值合计 %(sum)s") % {"sum": format_yuan(found.value_fen)},
    done={"approve": _("已处置。")},
)


@lot_cases.case.action("print/", writes_supplied=False)
def print_lot(request: PageRequest, found: Disposal) -> HttpResponseBase:
    return print_out(request, printing.DISPOSAL, printing.disposal_facts, found)


@lot_cases.case.form(
    "remit/",
    RemittanceForm,
    title=_("登记收入上缴"),
    lead=_("处置收入上缴国库后，按财务凭证登记一次。"),
    done=_("已登记。"),
    roles=[FINANCE],
)
def remit(request: PageRequest, form: RemittanceForm, found: Disposal) -> None:
    said = form.cleaned_data
    disposing.remit(by=request.actor, lot=found, voucher=said["voucher"], paid_on=said["paid_on"])


improvement_cases = improvements.proposals(
    "",
    Improvement,
    Improvements,
    on_approve=lambda by, found: improving.agree(by=by, improvement=found),
    on_refuse=lambda by, found, answer: improving.refuse(by=by, improvement=found, answer=answer),
    title=_("改造增值"),
    tab=_("增值"),
    lead=_("一位经办人在资产卡片上提出，另一位复核；从复核当月起按新的价值和月数折旧，以前记的不动。"),
    empty=Empty(title=_("还没有改造增值"), icon="trending-up", text=_("在资产卡片上提出。")),
    found=Improvement.objects.select_related("asset"),
    agree=lambda found: _("同意，增加 %(sum)s") % {"sum": format_yuan(found.added_fen)},
    done={"approve": _("已改值，从本月起按新的年限折旧。")},
)


reversal_cases = reversals.proposals(
    "",
    Reversal,
    Reversals,
    on_approve=lambda by, found: reversing.agree(by=by, reversal=found),
    on_refuse=lambda by, found, answer: reversing.refuse(by=by, reversal=found, answer=answer),
    title=_("付款冲回"),
    tab=_("付款冲回"),
    lead=_(
        "资产会计在采购登记的页上提出，另一位复核后额度重新占用。登记这笔付款的，登记采购、经办采购和验收的人不能批；资产会计人手不够时由国资处批。"
    ),
    empty=Empty(title=_("还没有冲回过付款"), icon="undo-2", text=_("资产会计在采购登记的页上提出。")),
    found=Reversal.objects.select_related("payment__purchase__unit"),
    agree=lambda found: _("同意冲回 %(sum)s") % {"sum": format_yuan(found.payment.amount_fen)},
    done={"approve": _("已冲回，额度重新占用。")},
)


def keep_close(by: Actor, form: CloseForm, rows: list[Compared]) -> MonthClose:
    return closing.make_close(by=by, token=form.cleaned_data["token"], rows=rows, file_name=form.file_name)


def differences(request: PageRequest, found: MonthClose) -> Listing:
    return list_of(request, Differences, found.lines.order_by("number"), per_page=100, caption=_("逐张差异"))


close_cases = closes.intake(
    "",
    MonthClose,
    Closes,
    FINANCE_CARDS,
    form=CloseForm,
    check=check_finance,
    keep=keep_close,
    title=_("资产月结"),
    tab=_("月结"),
    lead=_("交财务的资产卡片，逐张与该月月末的台账核对原值和累计折旧；不符的须写明原因，两人签了才结账。"),
    empty=Empty(
        title=_("还没有月结过"), icon="scale", action=_("交财务卡片"), to="new", text=_("先在“折旧”里记好当月折旧。")
    ),
    new={
        "title": _("交财务卡片"),
        "lead": _("这一步只核对，不结账。与台账不符又没有写差异说明的，逐行指出。"),
        "button": _("交财务卡片"),
        "facts": lambda _request: {"rules": _("一行一张卡片，台账上的每一张都要在文件里；财务没有的写 0 并说明原因。")},
    },
    rows=differences,
    rows_at="differences.csv",
    agree=lambda found: _("同意结账，%(count)s 张有差异") % {"count": found.difference_count},
    done={"approve": _("已同意，正在结账。"), "discard": _("已作废，没有结账。")},
)


def keep_cards(by: Actor, form: CardsForm, rows: list[CardRow]) -> CardImport:
    said = form.cleaned_data
    return importing.make_import(by=by, token=said["token"], title=said["title"], rows=rows, file_name=form.file_name)


def card_rows(request: PageRequest, found: CardImport) -> Listing:
    return list_of(request, Rows, found.rows.select_related("asset"), per_page=100, caption=_("逐张卡片"))


import_cases = imports.intake(
    "",
    CardImport,
    Imports,
    CARDS,
    form=CardsForm,
    check=check_cards,
    keep=keep_cards,
    title=_("旧卡片导入"),
    tab=_("旧卡片"),
    lead=_("国资、久其、用友等旧系统的卡片：先整份检查，另一位复核后登记，每张发新编号，旧编号仍能查到。"),
    empty=Empty(
        title=_("还没有导入过"), icon="upload", action=_("交第一份"), to="new", text=_("先下载模板，一行一张卡片。")
    ),
    new={
        "title": _("交旧卡片"),
        "lead": _("这一步只检查，不登记。"),
        "button": _("交旧卡片"),
        "facts": lambda _request: {"rules": _("累计折旧写到上个月末；从本月起按余下的年限接着折旧。")},
    },
    rows=card_rows,
    rows_at="rows.csv",
    agree=lambda found: _("同意登记 %(count)s 张卡片") % {"count": found.card_count},
    done={"approve": _("已同意，正在登记卡片。"), "discard": _("已作废，没有登记。")},
)


def keep_classes(by: Actor, form: ClassesForm, rows: list[ClassRow]) -> ClassImport:
    said = form.cleaned_data
    return classing.make_import(by=by, token=said["token"], title=said["title"], rows=rows, file_name=form.file_name)


def class_rows(request: PageRequest, found: ClassImport) -> Listing:
    return list_of(request, ClassRows, found.rows.order_by("line"), per_page=100, caption=_("新增和改动的分类"))


class_cases = classes.intake(
    "",
    ClassImport,
    ClassImports,
    CLASSES,
    form=ClassesForm,
    check=check_classes,
    keep=keep_classes,
    title=_("资产分类表"),
    tab=_("分类表"),
    lead=_(
        "国标资产分类（GB/T 14885）整份或一部分：先整份检查，另一位复核后登记。只加、只改，不去掉；已有资产的分类不能再往下分。"
    ),
    empty=Empty(
        title=_("还没有交过分类表"),
        icon="list-tree",
        action=_("交第一份"),
        to="new",
        text=_("现有的是国标的前几级；先下载模板，一行一个分类。"),
    ),
    new={
        "title": _("交分类表"),
        "lead": _("这一步只检查，不登记。"),
        "button": _("交分类表"),
        "facts": lambda _request: {
            "rules": _(
                "代码写成 A02、A0201、A020101 这样，上一级要在表里或已登记。计量单位、折旧、数据留空的，照原来的或上一级的。"
            )
        },
    },
    rows=class_rows,
    rows_at="rows.csv",
    agree=lambda found: _("同意登记 %(count)s 个分类") % {"count": found.class_count},
    done={"approve": _("已同意，正在登记分类。"), "discard": _("已作废，没有登记。")},
)

rollback_cases = undoing(
    import_cases,
    rollbacks,
    Rollback,
    CardRollbacks,
    on_ask=lambda by, batch, token, reason: rolling_back.ask(by=by, batch=batch, token=token, reason=reason),
    on_agree=lambda by, found: rolling_back.agree(by=by, rollback=found),
    title=_("旧卡片回滚"),
    warning=_(
        "这份登记的卡片全部作废，编号不再使用，旧编号可以重新导入。其中有一张领用确认、盘点、调拨、记过折旧的，整份不回滚。提出后由另一位复核：提出的人、当初制单和复核的人都不能批。"
    ),
    lead=_(
        "一位在旧卡片导入的页上提出，另一位复核后整份作废。制单和复核过这份导入的人不能批，国资处人手不够时由资产会计批。"
    ),
    agree=lambda found: _("同意回滚 %(count)s 张卡片") % {"count": found.batch.card_count},
)

undoing(
    class_cases,
    class_rollbacks,
    ClassRollback,
    on_ask=lambda by, batch, token, reason: classing.ask_back(by=by, batch=batch, token=token, reason=reason),
    on_agree=lambda by, found: classing.agree_back(by=by, rollback=found),
    title=_("资产分类表回滚"),
    warning=_(
        "新加的分类去掉，改过的恢复原样。后来又改过、用过其中一个的，整份不回滚。提出后由另一位复核：提出的人、当初制单和复核的人都不能批。"
    ),
    lead=_(
        "一位在分类表的页上提出，另一位复核后整份恢复。制单和复核过这份表的人不能批，国资处人手不够时由资产会计批。"
    ),
    agree=lambda found: _("同意回滚 %(count)s 个分类") % {"count": found.batch.class_count},
    done=lambda count: _("已回滚，%(count)s 个分类恢复了原样。") % {"count": count},
)
