"""The audit log: read, verify, take out. Nothing here changes anything."""

from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.audit import words as audit_words
from nanhu.kernel.audit.archive import VERIFIER, export_lines
from nanhu.kernel.audit.verification import unsealed
from nanhu.kernel.jobs import start_progress
from nanhu.kernel.kit import Day, Empty, Moment, PageRequest, Table, Text, list_of, listing
from nanhu.kernel.kit.walking import number_before, part_of
from nanhu.kernel.models import AuditBlock
from nanhu.platforms.identity.administration.console import desk
from nanhu.platforms.identity.administration.filters import TrailFilters
from nanhu.platforms.identity.administration.jobs import verify_trail
from nanhu.platforms.identity.administration.queries import trail
from nanhu.platforms.identity.administration.tables import narrowed
from nanhu.platforms.identity.policies import AUDITOR

NOTHING = Empty(title=_("没有这样的记录"), icon="search-x", text=_("换个时间或条件再看。"))


class Entries(Table):
    at = Moment(_("时间"), "entry__at")
    who = Text(_("谁"), lambda line: format_html('{}<br><span class="sub">{}</span>', line.who, line.entry.address))
    action = Text(_("动作"), lambda line: narrowed(audit_words.action(line.entry.action), action=line.entry.action))
    about = Text(_("对象"), lambda line: narrowed(line.about, target=line.entry.target))
    reason = Text(_("原因"), lambda line: audit_words.reason(line.entry.reason))
    facts = Text(_("详情"))


@desk.page(
    "audit",
    title=_("审计"),
    tab=_("审计"),
    lead=_("记录每项操作的人员、时间、地址、对象和原因。只增不改，逐块封印。"),
    roles={AUDITOR},
)
def audit_log(request: PageRequest) -> HttpResponseBase:
    """Walked by the last line, never counted."""
    rows = trail.entries(TrailFilters(request.GET).wanted, before=number_before(request))
    (shown, older), (waiting, since) = part_of(rows, trail.LINES, lambda entry: str(entry.pk)), unsealed()
    facts = {
        "root": trail.last_block(),
        "check": trail.last_check(),
        "waiting": waiting,
        "since": since,
        "verify": audit_verify.address(),
        "export": f"{audit_export.address()}?{request.GET.urlencode()}",
        "roots": audit_roots.address(),
        "verifier": audit_verifier.address(),
    }
    return listing(
        request,
        Entries,
        trail.in_words(shown),
        TrailFilters,
        per_page=trail.LINES,
        older=older,
        empty=NOTHING,
        template="identity/administration/audit.html",
        facts=facts,
    )


@audit_log.action("verify")
def audit_verify(request: PageRequest) -> HttpResponse:
    progress = start_progress(kind="kernel.verify_audit", title=str(_("核验审计日志")), total=0, by=request.actor)
    audit.record(by=request.actor, action="kernel.verify_audit", target="audit-log")
    verify_trail.defer(progress_id=str(progress.public_id))
    return redirect("progress", public_id=progress.public_id)


@audit_log.download("export")
def audit_export(request: PageRequest) -> HttpResponseBase:
    """The blocks sealed on the days asked for, as JSON Lines with their seals."""
    wanted = TrailFilters(request.GET).wanted
    blocks = AuditBlock.objects.filter(sealed_at__gte=wanted.begins, sealed_at__lt=wanted.ends, removed_at=None)
    facts = {"from": wanted.begins.isoformat(), "until": wanted.ends.isoformat()}
    audit.record(by=request.actor, action="kernel.export_audit", target="audit-log", facts=facts)
    lines = (f"{line}\n" for line in export_lines(blocks.order_by("number")))
    answer = StreamingHttpResponse(lines, content_type="application/jsonl; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="audit.jsonl"'
    return answer


@audit_log.download("verifier")
def audit_verifier(_request: PageRequest) -> HttpResponseBase:
    return FileResponse(VERIFIER.open("rb"), as_attachment=True, filename=VERIFIER.name, content_type="text/x-python")


class Roots(Table):
    day = Day(_("日期"))
    root = Text(_("根"), lambda block: format_html('<span class="seal code">{}:{}</span>', block.number, block.seal))


@audit_log.page("roots", title=_("审计日志每日的根"))
def audit_roots(request: PageRequest) -> HttpResponse:
    """To be printed and kept where no administrator of the database has a hand."""
    unsealed_yet = Empty(title=_("还没有封印"), icon="link", text=_("后台进程每分钟封一次。"))
    found = list_of(request, Roots, trail.daily_roots(limit=31), caption=request.page.title, empty=unsealed_yet)
    return render(request, "identity/administration/printed.html", {"list": found})
