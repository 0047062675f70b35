"""The one field in which a sum of money is typed; the page says under it what was understood (`static/ui/js/echoes.js`)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError
from nanhu.kernel.money import parse_yuan

LONGEST = 16


class YuanField(forms.CharField):
    """An amount in yuan as people write it; the value is fen. `may_be_zero`: false where nothing is no amount."""

    def __init__(self, *, autofocus: bool = False, may_be_zero: bool = True, **options: Any) -> None:
        self.may_be_zero = may_be_zero
        attributes = {"inputmode": "decimal", "autocomplete": "off", "data-yuan": "data-yuan"}
        attributes |= {"autofocus": "autofocus"} if autofocus else {}
        super().__init__(max_length=LONGEST, widget=forms.TextInput(attrs=attributes), **options)

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text and not self.required:
            return None
        try:
            fen = parse_yuan(text)
        except CampusError as error:
            raise forms.ValidationError(error.message) from error
        if fen == 0 and not self.may_be_zero:
            raise forms.ValidationError(_("金额须大于零。"))
        return fen
