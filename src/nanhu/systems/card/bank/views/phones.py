"""My bindings (绑定的手机): which outside app holds my card on which phone; ended here at once. And the wrong-bind appeal."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nanhu.kernel.actors import person_at
from nanhu.kernel.viewers import viewer_of
from nanhu.platforms.people import api as people
from nanhu.systems.card.bank.errors import BindingNotFoundError
from nanhu.systems.card.bank.forms import AppealForm
from nanhu.systems.card.bank.models import Appeal, Binding
from nanhu.systems.card.bank.services import appeals, bindings
from nanhu.systems.card.codes.models import CodeDevice
from nanhu.systems.card.views.frame import own_card

PAST = 20


def own_numbers(request: HttpRequest) -> tuple[str, list[str]]:
    """The viewer's name and campus numbers, as the school has them."""
    person = people.person_card(viewer_of(request).person_id or 0)
    if person is None:
        return "", []
    return person.name, [one.campus_no for one in person.affiliations]


@require_safe
def phones(request: HttpRequest) -> HttpResponse:
    person_id = own_card(request).person_id
    rows = Binding.objects.filter(person_id=person_id).select_related("app", "code_device").order_by("-pk")
    _name, numbers = own_numbers(request)
    facts = {
        "active": rows.filter(state=Binding.State.ACTIVE),
        "past": rows.filter(state=Binding.State.REVOKED, bound_at__isnull=False)[:PAST],
        "locked": numbers[:1] if bindings.is_locked(person_id) else [],
        "appeals": Appeal.objects.filter(campus_no__in=numbers).select_related("app").order_by("-pk")[:5],
    }
    return render(request, "card_bank/phones.html", facts)


@require_POST
def revoke(request: HttpRequest, public_id: UUID) -> HttpResponse:
    person_id = own_card(request).person_id
    found = Binding.objects.filter(public_id=public_id, person_id=person_id).first()
    if found is None:
        raise BindingNotFoundError
    is_lost = request.POST.get("ending") == "lost"
    bindings.revoke(
        by=person_at(request),
        binding=found,
        reason=gettext_noop("手机丢了，本人解除") if is_lost else gettext_noop("本人解除"),
        ending=CodeDevice.Ending.LOST if is_lost else CodeDevice.Ending.OWNER,
    )
    messages.success(request, _("已解除。那部手机上的电子校园卡、付款码从现在起都不能用。"))
    return redirect("card:card_bank:phones")


@require_POST
def unlock(request: HttpRequest) -> HttpResponse:
    if bindings.unlock(by=person_at(request), person_id=own_card(request).person_id):
        messages.success(request, _("已解除锁定，可以重新做身份验证。"))
    return redirect("card:card_bank:phones")


@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: HttpRequest) -> HttpResponse:
    """Signed in, so that the number is the viewer's own and nobody appeals in another's name."""
    name, numbers = own_numbers(request)
    form = AppealForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and numbers:
        said = form.cleaned_data
        appeals.appeal(
            by=person_at(request),
            app=said["app"],
            campus_no=numbers[0],
            name=name,
            phone=said["phone"],
            text=said["text"],
        )
        messages.success(request, _("已收到。校园卡管理办公室核实后答复您，结果也会显示在这里。"))
        return redirect("card:card_bank:phones")
    facts = {"form": form, "name": name, "numbers": numbers}
    return render(request, "card_bank/appeal.html", facts, status=422 if form.is_bound else 200)
