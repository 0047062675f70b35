"""`/network/why/`: one sentence, one button, and a ticket that is filled in already. Open: what concerns a person is told to that person."""

from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from nanhu.kernel.actors import actor_of
from nanhu.kernel.errors import CampusError
from nanhu.kernel.viewers import viewer_or_none
from nanhu.platforms.identity import api as identity
from nanhu.services.network import api as network
from nanhu.services.network.portal import browsers, diagnosis, queries
from nanhu.services.network.portal.diagnosis import Finding, Patient
from nanhu.services.network.portal.forms import PasswordForm
from nanhu.services.network.portal.services import curing, signing_in
from nanhu.services.network.portal.views.captive import browser_of, idle_for
from nanhu.services.network.portal.views.frame import open_page, shown
from nanhu.services.network.portal.views.plain import address_of

LONGEST: Final = 40


@open_page
def why(request: HttpRequest) -> HttpResponse:
    patient = patient_of(request, request.POST if request.method == "POST" else request.GET)
    if "password" in request.POST:
        return proved(request, patient)
    finding = diagnosis.found(patient)
    if request.method == "POST":
        return cured(request, patient, finding)
    return page(request, patient, finding)


def page(request: HttpRequest, patient: Patient, finding: Finding, **more: Any) -> HttpResponse:
    facts: dict[str, Any] = {
        "finding": finding,
        "patient": patient,
        "devices": idle_for(finding.choice),
        "picked": finding.session,
        "form": PasswordForm(),
        "symptoms": [(key, words()) for key, words in diagnosis.SYMPTOMS.items()],
        "places": queries.buildings() if patient.symptom == "nothing" else [],
        "asked": curing.last_open(patient.person_id),
    }
    return shown(request, "why", **facts | more)


def proved(request: HttpRequest, patient: Patient) -> HttpResponse:
    """By the password of whoever cannot sign in: why the account is closed. The gates are those of the captive page, and a wrong password,
    nobody's number and an account that never was activated are told in the same words."""
    form, finding, here = PasswordForm(request.POST), diagnosis.account(patient), browser_of(request)
    if not form.is_valid():
        return page(request, patient, finding, form=form, status=422)
    said = form.cleaned_data
    try:
        signing_in.proved(by=actor_of(request), typed_name=said["username"], password=said["password"], browser=here)
    except identity.NetworkClosedError as closed:
        response = page(request, patient, diagnosis.of_account(closed.message))
    except CampusError as error:
        return page(request, patient, finding, form=form, error=error, status=error.http_status)
    else:
        response = page(request, patient, diagnosis.well())
    browsers.remember(response, request.browser_value)  # type: ignore[attr-defined]  # set by `browser_of`
    return response


def patient_of(request: HttpRequest, said: object) -> Patient:
    symptom, place = (str(said.get(name, ""))[:LONGEST] for name in ("symptom", "place"))  # type: ignore[attr-defined]
    return Patient(
        address=address_of(request),
        viewer=viewer_or_none(request),
        symptom=symptom,
        place="" if "\0" in place else place,
    )


def cured(request: HttpRequest, patient: Patient, finding: Finding) -> HttpResponse:
    """What is pressed must be what is found now: a cure of a while ago may be wrong by now."""
    said = request.POST.get("solved", "")
    if said:
        last = curing.answer(person_id=patient.person_id, is_solved=said == "yes")
        if said != "yes" and last is not None:
            return HttpResponseRedirect(ticket(patient, finding))
        return HttpResponseRedirect(reverse("network_portal:why"))
    if request.POST.get("act") == "ticket" or finding.act == "ticket":
        curing.record(person_id=patient.person_id, address=patient.address, finding=finding.key, cure="ticket")
        return HttpResponseRedirect(ticket(patient, finding))
    if request.POST.get("finding") != finding.key or (finding.choice and picked(request, finding) is None):
        return HttpResponseRedirect(f"{reverse('network_portal:why')}?{urlencode({'symptom': patient.symptom})}")
    curing.record(person_id=patient.person_id, address=patient.address, finding=finding.key, cure=finding.act or "link")
    if finding.act:
        ACTS[finding.act](request, patient, finding)
        return HttpResponseRedirect(reverse("network_portal:why"))
    if not finding.url:
        raise Http404
    return shown(request, "cure", to=finding.url) if ":" in finding.url[:6] else HttpResponseRedirect(finding.url)


def picked(request: HttpRequest, finding: Finding) -> int | None:
    """At the cap one of those that were offered, and nothing that the person did not choose."""
    if not finding.choice:
        return finding.session
    chosen = request.POST.get("session", "")
    return next((one.session_id for one in finding.choice if str(one.session_id) == chosen), None)


def drop(request: HttpRequest, patient: Patient, finding: Finding) -> None:
    """A session of one's own: it is looked for among those of the person alone."""
    session = picked(request, finding)
    if patient.person_id is not None and session is not None:
        cause = network.DEVICE_CAP if finding.key == "full" else network.KICKED
        with suppress(network.NotOpenError):  # gone since it was found: pressed twice, or by itself
            network.drop(by=actor_of(request), person_id=patient.person_id, session_id=session, cause=cause)


def let_in(request: HttpRequest, _patient: Patient, finding: Finding) -> None:
    """A device that was found among those of the person."""
    if finding.device is not None:
        network.let_in_device(by=actor_of(request), device=finding.device)


ACTS: Final = {"drop": drop, "let_in": let_in}


def ticket(patient: Patient, finding: Finding) -> str:
    """The form of the service hall, filled in with what was found. The network of offices has a form of its own."""
    is_staff = patient.viewer is not None and "staff" in patient.viewer.faces
    address = diagnosis.address_of("requests:hall:office" if is_staff else "requests:hall:service")
    lines = [_("上不了网。自查结果：{sentence}").format(sentence=finding.sentence)]
    if patient.address:
        lines.append(f"IP {patient.address}")
    return f"{address}?{urlencode({'say': chr(10).join(lines)})}" if address.startswith("/") else address
