"""The shape of what the guard types."""

from django import forms
from django.utils.translation import gettext_lazy as _


class VerifyForm(forms.Form):
    place = forms.CharField(label=_("在哪里核验"), max_length=40, help_text=_("例如：南院东门"))
    typed = forms.CharField(
        label=_("刷卡，或输入卡号、核验码"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric", "autofocus": "autofocus"}),
    )
