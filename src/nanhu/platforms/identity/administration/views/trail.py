"""The audit log: read, verify, take out. Nothing here changes anything."""

from collections.abc import Iterator
from urllib.parse import urlencode

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from nanhu.kernel import audit
from nanhu.kernel.audit import words as audit_words
from nanhu.kernel.audit.archive import VERIFIER, export_lines
from nanhu.kernel.audit.verification import unsealed
from nanhu.kernel.jobs import start_progress
from nanhu.kernel.models import AuditBlock
from nanhu.platforms.identity.administration.jobs import verify_trail
from nanhu.platforms.identity.administration.policies import AUDITOR
from nanhu.platforms.identity.administration.queries import sign_ins, trail
from nanhu.platforms.identity.administration.views.frame import by_of, plain, span_of, tabs_of
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.policies import role_required
from nanhu.platforms.people import api as people

KEPT = ("q", "first", "last", "action", "target")
LARGEST = 2**63 - 1


@require_safe
@never_cache
@role_required(AUDITOR)
def log(request: HttpRequest) -> HttpResponse:
    said = {name: plain(request.GET.get(name, ""), 120) for name in KEPT}
    said["action"] = audit_words.named(said["action"])
    begins, ends = span_of(request, default=sign_ins.last_day())
    person = people.find_person_by_campus_no(said["q"]) if said["q"] else None
    actor = Account.objects.filter(person_id=person).first() if person is not None else None
    nobody = -1 if said["q"] and actor is None else None
    wanted = trail.Wanted(
        begins=begins,
        ends=ends,
        action=said["action"],
        target=said["target"],
        account_id=actor.pk if actor is not None else nobody,
    )
    before = request.GET.get("before", "")
    place = min(int(before), LARGEST) if before.isdecimal() else None
    found = list(trail.entries(wanted, before=place)[: trail.LINES + 1])
    waiting, since = unsealed()
    facts = {
        "entries": trail.in_words(found[: trail.LINES]),
        "older": found[trail.LINES - 1].pk if len(found) > trail.LINES else "",
        "said": said,
        "about": trail.about(said["target"]),
        "query": urlencode({name: value for name, value in said.items() if value}),
        "tabs": tabs_of(request),
        "root": trail.last_block(),
        "check": trail.last_check(),
        "waiting": waiting,
        "since": since,
        "days": trail.daily_roots(),
        "actions": sorted({str(one) for one in audit_words.actions().values()}),
    }
    return render(request, "identity/administration/audit.html", facts)


@require_POST
@role_required(AUDITOR)
def verify(request: HttpRequest) -> HttpResponse:
    by = by_of(request)
    progress = start_progress(kind="kernel.verify_audit", title=_("核验审计日志"), total=0, by=by)
    audit.record(by=by, action="kernel.verify_audit", target="audit-log")
    verify_trail.defer(progress_id=str(progress.public_id))
    return redirect("progress", public_id=progress.public_id)


@require_safe
@never_cache
@role_required(AUDITOR)
def export(request: HttpRequest) -> HttpResponseBase:
    """The blocks sealed on the days asked for, as JSON Lines with their seals."""
    begins, ends = span_of(request, default=sign_ins.last_day())
    blocks = AuditBlock.objects.filter(sealed_at__gte=begins, sealed_at__lt=ends, removed_at=None).order_by("number")
    facts = {"from": begins.isoformat(), "until": ends.isoformat()}
    audit.record(by=by_of(request), action="kernel.export_audit", target="audit-log", facts=facts)
    answer = StreamingHttpResponse(ended(export_lines(blocks)), content_type="application/jsonl; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="audit.jsonl"'
    return answer


def ended(lines: Iterator[str]) -> Iterator[str]:
    return (f"{line}\n" for line in lines)


@require_safe
@role_required(AUDITOR)
def verifier(_request: HttpRequest) -> HttpResponseBase:
    return FileResponse(VERIFIER.open("rb"), as_attachment=True, filename=VERIFIER.name, content_type="text/x-python")


@require_safe
@never_cache
@role_required(AUDITOR)
def roots(request: HttpRequest) -> HttpResponse:
    """To be printed and kept where no administrator of the database has a hand."""
    return render(request, "identity/administration/roots.html", {"days": trail.daily_roots(limit=31)})
