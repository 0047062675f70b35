from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.systems.card.chip.models import SuspenseBatch, SuspenseCase


class ProposalForm(forms.Form):
    proposal = forms.CharField(label=_("为什么应当入账"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}))


class BatchForm(forms.Form):
    terminal = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    reason = forms.ChoiceField(choices=SuspenseCase.Reason, widget=forms.HiddenInput)
    upto = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    deed = forms.ChoiceField(label=_("怎么办理"), choices=SuspenseBatch.Action, widget=forms.RadioSelect)
    proposal = forms.CharField(label=_("为什么可以这样办理"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}))
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


class AnswerForm(forms.Form):
    answer = forms.CharField(label=_("核查结果"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))
