"""Which attributes an application gets: asked for by the administrator, the sensitive ones decided by somebody else."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Empty, Markup, PageRequest, Table, Text, list_of
from nanhu.kernel.kit.waiting import entered
from nanhu.platforms.identity.models import Application, AttributeRelease
from nanhu.platforms.identity.policies import SECURITY
from nanhu.platforms.identity.registry import queries
from nanhu.platforms.identity.registry.console import WRITERS, application_with
from nanhu.platforms.identity.registry.forms import AttributesForm
from nanhu.platforms.identity.registry.views.detail import application as page
from nanhu.platforms.identity.registry.views.listing import applications
from nanhu.platforms.identity.services import releases
from nanhu.platforms.identity.services.attributes import ATTRIBUTES

LONGEST_NUMBER = 18


@page.form(
    "attributes",
    AttributesForm,
    title=_("提供的信息"),
    lead=_("只提供必需的信息，并逐项说明理由；本人可以看到。"),
    roles=WRITERS,
    subject=application_with,
    template="identity/registry/attributes.html",
    arguments=lambda _request, found: {"reasons": {one.name: one.reason for one in found.releases.all()}},
    facts=lambda _request, found: {"states": found.releases.exclude(state=AttributeRelease.State.GRANTED)},
    done=_("已保存；敏感的属性要等安全管理员批准。"),
)
def attributes(request: PageRequest, form: AttributesForm, application: Application) -> None:
    releases.set_releases(by=request.actor, application=application, reasons=form.reasons())


def label_of(release: AttributeRelease) -> str:
    attribute = ATTRIBUTES.get(release.name)
    return str(attribute.label) if attribute else release.name


class Waiting(Table):
    application = Markup(_("应用"), "identity/registry/_application_link.html")
    attribute = Text(_("申请的属性"), label_of)
    reason = Text(_("为什么"), sort=False)
    decide = Markup(_("操作"), "identity/registry/_decide.html")


@applications.page(
    "approvals",
    title=_("待批准的属性"),
    tab=_("待批准的属性"),
    lead=_("敏感的信息要两个人同意才给应用：提出的人不能批准自己的。"),
    count=entered("identity.releases", lambda: queries.waiting_releases().select_related(None)),
    waits=True,
    roles={SECURITY},
    posts=True,
)
def approvals(request: PageRequest) -> HttpResponse:
    """What waits for the security administrator."""
    if request.method == "POST":
        wanted = request.POST.get("release", "")
        is_number = wanted.isdecimal() and len(wanted) <= LONGEST_NUMBER
        release = AttributeRelease.objects.filter(pk=int(wanted)).first() if is_number else None
        if release is None or release.state != AttributeRelease.State.WAITING:
            raise Http404
        is_granted = request.POST.get("verdict") == "grant"
        releases.decide_release(by=request.actor, release=release, is_granted=is_granted)
        messages.success(request, _("已批准。") if is_granted else _("已拒绝。"))
        return redirect(approvals.address())
    none = Empty(title=_("没有要批准的"), icon="lock", text=_("应用要手机号、性别之类的敏感信息时，会到这里来。"))
    waiting = list_of(request, Waiting, queries.waiting_releases(), caption=request.page.title, empty=none)
    return render(request, "identity/registry/approvals.html", {"list": waiting})
