"""是我 / 不是我: what its owner says of a sign-in from a new device."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from nanhu.kernel.actors import actor_of
from nanhu.kernel.ui import words
from nanhu.platforms.identity.factors.models import NewDevice
from nanhu.platforms.identity.factors.services import new_devices
from nanhu.platforms.identity.pages import owner_of
from nanhu.platforms.identity.policies import fresh_sign_in
from nanhu.platforms.identity.services import sessions


@require_POST
def it_was_me(request: HttpRequest, public_id: UUID) -> HttpResponse:
    if new_devices.is_mine(account=owner_of(request), public_id=public_id):
        messages.success(request, _("好的，不再提醒这次登录。"))
    return HttpResponseRedirect(reverse("identity:security"))


@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in
def it_was_not_me(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Says what will happen; then it happens, and the new password is asked for at once."""
    account = owner_of(request)
    found = NewDevice.objects.select_related("session").filter(account=account, public_id=public_id, answer="").first()
    if found is None:
        return HttpResponseRedirect(reverse("identity:security"))
    if request.method != "POST":
        facts = {"device": found, "what": words.browser(found.session.user_agent)}
        return render(request, "identity/not_me.html", facts)
    if new_devices.is_not_mine(
        by=actor_of(request),
        account=account,
        public_id=public_id,
        keep_session=request.session.get(sessions.SESSION_ID),
    ):
        sessions.stay(request)
    return HttpResponseRedirect(reverse("identity:setup"))
