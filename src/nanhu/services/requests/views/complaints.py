"""The desk of complaints (投诉受理): what came to one's unit and is not about oneself, one's unit or one's leaders."""

from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Console, Empty, PageRequest, listing
from nanhu.kernel.kit.records import seen
from nanhu.kernel.kit.waiting import entered
from nanhu.kernel.registry import Viewer
from nanhu.services.requests import policies
from nanhu.services.requests.forms import AccusedForm, AnswerForm, ExtendForm, TransferForm
from nanhu.services.requests.models import Request
from nanhu.services.requests.services import answering
from nanhu.services.requests.views.shared import ComplaintFilters, Complaints, called, show_request

State = Request.State
desk = Console(
    "requests:complaints",
    _("投诉受理"),
    icon="scale",
    owner=_("党委办公室、校长办公室"),
    description=_("五个工作日内答复；被投诉的一方看不到、不能办"),
    roles=[policies.COMPLAINTS_ROLE],
    order=41,
)


new = entered("requests.complaints", lambda: Request.objects.filter(kind=Request.Kind.COMPLAINT, state=State.NEW))


def waiting(viewer: Viewer) -> int:
    """Those of others' units are counted first, with all that waits: most days there is none."""
    return policies.complaints(viewer).filter(state=State.NEW).count() if new(viewer) else 0


@desk.page("", title=_("投诉"), tab=_("投诉"), waits=True, count=waiting)
def complaints(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有要办的投诉"), icon="scale")
    rows = policies.complaints(request.viewer).select_related("unit", "accused_unit").order_by("-day", "due_at")
    return listing(request, Complaints, rows, ComplaintFilters, empty=none)


@complaints.page(
    "<uuid:public_id>/",
    title=_("投诉"),
    subject=seen(policies.complaints, Request.what),
    about=called,
    opens_whole=True,
)
def request(request: PageRequest, found: Request) -> HttpResponse:
    links = [answer] if found.state in {State.NEW, State.DONE} else []
    if found.state == State.NEW:
        links += [transfer, accused] if found.is_extended else [extend, transfer, accused]
    return show_request(request, found, links=links)


@request.form("answer/", AnswerForm, title=_("答复"), template="requests/answer.html", done=_("已答复。"))
def answer(request: PageRequest, form: AnswerForm, found: Request) -> None:
    answering.answer(by=request.actor, request=found, words=form.cleaned_data["words"])


@request.form(
    "extend/", ExtendForm, title=_("延期"), lead=_("只能一次，再加五个工作日；投诉人看得到原因。"), done=_("已延期。")
)
def extend(request: PageRequest, form: ExtendForm, found: Request) -> None:
    answering.extend(by=request.actor, request=found, reason=form.cleaned_data["reason"])


@request.form("transfer/", TransferForm, title=_("交给别的单位办"), done=_("已交办。"), to="complaints")
def transfer(request: PageRequest, form: TransferForm, found: Request) -> None:
    said = form.cleaned_data
    answering.transfer(by=request.actor, request=found, unit=said["unit"].id, reason=said["reason"])


@request.form(
    "accused/",
    AccusedForm,
    title=_("认定被投诉人"),
    lead=_("认定以后，他、他主管的单位和下属就看不到这件投诉了；在您之外的单位接着办。"),
    done=_("已认定。"),
    to="complaints",
)
def accused(request: PageRequest, form: AccusedForm, found: Request) -> None:
    answering.name_accused(by=request.actor, request=found, person_id=form.cleaned_data["person"])
