"""Which attributes an application gets: asked for by the administrator, the sensitive ones decided by somebody else."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from nanhu.kernel.actors import actor_of
from nanhu.platforms.identity.models import AttributeRelease
from nanhu.platforms.identity.policies import role_required
from nanhu.platforms.identity.registry import queries
from nanhu.platforms.identity.registry.forms import AttributesForm
from nanhu.platforms.identity.registry.registrations import ADMINISTRATOR, GUARD
from nanhu.platforms.identity.registry.views.common import application_or_404
from nanhu.platforms.identity.services import releases
from nanhu.platforms.identity.services.attributes import ATTRIBUTES


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(ADMINISTRATOR)
def attributes_page(request: HttpRequest, key: str) -> HttpResponse:
    application = application_or_404(key)
    held = {one.name: one for one in application.releases.all()}
    reasons = {name: one.reason for name, one in held.items()}
    form = AttributesForm(request.POST if request.method == "POST" else None, reasons=reasons)
    if form.is_valid():
        releases.set_releases(by=actor_of(request), application=application, reasons=form.reasons())
        messages.success(request, _("已保存；敏感的属性要等安全管理员批准。"))
        return redirect("identity:application", application.key)
    states = {name: one for name, one in held.items() if one.state != AttributeRelease.State.GRANTED}
    return render(
        request, "identity/registry/attributes.html", {"application": application, "form": form, "states": states}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(GUARD)
def approvals_page(request: HttpRequest) -> HttpResponse:
    """What waits for the security administrator."""
    if request.method == "POST":
        wanted = request.POST.get("release", "")
        release = AttributeRelease.objects.filter(pk=int(wanted)).first() if wanted.isdecimal() else None
        if release is None or release.state != AttributeRelease.State.WAITING:
            raise Http404
        is_granted = request.POST.get("verdict") == "grant"
        releases.decide_release(by=actor_of(request), release=release, is_granted=is_granted)
        messages.success(request, _("已批准。") if is_granted else _("已拒绝。"))
        return redirect("identity:release_approvals")
    waiting = [(one, ATTRIBUTES.get(one.name)) for one in queries.waiting_releases()]
    return render(request, "identity/registry/approvals.html", {"waiting": waiting})
