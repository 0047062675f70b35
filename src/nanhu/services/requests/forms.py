"""Forms of requests: what people report, what crews and offices do with it."""

import re
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.files.fields import PicturesField
from nanhu.kernel.kit.forms import IN_ENGLISH, PublicTextField, ReasonForm, offer, reason_field
from nanhu.kernel.ui.money_field import YuanField
from nanhu.platforms.campus.api import PlaceField
from nanhu.platforms.openapi.api import Vendor
from nanhu.platforms.people.api import PersonField, PhoneField, UnitField
from nanhu.services.requests.models import Crew, FaultClass, Request, Topic
from nanhu.services.requests.models.crews import WEEKDAYS
from nanhu.services.requests.rules import LARGEST_PHOTO, OFFICE_PHONE_WRONG, PHOTOS, office_phone

LONGEST: Final = 2000
MATERIAL_LINES: Final = 3
MOST_FEN: Final = 1_000_000
"""Of one material, all together: it may become somebody's bill."""
MAC: Final = re.compile(r"([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}")
NETWORK: Final = "network"


def words_field(label: Any, rows: int = 4, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": rows}), **more)


PHONE_BELONGS: Final = _(
    "这里像是写了手机号或证件号，来修的人、一起等的人都会看到，请去掉。电话写在“联系电话”里：只有来的人按一下才看得到，每次都有记录。"
)
NUMBER_BELONGS: Final = _("这里像是写了手机号或证件号，经手的人都会看到，请去掉。答复会写在这里，也会通知您。")
NUMBER_OF_OTHERS: Final = _("这里像是写了手机号或证件号，大家都看得到，请去掉。单位的电话登在“校内电话”里。")


def open_words_field(label: Any, rows: int = 4, *, hint: Any = NUMBER_BELONGS, **more: Any) -> PublicTextField:
    """Words that more than one reader has before him."""
    return PublicTextField(label=label, rows=rows, hint=hint, phones_only=True, **{"max_length": LONGEST, **more})


def photos_field(label: Any, *, required: bool = False) -> PicturesField:
    return PicturesField(label=label, most=PHOTOS, largest=LARGEST_PHOTO, required=required)


class RepairForm(forms.Form):
    """`twin` is asked only where somebody else reported the same a short time ago."""

    place = PlaceField(label=_("坏在哪里"), open_only=True, help_text=_("楼栋或房间，例：南院1栋 305，从列出的里面选"))
    fault_class = forms.ModelChoiceField(
        label=_("坏了什么"),
        queryset=FaultClass.objects.exclude(key=NETWORK),
        to_field_name="key",
        empty_label=None,
        widget=forms.RadioSelect,
    )
    is_urgent = forms.BooleanField(label=_("有危险（漏电、漏水、电梯困人）：请马上来"), required=False)
    words = open_words_field(_("怎么坏的"), 2, hint=PHONE_BELONGS, required=False)
    photos = photos_field(_("照片"))
    phone = PhoneField(label=_("联系电话"), required=False, autocomplete="tel", help_text=_("不填：用学校登记的手机号"))
    window = open_words_field(
        _("什么时候方便"),
        0,
        hint=PHONE_BELONGS,
        max_length=40,
        required=False,
        help_text=_("例：中午、周三下午；不填：随时"),
    )
    may_enter = forms.BooleanField(label=_("我不在也可以进门"), required=False)
    twin = forms.ChoiceField(
        label=_("已有人报了"),
        choices=[("join", _("我也是：跟着那一件，写的话和照片交给来修的人")), ("other", _("不是同一处，另报一件"))],
        required=False,
        widget=forms.RadioSelect,
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        fault = said.get("fault_class")
        if said.get("is_urgent") and fault and fault.urgent_minutes is None:
            self.add_error(
                "is_urgent", _("这一类没有昼夜抢修。有火情、有人危险，先打 119 或保卫处值班室，再照常报修。")
            )
        return said


class NetworkForm(RepairForm):
    fault_class = None  # type: ignore[assignment]  # it is the network
    is_urgent = None  # type: ignore[assignment]
    words = open_words_field(
        _("什么现象"), 3, hint=PHONE_BELONGS, help_text=_("例：能上校内网，打不开外网；只有这个插座不通")
    )
    port = forms.RegexField(
        label=_("信息点编号"), regex=r"^[\w./ -]{1,30}\Z", required=False, help_text=_("墙上插座的标签")
    )
    ip = forms.GenericIPAddressField(label=_("IP 地址"), required=False)
    mac = forms.RegexField(label=_("MAC 地址"), regex=MAC, required=False, help_text="00:1A:2B:3C:4D:5E")
    field_order = ("place", "words", "port", "ip", "mac", "photos", "phone", "window", "may_enter", "twin")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        parts = [(_("信息点"), said.pop("port", "")), ("IP", said.pop("ip", "")), ("MAC", said.pop("mac", ""))]
        said["device"] = " · ".join(f"{name} {value}" for name, value in parts if value)
        return said


class QuestionForm(forms.Form):
    words = open_words_field(_("问题"), 5)
    photos = photos_field(_("截图"))


class ServiceForm(QuestionForm):
    system = forms.ChoiceField(label=_("哪个系统"), choices=Request.System.choices, widget=forms.RadioSelect)
    field_order = ("system", "words", "photos")


class PolicyForm(QuestionForm):
    unit = UnitField(label=_("问哪个部门"), help_text=_("不清楚就写“办公室”，我们转过去"))
    field_order = ("unit", "words", "photos")


class ComplaintForm(forms.Form):
    """Who is meant is written and not picked: a picker would tell everybody who is here."""

    unit = UnitField(label=_("投诉哪个单位"), required=False)
    accused = forms.CharField(
        label=_("投诉谁"),
        max_length=80,
        required=False,
        help_text=_("姓名，知道的话写工号；他和他的下属看不到这件投诉"),
    )
    words = words_field(_("什么事"), 6, help_text=_("时间、地点、经过，希望怎样解决"))
    photos = photos_field(_("证据照片"))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors and not said.get("unit") and not said.get("accused"):
            self.add_error("unit", _("单位和人至少写一个。"))
        return said


class AccusedForm(forms.Form):
    person = PersonField(label=_("被投诉的是谁"))


class OpinionForm(forms.Form):
    words = open_words_field(_("看到、听到了什么"), 6, help_text=_("在哪里看到的、多少人在说；可以附截图"))
    photos = photos_field(_("截图"))


class BuildingForm(forms.Form):
    place = PlaceField(label=_("我住的楼栋"), open_only=True)


class RatingForm(forms.Form):
    rating = forms.TypedChoiceField(
        label=_("满意吗"),
        coerce=int,
        choices=[(5, _("很满意")), (4, _("满意")), (3, _("一般")), (2, _("不满意")), (1, _("很不满意"))],
        widget=forms.RadioSelect,
    )
    words = open_words_field(_("想说的话"), 0, max_length=200, required=False)


class WindowForm(forms.Form):
    window = forms.ChoiceField(label=_("哪个时间方便"), widget=forms.RadioSelect)

    def __init__(self, *arguments: Any, offered: list[str] | None = None, **more: Any) -> None:
        super().__init__(*arguments, **more)
        offer(self, "window", [(one, one) for one in offered or ()])


class WordsForm(forms.Form):
    words = open_words_field(_("还有什么问题"), 3)


class AnswerForm(forms.Form):
    words = words_field(_("答复"), 6)


class NoEntryForm(forms.Form):
    """Three times at which one could come again."""

    first = forms.CharField(
        label=_("可以再来的时间"), max_length=40, help_text=_("写明日期，例：3月2日 17:00、3月3日上午")
    )
    second = forms.CharField(label=_("或者"), max_length=40, required=False)
    third = forms.CharField(label=_("或者"), max_length=40, required=False)

    @property
    def proposed(self) -> list[str]:
        said = [self.cleaned_data[name].strip() for name in ("first", "second", "third")]
        return list(dict.fromkeys(filter(None, said)))


class DoneForm(forms.Form):
    cause = forms.ChoiceField(label=_("原因"), choices=Request.Cause.choices)
    words = forms.CharField(label=_("做了什么"), max_length=300)
    minutes = forms.IntegerField(label=_("用了几分钟"), min_value=0, max_value=1440, required=False)
    photos = photos_field(_("修好的照片"), required=True)

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        for line in range(1, MATERIAL_LINES + 1):
            self.fields[f"item_{line}"] = forms.CharField(label=_("材料"), max_length=40, required=False)
            self.fields[f"quantity_{line}"] = forms.IntegerField(
                label=_("数量"), min_value=1, max_value=9999, required=False
            )
            self.fields[f"price_{line}"] = YuanField(label=_("单价"), required=False)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for line in range(1, MATERIAL_LINES + 1):
            has_item, has_quantity = bool(said.get(f"item_{line}")), bool(said.get(f"quantity_{line}"))
            if has_item != has_quantity:
                self.add_error(f"quantity_{line}", _("材料和数量要一起填。"))
            elif said.get(f"price_{line}") and not has_item:
                self.add_error(f"item_{line}", _("写了单价，材料和数量也要填。"))
            elif (said.get(f"price_{line}") or 0) * (said.get(f"quantity_{line}") or 0) > MOST_FEN:
                self.add_error(f"price_{line}", _("一种材料最多一万元：再多的请另走采购。"))
        return said

    @property
    def facts(self) -> dict[str, Any]:
        said = self.cleaned_data
        lines = [[said.get(f"{name}_{line}") for name in ("item", "quantity", "price")] for line in (1, 2, 3)]
        return {
            "cause": said["cause"],
            "words": said["words"],
            "minutes": said["minutes"] or 0,
            "photos": said["photos"],
            "materials": [(item, quantity, price or 0) for item, quantity, price in lines if item],
        }


class CrewChoiceForm(forms.Form):
    crew = forms.ModelChoiceField(
        label=_("班组"),
        queryset=Crew.objects.filter(is_active=True).order_by("name"),
        to_field_name="public_id",
        empty_label=_("请选择"),
    )


class AssignForm(CrewChoiceForm):
    worker = PersonField(label=_("谁去"), required=False, help_text=_("不填：班组里谁先到谁办"))
    window = forms.CharField(label=_("什么时间"), max_length=40, required=False)

    def __init__(self, *arguments: Any, on_duty: str = "", **more: Any) -> None:
        super().__init__(*arguments, **more)
        if on_duty:
            self.fields["crew"].help_text = _("值班表上现在：%(who)s") % {"who": on_duty}


class RouteForm(CrewChoiceForm):
    reason = reason_field()
    field_order = ("crew", "reason")


class MergeForm(forms.Form):
    number = forms.CharField(label=_("并入哪一件（编号）"), max_length=20)


class BillForm(forms.Form):
    """`occupants`: how many live in the room, who may share it."""

    payer = PersonField(label=_("谁来缴"), required=False, help_text=_("默认是报修人；不是他弄坏的请改"))
    is_shared = forms.BooleanField(label=_("不知道是谁弄坏的：住这间房的人平摊"), required=False)

    def __init__(self, *arguments: Any, occupants: int = 0, **more: Any) -> None:
        super().__init__(*arguments, **more)
        if occupants:
            self.fields["is_shared"].help_text = _("现在住 %(n)s 人") % {"n": occupants}
        else:
            del self.fields["is_shared"]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors and not said.get("is_shared") and not said.get("payer"):
            self.add_error("payer", _("请写谁来缴。"))
        return said


class TransferForm(forms.Form):
    unit = UnitField(label=_("转给哪个单位"))
    reason = reason_field()


class ExtendForm(ReasonForm):
    reason = reason_field(_("为什么办不完"))


class PublishForm(forms.Form):
    question = open_words_field(
        _("问题"), 0, hint=NUMBER_OF_OTHERS, max_length=80, help_text=_("像大家问的那样写；不要带出提问人")
    )
    answer = open_words_field(_("回答"), 6, hint=NUMBER_OF_OTHERS)


class GatherForm(forms.Form):
    topic = forms.ModelChoiceField(
        label=_("归入哪个专题"),
        queryset=Topic.objects.filter(closed_on=None).order_by("-created_at"),
        to_field_name="public_id",
        empty_label=_("请选择"),
        required=False,
    )
    title = forms.CharField(label=_("或者新立一个"), max_length=60, required=False)
    severity = forms.TypedChoiceField(label=_("级别"), coerce=int, choices=Topic.Severity.choices)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors and bool(said.get("topic")) == bool(said.get("title")):
            self.add_error("title", _("选一个专题，或写一个新的，只用一样。"))
        return said


class TopicActForm(forms.Form):
    words = words_field(_("做了什么"), 3)
    severity = forms.TypedChoiceField(label=_("现在的级别"), coerce=int, choices=Topic.Severity.choices)


class ClassForm(forms.Form):
    minutes = forms.IntegerField(label=_("多少工作分钟内处理"), min_value=1, max_value=20_000)
    urgent_minutes = forms.IntegerField(
        label=_("有危险时多少分钟内到（昼夜）"), min_value=1, max_value=1440, required=False
    )


class OfficePhoneField(forms.CharField):
    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        number = office_phone(typed)
        if typed and not number:
            raise forms.ValidationError(OFFICE_PHONE_WRONG)
        return number


class VendorField(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's takes none when it runs
    def label_from_instance(self, obj: Vendor) -> str:
        return obj.company


class CrewForm(forms.Form):
    name = forms.CharField(label=_("班组"), max_length=30)
    name_en = forms.CharField(label=_("英文名"), max_length=60, required=False, help_text=IN_ENGLISH)
    phone = OfficePhoneField(label=_("电话"), required=False)
    classes = forms.ModelMultipleChoiceField(
        label=_("修什么"), queryset=FaultClass.objects.all(), to_field_name="key", widget=forms.CheckboxSelectMultiple
    )
    buildings = forms.CharField(
        label=_("哪些楼（代码，用空格隔开）"), max_length=400, required=False, help_text=_("不填：全校")
    )
    duty_days = forms.TypedMultipleChoiceField(
        label=_("周几当班"),
        required=False,
        help_text=_("值班表上有组员的时候，先派给当班的人；都不选：只按值班表派"),
        coerce=int,
        choices=WEEKDAYS,
        initial=[day for day, _name in WEEKDAYS],
        widget=forms.CheckboxSelectMultiple,
    )
    leader = PersonField(label=_("班长"))
    members = forms.CharField(
        label=_("组员（工号，用空格隔开）"), max_length=600, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    vendor = VendorField(
        label=_("外包单位"),
        queryset=Vendor.objects.filter(scopes__contains=["requests.jobs"]).order_by("company"),
        to_field_name="public_id",
        required=False,
        empty_label=_("学校自己的班组"),
        help_text=_("它的系统可以读这个班组的维修单、推送办到哪一步；先在“开放接口”登记单位，给它报修接口的权限"),
    )
    is_active = forms.BooleanField(label=_("在用"), required=False, initial=True)


class OperatorForm(forms.Form):
    name = forms.CharField(label=_("运营商"), max_length=30)
    name_en = forms.CharField(label=_("英文名"), max_length=60, required=False, help_text=IN_ENGLISH)
    phone = OfficePhoneField(label=_("报修电话"))
    url = forms.URLField(label=_("自己的报修页"), required=False, assume_scheme="https", max_length=200)
    words = forms.CharField(label=_("提示"), max_length=120, required=False, help_text=_("例：报修时说宽带账号"))
    words_en = forms.CharField(label=_("英文提示"), max_length=240, required=False, help_text=IN_ENGLISH)
    buildings = forms.CharField(label=_("哪些楼（代码，用空格隔开）"), max_length=600)
    field_order = ("name", "name_en", "phone", "url", "words", "words_en", "buildings")

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        if url and not url.startswith("https://"):
            raise forms.ValidationError(_("请写 https:// 开头的网址。"))
        return url
