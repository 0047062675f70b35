"""What a clerk types when a PIN is set back."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.systems.card.forms import DOCUMENTS
from nanhu.systems.card.pins.models import Kind
from nanhu.systems.card.pins.rules import LENGTH, is_pin


def keypad() -> forms.PasswordInput:
    return forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": str(LENGTH)})


class ResetForm(forms.Form):
    """The holder may type a new PIN there and then; without one it becomes the initial one again."""

    kind = forms.ChoiceField(label=_("哪个密码"), choices=Kind)
    document = forms.ChoiceField(label=_("看了什么证件"), choices=[("", _("请选择")), *DOCUMENTS])
    face_checked = forms.BooleanField(label=_("已与本人面容核对"))
    reason = forms.CharField(label=_("原因"), max_length=120, help_text=_("例如：忘记密码；输错被锁。会长期留存。"))
    new = forms.CharField(
        label=_("新密码（请本人输入）"),
        required=False,
        widget=keypad(),
        help_text=_("六位数字。不填则恢复为初始密码。"),
    )
    again = forms.CharField(label=_("再次输入"), required=False, widget=keypad())

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        new, again = said.get("new", ""), said.get("again", "")
        if new != again:
            self.add_error("again", _("两次输入不一样。"))
        elif new and not is_pin(new):
            self.add_error("new", _("密码是六位数字。"))
        return said
