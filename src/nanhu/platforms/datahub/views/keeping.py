"""How long the lines of files are kept (保存规定), what stays, and why."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Badge, Day, Number, PageRequest, Table, Text, Who, list_of
from nanhu.kernel.kit.forms import reason_field
from nanhu.platforms.datahub.batches import pruning
from nanhu.platforms.datahub.models import Batch, KeepRule
from nanhu.platforms.datahub.views.desk import desk

FEWEST_DAYS = 30


class KeepRules(Table):
    what = Badge(_("哪些行"), names=KeepRule.What.choices)
    days = Number(_("留多少天"))
    starts_on = Day(_("起始日期"))
    reason = Text(_("依据"))
    created_by_name = Who(_("谁定的"), at="created_at")


@desk.page(
    "keeping/",
    title=_("保存规定"),
    tab=_("保存规定"),
    lead=_("文件的每一行都留原文。哪些行过多少天删去，在这里定；没有规定的一直留着。"),
)
def keeping(request: PageRequest) -> HttpResponse:
    rules = KeepRule.objects.filter(withdrawn_at=None, ends_on=None).order_by("what")
    facts = {
        "rules": list_of(request, KeepRules, rules, caption=_("现行规定")),
        "pruned": Batch.objects.filter(pruned_at__isnull=False).count(),
    }
    return render(request, "datahub/keeping.html", facts)


class KeepForm(forms.Form):
    what = forms.ChoiceField(label=_("哪些行"), choices=KeepRule.What.choices)
    days = forms.IntegerField(label=_("留多少天"), min_value=FEWEST_DAYS, max_value=3650)
    reason = reason_field()


@keeping.form(
    "set/",
    KeepForm,
    title=_("改保存规定"),
    lead=_("从今天起这样。到期的每天夜里删，删了找不回来。"),
    button=_("改保存规定"),
    icon="pencil",
    submit=_("这样改"),
    done=_("已改。"),
)
def set_keeping(request: PageRequest, form: KeepForm) -> None:
    pruning.set_rule(by=request.actor, **form.cleaned_data)
