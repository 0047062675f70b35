"""My data: who looked at it, and a copy of all of it."""

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from nanhu.kernel import audit, registry
from nanhu.kernel.actors import actor_of
from nanhu.kernel.clock import campus_time, now
from nanhu.kernel.errors import CampusError
from nanhu.kernel.kit import Badge, Empty, Markup, Moment, Table, Text, list_of
from nanhu.kernel.ui import words
from nanhu.platforms.identity.pages import owner_of
from nanhu.platforms.identity.personal import queries
from nanhu.platforms.identity.personal.models import DataCopy
from nanhu.platforms.identity.personal.services import copies
from nanhu.platforms.identity.policies import fresh_sign_in

PAGE_SIZE = 30
SHOWN_HERE = 5
SEEN = gettext_lazy("谁查看过我的信息")
NOBODY = Empty(
    title=gettext_lazy("还没有人看过"),
    icon="eye-off",
    text=gettext_lazy("有人打开您的完整手机号、证件号或账号详情时，这里会出现一行。"),
)


class Looks(Table):
    at = Moment(gettext_lazy("时间"), sort=False)
    who = Text(
        gettext_lazy("谁"), lambda one: _("系统自动处理") if one.is_program else f"{one.who} {words.term(one.unit)}"
    )
    what = Text(
        gettext_lazy("查看的内容"),
        lambda one: (
            _("%(what)s（当时您和另一个人的记录合在一起，看的可能是那个人）") % {"what": one.what}
            if one.is_shared
            else one.what
        ),
    )
    purpose = Text(gettext_lazy("为什么"))


class Copies(Table):
    created_at = Moment(gettext_lazy("申请时间"), sort=False)
    state = Badge(gettext_lazy("状态"), names=DataCopy.State.choices, tones={"ready": "good"}, sort=False)
    kept_until = Moment(gettext_lazy("保留到"), lambda copy: copy.expires_at if copy.state == "ready" else None)
    size = Text(gettext_lazy("大小"), lambda copy: filesizeformat(copy.size_bytes) if copy.size_bytes else "")
    download = Markup(gettext_lazy("操作"), "identity/personal/_download_copy.html")


def data_page(request: HttpRequest) -> HttpResponse:
    account = owner_of(request)
    looks, copied = queries.looks_at(account), DataCopy.objects.filter(account=account).order_by("-created_at")
    context = {
        "kinds": list(registry.personal_data),
        "copies": list_of(request, Copies, list(copied[:SHOWN_HERE]), caption=_("我的数据副本")),
        "looks": list_of(request, Looks, queries.looks_of(list(looks[:SHOWN_HERE])), caption=SEEN, empty=NOBODY),
        "looks_count": looks.count(),
    }
    return render(request, "identity/personal/data.html", context)


def looks_page(request: HttpRequest) -> HttpResponse:
    rows, each = queries.looks_at(owner_of(request)), queries.looks_of
    found = list_of(request, Looks, rows, each=each, per_page=PAGE_SIZE, caption=SEEN, empty=NOBODY)
    return render(request, "identity/personal/looks.html", {"list": found})


@require_POST
def ask_copy(request: HttpRequest) -> HttpResponse:
    try:
        copies.ask(by=actor_of(request), account=owner_of(request))
        messages.success(request, _("正在准备，通常不到一分钟。做好后在这里下载，保留七天。"))
    except CampusError as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(reverse("identity:my_data"))


@fresh_sign_in()
def download_copy(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    account = owner_of(request)
    copy = DataCopy.objects.filter(
        account=account, public_id=public_id, state=DataCopy.State.READY, expires_at__gt=now()
    ).first()
    if copy is None or not copies.file_of(copy).exists():
        raise Http404
    audit.record(by=actor_of(request), action="identity.download_copy", target=f"account:{account.pk}")
    name = f"my-data-{campus_time(copy.created_at):%Y%m%d}.zip"
    return FileResponse(copies.file_of(copy).open("rb"), as_attachment=True, filename=name)
