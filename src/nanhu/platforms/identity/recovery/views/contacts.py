"""The phone and the mail for account recovery, as their owner sees and changes them."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from nanhu.kernel.actors import actor_of
from nanhu.kernel.clock import now
from nanhu.kernel.crypto import mask_mail, mask_phone
from nanhu.kernel.errors import CampusError
from nanhu.platforms.identity.channels import record_phone
from nanhu.platforms.identity.models import RecoveryContact
from nanhu.platforms.identity.pages import owner_of
from nanhu.platforms.identity.recovery import contacts
from nanhu.platforms.identity.recovery.forms import CONTACT_FORMS, CodeForm
from nanhu.platforms.identity.recovery.models import ContactKind
from nanhu.platforms.identity.recovery.views import pages

SENT = "identity.contact_sent"


def contacts_page(request: HttpRequest) -> HttpResponse:
    account = owner_of(request)
    contact = RecoveryContact.objects.filter(account=account).first()
    office = record_phone(account.person_id)
    return pages.shown(
        request,
        "contacts",
        office=office.masked if office else "",
        is_office_settled=office is None or office.is_settled,
        contact=contact,
        phone=mask_phone(contact.phone) if contact and contact.phone else "",
        mail=mask_mail(contact.email) if contact and contact.email else "",
        moment=now(),
    )


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def change_contact(request: HttpRequest, kind: str) -> HttpResponse:
    """A new address and the password; a code goes to the address."""
    form_of = CONTACT_FORMS.get(kind)
    if form_of is None:
        raise Http404
    form, status = form_of(request.POST if request.method == "POST" else None), 200
    if form.is_valid():
        try:
            request.session[SENT] = contacts.ask_change(
                by=actor_of(request),
                account=owner_of(request),
                kind=ContactKind(kind),
                address=form.cleaned_data["address"],
                password=form.cleaned_data["old_password"],
            )
            return HttpResponseRedirect(reverse("identity:confirm_contact", args=[kind]))
        except CampusError as error:
            form.add_error("old_password", error.message)
            status = error.http_status
    return pages.shown(request, "change_contact", status=status, form=form, kind=kind)


@require_http_methods(["GET", "HEAD", "POST"])
def confirm_contact(request: HttpRequest, kind: str) -> HttpResponse:
    if kind not in CONTACT_FORMS:
        raise Http404
    form, status = CodeForm(request.POST if request.method == "POST" else None), 200
    if form.is_valid():
        try:
            contacts.confirm_change(
                by=actor_of(request), account=owner_of(request), kind=ContactKind(kind), code=form.cleaned_data["code"]
            )
            messages.success(request, _("已验证。24 小时后可以用它重设密码。"))
            return HttpResponseRedirect(reverse("identity:contacts"))
        except CampusError as error:
            form.add_error("code", error.message)
            status = error.http_status
    return pages.shown(
        request, "confirm_contact", status=status, form=form, kind=kind, sent_to=request.session.get(SENT, "")
    )
