"""The asset office (国资处): the register, sums by class, unit and building, what waits to be scrapped, depreciation."""

from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Console, Empty, Money, Month, Number, PageRequest, Span, Table, Text, Who, bulk, listing
from nanhu.kernel.kit.filters import address_with
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.kernel.kit.records import record
from nanhu.kernel.kit.sheet_forms import sheet_form
from nanhu.kernel.money import format_yuan
from nanhu.kernel.registry import Role
from nanhu.kernel.sheets.writing import sheet_response
from nanhu.kernel.ui import dates
from nanhu.systems.assets import printing, sheets
from nanhu.systems.assets.forms import (
    ArchiveForm,
    FigureForm,
    ImproveForm,
    LifeForm,
    LotForm,
    MonthForm,
    PaymentForm,
    ReversalForm,
    RulingForm,
    TagsForm,
)
from nanhu.systems.assets.models import (
    Asset,
    BookedSum,
    Disposal,
    DisposalLine,
    Figure,
    Improvement,
    Loss,
    Purchase,
    ServiceLife,
)
from nanhu.systems.assets.photos import LARGEST_ARCHIVE
from nanhu.systems.assets.policies import FINANCE, OFFICE, all_things, supplier
from nanhu.systems.assets.queries import books, on_map
from nanhu.systems.assets.queries.cards import card_lines
from nanhu.systems.assets.rules import month_of
from nanhu.systems.assets.services import (
    depreciating,
    disposing,
    improving,
    keeping,
    losing,
    photographing,
    purchasing,
    reversing,
    setting,
    tagging,
)
from nanhu.systems.assets.views.papers import print_out
from nanhu.systems.assets.views.tables import (
    PurchaseFilters,
    Purchases,
    ThingFilters,
    Things,
    called,
    show_purchase,
    show_thing,
    titled,
    with_funds,
)

State = Asset.State
ALONE = [Role(key=OFFICE, name=_("国资处"), description=_("管理全校资产台账，确认调拨，审批处置，记折旧和月结"))]
BOTH = [*ALONE, Role(key=FINANCE, name=_("资产会计"), description=_("看资产台账和折旧，与财务卡片月结"))]
desk = Console(
    "assets:office",
    _("资产管理"),
    icon="package",
    owner=_("国资处"),
    description=_("全校资产台账、折旧、处置、月结和报表"),
    roles=BOTH,
    order=47,
    supplier=supplier,
)


@desk.page("", title=_("资产台账"), tab=_("台账"))
def things(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有资产"), icon="package", text=_("导入旧卡片，或由各单位资产员验收入库。"))
    facts = {"cards": cards.address(), "tags": tags.address() if tags.is_shown_to(request.viewer) else ""}
    return listing(
        request,
        Things,
        all_things(),
        ThingFilters,
        empty=none,
        export_as="资产台账",
        template="assets/register.html",
        facts=facts,
    )


@sheet_form(
    things,
    "tags/",
    TagsForm,
    sheets.TAGS,
    name="RFID标签",
    check=tagging.check_tags,
    filled=tagging.tagged,
    title=_("登记 RFID 标签"),
    done=lambda count: str(_("改了 %(count)s 件的标签。") % {"count": count}),
    roles=[OFFICE],
)
def tags(request: PageRequest, _form: TagsForm, rows: list[Any]) -> int:
    return tagging.tag_things(by=request.actor, rows=rows)


@things.download("cards.xlsx")
def cards(_request: PageRequest) -> HttpResponseBase:
    return sheet_response(card_lines(), "资产卡片", "xlsx")


@things.page("<uuid:public_id>/", title=_("资产卡片"), subject=record(all_things(), Asset.what), about=called)
def thing(request: PageRequest, found: Asset) -> HttpResponse:
    return show_thing(request, found, DEEDS.get(State(found.state), ()), print_card.address(public_id=found.public_id))


@thing.action("print/", writes_supplied=False)
def print_card(request: PageRequest, found: Asset) -> HttpResponseBase:
    return print_out(request, printing.CARD, printing.card_facts, found)


@thing.form(
    "improve/", ImproveForm, title=_("改造增值"), done=_("已提出，等另一位经办人复核。"), roles=[OFFICE], proves=True
)
def improve(request: PageRequest, form: ImproveForm, found: Asset) -> Improvement:
    said = form.cleaned_data
    return improving.ask(by=request.actor, asset=found, added_fen=said.pop("added"), **said)


@thing.form("keep/", ReasonForm, title=_("不报废，退回使用"), done=_("已退回使用。"), roles=[OFFICE])
def keep(request: PageRequest, form: ReasonForm, found: Asset) -> None:
    disposing.keep(by=request.actor, asset=found, reason=form.cleaned_data["reason"])


@thing.form("void/", ReasonForm, title=_("编号作废"), tone="danger", done=_("编号已作废，不再使用。"), roles=[OFFICE])
def void(request: PageRequest, form: ReasonForm, found: Asset) -> None:
    keeping.void_number(by=request.actor, asset=found, reason=form.cleaned_data["reason"])


@thing.form(
    "ruling/",
    RulingForm,
    title=_("丢失处理意见"),
    done=_("已提出处理意见，等另一位经办人复核。"),
    lead=_(
        "故意按净值全额、过失按一半赔偿，最低为原值的一成；无责任不赔。按记到上个月的折旧算；复核后给确认过的借用人或领用人开应缴单。"
    ),
    roles=[OFFICE],
    proves=True,
)
def ruling(request: PageRequest, form: RulingForm, found: Asset) -> Loss:
    said = form.cleaned_data
    return losing.propose_ruling(by=request.actor, asset=found, **said)


@thing.form("found/", ReasonForm, title=_("找到了"), done=_("已登记找到。"), roles=[OFFICE])
def found_again(request: PageRequest, form: ReasonForm, found: Asset) -> None:
    losing.report_found(by=request.actor, asset=found, reason=form.cleaned_data["reason"])


DEEDS = {
    State.IN_STOCK: (improve, void),
    State.IN_USE: (improve,),
    State.MISSING: (ruling, found_again),
    State.TO_SCRAP: (keep,),
}


@desk.form(
    "photos/",
    ArchiveForm,
    title=_("按编号传照片"),
    tab=_("照片"),
    icon="camera",
    submit=_("上传"),
    to="things",
    roles=[OFFICE],
    largest_file=LARGEST_ARCHIVE,
)
def photos(request: PageRequest, form: ArchiveForm) -> HttpResponseBase:
    made = photographing.hand_in(by=request.actor, archive=form.cleaned_data["archive"].read())
    return redirect("progress", public_id=made)


class Sums(Table):
    name = Text(_("名称"))
    count = Number(_("数量"))
    fen = Money(_("账面原值"), total=True)
    lost = Money(_("累计折旧"), total=True)
    net = Money(_("净值"), total=True)


class Months(Table):
    ordering = ("-month",)
    month = Month(_("月份"), sort=False)
    count = Number(_("笔数"), "row_count")
    late = Number(_("其中补提"), "late_count")
    fen = Money(_("折旧额"))


def names_of(rows: list[dict[str, Any]], *keys: str) -> list[dict[str, Any]]:
    if keys == ("age",):
        return [row | {"name": str(books.AGES[row["age"]])} for row in rows]
    return [row | {"name": " ".join(str(row[key]) for key in keys if row[key]) or str(_("未登记地点"))} for row in rows]


@desk.page("sums/", title=_("分类汇总"), tab=_("汇总"), lead=_("在账资产的原值、累计折旧和净值，国资年报按这些数填。"))
def sums(request: PageRequest) -> HttpResponseBase:
    by = request.GET.get("by", "")
    by = by if by in GROUPS else "class"
    rows = names_of(books.sums_by(*GROUPS[by][1]), *GROUPS[by][1])
    moving = books.on_the_books().exclude(classification__code__startswith=books.HOUSES)
    plotted = names_of(books.sums_by(*GROUPS[by][1], rows=moving), *GROUPS[by][1])
    built = on_map.built_in(moving) if by == "building" else []
    facts = {
        "groups": [
            (word, address_with(request.GET, {"by": key}), key == by) for key, (word, _fields) in GROUPS.items()
        ],
        "bars": bars_of(plotted, in_order=by == "age"),
        "parts": (_("净值"), _("累计折旧")),
        "total": format_yuan(sum(row["net"] for row in plotted)),
        "built": built,
        "maps": on_map.maps_of(built),
    }
    return listing(request, Sums, rows, per_page=500, export_as="资产汇总", template="assets/sums.html", facts=facts)


GROUPS = {
    "class": (_("按分类"), ("classification__code", "classification__name")),
    "unit": (_("按单位"), ("unit__code", "unit__name")),
    "building": (_("按楼"), ("campus", "building")),
    "age": (_("按年限"), ("age",)),
}
PLOTTED = 12


def bars_of(rows: list[dict[str, Any]], *, in_order: bool) -> list[tuple[str, list[float]]]:
    """What they are worth still and what is written off, the largest first, or as they follow one another."""
    largest = rows if in_order else sorted(rows, key=lambda row: -row["fen"])[:PLOTTED]
    return [(row["name"], [round(row[key] / 1_000_000, 2) for key in ("net", "lost")]) for row in largest if row["fen"]]


@desk.page("scrap/", title=_("待报废"), tab=_("待报废"), roles=[OFFICE], lead=_("勾选后并成一批，另一位审批后处置。"))
def waiting_to_go(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有待报废的资产"), icon="recycle")
    return listing(request, Things, to_scrap(request), ThingFilters, empty=none, export_as="待报废", bulk="lot")


def to_scrap(_request: PageRequest) -> Any:
    """Each with whether it stands in a lot."""
    line = DisposalLine.objects.filter(asset=OuterRef("pk"), released_at=None)
    return all_things().filter(state=State.TO_SCRAP).annotate(is_in_lot=Exists(line))


def in_a_lot(thing: Any) -> Any:
    return _("已在另一批处置里") if thing.is_in_lot else ""


@bulk(
    waiting_to_go,
    "lot/",
    LotForm,
    rows=to_scrap,
    table=Things,
    title=_("并成一批处置"),
    refuses=in_a_lot,
    done=_("已提出，等另一位审批。"),
)
def lot(request: PageRequest, form: LotForm, things: list[Asset]) -> Disposal:
    said = dict(form.cleaned_data)
    return disposing.ask(
        by=request.actor,
        public_ids=[one.public_id for one in things],
        income_fen=said.pop("income") or 0,
        **said,
    )


def booked_words(count: int) -> str:
    return str(_("已记 %(count)s 笔折旧。") % {"count": count})


@desk.page(
    "depreciation/", title=_("折旧"), tab=_("折旧"), lead=_("投入使用当月开始，处置当月不提；同一个月重复记不会多记。")
)
def depreciation(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有记过折旧"), icon="calculator", action=_("记一个月折旧"), to="depreciate")
    months = BookedSum.objects.all()
    lines = [
        (dates.month_words(one.month), round(one.fen / 1_000_000, 2))
        for one in reversed(months.order_by("-month")[:PLOTTED])
    ]
    facts = {
        "lines": lines,
        "sheet": print_month.address(),
        "run": depreciate.address() if depreciate.is_shown_to(request.viewer) else "",
    }
    return listing(
        request, Months, months, empty=none, export_as="折旧", template="assets/depreciation.html", facts=facts
    )


@depreciation.form("run/", MonthForm, title=_("记一个月折旧"), done=booked_words, roles=[OFFICE])
def depreciate(request: PageRequest, form: MonthForm) -> int:
    return depreciating.depreciate(by=request.actor, month=form.cleaned_data["month"])


@depreciation.form("print/", MonthForm, title=_("打印折旧表"), icon="printer", submit=_("打印"), writes_supplied=False)
def print_month(request: PageRequest, form: MonthForm) -> HttpResponseBase:
    return print_out(request, printing.MONTH, printing.month_facts, month_of(form.cleaned_data["month"]))


ALL_PURCHASES = with_funds(Purchase.objects.all())


@desk.page(
    "purchases/",
    title=_("采购登记"),
    tab=_("采购"),
    lead=_("先列各单位占用着额度的采购。不再办的由国资处取消，额度全部退回；入库后由资产会计登记付款，支出额度。"),
)
def purchases(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有占用着额度的采购"), icon="shopping-cart")
    rows = ALL_PURCHASES.order_by("-created_at")
    return listing(request, Purchases, rows, PurchaseFilters, empty=none, export_as="采购登记")


@purchases.page("<uuid:public_id>/", title=_("采购登记"), subject=record(ALL_PURCHASES, Purchase.what), about=titled)
def purchase(request: PageRequest, found: Purchase) -> HttpResponse:
    receipts = [(one.title, "") for one in found.receipts.order_by("pk")]
    return show_purchase(request, found, receipts, (cancel_purchase, pay_purchase, settle_purchase, reverse_payment))


@purchase.form(
    "cancel/",
    ReasonForm,
    title=_("取消采购"),
    tone="danger",
    done=_("已取消，额度已退回。"),
    roles=[OFFICE],
    writes_supplied=False,
)
def cancel_purchase(request: PageRequest, form: ReasonForm, found: Purchase) -> None:
    purchasing.cancel(by=request.actor, purchase=found, reason=form.cleaned_data["reason"])


@purchase.form(
    "pay/",
    PaymentForm,
    title=_("登记付款"),
    lead=_(
        "按财务凭证登记：从占用的额度里支出这么多，不能超过还占用的；一张凭证在一次采购里登记一次。登错了的由两人冲回，冲回后可以重新登记。登记采购、经办采购和验收的人不能登记付款。"
    ),
    done=_("已登记付款，额度已支出。"),
    roles=[FINANCE],
    proves=True,
    writes_supplied=False,
)
def pay_purchase(request: PageRequest, form: PaymentForm, found: Purchase) -> None:
    purchasing.pay(by=request.actor, purchase=found, **form.cleaned_data)


@purchase.form(
    "settle/",
    ReasonForm,
    title=_("结清，退回余额"),
    tone="danger",
    lead=_("不再付款了：还占用的额度全部退回，以后不能再登记付款。"),
    done=_("已结清，余额已退回。"),
    roles=[FINANCE],
    proves=True,
    writes_supplied=False,
)
def settle_purchase(request: PageRequest, form: ReasonForm, found: Purchase) -> None:
    purchasing.settle(by=request.actor, purchase=found, reason=form.cleaned_data["reason"])


@purchase.form(
    "reverse/",
    ReversalForm,
    title=_("冲回登错的付款"),
    tone="danger",
    arguments=lambda _request, found: {"payments": found.payments.filter(reversed_at=None).order_by("paid_on", "pk")},
    lead=_(
        "整笔冲回：这笔支出的额度重新占用，已结清的采购回到待付款，原来的登记留着并标明已冲回。提出后由另一位复核；登记这笔付款的人不能批。"
    ),
    done=_("已提出，等另一位复核。"),
    roles=[FINANCE],
    proves=True,
    writes_supplied=False,
)
def reverse_payment(request: PageRequest, form: ReversalForm, _found: Purchase) -> None:
    reversing.ask(by=request.actor, **form.cleaned_data)


class Figures(Table):
    ordering = ("name", "starts_on")
    name = Text(_("哪一项"), names=dict(Figure.Name.choices))
    value = Text(
        _("规定的值"),
        lambda rule: format_yuan(rule.value) if rule.is_sum else f"{rule.value / 10:g}%",
        is_number=True,
        sort=False,
    )
    days = Span(_("有效期"))
    reason = Text(_("依据的文件"), is_wide=True)
    by = Who(_("录入"), "created_by_name", at="created_at", account="created_by_id", is_wide=True)


@desk.page(
    "figures/",
    title=_("规定的数"),
    tab=_("规定的数"),
    lead=_("固定资产起点、审批限额、赔偿比例，从哪天起是多少。以前办的按当时的规定，不变。"),
)
def figures(request: PageRequest) -> HttpResponseBase:
    facts = {"set": set_figure.address() if set_figure.is_shown_to(request.viewer) else ""}
    rows = Figure.objects.filter(withdrawn_at=None)
    return listing(request, Figures, rows, export_as="规定", template="assets/figures.html", facts=facts)


class Lives(Table):
    ordering = ("code", "starts_on")
    code = Text(_("分类代码"), is_number=True)
    name = Text(_("规定里的名称"))
    years = Number(_("最短年限（年）"))
    longest = Number(_("最长年限（年）"), sort=False)
    days = Span(_("有效期"))
    reason = Text(_("依据的文件"), is_wide=True)
    by = Who(_("录入"), "created_by_name", at="created_at", account="created_by_id", is_wide=True)


@desk.page(
    "lives/",
    title=_("使用年限"),
    tab=_("使用年限"),
    lead=_(
        "各类资产从哪天起用几年：折旧按最短年限，验收时可以在最短和最长之间选；也是报废的最低年限。已经在折旧的不变。"
    ),
)
def lives(request: PageRequest) -> HttpResponseBase:
    facts = {"set": set_life.address() if set_life.is_shown_to(request.viewer) else ""}
    rows = ServiceLife.objects.filter(withdrawn_at=None)
    return listing(request, Lives, rows, export_as="使用年限", template="assets/figures.html", facts=facts)


@lives.form("set/", LifeForm, title=_("改一个使用年限"), done=_("使用年限已改。"), roles=[FINANCE])
def set_life(request: PageRequest, form: LifeForm) -> ServiceLife:
    return setting.set_life(by=request.actor, **form.cleaned_data)


@figures.form("set/", FigureForm, title=_("改一个规定"), done=_("规定已改。"), roles=[FINANCE])
def set_figure(request: PageRequest, form: FigureForm) -> Figure:
    return setting.set_figure(by=request.actor, **form.cleaned_data)
