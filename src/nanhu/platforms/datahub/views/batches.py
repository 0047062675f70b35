"""One batch: counts, findings, differences; taking it for good, replaying, rolling back."""

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nanhu.kernel.actors import actor_of
from nanhu.platforms.datahub.findings import CATALOGUE
from nanhu.platforms.datahub.forms import RollbackForm
from nanhu.platforms.datahub.labels import field_label
from nanhu.platforms.datahub.models import Batch, Issue
from nanhu.platforms.datahub.registrations import STEWARD
from nanhu.platforms.datahub.sentences import hint_of, sentence_of, title_of
from nanhu.platforms.datahub.services.mending import replay
from nanhu.platforms.datahub.services.rehearsals import take_for_good
from nanhu.platforms.datahub.services.rollback import preview_rollback, roll_back
from nanhu.platforms.datahub.sources import SOURCES
from nanhu.platforms.datahub.views.common import batch_or_404, page_of
from nanhu.platforms.identity.api import role_required

MOST_DIFFERENCES = 50
OUTCOMES = (("accepted", "good"), ("rejected", "danger"), ("held", "attention"), ("skipped", "quiet"))


@require_safe
@role_required(STEWARD)
def batch_page(request: HttpRequest, number: int) -> HttpResponse:
    batch = batch_or_404(number)
    code, severity = request.GET.get("code", ""), request.GET.get("severity", "")
    page = page_of(request, filtered(batch, code, severity))
    codes = Issue.objects.filter(batch=batch, resolved_at=None).values("code").annotate(times=Count("id"))
    context = {
        "batch": batch,
        "spec": SOURCES.get(batch.source),
        "page": page,
        "issues": [(issue, sentence_of(issue.code, issue.facts), hint_of(issue.code)) for issue in page],
        "codes": [(row["code"], title_of(row["code"]), row["times"]) for row in codes.order_by("-times")],
        "code": code,
        "severity": severity,
        "query": f"code={code}&severity={severity}",
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


def filtered(batch: Batch, code: str, severity: str) -> QuerySet[Issue]:
    issues = Issue.objects.filter(batch=batch, resolved_at=None).select_related("row")
    if code in CATALOGUE:
        issues = issues.filter(code=code)
    if severity in {"reject", "review", "notice"}:
        issues = issues.filter(severity=severity)
    return issues.order_by("line", "id")


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
