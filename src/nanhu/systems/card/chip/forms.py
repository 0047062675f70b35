from django import forms
from django.utils.translation import gettext_lazy as _


class ProposalForm(forms.Form):
    proposal = forms.CharField(label=_("为什么应当入账"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}))


class AnswerForm(forms.Form):
    answer = forms.CharField(label=_("核查结果"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))
