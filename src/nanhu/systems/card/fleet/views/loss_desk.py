"""Loss by telephone, and found cards."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from nanhu.kernel.actors import person_at
from nanhu.kernel.errors import CampusError
from nanhu.kernel.school import school
from nanhu.systems.card.fleet.forms import FoundForm, PhoneDeskForm
from nanhu.systems.card.fleet.policies import phone_desk_only
from nanhu.systems.card.fleet.services.found import tell_owner
from nanhu.systems.card.fleet.services.phone_desk import Answers, report_by_phone


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@phone_desk_only
def phone_desk(request: HttpRequest) -> HttpResponse:
    form, error = PhoneDeskForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        reason = said.pop("reason")
        try:
            card = report_by_phone(by=person_at(request), answers=Answers(**said), reason=reason)
        except CampusError as refusal:
            error = refusal.message
        else:
            messages.success(
                request, _("已挂失，卡号尾数 %(tail)s。联网的终端现在就拒绝这张卡。") % {"tail": card.number[-4:]}
            )
            return redirect("card:phone_desk")
    facts = {"form": form, "error": error}
    return render(request, "card_fleet/phone_desk.html", facts, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def found(request: HttpRequest) -> HttpResponse:
    """The same answer whether there is such a card or not."""
    form, error = FoundForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            tell_owner(by=person_at(request), **form.cleaned_data)
        except CampusError as refusal:
            error = refusal.message
        else:
            messages.success(request, _("谢谢您。卡号对得上的话，失主已经收到消息。"))
            return redirect("card:found")
    facts = {"form": form, "error": error, "school": school()}
    return render(request, "card_fleet/found.html", facts, status=422 if form.is_bound else 200)
