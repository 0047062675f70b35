"""One batch: counts, findings, differences; taking it for good, replaying, rolling back."""

from typing import cast

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nanhu.kernel.actors import actor_of
from nanhu.kernel.kit import Choice, Empty, Filters, Markup, PageRequest, Table, Text, list_of
from nanhu.platforms.datahub.forms import RollbackForm
from nanhu.platforms.datahub.labels import field_label
from nanhu.platforms.datahub.models import Batch, Issue
from nanhu.platforms.datahub.registrations import STEWARD
from nanhu.platforms.datahub.sentences import hint_of, sentence_of, title_of
from nanhu.platforms.datahub.services.mending import replay
from nanhu.platforms.datahub.services.rehearsals import take_for_good
from nanhu.platforms.datahub.services.rollback import preview_rollback, roll_back
from nanhu.platforms.datahub.sources import SOURCES
from nanhu.platforms.datahub.views.common import batch_or_404
from nanhu.platforms.identity.api import role_required

MOST_DIFFERENCES = 50
OUTCOMES = (("accepted", "good"), ("rejected", "danger"), ("held", "attention"), ("skipped", "quiet"))


SEVERITIES = {"reject": (lazy("拒绝"), "bad"), "review": (lazy("待核对"), "warn"), "notice": (lazy("提示"), "none")}
NO_ISSUES = Empty(title=lazy("没有问题"), icon="circle-check")


def said_of(issue: Issue) -> str:
    word, tone = SEVERITIES[issue.severity]
    sentence = sentence_of(issue.code, issue.facts)
    return format_html('<span class="state state-{}">{}</span> {}', tone, word, sentence)


class Issues(Table):
    line = Text(lazy("位置"), lambda one: _("第 {line} 行").format(line=one.line), sort="line")
    said = Text(lazy("问题"), said_of)
    hint = Text(lazy("怎么办"), lambda one: hint_of(one.code))
    row = Markup(lazy("操作"), "datahub/_issue_row.html")


@require_safe
@role_required(STEWARD)
def batch_page(request: HttpRequest, number: int) -> HttpResponse:
    batch = batch_or_404(number)
    found = list_of(
        cast("PageRequest", request), Issues, open_issues(batch), filters_of(batch), caption=_("问题"), empty=NO_ISSUES
    )
    context = {
        "batch": batch,
        "spec": SOURCES.get(batch.source),
        "list": found,
        "query": request.GET.urlencode(),
        "outcomes": [(state, batch.counts.get(state, 0), tone) for state, tone in OUTCOMES],
        "bars": bars_of(batch),
        "counted": counted_of(batch),
        "differences": [(one, field_label(one["field"])) for one in batch.differences[:MOST_DIFFERENCES]],
    }
    return render(request, "datahub/batch.html", context)


def counted_of(batch: Batch) -> list[tuple[str, int]]:
    """What came and what changed, called what it is: a list of units brings no people."""
    spec = SOURCES.get(batch.source)
    is_units = spec is not None and spec.kind == "units"
    new, changed = (_("新增机构"), _("变更机构")) if is_units else (_("新增人员"), _("变更人员"))
    names = {"created": new, "changed": changed, "unchanged": _("没有变化")}
    return [(name, batch.counts.get(key, 0)) for key, name in names.items()]


def bars_of(batch: Batch) -> list[tuple[str, int]]:
    names = {"accepted": _("采用"), "rejected": _("拒绝"), "held": _("待核对"), "skipped": _("跳过")}
    return [(names[state], batch.counts.get(state, 0)) for state, _tone in OUTCOMES]


def open_issues(batch: Batch) -> QuerySet[Issue]:
    return Issue.objects.filter(batch=batch, resolved_at=None).select_related("row", "batch").order_by("line", "id")


def filters_of(batch: Batch) -> type[Filters]:
    """With the kinds of issues that this batch has, and how many of each."""
    tallies = Issue.objects.filter(batch=batch, resolved_at=None).values("code").annotate(times=Count("id"))
    codes = [(row["code"], f"{title_of(row['code'])} · {row['times']}") for row in tallies.order_by("-times")]
    severities = [(key, word) for key, (word, _tone) in SEVERITIES.items()]
    return type(
        "IssueFilters",
        (Filters,),
        {"code": Choice(lazy("种类"), codes), "severity": Choice(lazy("严重程度"), severities)},
    )


@require_POST
@role_required(STEWARD)
def take_batch(request: HttpRequest, number: int) -> HttpResponse:
    batch = batch_or_404(number)
    title = _("导入 %s") % batch.file_name
    return redirect("progress", public_id=take_for_good(by=actor_of(request), batch_id=batch.id, title=title))


@require_POST
@role_required(STEWARD)
def replay_batch(request: HttpRequest, number: int) -> HttpResponse:
    done = replay(by=actor_of(request), batch_id=batch_or_404(number).id)
    messages.success(request, _("重放 %(rows)d 行：采用 %(accepted)d 行，仍被拒绝 %(rejected)d 行。") % done)
    return redirect("datahub:batch", number)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(STEWARD)
def rollback_page(request: HttpRequest, number: int) -> HttpResponse:
    batch = batch_or_404(number)
    form = RollbackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        roll_back(by=actor_of(request), batch_id=batch.id, reason=form.cleaned_data["reason"])
        messages.success(request, _("批次 #%d 已回退。") % number)
        return redirect("datahub:batch", number)
    context = {"batch": batch, "form": form, "preview": preview_rollback(batch)}
    return render(request, "datahub/rollback.html", context)
