"""My data: who looked at it, and a copy of all of it."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from nanhu.kernel import audit, registry
from nanhu.kernel.actors import actor_of
from nanhu.kernel.clock import now
from nanhu.kernel.errors import CampusError
from nanhu.platforms.identity.personal import queries
from nanhu.platforms.identity.personal.models import DataCopy
from nanhu.platforms.identity.personal.services import copies
from nanhu.platforms.identity.policies import fresh_sign_in
from nanhu.platforms.identity.views.setup import owner_of

PAGE_SIZE = 30
SHOWN_HERE = 5


@never_cache
def data_page(request: HttpRequest) -> HttpResponse:
    account = owner_of(request)
    looks = queries.looks_at(account)
    context = {
        "kinds": list(registry.personal_data),
        "copies": DataCopy.objects.filter(account=account).order_by("-created_at")[:SHOWN_HERE],
        "looks": queries.looks_of(list(looks[:SHOWN_HERE])),
        "looks_count": looks.count(),
    }
    return render(request, "identity/personal/data.html", context)


@never_cache
def looks_page(request: HttpRequest) -> HttpResponse:
    page = Paginator(queries.looks_at(owner_of(request)), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request, "identity/personal/looks.html", {"page": page, "lines": queries.looks_of(list(page.object_list))}
    )


@require_POST
def ask_copy(request: HttpRequest) -> HttpResponse:
    try:
        copies.ask(by=actor_of(request), account=owner_of(request))
        messages.success(request, _("正在准备，通常不到一分钟。做好后在这里下载，保留七天。"))
    except CampusError as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(reverse("identity:my_data"))


@never_cache
@fresh_sign_in()
def download_copy(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    account = owner_of(request)
    copy = DataCopy.objects.filter(
        account=account, public_id=public_id, state=DataCopy.State.READY, expires_at__gt=now()
    ).first()
    if copy is None or not copies.file_of(copy).exists():
        raise Http404
    audit.record(by=actor_of(request), action="identity.download_copy", target=f"account:{account.pk}")
    name = f"my-data-{copy.created_at:%Y%m%d}.zip"
    return FileResponse(copies.file_of(copy).open("rb"), as_attachment=True, filename=name)
