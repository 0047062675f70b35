from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit.forms import BesideOthers, OnceForm
from nanhu.systems.card.chip.models import SuspenseBatch, SuspenseCase

LONGEST = 400
LARGEST_ID = 2**63 - 1


class ProposalForm(forms.Form):
    proposal = forms.CharField(label=_("为什么应当入账"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2}))


class BatchForm(OnceForm):
    terminal = forms.IntegerField(min_value=1, max_value=LARGEST_ID, widget=forms.HiddenInput)
    reason = forms.ChoiceField(choices=SuspenseCase.Reason, widget=forms.HiddenInput)
    upto = forms.IntegerField(min_value=1, max_value=LARGEST_ID, widget=forms.HiddenInput)
    deed = forms.ChoiceField(label=_("怎么办理"), choices=SuspenseBatch.Action, widget=forms.RadioSelect)
    proposal = forms.CharField(
        label=_("为什么可以这样办理"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2})
    )


class DecisionForm(BesideOthers):
    """Its two buttons are `decision`."""

    ids = "decision_%s"
    proposer = forms.IntegerField(min_value=0, max_value=LARGEST_ID, widget=forms.HiddenInput)
    decision = forms.ChoiceField(choices=(("post", ""), ("refuse", "")), widget=forms.HiddenInput)
    answer = forms.CharField(label=_("依据"), max_length=LONGEST)


class TakeBackForm(forms.Form):
    answer = forms.CharField(label=_("撤回的理由"), max_length=LONGEST)


class AnswerForm(forms.Form):
    answer = forms.CharField(label=_("核查结果"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}))
