"""The shape of what the manager and the guard type."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.ui.widgets import DayInput
from nanhu.systems.card.models import Card
from nanhu.systems.card.rights.catalogue import RIGHTS, SUB_CLASSES
from nanhu.systems.card.rights.services.ruling import Wish

DAY = DayInput()


def holders_of_rights() -> list[tuple[str, list[tuple[str, str]]]]:
    """A group for each class: the whole of it first, then its sub-classes as "class:sub-class"."""
    return [
        (
            str(label),
            [(key, gettext("%(name)s（整类）") % {"name": label})]
            + [(f"{key}:{sub}", sub) for sub in SUB_CLASSES[key]],
        )
        for key, label in Card.Class.choices
    ]


class RuleForm(forms.Form):
    who = forms.ChoiceField(
        label=_("哪类卡"), choices=holders_of_rights, help_text=_("选整类，或其中一个子类；子类的规则优先")
    )
    right = forms.ChoiceField(label=_("权限"), choices=[(key, one.name) for key, one in RIGHTS.items()])
    is_allowed = forms.TypedChoiceField(
        label=_("是否允许"), choices=[("1", _("允许")), ("0", _("不允许"))], coerce=lambda text: text == "1"
    )
    starts_on = forms.DateField(label=_("起始日期"), widget=DAY, initial=campus_today)
    ends_on = forms.DateField(label=_("截止日期"), widget=DAY, required=False, help_text=_("不填：一直有效"))
    reason = forms.CharField(label=_("依据"), max_length=200, help_text=_("例如：图书馆 2026 年 12 月 1 日函"))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        first, last = said.get("starts_on"), said.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("结束在开始之前。"))
        return said

    def wish(self) -> Wish:
        said = self.cleaned_data
        card_class, _colon, sub_class = said["who"].partition(":")
        return Wish(
            card_class=card_class, sub_classes=(sub_class,) if sub_class else (),
            right=said["right"], is_allowed=said["is_allowed"], starts_on=said["starts_on"], ends_on=said["ends_on"],
        )  # fmt: skip


class WithdrawForm(forms.Form):
    reason = forms.CharField(label=_("为什么撤回"), max_length=200)


class VerifyForm(forms.Form):
    place = forms.CharField(label=_("在哪里核验"), max_length=40, help_text=_("例如：南院东门"))
    typed = forms.CharField(
        label=_("刷卡，或输入卡号、核验码"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric", "autofocus": "autofocus"}),
    )
