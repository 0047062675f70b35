"""The shape of what a holder types about a vendor."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.money import format_yuan
from nanhu.kernel.ui.money_field import YuanField

MOST_CONSENT_FEN = 50_000


class ConsentForm(forms.Form):
    most = YuanField(label=_("每笔最多多少元"), initial="50.00")
    reference = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def clean_most(self) -> int:
        fen: int = self.cleaned_data["most"]
        if not 0 < fen <= MOST_CONSENT_FEN:
            raise ValidationError(gettext("大于零，最多 %s。") % format_yuan(MOST_CONSENT_FEN))
        return fen
