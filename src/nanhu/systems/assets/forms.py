"""The shape of what persons, keepers and the office type."""

from typing import Any, ClassVar, Final

from django import forms
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.files.fields import PicturesField
from nanhu.kernel.folding import halfwidth, tidied
from nanhu.kernel.kit.forms import FileForm, IntakeForm, OnceForm, offer, reason_field
from nanhu.kernel.money import format_yuan
from nanhu.kernel.registry import Viewer
from nanhu.kernel.ui import dates
from nanhu.kernel.ui.money_field import YuanField
from nanhu.kernel.ui.widgets import DayInput, ManyFilesInput, SuggestInput, Suggestion
from nanhu.platforms.campus import api as campus
from nanhu.platforms.people import api as people
from nanhu.systems.assets.models import (
    Argument,
    Asset,
    Classification,
    Disposal,
    Figure,
    Inspection,
    InspectionRecord,
    Letting,
    Loss,
    Movement,
    Payment,
    Purchase,
    ReceiptFlag,
    ReceiptLine,
    StockItem,
)
from nanhu.systems.assets.photos import LARGEST, MOST_AT_ONCE
from nanhu.systems.assets.queries.lives import MONTHS
from nanhu.systems.assets.rules import Terms, voucher_number

MOST_SHOWN: Final = 12


class ClassField(forms.CharField):
    """A class out of thousands (GB/T 14885), by its code or its name; the value is the Classification. Only for forms of a console, whose
    page finds classes while one types. `leaves`: those under which things are entered; else those that lose value."""

    def __init__(self, *, leaves: bool = True, **options: Any) -> None:
        self.leaves = leaves
        super().__init__(max_length=80, widget=SuggestInput(), **options)

    def classes(self) -> QuerySet[Classification]:
        return Classification.objects.filter(**{"children": None} if self.leaves else {"is_depreciable": True})

    def suggest(self, _viewer: Viewer, typed: str) -> list[Suggestion]:
        """Also by what a thing is called: under which class the like stands. What things stand under most comes first: it is entered again."""
        text = typed.strip()
        alike = Asset.objects.filter(name__icontains=text).values("classification") if len(text) > 1 else []
        said = Q(code__istartswith=text) | Q(name__icontains=text) | Q(pk__in=alike)
        found = self.classes().filter(said).select_related("parent")
        things = Asset.objects.filter(classification=OuterRef("pk")).order_by().values("classification")
        used = Coalesce(Subquery(things.values(count=Count("pk"))), 0)
        ordered = found.order_by(used.desc(), "code")[:MOST_SHOWN]
        return [Suggestion(f"{one.code} {one.name}", one.parent.name if one.parent else "") for one in ordered]

    def clean(self, value: Any) -> Classification | None:
        text = tidied(super().clean(value))
        if not text:
            return None
        said = Q(code=text.partition(" ")[0].upper()) | Q(name=text)
        found = list(self.classes().filter(said)[:2])
        if not found and self.leaves and Classification.objects.filter(said).exists():
            raise forms.ValidationError(_("请写最末一级分类"))
        if len(found) != 1:
            raise forms.ValidationError(_("没有这个分类，或有几个叫这个名字：请从列出的里面选，或写代码。"))
        return found[0]


class ThingsForm(forms.Form):
    """Some of one's own things."""

    things = forms.MultipleChoiceField(label=_("哪些东西"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *arguments: Any, things: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*arguments, **more)
        offer(self, "things", things)


class AssignForm(forms.Form):
    keeper = people.PersonField(label=_("领用人"))
    room = campus.PlaceField(label=_("存放地点"), open_only=True)


class RoomForm(forms.Form):
    room = campus.PlaceField(label=_("存放地点"), open_only=True)


class ManyForm(forms.Form):
    """One act on several things: where they are put, or why."""

    act = forms.ChoiceField(
        label=_("办什么"),
        choices=[
            (Movement.Kind.MOVED, _("换地点")),
            (Movement.Kind.RETURNED, _("收回库房")),
            (Movement.Kind.IDLE, _("登记闲置")),
            (Movement.Kind.TO_SCRAP, _("申请报废")),
        ],
    )
    room = campus.PlaceField(label=_("存放地点"), open_only=True, required=False, help_text=_("换地点的写"))
    reason = forms.CharField(label=_("原因"), max_length=200, required=False, help_text=_("别的都要写"))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        needed = "room" if said.get("act") == Movement.Kind.MOVED else "reason"
        if not said.get(needed) and needed not in self.errors:
            self.add_error(needed, self.fields[needed].error_messages["required"])
        return said


class TransferForm(OnceForm):
    unit = people.UnitField(label=_("调入单位"))
    keeper = people.PersonField(label=_("领用人"), help_text=_("调入单位的人，调拨后由本人确认"))
    room = campus.PlaceField(label=_("存放地点"), open_only=True)
    reason = reason_field()


class AcceptForm(forms.Form):
    is_accepted = forms.TypedChoiceField(
        label=_("答复"), choices=[("1", _("同意")), ("0", _("不同意"))], coerce=lambda said: said == "1"
    )
    answer = forms.CharField(label=_("不同意的原因"), max_length=200, required=False)


class BorrowedForm(forms.Form):
    is_here = forms.TypedChoiceField(
        label=_("东西在哪里"), choices=[("1", _("在我这里")), ("0", _("没有拿到"))], coerce=lambda said: said == "1"
    )
    answer = forms.CharField(label=_("没有拿到的说明"), max_length=200, required=False)


class WantForm(OnceForm):
    room = campus.PlaceField(label=_("放在哪里"), open_only=True)
    reason = reason_field(_("做什么用"))


class LendForm(forms.Form):
    borrower = people.PersonField(label=_("借用人"))
    due_on = forms.DateField(label=_("归还日期"), widget=DayInput())


def approval_field() -> forms.CharField:
    return forms.CharField(
        label=_("批件文号"), max_length=100, required=False, help_text=_("到了审批限额的必填（见“规定的数”）")
    )


class ExtendForm(OnceForm):
    """`terms`: what was agreed, as `letting.Terms` takes it."""

    TERMS: Final = ("due_on", "contract", "rent_fen", "rent_months")
    due_on = forms.DateField(label=_("归还日期"), widget=DayInput())
    rent_fen = YuanField(label=_("每期租金（元）"), help_text=_("不收租金的写 0；最后一期不足的按天"))
    rent_months = forms.TypedChoiceField(label=_("怎样收租"), choices=Letting.Every, coerce=int)
    payer = people.PersonField(
        label=_("缴费人"), required=False, help_text=_("承租方缴租金的人，应缴开给他；校外的先在“来宾”里登记")
    )
    contract = forms.CharField(label=_("合同号"), max_length=40)
    approval = approval_field()
    reason = reason_field()

    def said(self) -> dict[str, Any]:
        """As `letting.ask_to_let` and `ask_to_extend` take it."""
        given = dict(self.cleaned_data)
        terms = Terms(payer_id=given.pop("payer"), **{name: given.pop(name) for name in self.TERMS})
        return given | {"terms": terms}


class LettingForm(ExtendForm):
    taker = forms.CharField(label=_("承租、借用方"), max_length=100, help_text=_("单位或个人的名称和联系电话"))
    field_order = ("taker",)


class RepairedForm(forms.Form):
    is_repaired = forms.TypedChoiceField(
        label=_("结果"), choices=[("1", _("修好")), ("0", _("修不好，转待报废"))], coerce=lambda said: said == "1"
    )
    cost = YuanField(label=_("维修费（元）"), required=False)
    reason = reason_field(_("说明"))


class InspectionForm(forms.Form):
    kind = forms.ChoiceField(label=_("哪种检验"), choices=Inspection.Kind)
    every_months = forms.IntegerField(label=_("多少个月一次"), min_value=1, max_value=120, initial=12)
    due_on = forms.DateField(label=_("下次最晚哪天"), widget=DayInput())


class OfInspectionForm(forms.Form):
    inspection: Any = forms.ModelChoiceField(label=_("哪种检验"), queryset=None, empty_label=None)

    def __init__(self, *arguments: Any, inspections: Any = None, **more: Any) -> None:
        super().__init__(*arguments, **more)
        field: Any = self.fields["inspection"]
        field.queryset = Inspection.objects.none() if inspections is None else inspections


class InspectedForm(OfInspectionForm):
    done_on = forms.DateField(label=_("检验日期"), widget=DayInput(), initial=campus_today)
    result = forms.ChoiceField(
        label=_("结果"), choices=InspectionRecord.Result, help_text=_("不合格的不能再用，转为维修中")
    )
    inspector = forms.CharField(label=_("检验单位或检验人"), max_length=80)
    certificate = forms.CharField(label=_("证书或报告编号"), max_length=80, required=False)
    next_on = forms.DateField(
        label=_("下次最晚哪天"), widget=DayInput(), required=False, help_text=_("证书上写了的照写；不写按周期算")
    )


class EndInspectionForm(OfInspectionForm):
    reason = reason_field()


class InstrumentForm(forms.Form):
    is_shared = forms.BooleanField(label=_("开放共享"), required=False, initial=True)
    hours = forms.CharField(label=_("开放时间"), max_length=100, help_text=_("例如：工作日 8:30—17:00"))
    fee_fen = YuanField(label=_("每小时收费（元）"), help_text=_("不收费写 0"))
    contact = people.PersonField(label=_("联系人"))
    conditions = forms.CharField(label=_("使用条件"), max_length=500, required=False, widget=forms.Textarea)


class StockForm(forms.Form):
    unit = people.UnitField(label=_("单位"))
    kind = forms.ChoiceField(label=_("种类"), choices=StockItem.Kind)
    name = forms.CharField(label=_("名称"), max_length=80, help_text=_("连规格一起写，例如：无水乙醇 500 mL"))
    measure = forms.CharField(label=_("计量单位"), max_length=8)
    room = campus.PlaceField(label=_("存放地点"), open_only=True)
    least = forms.IntegerField(label=_("少于多少要补"), min_value=0, max_value=1_000_000, initial=0)


class StockMoveForm(OnceForm):
    way = forms.ChoiceField(label=_("进还是出"), choices=[("out", _("出库")), ("in", _("入库"))])
    quantity = forms.IntegerField(label=_("数量"), min_value=1, max_value=1_000_000)
    person = people.PersonField(label=_("领用人"), required=False, help_text=_("危险品必填"))
    reason = reason_field(_("说明"))


class SplitForm(forms.Form):
    quantity = forms.IntegerField(label=_("拆出几件"), min_value=1)


MOST_PARTS: Final = 50


class PartsForm(forms.Form):
    parts = forms.CharField(
        label=_("拆成哪几份"),
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("一行一份：先写件数，空一格写房间代码，例：12 b1-101。没写到的留在原来的卡片上。"),
    )

    def clean_parts(self) -> list[tuple[int, int]]:
        """Pieces and room of each."""
        lines = [halfwidth(line).split() for line in self.cleaned_data["parts"].splitlines() if line.strip()]
        rooms = dict(campus.open_places().filter(key__in=[line[-1] for line in lines]).values_list("key", "pk"))
        wrong = [" ".join(line) for line in lines if not is_part(line) or line[1] not in rooms]
        if wrong or not 1 <= len(lines) <= MOST_PARTS:
            said = {"most": MOST_PARTS, "wrong": "、".join(wrong[:5])}
            raise forms.ValidationError(_("每行写件数和开放的房间代码，最多 %(most)s 行。不对的：%(wrong)s") % said)
        return [(int(line[0]), rooms[line[1]]) for line in lines]


def is_part(line: list[str]) -> bool:
    return len(line) == 2 and line[0].isascii() and line[0].isdigit() and 1 <= int(line[0]) <= 100_000  # noqa: PLR2004 - pieces on one card


class ImproveForm(OnceForm):
    added = YuanField(label=_("增加的价值（元）"))
    months = forms.IntegerField(label=_("改造后还能用几个月"), min_value=1, max_value=1200)
    reason = reason_field()


class RulingForm(OnceForm):
    fault = forms.ChoiceField(label=_("责任"), choices=Loss.Fault)
    findings = forms.CharField(label=_("调查情况"), max_length=500, widget=forms.Textarea)
    approval = approval_field()


class LotForm(OnceForm):
    title = forms.CharField(label=_("名称"), max_length=60, help_text=_("例如：2026 年第二批报废计算机"))
    kind = forms.ChoiceField(label=_("处置方式"), choices=Disposal.Kind)
    reason = reason_field()
    appraisal = forms.CharField(
        label=_("技术鉴定意见"), max_length=500, required=False, help_text=_("没到最低使用年限的必填")
    )
    wiping = forms.CharField(label=_("数据清除证明"), max_length=200, required=False, help_text=_("存有数据的设备必填"))
    approval = approval_field()
    income = YuanField(label=_("处置收入（元）"), required=False)


class ReceiptHead(OnceForm):
    purchase: Any = forms.ModelChoiceField(
        label=_("采购登记"),
        queryset=None,
        empty_label=_("没有登记过采购"),
        required=False,
        to_field_name="public_id",
        help_text=_("占用过额度的采购从这里选，入库后按验收单各行合计保留额度，多占的退回"),
    )
    argument: Any = forms.ModelChoiceField(
        label=_("大型仪器论证"),
        queryset=None,
        empty_label=_("没有大型仪器"),
        required=False,
        to_field_name="public_id",
        help_text=_("购置大型仪器的必选，单位和取得日期要对得上"),
    )
    title = forms.CharField(label=_("采购内容"), max_length=80)
    acquired = forms.ChoiceField(label=_("取得方式"), choices=Asset.Acquired, initial=Asset.Acquired.BOUGHT)
    acquired_on = forms.DateField(label=_("取得日期"), widget=DayInput(), initial=campus_today)
    supplier = forms.CharField(label=_("供应商"), max_length=80, required=False)
    invoice = forms.CharField(
        label=_("发票号"), max_length=40, required=False, help_text=_("购置的必填；捐赠、自建等可以写协议或决算的编号")
    )
    invoice_fen = YuanField(label=_("发票金额（元）"), may_be_zero=False, help_text=_("捐赠、自建等写协议或决算的金额"))
    contract = forms.CharField(label=_("合同号"), max_length=40, required=False)
    funds = forms.CharField(label=_("经费项目"), max_length=80, required=False)
    unit = people.UnitField(label=_("入库单位"))
    buyer = people.PersonField(label=_("采购经办人"))
    first_inspector = people.PersonField(label=_("验收人一"))
    second_inspector = people.PersonField(label=_("验收人二"), help_text=_("与验收人一、采购经办人都不同"))


class ArgumentForm(OnceForm):
    title = forms.CharField(label=_("仪器名称"), max_length=80)
    unit = people.UnitField(label=_("单位"))
    quantity = forms.IntegerField(label=_("数量"), min_value=1, max_value=100, initial=1)
    price_fen = YuanField(label=_("单价（元）"), help_text=_("验收时每台（套）不能超过"))
    reason = forms.CharField(label=_("为什么要买"), max_length=2000, widget=forms.Textarea)
    sharing = forms.CharField(
        label=_("安装、管理和共享"), max_length=1000, widget=forms.Textarea, help_text=_("装在哪里、谁管、还有谁可以用")
    )
    first = people.PersonField(label=_("专家一"))
    second = people.PersonField(label=_("专家二"))
    third = people.PersonField(label=_("专家三"), help_text=_("三位不同的人，都不是您自己"))


class PurchaseForm(OnceForm):
    title = forms.CharField(label=_("采购内容"), max_length=80)
    fund = forms.ChoiceField(label=_("额度"))
    amount_fen = YuanField(label=_("预计金额（元）"), may_be_zero=False, help_text=_("下单前占用；不够就登记不了"))
    is_idle_seen = forms.BooleanField(label=_("看过“闲置调剂”，没有合适的"), required=False)

    def __init__(self, *arguments: Any, funds: Any = (), **more: Any) -> None:
        super().__init__(*arguments, **more)
        offer(self, "fund", list(funds))


class VoucherForm(OnceForm):
    voucher = forms.CharField(label=_("凭证号"), max_length=40)
    paid_on = forms.DateField(label=_("付款日期"), widget=DayInput(), initial=campus_today)

    def clean_voucher(self) -> str:
        number = voucher_number(self.cleaned_data["voucher"])
        if not number:
            raise forms.ValidationError(self.fields["voucher"].error_messages["required"], code="required")
        return number


class RemittanceForm(VoucherForm):
    paid_on = forms.DateField(label=_("上缴日期"), widget=DayInput(), initial=campus_today)


class PaymentForm(VoucherForm):
    amount_fen = YuanField(label=_("付款金额（元）"), help_text=_("可以分几次付，合计不超过占用的额度"))
    field_order = ("amount_fen", "voucher", "paid_on")


class ReversalForm(OnceForm):
    payment: Any = forms.ModelChoiceField(label=_("登错的付款"), queryset=None, empty_label=None)
    reason = reason_field(_("哪里登错了"))

    def __init__(self, *arguments: Any, payments: Any = None, **more: Any) -> None:
        super().__init__(*arguments, **more)
        field: Any = self.fields["payment"]
        field.queryset = Payment.objects.none() if payments is None else payments
        field.label_from_instance = lambda one: (
            f"{one.voucher} {format_yuan(one.amount_fen)} {dates.short_day(one.paid_on, campus_today().year)}"
        )


WHAT_IT_IS: Final = (
    _("东西"),
    ("classification", "name", "model", "maker", "quantity", "price_yuan", "serials", "is_batch"),
)
HOW_IT_IS_USED: Final = (
    _("用在哪里"),
    ("put_into_use_on", "use", "room", "warranty_until", "years", "years_basis", "former_number"),
)


class LineForm(forms.Form):
    sections: ClassVar[Any] = (WHAT_IT_IS, HOW_IT_IS_USED)
    classification = ClassField(label=_("分类"), help_text=_("写东西或分类的名称，或代码，从列出的里面选最末一级"))
    name = forms.CharField(label=_("资产名称"), max_length=80)
    model = forms.CharField(label=_("规格型号"), max_length=80, required=False)
    maker = forms.CharField(label=_("厂家"), max_length=80, required=False)
    serials = forms.CharField(
        label=_("序列号"), required=False, max_length=20_000, widget=forms.Textarea, help_text=_("一行一个")
    )
    quantity = forms.IntegerField(label=_("数量"), min_value=1, max_value=10_000, initial=1)
    price_yuan = YuanField(
        label=_("单价（元）"), help_text=_("不到固定资产起点又不是整批的，入低值品清单，不记账、不折旧")
    )
    is_batch = forms.BooleanField(label=_("整批一张卡片"), required=False, help_text=_("例如一批实验凳，以后可以拆分"))
    put_into_use_on = forms.DateField(label=_("投入使用日期"), widget=DayInput(), initial=campus_today)
    years = forms.IntegerField(
        label=_("使用年限（年）"),
        required=False,
        min_value=1,
        max_value=100,
        help_text=_("不填按分类规定；规定是一段的（例如医疗设备 5 到 10 年）可以选"),
    )
    years_basis = forms.CharField(
        label=_("年限依据"), required=False, max_length=100, help_text=_("年限与规定不同的写：评估报告，或房屋结构")
    )
    former_number = forms.CharField(
        label=_("原标签号"), required=False, max_length=40, help_text=_("盘盈的照标签写，以后扫旧标签也认得")
    )
    use = forms.ChoiceField(label=_("用途"), choices=Asset.Use)
    room = campus.PlaceField(label=_("存放地点"), open_only=True, required=False)
    warranty_until = forms.DateField(label=_("保修到"), widget=DayInput(), required=False)

    def line(self) -> dict[str, Any]:
        said = {key: self.cleaned_data[key] for key in LineForm.base_fields if key not in {"price_yuan", "years"}}
        years = self.cleaned_data["years"]
        return said | {"price_fen": self.cleaned_data["price_yuan"], "months": years * MONTHS if years else None}


class ReceiptForm(ReceiptHead, LineForm):
    """The receipt with its first line; further lines follow until somebody signed."""

    field_order = (*ReceiptHead.base_fields, *LineForm.base_fields)
    sections: ClassVar[Any] = (
        (
            _("采购和发票"),
            (
                *("title", "acquired", "acquired_on", "supplier", "invoice", "invoice_fen"),
                *("contract", "funds", "purchase", "argument"),
            ),
        ),
        (_("谁来办"), ("unit", "buyer", "first_inspector", "second_inspector")),
        WHAT_IT_IS,
        HOW_IT_IS_USED,
    )

    def __init__(self, *arguments: Any, purchases: Any = None, argued: Any = None, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.fields["purchase"].queryset = Purchase.objects.none() if purchases is None else purchases  # type: ignore[attr-defined]
        self.fields["argument"].queryset = Argument.objects.none() if argued is None else argued  # type: ignore[attr-defined]

    def head(self) -> dict[str, Any]:
        said = dict(self.cleaned_data)
        plain = (
            "purchase",
            "argument",
            "title",
            "acquired",
            "acquired_on",
            "supplier",
            "invoice",
            "invoice_fen",
            "contract",
            "funds",
        )
        persons = {f"{key}_id": said[key] for key in ("buyer", "first_inspector", "second_inspector")}
        return {key: said[key] for key in plain} | persons


class CameraField(PicturesField):
    """A phone opens its camera for it; a desktop chooses files."""

    widget = ManyFilesInput(attrs={"accept": "image/jpeg,image/png", "capture": "environment"})


class PhotosForm(OnceForm):
    photos = CameraField(
        label=_("照片"),
        most=MOST_AT_ONCE,
        largest=LARGEST,
        help_text=_("实物、铭牌、包装，一次最多 6 张；拍照位置等信息会去掉，请不要拍到人脸。"),
    )
    line: Any = forms.ModelChoiceField(
        label=_("拍的是哪一行"),
        queryset=None,
        required=False,
        empty_label=_("整张验收单"),
        help_text=_("选了的，入库后是这些东西卡片上的照片"),
    )

    def __init__(self, *arguments: Any, lines: Any = None, **more: Any) -> None:
        super().__init__(*arguments, **more)
        field: Any = self.fields["line"]
        field.queryset = ReceiptLine.objects.none() if lines is None else lines
        field.label_from_instance = lambda one: f"{one.position} {one.name}"


class ThingPhotoForm(OnceForm):
    photo = CameraField(
        label=_("照片"), most=1, largest=LARGEST, help_text=_("代替原来的照片；拍照位置等信息会去掉，请不要拍到人脸。")
    )


class ArchiveForm(OnceForm):
    archive = forms.FileField(
        label=_("照片压缩包（.zip）"),
        widget=forms.ClearableFileInput(attrs={"accept": ".zip"}),
        help_text=_(
            "照片以资产编号或原编号命名，一次最多 200 张、100 MB；JPEG 或 PNG，每张不超过 8 MB。请不要拍到人脸。"
        ),
    )


class FigureForm(forms.Form):
    name = forms.ChoiceField(label=_("哪一项"), choices=Figure.Name)
    sum_fen = YuanField(label=_("金额"), required=False, help_text=_("起点写金额"))
    percent = forms.IntegerField(
        label=_("百分数"), required=False, min_value=0, max_value=100, help_text=_("比例写百分数：50 即一半")
    )
    starts_on = forms.DateField(label=_("从哪天起"), widget=DayInput(), initial=campus_today)
    reason = reason_field(_("依据的文件"))


class LifeForm(forms.Form):
    classification = ClassField(leaves=False, label=_("分类"), help_text=_("它下面没有另定的也按它"))
    name = forms.CharField(label=_("规定里的名称"), max_length=60)
    years = forms.IntegerField(label=_("最短年限（年）"), min_value=1, max_value=100, help_text=_("也是报废的最低年限"))
    most_years = forms.IntegerField(label=_("最长年限（年）"), min_value=1, max_value=100, required=False)
    starts_on = forms.DateField(label=_("从哪天起"), widget=DayInput(), initial=campus_today)
    reason = reason_field(_("依据的文件"))


class MonthForm(forms.Form):
    month = forms.DateField(label=_("月份"), widget=DayInput(), help_text=_("该月任一天；到月末那天才能记"))


class CardsForm(IntakeForm):
    title = forms.CharField(label=_("名称"), max_length=60, help_text=_("例如：2026 年旧系统卡片"))
    file = forms.FileField(label=_("旧卡片"), help_text=_("CSV 或 xlsx，一行一张卡片。有一行不对，整份不收。"))


class ClassesForm(IntakeForm):
    title = forms.CharField(label=_("名称"), max_length=60, help_text=_("例如：GB/T 14885—2022 全表"))
    file = forms.FileField(
        label=_("分类表"), help_text=_("CSV 或 xlsx，一行一个分类，上一级也要在表里或已登记。有一行不对，整份不收。")
    )


class InvoiceFileForm(FileForm):
    file = forms.FileField(
        label=_("数电票"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xml,.ofd,.pdf"}),
        help_text=_("XML、OFD 或 PDF 原件，原样留存。读出的内容填进验收单，请核对；分类按同类东西推荐，由您定。"),
    )


class ContestForm(OnceForm, InvoiceFileForm):
    file = forms.FileField(
        label=_("数电票"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xml,.ofd,.pdf"}),
        help_text=_("税务平台下载的原件（XML、OFD 或 PDF），原样留存。"),
    )
    reason = reason_field(_("为什么以您这份为准"), _("例如：税务平台重新下载，查验有效；货在哪个单位"))


class CorrectionForm(forms.Form):
    flag: Any = forms.ModelChoiceField(label=_("验收单"), queryset=None, empty_label=None, to_field_name="public_id")
    result = forms.ChoiceField(label=_("怎么更正的"), choices=ReceiptFlag.Result.choices[1:])
    correction = reason_field(_("更正说明"), _("例如：补了哪张发票，作废了哪些卡片，冲回了哪笔付款"))

    def __init__(self, *arguments: Any, flags: Any = None, **more: Any) -> None:
        super().__init__(*arguments, **more)
        field: Any = self.fields["flag"]
        field.queryset = ReceiptFlag.objects.none() if flags is None else flags
        field.label_from_instance = lambda one: f"{one.receipt.number or ''} {one.receipt.title}".strip()


class TagsForm(FileForm):
    file = forms.FileField(
        label=_("标签表"),
        help_text=_("CSV 或 xlsx：资产编号、标签号（EPC）；标签号空着就是取下了。有一行不对，整份不收。"),
    )


class CloseForm(IntakeForm):
    file = forms.FileField(
        label=_("财务卡片"), help_text=_("CSV 或 xlsx：资产编号、原值、累计折旧；与台账不符的写差异说明")
    )
