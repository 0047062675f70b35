"""Forms of the mobile campus."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.folding import halfwidth
from nanhu.kernel.kit.forms import offer
from nanhu.platforms.people import api as people
from nanhu.services.mobile.rules import CAMPUS_NO


class CampusNoField(forms.CharField):
    def clean(self, value: Any) -> str:
        said = halfwidth(super().clean(value)).strip()
        if said and not CAMPUS_NO.fullmatch(said):
            raise forms.ValidationError(_("只含字母、数字和短横。"))
        return said


class CertifyForm(forms.Form):
    """Four fields and two consents, each by itself (PIPL 13, 29): none is ticked for anybody."""

    campus_no = CampusNoField(label=_("学号"), max_length=20)
    name = forms.CharField(label=_("姓名"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    id_number = forms.CharField(
        label=_("身份证件号码"), max_length=30, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    phone = people.PhoneField(autocomplete="tel", help_text=_("学校登记的那个，也是微信绑定的"))
    agrees = forms.BooleanField(label=_("同意把姓名、单位、手机号交给腾讯，用来开通企业微信"))
    agrees_document = forms.BooleanField(label=_("单独同意：用证件号码核对身份；核对后不保存，不交给腾讯"))


class CodeForm(forms.Form):
    attributes = {"inputmode": "numeric", "autocomplete": "one-time-code"}
    code = forms.RegexField(
        label=_("验证码"), regex=r"^[0-9]{6}\Z", max_length=6, widget=forms.TextInput(attrs=attributes)
    )


class NewcomerForm(forms.Form):
    name = forms.CharField(label=_("姓名"), max_length=60)
    campus_no = CampusNoField(label=_("工号"), max_length=20)
    unit = forms.ChoiceField(label=_("入职部门"))
    phone = people.PhoneField(label=_("微信绑定的手机号"), autocomplete="tel")

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.units = {one.code: one for one in people.unit_choices(without_kinds=people.SMALL_UNITS)}
        choices = [(code, one.name) for code, one in self.units.items()]
        offer(self, "unit", [("", _("请选择")), *choices])

    def clean_unit(self) -> people.UnitChoice:
        return self.units[self.cleaned_data["unit"]]


class AnswerForm(forms.Form):
    answer = forms.CharField(label=_("原因"), max_length=120)
