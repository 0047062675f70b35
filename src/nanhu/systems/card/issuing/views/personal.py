"""个人办卡 (F15): at the counter without typing again, or from the holder's own page."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from nanhu.kernel.actors import person_at
from nanhu.kernel.bodies import MEGABYTE
from nanhu.kernel.kit import SIGNED_IN, PageRequest, list_of
from nanhu.kernel.viewers import viewer_of
from nanhu.platforms.people import api as people
from nanhu.systems.card.issuing import queries
from nanhu.systems.card.issuing.checking import shape_errors
from nanhu.systems.card.issuing.forms import PersonalForm, RowForm
from nanhu.systems.card.issuing.layout import KEYS
from nanhu.systems.card.issuing.models import CardOrder, Proof
from nanhu.systems.card.issuing.policies import access_of
from nanhu.systems.card.issuing.services import personal as services
from nanhu.systems.card.issuing.views.desk import SUBMITTED, Orders, issuing
from nanhu.systems.card.models import Card

LARGEST = 15 * MEGABYTE
APPLIED = {**SUBMITTED, CardOrder.State.DRAFT: _("已保存，改好标出的地方再提交。")}
FIXED = ("name", "campus_no", "document", "sex")
"""What nobody says of themselves otherwise than it stands on record."""


def number_in(request: PageRequest) -> str:
    return request.GET.get("campus_no", "").strip()[:20]


def at_counter(request: PageRequest) -> dict[str, Any]:
    """Number in, the form stands there filled; only a stranger's is typed."""
    number, card_class = number_in(request), request.GET.get("card_class", "")
    person_id = people.find_person_by_campus_no(number) if number else None
    if person_id is not None:
        return on_record(request, person_id)
    return {"card_class": card_class if card_class in Card.Class.values else Card.Class.ORDINARY}


def on_record(request: PageRequest, person_id: int) -> dict[str, Any]:
    card_class, record = services.known_values(by=request.actor, person_id=person_id)
    return {"card_class": card_class, "record": record}


@issuing.form(
    "personal/",
    PersonalForm,
    title=_("个人办卡"),
    tab=_("个人办卡"),
    submit=_("提交申请"),
    icon="send",
    to="order",
    done=lambda made: str(APPLIED[made.state]),
    template="card_issuing/personal.html",
    arguments=at_counter,
    facts=lambda request: {"number": number_in(request)},
    largest_file=LARGEST,
)
def personal(request: PageRequest, form: PersonalForm) -> CardOrder:
    return apply(request, form, CardOrder.Source.COUNTER)


def own_record(request: PageRequest) -> dict[str, Any]:
    if request.viewer.person_id is None:
        raise Http404
    return on_record(request, request.viewer.person_id)


def own_orders(request: PageRequest) -> dict[str, Any]:
    mine = list(queries.of_account(request.viewer.account_id)[:10])
    return {"list": list_of(request, Orders, mine, caption=_("我的申请"))}


@issuing.form(
    "apply/",
    PersonalForm,
    title=_("申请办卡"),
    lead=_("还没有领过实体卡的，在这里申请。丢了或坏了请办补卡。"),
    submit=_("提交申请"),
    icon="send",
    roles=SIGNED_IN,
    to="order",
    done=lambda made: str(APPLIED[made.state]),
    template="card_issuing/own.html",
    arguments=own_record,
    facts=own_orders,
    largest_file=LARGEST,
)
def own(request: PageRequest, form: PersonalForm) -> CardOrder:
    """The holder asks for their own card; nobody else's."""
    return apply(request, form, CardOrder.Source.WEB)


def apply(request: PageRequest, form: PersonalForm, source: str) -> CardOrder:
    said, record = form.cleaned_data, form.record
    typed = {key: said.get(key) or record.get(key, "") for key in KEYS}
    if source == CardOrder.Source.WEB:
        typed |= {key: record[key] for key in FIXED if record.get(key)}
    return services.apply(
        by=request.actor,
        card_class=form.card_class,
        values=typed,
        reason=said["reason"],
        source=source,
        picture=said["picture"].read() if said["picture"] else None,
        proofs=[(said["proof"].name, said["proof"].read())] if said["proof"] else (),
    )


@require_POST
def check(request: HttpRequest, card_class: str) -> HttpResponse:
    """One field, looked at while the form is filled in: its shape alone. Whom a number belongs to is told to nobody here."""
    key = request.headers.get("HX-Trigger-Name", "")
    if viewer_of(request).person_id is None or card_class not in Card.Class.values or key not in KEYS:
        raise Http404
    typed = {one: request.POST.get(one, "").strip() for one in KEYS}
    is_batch = "photo_name" in request.POST
    form = RowForm(request.POST, card_class=card_class, is_batch=is_batch)
    fault = shape_errors(card_class, typed, is_batch=is_batch).get(key) if typed[key] else None
    if key not in form.fields:
        raise Http404
    if fault:
        form.add_error(key, fault)
    return render(request, "card_issuing/_checked.html", {"item": form[key]})


@require_safe
def proof(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """For the office and the leader who decides; each look is logged."""
    found = get_object_or_404(Proof.objects.select_related("row__order"), public_id=public_id)
    access = access_of(viewer_of(request), found.row.order)
    if not (access.is_office or access.is_leader):
        raise Http404
    content = services.open_proof(by=person_at(request), proof=found, purpose=found.row.order.number)
    answer = HttpResponse(content, content_type=found.content_type or "application/octet-stream")
    answer["Content-Disposition"] = "inline" if found.content_type.startswith("image/") else "attachment"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
