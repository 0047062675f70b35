"""Forms of the directory's desk."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

import zxingcpp
from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.calendar.hours import plain_spans, spans_of
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.errors import CampusError
from nanhu.kernel.files.kinds import PICTURES, kind_among, opened_picture
from nanhu.kernel.files.purposes import MEGABYTE
from nanhu.kernel.folding import one_line, tidied
from nanhu.kernel.kit.forms import (
    IN_ENGLISH,
    DatedForm,
    IntakeForm,
    OnceForm,
    PublicTextField,
    RevisionForm,
    reason_field,
)
from nanhu.kernel.ui.widgets import DayInput
from nanhu.platforms.campus.api import PlaceField
from nanhu.platforms.people.api import PersonField, UnitField, office_names
from nanhu.services.directory import rules
from nanhu.services.directory.errors import NotAShiftError, NotYourUnitError
from nanhu.services.directory.models import Duty, StaffMobile

LARGEST_PICTURE: Final = 8 * MEGABYTE
HOURS_HELP: Final = _("例：08:30-12:00 14:30-17:30；不填：没有人")


class NumberField(forms.CharField):
    """A number as it is dialled from here: digits, blanks and dashes."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"})
        super().__init__(**{"label": _("号码"), "max_length": 24, "widget": widget, **options})

    def clean(self, value: Any) -> str:
        number = tidied(super().clean(value))
        if number and not rules.NUMBER.fullmatch(number):
            raise forms.ValidationError(_("请写号码，例：8703568 或 0730-8703568。"))
        return number


class ExtensionField(forms.RegexField):
    def __init__(self, **options: Any) -> None:
        said = {"label": _("分机"), "required": False, "regex": r"^[0-9]{1,6}\Z", "max_length": 6}
        super().__init__(**{**said, **options})


class HoursField(forms.CharField):
    def clean(self, value: Any) -> str:
        said = plain_spans(super().clean(value))
        try:
            spans_of(said)
        except ValueError as error:
            raise forms.ValidationError(_("请按 08:30-12:00 14:30-17:30 的样子写，先早后晚。")) from error
        return said


class UnitForm(forms.Form):
    unit = UnitField(label=_("单位"))


class PhoneFields(forms.Form):
    name = forms.CharField(label=_("办什么、哪个岗位"), max_length=40, help_text=_("例：报销大厅"))
    name_en = forms.CharField(label=_("英文名"), max_length=80, required=False, help_text=IN_ENGLISH)
    place = PlaceField(label=_("地点"), required=False, open_only=True)
    hours = HoursField(label=_("工作日办公时间"), max_length=60, required=False, help_text=HOURS_HELP)
    other_hours = HoursField(label=_("节假日、周末"), max_length=60, required=False, help_text=HOURS_HELP)
    languages = forms.CharField(label=_("会说的外语"), max_length=40, required=False, help_text=_("例：英语、日语"))
    keywords = forms.CharField(label=_("别的叫法"), max_length=80, required=False, help_text=_("例：补卡 饭卡"))


class PhoneForm(UnitForm, PhoneFields):
    number = NumberField()
    extension = ExtensionField()
    is_emergency = forms.BooleanField(label=_("应急电话（昼夜有人接，改号要另一人复核）"), required=False)
    field_order = (
        "unit",
        "name",
        "name_en",
        "number",
        "extension",
        "place",
        "hours",
        "other_hours",
        "languages",
        "keywords",
        "is_emergency",
    )


class PhoneChangeForm(RevisionForm, PhoneFields):
    number = NumberField()
    extension = ExtensionField()
    field_order = ("name", "name_en", "number", "extension", "place", "hours", "other_hours", "languages", "keywords")


class NumberForm(forms.Form):
    number = NumberField(required=False, help_text=_("不填：取消这个应急电话"))
    extension = ExtensionField()


class AccountFields(forms.Form):
    name = forms.CharField(label=_("名称"), max_length=40)
    name_en = forms.CharField(label=_("英文名"), max_length=80, required=False, help_text=IN_ENGLISH)
    handle = forms.RegexField(label=_("微信号"), regex=r"^[A-Za-z0-9_-]{3,40}\Z", required=False)
    intro = forms.CharField(label=_("介绍"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))
    intro_en = forms.CharField(
        label=_("英文介绍"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=IN_ENGLISH,
    )


class AccountChangeForm(RevisionForm, AccountFields):
    pass


class AccountForm(UnitForm, AccountFields):
    """The picture is read, and only the address in it is kept; the code is drawn anew from that."""

    picture = forms.FileField(
        label=_("二维码图片"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png"}),
        help_text=_("PNG 或 JPEG，最大 8 MB：公众号后台下载的那张，海报的图片、照片也可以"),
    )

    def clean_picture(self) -> str:
        upload = self.cleaned_data["picture"]
        if upload.size > LARGEST_PICTURE:
            raise forms.ValidationError(_("图片不要超过 8 MB。"))
        try:
            found = codes_in(upload.read())
        except CampusError as refused:
            raise forms.ValidationError(str(refused)) from refused
        [address, *others] = sorted(filter(rules.is_wechat, found)) or [""]
        if not found:
            raise forms.ValidationError(_("图里没有读到二维码：请拍正、拍清楚，或交公众号后台下载的那张。"))
        if not address:
            raise forms.ValidationError(_("图里的二维码不是公众号的：里面应是微信的地址。"))
        if others:
            raise forms.ValidationError(_("图里有几个公众号的二维码：请裁到只剩要登记的那一个。"))
        return address


def codes_in(picture: bytes) -> set[str]:
    """What its QR codes say; RefusedFileError where it is no picture."""
    form = PICTURES[kind_among(PICTURES, picture).key]
    with opened_picture(picture, form) as opened:
        read = zxingcpp.read_barcodes(
            opened.convert("L"), formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
        )
    return {one.text for one in read}


NUMBER_OF_OTHERS: Final = _("这里像是写了手机号或证件号，大家都看得到，请去掉。单位的电话登在“校内电话”里。")


class AnswerFields(forms.Form):
    question = PublicTextField(
        label=_("问题"),
        max_length=80,
        hint=NUMBER_OF_OTHERS,
        phones_only=True,
        help_text=_("像大家问的那样写，例：校园卡丢了怎么办？"),
    )
    answer = forms.CharField(label=_("回答"), max_length=2000, widget=forms.Textarea(attrs={"rows": 6}))
    keywords = forms.CharField(label=_("别的叫法"), max_length=80, required=False)
    question_en = PublicTextField(
        label=_("英文问题"),
        max_length=160,
        required=False,
        hint=NUMBER_OF_OTHERS,
        phones_only=True,
        help_text=IN_ENGLISH,
    )
    answer_en = forms.CharField(
        label=_("英文回答"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=IN_ENGLISH,
    )


class AnswerForm(UnitForm, AnswerFields):
    pass


class AnswerChangeForm(RevisionForm, AnswerFields):
    pass


class WrongForm(forms.Form):
    words = forms.CharField(label=_("哪里不对"), max_length=100, help_text=_("例：空号；改成了 8703570；搬到 3 号楼了"))


class ShiftField(forms.CharField):
    """ "08:00-20:00"; until the next day where it ends no later than it begins."""

    def clean(self, value: Any) -> str:
        said = super().clean(value)
        try:
            rules.shift_on(campus_today(), said)
        except ValueError as error:
            raise forms.ValidationError(NotAShiftError().message) from error
        return str(said)


class MobileForm(forms.Form):
    audience = forms.ChoiceField(
        label=_("我的手机号"),
        choices=[("", _("不放")), *StaffMobile.Audience.choices],
        required=False,
        widget=forms.RadioSelect,
        help_text=_("用学校登记的号码，不另存；谁看过，您在“谁看过我”里看得到。随时可以收回。"),
    )


class DutyForm(UnitForm):
    day = forms.DateField(label=_("日期"), widget=DayInput())
    hours = ShiftField(label=_("时间"), max_length=20, help_text=_("例：08:00-20:00；到第二天的写 20:00-08:00"))
    task = forms.CharField(label=_("任务"), max_length=20, initial=_("值班"), help_text=_("例：值班、带班"))
    person = PersonField(label=_("值班人"), required=False)
    office = forms.ChoiceField(label=_("或岗位"), required=False, help_text=_("写岗位的，当天谁任职谁值班"))
    phone = NumberField(label=_("电话"), required=False)
    place = PlaceField(label=_("地点"), required=False, open_only=True)
    field_order = ("unit", "day", "hours", "task", "person", "office", "phone", "place")

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        office: Any = self.fields["office"]
        office.choices = [("", _("不写岗位")), *office_names().items()]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if "person" in said and bool(said["person"]) == bool(said.get("office")):
            self.add_error("person", _("写一个人，或选一个岗位，只写一样。"))
        return said

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day > campus_today() + rules.LONGEST_AHEAD:
            raise forms.ValidationError(_("最多排到两年以后。"))
        return day

    def clean_task(self) -> str:
        task = one_line(self.cleaned_data["task"])
        if not task:
            raise forms.ValidationError(self.fields["task"].error_messages["required"])
        return task


class DutyChangeForm(RevisionForm, DutyForm):
    pass


class OwnUnitsForm(IntakeForm):
    """`units`: those that its author keeps; None: all."""

    def __init__(self, *arguments: Any, units: frozenset[int] | None = None, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.units = units

    def refuse_others(self, unit_ids: Iterable[int]) -> None:
        """A list that names a unit which its author does not keep."""
        if self.units is not None and not set(unit_ids) <= self.units:
            raise NotYourUnitError


class PhoneListForm(OwnUnitsForm):
    title = forms.CharField(label=_("名称"), max_length=60, help_text=_("例如：换号以后的新号码"))
    file = forms.FileField(
        label=_("电话清单"),
        help_text=_(
            "CSV 或 xlsx，一行一个电话：单位、办什么、号码、分机（可无）、工作日办公时间（可无）、节假日（可无）、别的叫法（可无）。"
        ),
    )


class RosterForm(OwnUnitsForm):
    title = forms.CharField(label=_("名称"), max_length=60, help_text=_("例如：12 月值班表、寒假值班表"))
    file = forms.FileField(
        label=_("值班表"),
        help_text=_(
            "CSV 或 xlsx，一行一个班次：单位、日期、时间、任务（可无）、学工号或岗位、姓名（可无）、电话（可无）、地点（可无）。"
        ),
    )


class ExchangeForm(OnceForm):
    """Duties of colleagues of the same unit that are ahead."""

    taken = forms.ModelChoiceField(
        label=_("换同事的哪一班"), queryset=Duty.objects.none(), to_field_name="public_id", empty_label=_("请选择")
    )
    reason = forms.CharField(label=_("说一句"), max_length=60, required=False)

    def __init__(self, *arguments: Any, given: Duty, **more: Any) -> None:
        super().__init__(*arguments, **more)
        ahead = Duty.objects.filter(state=Duty.State.STANDING, unit=given.unit_id, begins_at__gt=now())
        others = ahead.exclude(person=None).exclude(person=given.person_id).exclude(begins_at=given.begins_at)
        taken: Any = self.fields["taken"]
        taken.queryset = others.select_related("unit").order_by("begins_at")
        taken.label_from_instance = lambda one: f"{one.when} {one.task} {one.person_name}"


class RuleForm(DatedForm):
    """A year mistyped would close a unit for ever: no promise of it could be counted."""

    def clean_ends_on(self) -> date | None:
        last: date | None = self.cleaned_data["ends_on"]
        if last and last > campus_today() + rules.LONGEST_AHEAD:
            raise forms.ValidationError(_("截止日期最多写到两年以后。"))
        return last


class SeasonForm(RuleForm):
    unit = UnitField(label=_("单位"), required=False, help_text=_("不填：全校；单位自己写了的按单位的"))
    title = forms.CharField(label=_("名称"), max_length=40, help_text=_("例：夏季作息"))
    hours = HoursField(label=_("工作日办公时间"), max_length=60, help_text=_("例：08:30-12:00 14:30-17:30"))
    other_hours = HoursField(label=_("节假日、周末"), max_length=60, required=False, help_text=HOURS_HELP)
    reason = reason_field(label=_("依据"), example=_("例如：校办〔2026〕8 号"))
    field_order = ("unit", "title", "starts_on", "ends_on", "hours", "other_hours", "reason")


class ClosedForm(RuleForm):
    unit = UnitField(label=_("单位"), required=False, help_text=_("不填：全校；单位自己写了的按单位的"))
    title = forms.CharField(label=_("为什么"), max_length=40, help_text=_("例：运动会、盘点"))
    ends_on = forms.DateField(label=_("截止日期"), widget=DayInput())
    hours = HoursField(
        label=_("这几天的办公时间"), max_length=60, required=False, help_text=_("不填：不办公；半天的写 08:30-12:00")
    )
    reason = reason_field(label=_("依据"), example=_("例如：校办〔2026〕8 号"))
    field_order = ("unit", "title", "starts_on", "ends_on", "hours", "reason")
