"""Shapes of what is asked on the pages of 我的数据."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.platforms.identity.personal.models import AppPassword
from nanhu.platforms.identity.personal.services.tokens import LIVES

LIFE_NAMES = {30: _("30 天"), 90: _("90 天"), 365: _("一年")}


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("用途"),
        max_length=60,
        help_text=_("便于自己识别的名称，例如“记账脚本”。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("可以读取"), widget=forms.CheckboxSelectMultiple, error_messages={"required": _("请至少选一项。")}
    )
    days = forms.TypedChoiceField(
        label=_("有效期"), coerce=int, choices=[(days, LIFE_NAMES[days]) for days in LIVES], initial=30
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        field = self.fields["scopes"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101  for the type checker
        field.choices = [(one.key, one.title) for one in registry.personal_data]


class AppPasswordForm(forms.Form):
    name = forms.CharField(
        label=_("设备或程序"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("例如“手机上的邮件”。"),
    )
    service = forms.ChoiceField(label=_("用在哪里"), choices=AppPassword.Service.choices)
