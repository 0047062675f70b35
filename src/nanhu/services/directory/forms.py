"""Forms of the directory's desk."""

from io import BytesIO
from typing import Any, Final

import zxingcpp
from django import forms
from django.utils.translation import gettext_lazy as _
from PIL import Image

from nanhu.kernel.errors import CampusError
from nanhu.kernel.files.kinds import checked
from nanhu.kernel.folding import halfwidth
from nanhu.platforms.campus.api import PlaceField
from nanhu.platforms.people.api import UnitField
from nanhu.services.directory import rules

LARGEST_PICTURE: Final = 2_000_000
HOURS_HELP: Final = _("例：08:30-12:00 14:30-17:30；不填：没有人")


class NumberField(forms.CharField):
    """A number as it is dialled from here: digits, blanks and dashes."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"})
        super().__init__(**{"label": _("号码"), "max_length": 24, "widget": widget, **options})

    def clean(self, value: Any) -> str:
        number = " ".join(halfwidth(super().clean(value)).split())
        if number and not rules.NUMBER.fullmatch(number):
            raise forms.ValidationError(_("请写号码，例：8703568 或 0730-8703568。"))
        return number


class ExtensionField(forms.RegexField):
    def __init__(self, **options: Any) -> None:
        said = {"label": _("分机"), "required": False, "regex": r"^[0-9]{1,6}\Z", "max_length": 6}
        super().__init__(**{**said, **options})


class HoursField(forms.CharField):
    def clean(self, value: Any) -> str:
        said = " ".join(halfwidth(super().clean(value)).replace("—", "-").replace("–", "-").replace("、", " ").split())
        try:
            rules.spans_of(said)
        except ValueError as error:
            raise forms.ValidationError(_("请按 08:30-12:00 14:30-17:30 的样子写，先早后晚。")) from error
        return said


class UnitForm(forms.Form):
    unit = UnitField(label=_("单位"))


class PhoneFields(forms.Form):
    name = forms.CharField(label=_("办什么、哪个岗位"), max_length=40, help_text=_("例：报销大厅"))
    place = PlaceField(label=_("地点"), required=False, open_only=True)
    hours = HoursField(label=_("工作日办公时间"), max_length=60, required=False, help_text=HOURS_HELP)
    other_hours = HoursField(label=_("节假日、周末"), max_length=60, required=False, help_text=HOURS_HELP)
    keywords = forms.CharField(label=_("别的叫法"), max_length=80, required=False, help_text=_("例：补卡 饭卡"))


class PhoneForm(UnitForm, PhoneFields):
    number = NumberField()
    extension = ExtensionField()
    is_emergency = forms.BooleanField(label=_("应急电话（昼夜有人接，改号要另一人复核）"), required=False)
    field_order = ("unit", "name", "number", "extension", "place", "hours", "other_hours", "keywords", "is_emergency")


class PhoneChangeForm(PhoneFields):
    number = NumberField()
    extension = ExtensionField()
    field_order = ("name", "number", "extension", "place", "hours", "other_hours", "keywords")


class NumberForm(forms.Form):
    number = NumberField(required=False, help_text=_("不填：取消这个应急电话"))
    extension = ExtensionField()


class AccountFields(forms.Form):
    name = forms.CharField(label=_("名称"), max_length=40)
    handle = forms.RegexField(label=_("微信号"), regex=r"^[A-Za-z0-9_-]{3,40}\Z", required=False)
    intro = forms.CharField(label=_("介绍"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class AccountForm(UnitForm, AccountFields):
    """The picture is read, and only the address in it is kept; the code is drawn anew from that."""

    picture = forms.FileField(label=_("二维码图片"), help_text=_("PNG 或 JPEG，公众号后台下载的那张"))

    def clean_picture(self) -> str:
        upload = self.cleaned_data["picture"]
        if upload.size > LARGEST_PICTURE:
            raise forms.ValidationError(_("图片不要超过 2 MB。"))
        try:
            _kind, content = checked(upload.read(), kinds={"png", "jpeg"})
        except CampusError as refused:
            raise forms.ValidationError(str(refused)) from refused
        found = [one.text for one in zxingcpp.read_barcodes(Image.open(BytesIO(content)).convert("L"))]
        if len(found) != 1 or not rules.is_wechat(found[0]):
            raise forms.ValidationError(_("图里没有读到公众号的二维码：应只有一个，里面是微信的地址。"))
        return found[0]


class AnswerFields(forms.Form):
    question = forms.CharField(label=_("问题"), max_length=80, help_text=_("像大家问的那样写，例：校园卡丢了怎么办？"))
    answer = forms.CharField(label=_("回答"), max_length=2000, widget=forms.Textarea(attrs={"rows": 6}))
    keywords = forms.CharField(label=_("别的叫法"), max_length=80, required=False)


class AnswerForm(UnitForm, AnswerFields):
    pass


class AnswerChangeForm(AnswerFields):
    revision = forms.IntegerField(widget=forms.HiddenInput)
