"""What the registrar and the clerk of terminals type."""

from copy import deepcopy
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit.forms import BesideOthers, reason_field
from nanhu.platforms.terminals.models import Terminal
from nanhu.platforms.terminals.parts import PARTS
from nanhu.platforms.terminals.services.registering import Entry


class RegisterForm(forms.Form):
    """Between place and reason stand the fields of the parts, those of the rooms further up first."""

    number = forms.RegexField(
        label=_("终端号"), regex=r"^[0-9A-Z]{4,16}$", help_text=_("4 到 16 位数字和大写字母，印在机身上；以后不能改")
    )
    kind = forms.ChoiceField(label=_("种类"), choices=Terminal.Kind)
    place = forms.CharField(label=_("装在哪里"), max_length=80, help_text=_("例如：3 号窗口"))

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.fields |= deepcopy(self.further_fields())
        self.fields["reason"] = reason_field(_("依据"), _("例如：后勤处 2026 年 11 月装机单。"))

    @staticmethod
    def further_fields() -> dict[str, forms.Field]:
        """Of the parts; a picker among them is found here while one types."""
        return {name: field for part in reversed(PARTS) for name, field in part.fields.items()}

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for part in PARTS:
            for name, fault in part.faults(said.get("kind", ""), said).items():
                self.add_error(name, str(fault))
        return said

    def entry(self) -> Entry:
        said = dict(self.cleaned_data)
        number, kind, place, _reason = (said.pop(name) for name in ("number", "kind", "place", "reason"))
        return Entry(number=number, kind=kind, place=place, details=said)


class SwitchForm(forms.Form):
    reason = reason_field(example=_("例如：昨夜被偷，保卫处已立案。"))


class RenewForm(BesideOthers):
    ids = "renew_%s"
    reason = reason_field(example=_("例如：密钥可能泄露。"))


class RetireForm(BesideOthers):
    ids = "retire_%s"
    reason = reason_field(example=_("例如：窗口停办，机器退回厂家。"))
    is_loss_accepted = forms.BooleanField(label=_("没有上传的流水按损失确认"), required=False)
